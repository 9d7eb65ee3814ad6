"""Which months were told of because they were not closed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032_period_reminder"
down_revision = "0031_authorization_lists"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "period_reminder",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), server_default=sa.text("ledger_now()"), nullable=False),
        sa.ForeignKeyConstraint(["book_id"], ["book.book_id"], name=op.f("fk_period_reminder_book_id")),
        sa.PrimaryKeyConstraint("book_id", "starts_on", name=op.f("pk_period_reminder")),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("period_reminder")
