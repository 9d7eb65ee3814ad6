"""
Running tasks: one worker claims one, does it, and writes down how it ended.

A lease says that somebody is at it; who holds it renews it while they live. When it runs out the task is claimed again,
and what the first worker may still have to say is not taken down any more: it has lost the number of the attempt.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.tasks import problems
from api.tasks.errors import TaskAbandoned, TasksUnfenced
from api.tasks.kinds import KINDS, Progress
from api.tasks.queue import State, Task, of_row
from api.tasks.tables import TaskRow
from config import database, fences

LEASE = timedelta(seconds=60)
ATTEMPTS = 3
_TABLE = TaskRow.__table__
# Of the role that connects, and of those that it can take.
_HELD = (
    "select not (bool_or(rolsuper or rolbypassrls) or exists (select from pg_tables where schemaname = 'public'"
    " and pg_has_role(current_user, tableowner, 'member'))) as held"
    " from pg_roles where pg_has_role(current_user, oid, 'member')"
)
_SERVER_NOW = sa.func.clock_timestamp()


def run_next() -> bool:
    """
    Do the task that waits longest, if any, and return whether there was one; not to be called inside a fence.

    Errors: TasksUnfenced. What the work itself refuses is in the task.
    """
    task = database.transact(_claim)
    if task is None:
        return False
    if not _fenced():
        _tell(task, state=State.QUEUED, lease_until=None, attempts=task.attempts - 1)
        raise TasksUnfenced()
    with _renewed(task):
        try:
            with fences.inside(task.fence):
                result = KINDS[task.kind](task, _progress(task))
            ended: dict[str, Any] = {"state": State.DONE, "result": dict(result)}
        except Exception as error:
            refusal = problems.refusal_of(error)
            if refusal.retryable and task.attempts < ATTEMPTS:
                _tell(task, state=State.QUEUED, lease_until=None)
                return True
            ended = {"state": State.FAILED, "problem": problems.kept(refusal)}
    _tell(task, **ended, lease_until=None, ended_at=sa.func.ledger_now())
    return True


def _fenced() -> bool:
    """Return whether the fences hold here: a role that owns the tables would do a task in everybody's rows."""
    return bool(database.ask(_HELD, ())[0].held)


def _claim(session: Session) -> Task | None:
    stale = (TaskRow.state == State.RUNNING) & (TaskRow.lease_until < _SERVER_NOW)
    session.execute(
        sa.update(TaskRow)
        .where(stale, TaskRow.attempts >= ATTEMPTS)
        .values(
            state=State.FAILED,
            problem=problems.kept(TaskAbandoned(attempts=ATTEMPTS)),
            lease_until=None,
            ended_at=sa.func.ledger_now(),
        )
    )
    waiting = (
        sa.select(TaskRow.task_id)
        .where((TaskRow.state == State.QUEUED) | stale, TaskRow.kind.in_(KINDS))
        .order_by(TaskRow.task_id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    claimed = session.execute(
        sa.update(TaskRow)
        .where(TaskRow.task_id == waiting.scalar_subquery())
        .values(
            state=State.RUNNING,
            started_at=sa.func.coalesce(TaskRow.started_at, sa.func.ledger_now()),
            attempts=TaskRow.attempts + 1,
            lease_until=_SERVER_NOW + LEASE,
        )
        .returning(*_TABLE.c)
    ).first()
    return None if claimed is None else of_row(claimed)


def _tell(task: Task, **values: Any) -> None:
    """Write down something of a task, unless another worker has taken it up."""

    def write(session: Session) -> None:
        mine = (TaskRow.task_id == task.task_id, TaskRow.attempts == task.attempts, TaskRow.state == State.RUNNING)
        session.execute(sa.update(TaskRow).where(*mine).values(**values))

    database.transact(write)


def _progress(task: Task) -> Progress:
    def tell(done: int, total: int) -> None:
        # As the worker, whatever fence the work is in.
        Context().run(_tell, task, done=done, total=total)

    return tell


@contextmanager
def _renewed(task: Task) -> Iterator[None]:
    """Hold the lease of a task for as long as the block and this process last."""
    over = threading.Event()

    def renew() -> None:
        while not over.wait(LEASE.total_seconds() / 3):
            try:
                _tell(task, lease_until=_SERVER_NOW + LEASE)
            except sa.exc.DBAPIError:
                # The server is away; what is left of the lease says how long it may be.
                continue

    thread = threading.Thread(target=renew, name=f"lease-{task.task_id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
