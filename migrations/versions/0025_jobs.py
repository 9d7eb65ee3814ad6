"""The table of runs of jobs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025_jobs"
down_revision = "0024_outbox"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "job_run",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("due_at", moment),
        sa.Column("asked_by", sa.Text()),
        sa.Column("key", sa.Text()),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("started_at", moment),
        sa.Column("ended_at", moment),
        sa.Column("duration_ms", sa.Integer()),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("worker", sa.Text()),
        sa.Column("summary", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("problem", postgresql.JSONB()),
        sa.CheckConstraint(
            "case outcome when 'queued' then started_at is null when 'running' then ended_at is null"
            " when 'lost' then true when 'done' then ended_at is not null and problem is null"
            " when 'failed' then ended_at is not null and problem is not null else false end",
            name=op.f("ck_job_run_outcome"),
        ),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_job_run")),
        sa.UniqueConstraint("asked_by", "job", "key", name=op.f("uq_job_run_asked_by")),
    )
    op.create_index(
        "uq_job_run_due", "job_run", ["job", "due_at"], unique=True, postgresql_where=sa.text("asked_by is null")
    )
    op.create_index("ix_job_run_job", "job_run", ["job", "run_id"])
    op.create_index(
        "ix_job_run_open", "job_run", ["run_id"], postgresql_where=sa.text("outcome in ('queued', 'running')")
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("job_run")
