"""The tables of wallet/."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004_wallet"
down_revision = "0003_plans"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "authorization",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("authorization_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("employee_id", sa.Text(), nullable=False),
        sa.Column("relative_id", sa.Text(), nullable=True),
        sa.Column("service_code", sa.Text(), nullable=False),
        sa.Column("provider_code", sa.Text(), nullable=True),
        sa.Column("home_territory", sa.Text(), nullable=True),
        sa.Column("delivery_territory", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_price_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("vat_regime", sa.Text(), nullable=True),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("vat_minor", sa.BigInteger(), nullable=False),
        sa.Column("exempt_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("taxable_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("captured_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("in_limit", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("consent", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("hold_id", sa.BigInteger(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("service_on", sa.Date(), nullable=False),
        sa.Column("tax_on", sa.Date(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decline_code", sa.Text(), nullable=True),
        sa.Column("reasons", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("warnings", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("rule_ids", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("rulebook_version", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.CheckConstraint("(status = 'declined') = (decline_code is not null)", name=op.f("ck_authorization_decline")),
        sa.CheckConstraint("(status = 'declined') = (hold_id is null)", name=op.f("ck_authorization_hold")),
        sa.CheckConstraint(
            "status = 'declined' or exempt_minor + taxable_minor = amount_minor", name=op.f("ck_authorization_split")
        ),
        sa.CheckConstraint(
            "status in ('declined', 'authorized', 'partially_captured', 'captured', 'voided', 'expired',"
            " 'partially_refunded', 'refunded')",
            name=op.f("ck_authorization_status"),
        ),
        sa.CheckConstraint("captured_minor between 0 and amount_minor", name=op.f("ck_authorization_captured")),
        sa.CheckConstraint("net_minor + vat_minor = amount_minor", name=op.f("ck_authorization_vat")),
        sa.CheckConstraint("refunded_minor between 0 and captured_minor", name=op.f("ck_authorization_refunded")),
        sa.ForeignKeyConstraint(
            ["book_id", "employee_id"],
            ["employee.book_id", "employee.employee_id"],
            name=op.f("fk_authorization_book_id_employee_id"),
        ),
        sa.PrimaryKeyConstraint("book_id", "authorization_id", name=op.f("pk_authorization")),
    )
    op.create_index(
        "ix_authorization_open",
        "authorization",
        ["book_id", "expires_at"],
        postgresql_where=sa.text("status in ('authorized', 'partially_captured')"),
    )
    op.create_index("ix_authorization_employee", "authorization", ["book_id", "employee_id"], unique=False)
    op.create_index(
        "uq_authorization_code",
        "authorization",
        ["code", "book_id"],
        unique=True,
        postgresql_where=sa.text("code is not null"),
    )
    op.create_index(
        "uq_authorization_hold",
        "authorization",
        ["book_id", "hold_id"],
        unique=True,
        postgresql_where=sa.text("hold_id is not null"),
    )
    op.create_table(
        "budget_load",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("load_id", sa.Text(), nullable=False),
        sa.Column("plan_id", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), server_default=sa.text("ledger_now()"), nullable=False),
        sa.CheckConstraint("rows > 0 and total_minor > 0", name=op.f("ck_budget_load_something")),
        sa.ForeignKeyConstraint(
            ["book_id", "plan_id"], ["plan.book_id", "plan.plan_id"], name=op.f("fk_budget_load_book_id_plan_id")
        ),
        sa.PrimaryKeyConstraint("book_id", "load_id", name=op.f("pk_budget_load")),
        sa.UniqueConstraint("book_id", "plan_id", "reference", name=op.f("uq_budget_load_book_id_plan_id_reference")),
    )
    op.create_table(
        "wallet",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("employee_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="open", nullable=False),
        sa.CheckConstraint("status in ('open', 'frozen')", name=op.f("ck_wallet_status")),
        sa.ForeignKeyConstraint(
            ["book_id", "employee_id"],
            ["employee.book_id", "employee.employee_id"],
            name=op.f("fk_wallet_book_id_employee_id"),
        ),
        sa.PrimaryKeyConstraint("book_id", "employee_id", name=op.f("pk_wallet")),
    )
    op.create_table(
        "fiscal_event",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("employee_id", sa.Text(), nullable=False),
        sa.Column("authorization_id", sa.Text(), nullable=False),
        sa.Column("plan_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("exempt_minor", sa.BigInteger(), nullable=False),
        sa.Column("taxable_minor", sa.BigInteger(), nullable=False),
        sa.Column("in_limit", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("fiscal_on", sa.Date(), nullable=False),
        sa.Column("fiscal_year", sa.SmallInteger(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=True),
        sa.Column("rule_ids", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("ledger_now()"), nullable=False),
        sa.CheckConstraint("kind in ('use', 'reversal')", name=op.f("ck_fiscal_event_kind")),
        sa.CheckConstraint(
            "amount_minor > 0 and exempt_minor >= 0 and taxable_minor >= 0", name=op.f("ck_fiscal_event_parts")
        ),
        sa.CheckConstraint("exempt_minor + taxable_minor = amount_minor", name=op.f("ck_fiscal_event_split")),
        sa.ForeignKeyConstraint(
            ["book_id", "authorization_id"],
            ["authorization.book_id", "authorization.authorization_id"],
            name=op.f("fk_fiscal_event_book_id_authorization_id"),
        ),
        sa.PrimaryKeyConstraint("book_id", "event_id", name=op.f("pk_fiscal_event")),
    )
    op.create_index("ix_fiscal_event_authorization", "fiscal_event", ["book_id", "authorization_id"], unique=False)
    op.create_index("ix_fiscal_event_person", "fiscal_event", ["book_id", "employee_id", "fiscal_year"], unique=False)
    op.create_table(
        "lot",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Text(), nullable=False),
        sa.Column("employee_id", sa.Text(), nullable=False),
        sa.Column("plan_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("grace_until", sa.Date(), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("carried_from", sa.Text(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), server_default=sa.text("ledger_now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["book_id", "employee_id"],
            ["employee.book_id", "employee.employee_id"],
            name=op.f("fk_lot_book_id_employee_id"),
        ),
        sa.ForeignKeyConstraint(
            ["book_id", "plan_id"], ["plan.book_id", "plan.plan_id"], name=op.f("fk_lot_book_id_plan_id")
        ),
        sa.PrimaryKeyConstraint("book_id", "lot_id", name=op.f("pk_lot")),
        sa.UniqueConstraint("book_id", "account_id", name=op.f("uq_lot_book_id_account_id")),
    )
    op.create_index("ix_lot_expiry", "lot", ["book_id", "expires_on"], unique=False)
    op.create_index(
        "uq_lot_kind",
        "lot",
        ["book_id", "employee_id", "plan_id", "expires_on", sa.literal_column("(carried_from is not null)")],
        unique=True,
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in ("lot", "fiscal_event", "wallet", "budget_load", "authorization"):
        op.execute(f"drop table {table} cascade")
