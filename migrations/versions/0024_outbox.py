"""What happened, written with the money, for others to be told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024_outbox"
down_revision = "0023_rates"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "event",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("aggregate", sa.Text(), nullable=False),
        sa.Column("book_id", sa.Integer()),
        sa.Column("employee_id", sa.Text()),
        sa.Column("provider_code", sa.Text()),
        sa.Column("personal", sa.Boolean(), nullable=False),
        sa.Column("only_for", sa.Text()),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.Column("occurred_at", moment, server_default=sa.text("ledger_now()"), nullable=False),
        sa.Column("told_at", moment),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_event")),
    )
    op.create_index("ix_event_waiting", "event", ["seq"], postgresql_where=sa.text("told_at is null"))


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("event")
