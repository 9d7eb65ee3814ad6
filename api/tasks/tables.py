"""The table of tasks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base
from config.fences import Sight

Moment = sa.DateTime(timezone=True)
_SIGHTS = ", ".join(f"'{sight}'" for sight in Sight)


class TaskRow(Base):
    """
    Work that a member asked for and that takes longer than an answer may.

    `lease_until` is by the server's own clock, also where the program's is fixed: until then a worker is at it.
    """

    __tablename__ = "task"
    task_id: Mapped[str] = mapped_column(Text, primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("member.member_id"))
    sight: Mapped[str] = mapped_column(Text)
    book_id: Mapped[int | None] = mapped_column(ForeignKey("book.book_id"))
    employee_id: Mapped[str | None] = mapped_column(Text)
    provider_code: Mapped[str | None] = mapped_column(ForeignKey("provider.code"))
    kind: Mapped[str] = mapped_column(Text)
    key: Mapped[str | None] = mapped_column(Text)
    arguments: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(Text, server_default="queued")
    done: Mapped[int] = mapped_column(server_default="0")
    total: Mapped[int | None]
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    problem: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    asked_at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))
    started_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    attempts: Mapped[int] = mapped_column(server_default="0")
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    __table_args__ = (
        UniqueConstraint("member_id", "kind", "key"),
        CheckConstraint(f"sight in ({_SIGHTS})", name="sight"),
        CheckConstraint(
            "case state when 'queued' then lease_until is null and ended_at is null"
            " when 'running' then lease_until is not null and started_at is not null and ended_at is null"
            " when 'done' then result is not null and problem is null and ended_at is not null"
            " when 'failed' then problem is not null and result is null and ended_at is not null else false end",
            name="state",
        ),
        CheckConstraint("done >= 0 and attempts >= 0", name="counts"),
        Index("ix_task_open", "task_id", postgresql_where=sa.text("state in ('queued', 'running')")),
        Index("ix_task_member", "member_id", "task_id"),
    )
