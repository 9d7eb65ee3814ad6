"""To whom events go, and what is on its way."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026_webhooks"
down_revision = "0025_jobs"
branch_labels = None
depends_on = None

_NOW = sa.text("ledger_now()")
_PENDING = sa.text("state = 'pending'")


def upgrade() -> None:
    """Create the tables."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "webhook_endpoint",
        sa.Column("endpoint_id", sa.Text(), nullable=False),
        sa.Column("registered_by", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("sight", sa.Text(), nullable=False),
        sa.Column("book_id", sa.Integer()),
        sa.Column("employee_id", sa.Text()),
        sa.Column("provider_code", sa.Text()),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("types", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", moment, server_default=_NOW, nullable=False),
        sa.Column("disabled_at", moment),
        sa.Column("disabled_why", sa.Text()),
        sa.Column("failing_since", moment),
        sa.Column("paused_until", moment),
        sa.CheckConstraint("cardinality(types) > 0", name=op.f("ck_webhook_endpoint_types")),
        sa.CheckConstraint("(disabled_at is null) = (disabled_why is null)", name=op.f("ck_webhook_endpoint_disabled")),
        sa.CheckConstraint(
            "disabled_why in ('asked', 'gone', 'failing', 'left')", name=op.f("ck_webhook_endpoint_why")
        ),
        sa.ForeignKeyConstraint(
            ["registered_by"], ["member.member_id"], name=op.f("fk_webhook_endpoint_registered_by")
        ),
        sa.ForeignKeyConstraint(["book_id"], ["book.book_id"], name=op.f("fk_webhook_endpoint_book_id")),
        sa.ForeignKeyConstraint(["provider_code"], ["provider.code"], name=op.f("fk_webhook_endpoint_provider_code")),
        sa.PrimaryKeyConstraint("endpoint_id", name=op.f("pk_webhook_endpoint")),
    )
    op.create_table(
        "webhook_secret",
        sa.Column("secret_id", sa.Text(), nullable=False),
        sa.Column("endpoint_id", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("older_until", moment, nullable=False),
        sa.Column("created_at", moment, server_default=_NOW, nullable=False),
        sa.ForeignKeyConstraint(
            ["endpoint_id"],
            ["webhook_endpoint.endpoint_id"],
            name=op.f("fk_webhook_secret_endpoint_id"),
            ondelete="cascade",
        ),
        sa.PrimaryKeyConstraint("secret_id", name=op.f("pk_webhook_secret")),
    )
    op.create_index("ix_webhook_secret_endpoint", "webhook_secret", ["endpoint_id"])
    op.create_table(
        "webhook_delivery",
        sa.Column("delivery_id", sa.Text(), nullable=False),
        sa.Column("endpoint_id", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("aggregate", sa.Text(), nullable=False),
        sa.Column("book_id", sa.Integer()),
        sa.Column("employee_id", sa.Text()),
        sa.Column("provider_code", sa.Text()),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("tries", postgresql.JSONB(), server_default="[]", nullable=False),
        sa.Column("queued_at", moment, server_default=_NOW, nullable=False),
        sa.Column("next_at", moment, server_default=_NOW, nullable=False),
        sa.Column("ended_at", moment),
        sa.CheckConstraint("state in ('pending', 'delivered', 'dead')", name=op.f("ck_webhook_delivery_state")),
        sa.CheckConstraint("(state = 'pending') = (ended_at is null)", name=op.f("ck_webhook_delivery_ended")),
        sa.ForeignKeyConstraint(
            ["endpoint_id"],
            ["webhook_endpoint.endpoint_id"],
            name=op.f("fk_webhook_delivery_endpoint_id"),
            ondelete="cascade",
        ),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_webhook_delivery")),
        sa.UniqueConstraint("endpoint_id", "event_id", name=op.f("uq_webhook_delivery_endpoint_id")),
    )
    op.create_index("ix_webhook_delivery_due", "webhook_delivery", ["next_at"], postgresql_where=_PENDING)
    op.create_index(
        "ix_webhook_delivery_order", "webhook_delivery", ["endpoint_id", "aggregate", "seq"], postgresql_where=_PENDING
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in ("webhook_delivery", "webhook_secret", "webhook_endpoint"):
        op.drop_table(table)
