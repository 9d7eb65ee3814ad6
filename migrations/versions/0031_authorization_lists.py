"""Indexes for lists of authorizations over all books."""

from __future__ import annotations

from alembic import op

revision = "0031_authorization_lists"
down_revision = "0030_reminders"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the indexes."""
    op.create_index("ix_authorization_provider", "authorization", ["provider_code", "authorization_id"])
    op.create_index("ix_authorization_id", "authorization", ["authorization_id"])


def downgrade() -> None:
    """Drop the indexes."""
    op.drop_index("ix_authorization_id", table_name="authorization")
    op.drop_index("ix_authorization_provider", table_name="authorization")
