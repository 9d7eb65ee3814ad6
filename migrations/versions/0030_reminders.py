"""What people want to be told, and what they were reminded of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030_reminders"
down_revision = "0029_retention"
branch_labels = None
depends_on = None

_NOW = sa.text("ledger_now()")


def upgrade() -> None:
    """Create the tables."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "notification_choice",
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.member_id"], name=op.f("fk_notification_choice_member_id")),
        sa.PrimaryKeyConstraint("member_id", "kind", "channel", name=op.f("pk_notification_choice")),
    )
    op.create_table(
        "lot_reminder",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Text(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("step", sa.SmallInteger(), nullable=False),
        sa.Column("told_at", moment, server_default=_NOW, nullable=False),
        sa.ForeignKeyConstraint(
            ["book_id", "lot_id"], ["lot.book_id", "lot.lot_id"], name=op.f("fk_lot_reminder_book_id_lot_id")
        ),
        sa.PrimaryKeyConstraint("book_id", "lot_id", "last_day", "step", name=op.f("pk_lot_reminder")),
    )
    op.create_table(
        "provider_reminder",
        sa.Column("provider_code", sa.Text(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("told_at", moment, server_default=_NOW, nullable=False),
        sa.ForeignKeyConstraint(["provider_code"], ["provider.code"], name=op.f("fk_provider_reminder_provider_code")),
        sa.PrimaryKeyConstraint("provider_code", "expires_on", name=op.f("pk_provider_reminder")),
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in ("provider_reminder", "lot_reminder", "notification_choice"):
        op.drop_table(table)
