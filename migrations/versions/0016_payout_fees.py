"""The fees a payout run withheld by, so that its reference cannot come again under others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016_payout_fees"
down_revision = "0015_goes_back"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    # Of a run that was prepared before, nobody knows.
    op.add_column("payout_run", sa.Column("fees", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("payout_run", "fees")
