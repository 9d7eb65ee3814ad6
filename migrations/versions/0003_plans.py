"""The tables of plans/."""

from __future__ import annotations

revision = "0003_plans"
down_revision = "0002_network"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""


def downgrade() -> None:
    """Drop the tables."""
