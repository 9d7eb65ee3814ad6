"""Letters that wait for the mail server."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020_mail"
down_revision = "0019_tasks"
branch_labels = None
depends_on = None

_NOW = sa.text("ledger_now()")


def upgrade() -> None:
    """Create the table."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "mail",
        sa.Column("mail_id", sa.Text(), nullable=False),
        sa.Column("addressee_id", sa.Text()),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.Column("state", sa.Text(), server_default="queued", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("queued_at", moment, server_default=_NOW, nullable=False),
        sa.Column("next_at", moment, server_default=_NOW, nullable=False),
        sa.Column("useful_until", moment),
        sa.Column("ended_at", moment),
        sa.Column("problem", sa.Text()),
        sa.CheckConstraint("state in ('queued', 'sent', 'dead')", name=op.f("ck_mail_state")),
        sa.CheckConstraint("(state = 'queued') = (ended_at is null)", name=op.f("ck_mail_ended")),
        sa.CheckConstraint("state = 'queued' or facts = '{}'", name=op.f("ck_mail_forgotten")),
        sa.ForeignKeyConstraint(["addressee_id"], ["member.member_id"], name=op.f("fk_mail_addressee_id")),
        sa.PrimaryKeyConstraint("mail_id", name=op.f("pk_mail")),
    )
    op.create_index("ix_mail_queued", "mail", ["next_at"], postgresql_where=sa.text("state = 'queued'"))


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("mail")
