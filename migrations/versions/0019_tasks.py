"""The table of tasks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019_tasks"
down_revision = "0018_access"
branch_labels = None
depends_on = None

_SIGHTS = "'nobody', 'employee', 'provider', 'funder', 'book', 'network'"


def upgrade() -> None:
    """Create the table."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "task",
        sa.Column("task_id", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("sight", sa.Text(), nullable=False),
        sa.Column("book_id", sa.Integer()),
        sa.Column("employee_id", sa.Text()),
        sa.Column("provider_code", sa.Text()),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text()),
        sa.Column("arguments", postgresql.JSONB(), nullable=False),
        sa.Column("state", sa.Text(), server_default="queued", nullable=False),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("total", sa.Integer()),
        sa.Column("result", postgresql.JSONB()),
        sa.Column("problem", postgresql.JSONB()),
        sa.Column("asked_at", moment, server_default=sa.text("ledger_now()"), nullable=False),
        sa.Column("started_at", moment),
        sa.Column("ended_at", moment),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_until", moment),
        sa.CheckConstraint(f"sight in ({_SIGHTS})", name=op.f("ck_task_sight")),
        sa.CheckConstraint(
            "case state when 'queued' then lease_until is null and ended_at is null"
            " when 'running' then lease_until is not null and started_at is not null and ended_at is null"
            " when 'done' then result is not null and problem is null and ended_at is not null"
            " when 'failed' then problem is not null and result is null and ended_at is not null else false end",
            name=op.f("ck_task_state"),
        ),
        sa.CheckConstraint("done >= 0 and attempts >= 0", name=op.f("ck_task_counts")),
        sa.ForeignKeyConstraint(["member_id"], ["member.member_id"], name=op.f("fk_task_member_id")),
        sa.ForeignKeyConstraint(["book_id"], ["book.book_id"], name=op.f("fk_task_book_id")),
        sa.ForeignKeyConstraint(["provider_code"], ["provider.code"], name=op.f("fk_task_provider_code")),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_task")),
        sa.UniqueConstraint("member_id", "kind", "key", name=op.f("uq_task_member_id")),
    )
    op.create_index("ix_task_open", "task", ["task_id"], postgresql_where=sa.text("state in ('queued', 'running')"))
    op.create_index("ix_task_member", "task", ["member_id", "task_id"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("task")
