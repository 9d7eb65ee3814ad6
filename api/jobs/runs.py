"""Runs of jobs: what was due or asked for, how it went, and what may be run by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import Session

from api.conventions.paging import Page, cut
from api.jobs.errors import JobRunNotFound
from api.jobs.tables import JobRunRow
from config import clock, ids

KEPT = timedelta(days=400)
KEPT_WATCHING = timedelta(days=30)
_TABLE = JobRunRow.__table__


class Outcome(StrEnum):
    """How a run is or went; lost is one whose worker died."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Run:
    """
    One run. `due_at` is null for what is due at no moment, `asked_by` for what nobody asked for.

    `problem` has a code, the sentence in both languages (`it`, `en`) and the facts.
    """

    run_id: str
    job: str
    due_at: datetime | None
    asked_by: str | None
    outcome: Outcome
    started_at: datetime | None
    ended_at: datetime | None
    duration_ms: int | None
    attempts: int
    worker: str | None
    summary: Mapping[str, int]
    problem: Mapping[str, Any] | None
    replayed: bool = False


def ask(session: Session, job: str, *, asked_by: str, key: str | None) -> Run:
    """Queue a run of a job for the next worker; the same key of the same person gives the same run again."""
    made = session.execute(
        insert(JobRunRow)
        .values(run_id=ids.new("jrn"), job=job, due_at=clock.now(), asked_by=asked_by, key=key, outcome=Outcome.QUEUED)
        .on_conflict_do_nothing(index_elements=["asked_by", "job", "key"])
        .returning(*_TABLE.c)
    ).first()
    if made is not None:
        return of_row(made)
    mine = (JobRunRow.asked_by == asked_by, JobRunRow.job == job, JobRunRow.key == key)
    return of_row(session.execute(sa.select(_TABLE).where(*mine)).one(), replayed=True)


def find(session: Session, job: str, run_id: str) -> Run:
    """
    Return a run of a job.

    Errors: JobRunNotFound.
    """
    row = session.execute(sa.select(_TABLE).where(JobRunRow.job == job, JobRunRow.run_id == run_id)).first()
    if row is None:
        raise JobRunNotFound(job=job, run=run_id)
    return of_row(row)


def page(session: Session, asked: Mapping[str, Any], *, job: str | None = None) -> Page[Run]:
    """
    Return a page of the runs, of one job if it is named, the newest first; `asked` is a PageQuery.

    Errors: CursorUnknown.
    """
    statement = sa.select(_TABLE)
    if job is not None:
        statement = statement.where(JobRunRow.job == job)
    return cut(session, statement, _TABLE.c.run_id, asked).each(of_row)


def last(session: Session) -> dict[str, Run]:
    """Return of each job the newest run that ended, whichever way."""
    ended = (Outcome.DONE, Outcome.FAILED, Outcome.LOST)
    rows = session.execute(
        sa.select(_TABLE)
        .ext(distinct_on(JobRunRow.job))
        .where(JobRunRow.outcome.in_(ended))
        .order_by(JobRunRow.job, JobRunRow.ended_at.desc(), JobRunRow.run_id.desc())
    )
    return {row.job: of_row(row) for row in rows}


def forget(session: Session) -> int:
    """Delete the runs that are older than they are kept, and return how many."""
    now = clock.now()
    old = sa.or_(
        JobRunRow.ended_at < now - KEPT,
        sa.and_(JobRunRow.due_at.is_(None), JobRunRow.ended_at < now - KEPT_WATCHING),
    )
    return session.execute(sa.delete(JobRunRow).where(old)).rowcount  # type: ignore[attr-defined, no-any-return]


def of_row(row: sa.Row[Any], *, replayed: bool = False) -> Run:
    """Return the run that a row of the table writes down."""
    return Run(
        run_id=row.run_id,
        job=row.job,
        due_at=row.due_at,
        asked_by=row.asked_by,
        outcome=Outcome(row.outcome),
        started_at=row.started_at,
        ended_at=row.ended_at,
        duration_ms=row.duration_ms,
        attempts=row.attempts,
        worker=row.worker,
        summary=row.summary,
        problem=row.problem,
        replayed=replayed,
    )
