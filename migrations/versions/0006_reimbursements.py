"""The tables of wallet/reimbursements/: submissions, their documents and reviews."""

from __future__ import annotations

revision = "0006_reimbursements"
down_revision = "0005_settlement"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""


def downgrade() -> None:
    """Drop the tables."""
