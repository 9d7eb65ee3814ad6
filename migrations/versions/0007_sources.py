"""Tables of plans/ for bonus conversions, payroll files and opening balances."""

from __future__ import annotations

revision = "0007_sources"
down_revision = "0006_reimbursements"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""


def downgrade() -> None:
    """Drop the tables."""
