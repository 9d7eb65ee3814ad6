"""Tables for payroll mappings and for the sign-off of the rulebook."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009_exports"
down_revision = "0008_social"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    _create_signatures()
    _create_payroll_tables()


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("payroll_table_item")
    op.drop_table("payroll_table")
    op.drop_table("rule_signature")
    op.drop_table("rule_signoff")


def _create_signatures() -> None:
    """Create what a consultant signed: the rules are of all books, and so are their signatures."""
    op.create_table(
        "rule_signoff",
        sa.Column("signoff_id", sa.Text(), nullable=False),
        sa.Column("signed_by", sa.Text(), nullable=False),
        sa.Column("register_number", sa.Text(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("rulebook_version", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("ledger_now()"), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.CheckConstraint("signed_by = btrim(signed_by) and signed_by <> ''", name=op.f("ck_rule_signoff_signed_by")),
        sa.CheckConstraint("register_number ~ '[0-9]'", name=op.f("ck_rule_signoff_register_number")),
        sa.CheckConstraint("rulebook_version <> ''", name=op.f("ck_rule_signoff_rulebook_version")),
        sa.PrimaryKeyConstraint("signoff_id", name=op.f("pk_rule_signoff")),
    )
    op.create_table(
        "rule_signature",
        sa.Column("signoff_id", sa.Text(), nullable=False),
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint("content_hash ~ '^[0-9a-f]{64}$'", name=op.f("ck_rule_signature_content_hash")),
        sa.CheckConstraint("content ->> 'id' = rule_id", name=op.f("ck_rule_signature_content")),
        sa.ForeignKeyConstraint(["signoff_id"], ["rule_signoff.signoff_id"], name=op.f("fk_rule_signature_signoff_id")),
        sa.PrimaryKeyConstraint("signoff_id", "rule_id", name=op.f("pk_rule_signature")),
    )
    op.create_index("ix_rule_signature_rule", "rule_signature", ["rule_id"])


def _create_payroll_tables() -> None:
    """Create the tables of payslip items that companies load, month by month."""
    widths = " and ".join(f"{name}_width between 0 and 20" for name in ("company", "employee", "item"))
    op.create_table(
        "payroll_table",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("table_id", sa.Text(), nullable=False),
        sa.Column("from_month", sa.Date(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("company_code", sa.Text(), nullable=False),
        sa.Column("company_width", sa.SmallInteger(), nullable=False),
        sa.Column("employee_width", sa.SmallInteger(), nullable=False),
        sa.Column("item_width", sa.SmallInteger(), nullable=False),
        sa.Column("amounts", sa.Text(), nullable=False),
        sa.Column("dates", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), server_default=sa.text("ledger_now()"), nullable=False),
        sa.CheckConstraint("from_month = date_trunc('month', from_month)::date", name=op.f("ck_payroll_table_month")),
        sa.CheckConstraint(widths, name=op.f("ck_payroll_table_widths")),
        sa.CheckConstraint("amounts in ('COMMA', 'POINT', 'CENTS')", name=op.f("ck_payroll_table_amounts")),
        sa.CheckConstraint("dates in ('ISO', 'ITALIAN', 'DDMMYY')", name=op.f("ck_payroll_table_dates")),
        sa.CheckConstraint("content_hash ~ '^[0-9a-f]{64}$'", name=op.f("ck_payroll_table_content_hash")),
        sa.ForeignKeyConstraint(["book_id"], ["funder.book_id"], name=op.f("fk_payroll_table_book_id")),
        sa.PrimaryKeyConstraint("book_id", "table_id", name=op.f("pk_payroll_table")),
    )
    op.create_index("ix_payroll_table_month", "payroll_table", ["book_id", "from_month"])
    op.create_table(
        "payroll_table_item",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("table_id", sa.Text(), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("category", sa.Text()),
        sa.Column("source", sa.Text()),
        sa.Column("channel", sa.Text()),
        sa.Column("treatment", sa.Text()),
        sa.Column("expense", sa.Text()),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.CheckConstraint("line > 0", name=op.f("ck_payroll_table_item_line")),
        sa.CheckConstraint("treatment in ('EXEMPT', 'TAXABLE')", name=op.f("ck_payroll_table_item_treatment")),
        sa.CheckConstraint("code ~ '^[A-Za-z0-9][A-Za-z0-9 ._/-]{0,19}$'", name=op.f("ck_payroll_table_item_code")),
        sa.ForeignKeyConstraint(
            ["book_id", "table_id"],
            ["payroll_table.book_id", "payroll_table.table_id"],
            name=op.f("fk_payroll_table_item_book_id_table_id"),
        ),
        sa.PrimaryKeyConstraint("book_id", "table_id", "line", name=op.f("pk_payroll_table_item")),
    )
