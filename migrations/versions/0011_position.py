"""The table for what an employer handed over in January for the year before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011_position"
down_revision = "0010_invoicing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "hand_over",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("hand_over_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("authorization_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("handed_over_on", sa.Date(), nullable=False),
        sa.Column("fiscal_year", sa.SmallInteger(), nullable=False),
        sa.Column("document_ref", sa.Text(), nullable=False),
        sa.Column("document_on", sa.Date(), nullable=False),
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("ledger_now()"), nullable=False),
        sa.CheckConstraint("kind in ('attributed', 'withdrawn')", name=op.f("ck_hand_over_kind")),
        sa.CheckConstraint("extract(year from handed_over_on) = fiscal_year + 1", name=op.f("ck_hand_over_year")),
        sa.CheckConstraint("document_ref <> '' and document_on <= handed_over_on", name=op.f("ck_hand_over_document")),
        sa.ForeignKeyConstraint(
            ["book_id", "authorization_id"],
            ["authorization.book_id", "authorization.authorization_id"],
            name=op.f("fk_hand_over_book_id_authorization_id"),
        ),
        sa.PrimaryKeyConstraint("book_id", "hand_over_id", name=op.f("pk_hand_over")),
    )
    op.create_index("ix_hand_over_authorization", "hand_over", ["book_id", "authorization_id"], unique=False)


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("hand_over")
