"""The queue: what was asked for, by whom, and how far it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from api.conventions.paging import Page, cut
from api.tasks.errors import TaskNotFound
from api.tasks.tables import TaskRow
from config import clock, ids
from config.fences import Fence, Sight
from ledger.errors import KeyReused

KEPT = timedelta(days=30)
_TABLE = TaskRow.__table__


class State(StrEnum):
    """How far a task is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Task:
    """
    One task. `problem` has a code, the sentence in both languages (`it`, `en`) and the facts, once it has failed.

    `replayed` says that it had been asked for before, under the same key.
    """

    task_id: str
    member_id: str
    fence: Fence
    kind: str
    arguments: Mapping[str, Any]
    state: State
    done: int
    total: int | None
    result: Mapping[str, Any] | None
    problem: Mapping[str, Any] | None
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    attempts: int
    replayed: bool = False


def ask(
    session: Session,
    kind: str,
    arguments: Mapping[str, Any],
    *,
    member_id: str,
    fence: Fence,
    key: str | None = None,
) -> Task:
    """
    Queue work for a worker, to be done in a fence; the same key of the same member gives the same task again.

    Errors: KeyReused.
    """
    wanted = {"kind": kind, "arguments": dict(arguments), **_columns(fence)}
    made = session.execute(
        insert(TaskRow)
        .values(task_id=ids.new("tsk"), member_id=member_id, key=key, **wanted)
        .on_conflict_do_nothing(index_elements=["member_id", "kind", "key"])
        .returning(*_TABLE.c)
    ).first()
    if made is not None:
        return of_row(made)
    first = session.execute(
        sa.select(_TABLE).where(TaskRow.member_id == member_id, TaskRow.kind == kind, TaskRow.key == key)
    ).one()
    if {name: getattr(first, name) for name in wanted} != wanted:
        raise KeyReused(key=key)
    return of_row(first, replayed=True)


def find(session: Session, task_id: str) -> Task:
    """
    Return a task, as far as the transaction's fence shows it.

    Errors: TaskNotFound.
    """
    row = session.execute(sa.select(_TABLE).where(TaskRow.task_id == task_id)).first()
    if row is None:
        raise TaskNotFound(task=task_id)
    return of_row(row)


def page(session: Session, asked: Mapping[str, Any], *, member_id: str) -> Page[Task]:
    """
    Return a page of a member's tasks, the newest first; `asked` is a PageQuery, with `kind`, `state` and `book_id` if
    need be.

    Errors: CursorUnknown.
    """
    statement = sa.select(_TABLE).where(TaskRow.member_id == member_id)
    for name in ("kind", "state", "book_id"):
        if name in asked:
            statement = statement.where(_TABLE.c[name] == asked[name])
    return cut(session, statement, _TABLE.c.task_id, asked).each(of_row)


def forget(session: Session) -> int:
    """Delete the tasks that ended longer ago than they are kept, and return how many."""
    return session.execute(  # type: ignore[attr-defined, no-any-return]
        sa.delete(TaskRow).where(TaskRow.ended_at < clock.now() - KEPT)
    ).rowcount


def of_row(row: sa.Row[Any], *, replayed: bool = False) -> Task:
    """Return the task that a row of the table writes down."""
    return Task(
        task_id=row.task_id,
        member_id=row.member_id,
        fence=Fence(Sight(row.sight), row.book_id, row.employee_id, row.provider_code, row.member_id),
        kind=row.kind,
        arguments=row.arguments,
        state=State(row.state),
        done=row.done,
        total=row.total,
        result=row.result,
        problem=row.problem,
        asked_at=row.asked_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        attempts=row.attempts,
        replayed=replayed,
    )


def _columns(fence: Fence) -> dict[str, Any]:
    return {
        "sight": str(fence.sight),
        "book_id": fence.book_id,
        "employee_id": fence.employee_id,
        "provider_code": fence.provider_code,
    }
