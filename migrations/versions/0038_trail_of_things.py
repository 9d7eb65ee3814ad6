"""An index of the trail, which is asked what became of one thing."""

from __future__ import annotations

from alembic import op

revision = "0038_trail_of_things"
down_revision = "0037_price_order"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let what was done to one thing be found without reading all that was ever done."""
    op.create_index(op.f("ix_audit_event_target"), "audit_event", ["target", "event_id"])


def downgrade() -> None:
    """Take the index away."""
    op.drop_index(op.f("ix_audit_event_target"), "audit_event")
