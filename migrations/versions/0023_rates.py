"""How many requests each client sent in its window."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023_rates"
down_revision = "0022_redemptions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table, which is not logged: a crash may forget it."""
    op.create_table(
        "rate_window",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_rate_window")),
        prefixes=["UNLOGGED"],
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("rate_window")
