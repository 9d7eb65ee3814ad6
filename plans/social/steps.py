"""The steps of an application: who moved it, when and why; written once and read in order."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plans.rows import table
from plans.social.tables import SocialStep
from plans.social.words import State, Why

_STEP = table(SocialStep)


@dataclass(frozen=True, slots=True)
class StepTaken:
    """One step of an application's history."""

    seq: int
    from_state: State | None
    to_state: State
    why: Why
    act_ref: str | None
    occurred_on: date
    actor: str
    on_behalf_of: str | None
    recorded_at: datetime


def write(
    session: Session,
    book_id: int,
    application_id: str,
    from_state: State | None,
    to: State,
    why: Why,
    on: date,
    actor: str,
    on_behalf_of: str | None,
    act_ref: str | None = None,
) -> None:
    """Write down a step after those before it; the application is locked, or new."""
    last = session.scalar(sa.select(sa.func.max(_STEP.c.seq)).where(*_of(book_id, application_id)))
    session.execute(
        sa.insert(_STEP).values(
            book_id=book_id,
            application_id=application_id,
            seq=int(last or 0) + 1,
            from_state=None if from_state is None else str(from_state),
            to_state=str(to),
            why=str(why),
            occurred_on=on,
            actor=actor,
            on_behalf_of=on_behalf_of,
            act_ref=act_ref,
        )
    )


def last_day(session: Session, book_id: int, application_id: str) -> date | None:
    """Return the day of the last step, which the next one may not come before."""
    day: date | None = session.scalar(sa.select(sa.func.max(_STEP.c.occurred_on)).where(*_of(book_id, application_id)))
    return day


def history(session: Session, book_id: int, application_id: str) -> tuple[StepTaken, ...]:
    """Return every step of an application, the first one first."""
    columns = [_STEP.c[field.name] for field in fields(StepTaken)]
    rows = session.execute(
        sa.select(*columns)
        .where(_STEP.c.book_id == book_id, _STEP.c.application_id == application_id)
        .order_by(_STEP.c.seq)
    )
    return tuple(
        StepTaken(
            row.seq,
            None if row.from_state is None else State(row.from_state),
            State(row.to_state),
            Why(row.why),
            *row[4:],
        )
        for row in rows
    )


def _of(book_id: int, application_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    return _STEP.c.book_id == book_id, _STEP.c.application_id == application_id
