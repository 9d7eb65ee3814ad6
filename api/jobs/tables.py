"""The table of runs of jobs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base

Moment = sa.DateTime(timezone=True)


class JobRunRow(Base):
    """
    One run of a job: due at a moment of its schedule, or asked for by somebody.

    What runs every few seconds is due at no moment (`due_at` is null), and leaves a row when it did something.
    """

    __tablename__ = "job_run"
    run_id: Mapped[str] = mapped_column(Text, primary_key=True)
    job: Mapped[str] = mapped_column(Text)
    due_at: Mapped[datetime | None] = mapped_column(Moment)
    asked_by: Mapped[str | None] = mapped_column(Text)
    key: Mapped[str | None] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text)
    started_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    duration_ms: Mapped[int | None]
    attempts: Mapped[int] = mapped_column(server_default="0")
    worker: Mapped[str | None] = mapped_column(Text)
    summary: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    problem: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    __table_args__ = (
        CheckConstraint(
            "case outcome when 'queued' then started_at is null when 'running' then ended_at is null"
            " when 'lost' then true when 'done' then ended_at is not null and problem is null"
            " when 'failed' then ended_at is not null and problem is not null else false end",
            name="outcome",
        ),
        Index("uq_job_run_due", "job", "due_at", unique=True, postgresql_where=sa.text("asked_by is null")),
        UniqueConstraint("asked_by", "job", "key"),
        Index("ix_job_run_job", "job", "run_id"),
        Index("ix_job_run_open", "run_id", postgresql_where=sa.text("outcome in ('queued', 'running')")),
    )
