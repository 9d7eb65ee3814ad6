"""
Running jobs: each due run once, whoever comes first, however many workers there are.

Two things together: a lock that a worker holds while it is at a job, which ends with its connection, and the row of the
run, unique by job and due moment, which says that it was done. A row that says running while its job's lock is free was
left by a worker that died, and its run is done again.
"""

from __future__ import annotations

import os
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from api.jobs.errors import JobBusy
from api.jobs.registry import JOBS, Job
from api.jobs.runs import Outcome, Run, of_row
from api.jobs.tables import JobRunRow
from api.jobs.works import Tally
from api.tasks import problems
from config import clock, database, ids

# A run whose workers died so many times is given up until the next one is due.
ATTEMPTS = 3
WORKER = f"{socket.gethostname()}:{os.getpid()}"
_LOCK = sa.text("select pg_try_advisory_xact_lock(hashtextextended('borsellino:job:' || :job, 0))")
_TABLE = JobRunRow.__table__


def run_latest(job: Job) -> Run | None:
    """Do the run of a job that was due last, unless it was done or somebody is at it; earlier ones are left out."""
    due_at = job.schedule.latest(clock.now())
    if due_at is None or _is_over(job, due_at):
        return None
    with _alone(job) as alone:
        run = database.transact(lambda session: _begin(session, job, due_at)) if alone else None
        return None if run is None else _do(job, run)


def run_asked() -> Run | None:
    """Do the run that somebody asked for longest ago, if its job is free."""
    with database.transaction() as session:
        waiting = session.execute(
            sa.select(_TABLE).where(JobRunRow.outcome == Outcome.QUEUED).order_by(JobRunRow.run_id)
        ).all()
    for row in waiting:
        job = JOBS.get(row.job)
        if job is None:
            continue
        with _alone(job) as alone:
            run = database.transact(partial(_take, job=job, run_id=row.run_id)) if alone else None
            if run is not None:
                return _do(job, run)
    return None


def run_now(job: Job, *, asked_by: str) -> Run:
    """
    Run a job here and now, for whoever asks.

    Errors: JobBusy. What the job refuses is in the run.
    """
    with _alone(job) as alone:
        if not alone:
            raise JobBusy(job=job.name)
        return _do(job, database.transact(lambda session: _write(session, job, clock.now(), asked_by)))


def watch(job: Job, stopping: Callable[[], bool]) -> Run | None:
    """Do a job that is due at no moment for as long as there is something to do; nothing done leaves no row."""
    started_at, began, tally = clock.now(), time.monotonic(), Tally()
    problem = None
    try:
        while not stopping():
            found: Tally = Counter()
            job.work(found)
            tally += found
            if not found.total():
                break
    except Exception as error:
        problem = problems.kept(problems.refusal_of(error))
    if problem is None and not tally:
        return None
    values = {
        "run_id": ids.new("jrn"),
        "job": job.name,
        "outcome": Outcome.DONE if problem is None else Outcome.FAILED,
        "started_at": started_at,
        "attempts": 1,
        "worker": WORKER,
    } | _end(began, tally, problem)
    return database.transact(
        lambda session: of_row(session.execute(insert(JobRunRow).values(**values).returning(*_TABLE.c)).one())
    )


@contextmanager
def _alone(job: Job) -> Iterator[bool]:
    """Hold the job's lock for the length of the block, in a transaction that does nothing else, if it is free."""
    with database.transaction() as session:
        yield bool(session.scalar(_LOCK, {"job": job.name}))


def _is_over(job: Job, due_at: datetime) -> bool:
    due = (JobRunRow.job == job.name, JobRunRow.due_at == due_at, JobRunRow.asked_by.is_(None))
    with database.transaction() as session:
        return session.scalar(sa.select(JobRunRow.outcome).where(*due)) not in (None, Outcome.RUNNING)


def _begin(session: Session, job: Job, due_at: datetime) -> Run | None:
    _give_up_the_dead(session, job, due_at)
    statement = insert(JobRunRow).values(run_id=ids.new("jrn"), job=job.name, due_at=due_at, **_beginning(), attempts=1)
    # The lock is ours: whoever wrote down that it runs is dead.
    statement = statement.on_conflict_do_update(
        index_elements=["job", "due_at"],
        index_where=sa.text("asked_by is null"),
        set_={**_beginning(), "attempts": JobRunRow.attempts + 1},
        where=JobRunRow.outcome == Outcome.RUNNING,
    )
    row = session.execute(statement.returning(*_TABLE.c)).first()
    return None if row is None else of_row(row)


def _give_up_the_dead(session: Session, job: Job, due_at: datetime | None) -> None:
    """Write down as lost what a dead worker left running, but for the run that is due now and may be tried again."""
    again = sa.and_(
        JobRunRow.due_at.is_not_distinct_from(due_at), JobRunRow.asked_by.is_(None), JobRunRow.attempts < ATTEMPTS
    )
    session.execute(
        sa.update(JobRunRow)
        .where(JobRunRow.job == job.name, JobRunRow.outcome == Outcome.RUNNING, sa.not_(again))
        .values(outcome=Outcome.LOST, ended_at=clock.now())
    )


def _take(session: Session, *, job: Job, run_id: str) -> Run | None:
    _give_up_the_dead(session, job, job.schedule.latest(clock.now()))
    row = session.execute(
        sa.update(JobRunRow)
        .where(JobRunRow.run_id == run_id, JobRunRow.outcome == Outcome.QUEUED)
        .values(**_beginning(), attempts=1)
        .returning(*_TABLE.c)
    ).first()
    return None if row is None else of_row(row)


def _write(session: Session, job: Job, moment: datetime, asked_by: str) -> Run:
    _give_up_the_dead(session, job, job.schedule.latest(moment))
    values = {"run_id": ids.new("jrn"), "job": job.name, "due_at": moment, "asked_by": asked_by, "attempts": 1}
    row = session.execute(insert(JobRunRow).values(**values, **_beginning()).returning(*_TABLE.c)).one()
    return of_row(row)


def _do(job: Job, run: Run) -> Run:
    began, tally = time.monotonic(), Tally()
    problem = None
    try:
        job.work(tally)
    except Exception as error:
        problem = problems.kept(problems.refusal_of(error))
    values = {"outcome": Outcome.DONE if problem is None else Outcome.FAILED} | _end(began, tally, problem)

    def record(session: Session) -> Run:
        mine = (JobRunRow.run_id == run.run_id, JobRunRow.attempts == run.attempts)
        row = session.execute(sa.update(JobRunRow).where(*mine).values(**values).returning(*_TABLE.c)).one()
        return of_row(row)

    return database.transact(record)


def _beginning() -> dict[str, Any]:
    return {"outcome": Outcome.RUNNING, "started_at": clock.now(), "worker": WORKER}


def _end(began: float, tally: Tally, problem: Any) -> dict[str, Any]:
    return {
        "ended_at": clock.now(),
        "duration_ms": round((time.monotonic() - began) * 1_000),
        "summary": {name: int(count) for name, count in tally.items()},
        "problem": problem,
    }
