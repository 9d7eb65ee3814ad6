"""The tables of wallet/."""

from __future__ import annotations

revision = "0004_wallet"
down_revision = "0003_plans"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""


def downgrade() -> None:
    """Drop the tables."""
