"""An id for each linked identity: what a provider calls somebody may be a codice fiscale, and stands in no address."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034_identity_ids"
down_revision = "0033_requests"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, with an id for each identity that was linked before."""
    op.add_column("linked_identity", sa.Column("identity_id", sa.Text(), nullable=True))
    op.execute("update linked_identity set identity_id = 'idn_' || upper(replace(gen_random_uuid()::text, '-', ''))")
    op.alter_column("linked_identity", "identity_id", nullable=False)
    op.create_unique_constraint(op.f("uq_linked_identity_identity_id"), "linked_identity", ["identity_id"])


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("linked_identity", "identity_id")
