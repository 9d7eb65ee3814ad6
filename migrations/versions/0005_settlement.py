"""The tables of wallet/settlement/: disputes, payout runs, bank confirmations, clearing; and provider accounts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005_settlement"
down_revision = "0004_wallet"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "provider_account",
        sa.Column("provider_code", sa.Text(), nullable=False),
        sa.Column("iban", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("payment_days", sa.Integer(), nullable=False),
        sa.CheckConstraint("iban ~ '^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$'", name=op.f("ck_provider_account_iban")),
        sa.CheckConstraint("payment_days between 0 and 365", name=op.f("ck_provider_account_payment_days")),
        sa.ForeignKeyConstraint(["provider_code"], ["provider.code"], name=op.f("fk_provider_account_provider_code")),
        sa.PrimaryKeyConstraint("provider_code", name=op.f("pk_provider_account")),
    )
    op.create_table(
        "dispute",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("dispute_id", sa.Text(), nullable=False),
        sa.Column("authorization_id", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), server_default=sa.text("ledger_now()"), nullable=False),
        sa.CheckConstraint(
            "reason in ('NOT_DELIVERED', 'PARTLY_DELIVERED', 'WRONG_AMOUNT', 'CHARGED_TWICE', 'POOR_QUALITY')",
            name=op.f("ck_dispute_reason"),
        ),
        sa.CheckConstraint("state in ('open', 'upheld', 'dismissed')", name=op.f("ck_dispute_state")),
        sa.ForeignKeyConstraint(
            ["book_id", "authorization_id"],
            ["authorization.book_id", "authorization.authorization_id"],
            name=op.f("fk_dispute_book_id_authorization_id"),
        ),
        sa.PrimaryKeyConstraint("book_id", "dispute_id", name=op.f("pk_dispute")),
    )
    op.create_index(
        "uq_dispute_open", "dispute", ["book_id", "entry_id"], unique=True, postgresql_where=sa.text("state = 'open'")
    )
    op.create_table(
        "dispute_event",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("dispute_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("on_behalf_of", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("ledger_now()"), nullable=False),
        sa.CheckConstraint("kind in ('opened', 'upheld', 'dismissed')", name=op.f("ck_dispute_event_kind")),
        sa.CheckConstraint(
            "refunded_minor >= 0 and (kind = 'upheld' or refunded_minor = 0)", name=op.f("ck_dispute_event_refunded")
        ),
        sa.CheckConstraint("role in ('EMPLOYEE', 'WELFARE_MANAGER')", name=op.f("ck_dispute_event_role")),
        sa.ForeignKeyConstraint(
            ["book_id", "dispute_id"],
            ["dispute.book_id", "dispute.dispute_id"],
            name=op.f("fk_dispute_event_book_id_dispute_id"),
        ),
        sa.PrimaryKeyConstraint("book_id", "dispute_id", "seq", name=op.f("pk_dispute_event")),
    )
    op.create_table(
        "payout_run",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("due_by", sa.Date(), nullable=False),
        sa.Column("execute_on", sa.Date(), nullable=False),
        sa.Column("payer", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("left_out", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), server_default=sa.text("ledger_now()"), nullable=False),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_payout_run")),
        sa.UniqueConstraint("reference", name=op.f("uq_payout_run_reference")),
    )
    op.create_table(
        "payout_payment",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("provider_code", sa.Text(), nullable=False),
        sa.Column("end_to_end_id", sa.Text(), nullable=False),
        sa.Column("iban", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default="prepared", nullable=False),
        sa.CheckConstraint("state in ('prepared', 'paid', 'failed')", name=op.f("ck_payout_payment_state")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_payout_payment_positive")),
        sa.ForeignKeyConstraint(["provider_code"], ["provider.code"], name=op.f("fk_payout_payment_provider_code")),
        sa.ForeignKeyConstraint(["run_id"], ["payout_run.run_id"], name=op.f("fk_payout_payment_run_id")),
        sa.PrimaryKeyConstraint("run_id", "provider_code", name=op.f("pk_payout_payment")),
        sa.UniqueConstraint("end_to_end_id", name=op.f("uq_payout_payment_end_to_end_id")),
    )
    op.create_index("ix_payout_payment_iban", "payout_payment", ["iban", "amount_minor"], unique=False)
    op.create_table(
        "payout_event",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("provider_code", sa.Text(), nullable=False),
        sa.Column("seq", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("line_id", sa.Text(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("ledger_now()"), nullable=False),
        sa.CheckConstraint("kind in ('prepared', 'paid', 'failed')", name=op.f("ck_payout_event_kind")),
        sa.ForeignKeyConstraint(
            ["run_id", "provider_code"],
            ["payout_payment.run_id", "payout_payment.provider_code"],
            name=op.f("fk_payout_event_run_id_provider_code"),
        ),
        sa.PrimaryKeyConstraint("run_id", "provider_code", "seq", name=op.f("pk_payout_event")),
    )
    op.create_table(
        "payout_part",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("provider_code", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=True),
        sa.Column("paid_entry_id", sa.BigInteger(), nullable=True),
        sa.Column("returned_entry_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id", "provider_code"],
            ["payout_payment.run_id", "payout_payment.provider_code"],
            name=op.f("fk_payout_part_run_id_provider_code"),
        ),
        sa.PrimaryKeyConstraint("book_id", "run_id", "provider_code", name=op.f("pk_payout_part")),
    )
    op.create_index("ix_payout_part_run", "payout_part", ["run_id", "provider_code"], unique=False)
    op.create_table(
        "payout_line",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("capture_id", sa.BigInteger(), nullable=False),
        sa.Column("authorization_id", sa.Text(), nullable=False),
        sa.Column("provider_code", sa.Text(), nullable=False),
        sa.Column("home_territory", sa.Text(), nullable=False),
        sa.Column("delivery_territory", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_basis_points", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("returned", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint(
            "abs(fee_minor) <= abs(amount_minor) and fee_minor * sign(amount_minor) >= 0",
            name=op.f("ck_payout_line_fee"),
        ),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_payout_line_something")),
        sa.CheckConstraint("fee_basis_points between 0 and 10000", name=op.f("ck_payout_line_basis_points")),
        sa.ForeignKeyConstraint(
            ["run_id", "provider_code"],
            ["payout_payment.run_id", "payout_payment.provider_code"],
            name=op.f("fk_payout_line_run_id_provider_code"),
        ),
        sa.PrimaryKeyConstraint("book_id", "entry_id", "run_id", name=op.f("pk_payout_line")),
    )
    op.create_index("ix_payout_line_run", "payout_line", ["run_id", "provider_code"], unique=False)
    op.create_index(
        "uq_payout_line_once",
        "payout_line",
        ["book_id", "entry_id"],
        unique=True,
        postgresql_where=sa.text("not returned"),
    )
    op.create_table(
        "bank_confirmation",
        sa.Column("confirmation_id", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), server_default=sa.text("ledger_now()"), nullable=False),
        sa.PrimaryKeyConstraint("confirmation_id", name=op.f("pk_bank_confirmation")),
        sa.UniqueConstraint("content_hash", name=op.f("uq_bank_confirmation_content_hash")),
    )
    op.create_table(
        "bank_line",
        sa.Column("line_id", sa.Text(), nullable=False),
        sa.Column("confirmation_id", sa.Text(), nullable=False),
        sa.Column("line_key", sa.Text(), nullable=False),
        sa.Column("account_iban", sa.Text(), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("outgoing", sa.Boolean(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("end_to_end_id", sa.Text(), nullable=False),
        sa.Column("iban", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("remittance", sa.Text(), nullable=False),
        sa.Column("return_reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=True),
        sa.Column("provider_code", sa.Text(), nullable=True),
        sa.Column("resolved_by", sa.Text(), nullable=True),
        sa.Column("resolved_reason", sa.Text(), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'resolved') = (resolved_reason is not null)", name=op.f("ck_bank_line_resolved")),
        sa.CheckConstraint("state <> 'matched' or run_id is not null", name=op.f("ck_bank_line_matched")),
        sa.CheckConstraint("state in ('matched', 'unmatched', 'resolved')", name=op.f("ck_bank_line_state")),
        sa.CheckConstraint("(run_id is null) = (provider_code is null)", name=op.f("ck_bank_line_payment")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_bank_line_positive")),
        sa.ForeignKeyConstraint(
            ["confirmation_id"], ["bank_confirmation.confirmation_id"], name=op.f("fk_bank_line_confirmation_id")
        ),
        sa.ForeignKeyConstraint(
            ["run_id", "provider_code"],
            ["payout_payment.run_id", "payout_payment.provider_code"],
            name=op.f("fk_bank_line_run_id_provider_code"),
        ),
        sa.PrimaryKeyConstraint("line_id", name=op.f("pk_bank_line")),
        sa.UniqueConstraint("line_key", name=op.f("uq_bank_line_line_key")),
    )
    op.create_index(
        "ix_bank_line_unmatched",
        "bank_line",
        ["booked_on"],
        unique=False,
        postgresql_where=sa.text("state = 'unmatched'"),
    )
    op.create_table(
        "clearing_run",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), server_default="closed", nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), server_default=sa.text("ledger_now()"), nullable=False),
        sa.Column("reopened_by", sa.Text(), nullable=True),
        sa.Column("reopened_reason", sa.Text(), nullable=True),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'reopened') = (coalesce(reopened_reason, '') <> '')", name=op.f("ck_clearing_run_reason")
        ),
        sa.CheckConstraint("state in ('closed', 'reopened')", name=op.f("ck_clearing_run_state")),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_clearing_run_period")),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_clearing_run")),
        sa.UniqueConstraint("starts_on", "version", name=op.f("uq_clearing_run_starts_on_version")),
    )
    op.create_index(
        "uq_clearing_run_closed",
        "clearing_run",
        ["starts_on"],
        unique=True,
        postgresql_where=sa.text("state = 'closed'"),
    )
    op.create_table(
        "clearing_line",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("home_territory", sa.Text(), nullable=False),
        sa.Column("delivery_territory", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("gross_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("released", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint("gross_minor <> 0 or fee_minor <> 0", name=op.f("ck_clearing_line_something")),
        sa.ForeignKeyConstraint(
            ["delivery_territory"], ["territory.code"], name=op.f("fk_clearing_line_delivery_territory")
        ),
        sa.ForeignKeyConstraint(["home_territory"], ["territory.code"], name=op.f("fk_clearing_line_home_territory")),
        sa.ForeignKeyConstraint(["run_id"], ["clearing_run.run_id"], name=op.f("fk_clearing_line_run_id")),
        sa.PrimaryKeyConstraint(
            "book_id", "entry_id", "home_territory", "delivery_territory", "run_id", name=op.f("pk_clearing_line")
        ),
    )
    op.create_index("ix_clearing_line_run", "clearing_line", ["run_id"], unique=False)
    op.create_index(
        "uq_clearing_line_once",
        "clearing_line",
        ["book_id", "entry_id", "home_territory", "delivery_territory"],
        unique=True,
        postgresql_where=sa.text("not released"),
    )
    op.create_table(
        "clearing_flow",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("home_territory", sa.Text(), nullable=False),
        sa.Column("delivery_territory", sa.Text(), nullable=False),
        sa.Column("gross_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("home_basis_points", sa.Integer(), nullable=False),
        sa.Column("delivery_basis_points", sa.Integer(), nullable=False),
        sa.Column("network_basis_points", sa.Integer(), nullable=False),
        sa.Column("home_fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("delivery_fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("network_fee_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "home_basis_points + delivery_basis_points + network_basis_points = 10000"
            " and least(home_basis_points, delivery_basis_points, network_basis_points) >= 0",
            name=op.f("ck_clearing_flow_basis_points"),
        ),
        sa.CheckConstraint(
            "home_fee_minor + delivery_fee_minor + network_fee_minor = fee_minor", name=op.f("ck_clearing_flow_split")
        ),
        sa.CheckConstraint(
            "home_territory <> delivery_territory or gross_minor = 0", name=op.f("ck_clearing_flow_gross")
        ),
        sa.ForeignKeyConstraint(
            ["delivery_territory"], ["territory.code"], name=op.f("fk_clearing_flow_delivery_territory")
        ),
        sa.ForeignKeyConstraint(["home_territory"], ["territory.code"], name=op.f("fk_clearing_flow_home_territory")),
        sa.ForeignKeyConstraint(["run_id"], ["clearing_run.run_id"], name=op.f("fk_clearing_flow_run_id")),
        sa.PrimaryKeyConstraint(
            "book_id", "run_id", "home_territory", "delivery_territory", name=op.f("pk_clearing_flow")
        ),
    )
    op.create_table(
        "clearing_position",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("position_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["clearing_run.run_id"], name=op.f("fk_clearing_position_run_id")),
        sa.PrimaryKeyConstraint("run_id", "party", name=op.f("pk_clearing_position")),
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in (
        "clearing_position",
        "clearing_flow",
        "clearing_line",
        "clearing_run",
        "bank_line",
        "bank_confirmation",
        "payout_line",
        "payout_part",
        "payout_event",
        "payout_payment",
        "payout_run",
        "dispute_event",
        "dispute",
        "provider_account",
    ):
        op.execute(f"drop table {table} cascade")
