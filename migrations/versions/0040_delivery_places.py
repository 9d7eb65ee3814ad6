"""Where services at home are to come, and whom to ask for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0040_delivery_places"
down_revision = "0039_price_overlap"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "delivery_place",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("authorization_id", sa.Text(), nullable=False),
        sa.Column("comune", sa.Text(), nullable=False),
        sa.Column("street", sa.Text(), nullable=False),
        sa.Column("ask_for", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("told_by", sa.Text(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), server_default=sa.text("ledger_now()"), nullable=False),
        sa.CheckConstraint("length(street) between 1 and 120", name=op.f("ck_delivery_place_street")),
        sa.CheckConstraint("length(ask_for) between 1 and 80", name=op.f("ck_delivery_place_ask_for")),
        sa.CheckConstraint(
            "phone ~ '^[0-9 +]{6,20}$' and length(regexp_replace(phone, '[^0-9]', '', 'g')) >= 6",
            name=op.f("ck_delivery_place_phone"),
        ),
        sa.CheckConstraint("length(note) <= 200", name=op.f("ck_delivery_place_note")),
        sa.ForeignKeyConstraint(["comune"], ["comune.istat_code"], name=op.f("fk_delivery_place_comune")),
        sa.ForeignKeyConstraint(
            ["book_id", "authorization_id"],
            ["authorization.book_id", "authorization.authorization_id"],
            name=op.f("fk_delivery_place_book_id_authorization_id"),
        ),
        sa.PrimaryKeyConstraint("book_id", "authorization_id", name=op.f("pk_delivery_place")),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("delivery_place")
