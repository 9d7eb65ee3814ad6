"""An index of prices, in which the catalogue is read from the cheapest on."""

from __future__ import annotations

from alembic import op

revision = "0037_price_order"
down_revision = "0036_surveys"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let the first page of the catalogue be found without looking at every service."""
    op.create_index(op.f("ix_service_price_price_minor"), "service_price", ["price_minor"])


def downgrade() -> None:
    """Look at every service again."""
    op.drop_index(op.f("ix_service_price_price_minor"), "service_price")
