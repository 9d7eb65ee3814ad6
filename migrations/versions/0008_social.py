"""Tables of plans/social/: instruments, tariffs, applications for municipal vouchers."""

from __future__ import annotations

revision = "0008_social"
down_revision = "0007_sources"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""


def downgrade() -> None:
    """Drop the tables."""
