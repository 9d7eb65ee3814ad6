"""Requests as they are read: each with what happened to it, in order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from wallet.requests.errors import RequestNotFound
from wallet.requests.tables import RequestEvent, RequestRow
from wallet.requests.words import Outcome, Role, State, Step

_REQUEST, _EVENT = RequestRow.__table__, RequestEvent.__table__
# What a list is read by.
ID = _REQUEST.c.request_id


@dataclass(frozen=True, slots=True)
class By:
    """Who acts, in which role, and for whom where it is not for themself."""

    actor: str
    role: Role
    on_behalf_of: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a request; `services` are what an answer points to, by code."""

    kind: Step
    by: By
    note: str
    services: tuple[str, ...]
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Request:
    """A request with its history."""

    request_id: str
    employee_id: str
    territory_code: str
    service_code: str | None
    state: State
    outcome: Outcome | None
    asked_at: datetime
    closed_at: datetime | None
    events: tuple[Event, ...]


def get(session: Session, book_id: int, request_id: str, *, lock: bool = False) -> Request:
    """
    Return a request; with `lock` as it is once nobody else changes it.

    Errors: RequestNotFound.
    """
    wanted = sa.select(_REQUEST).where(_REQUEST.c.book_id == book_id, _REQUEST.c.request_id == request_id)
    row = session.execute(wanted.with_for_update() if lock else wanted).one_or_none()
    if row is None:
        raise RequestNotFound(request=request_id)
    return values(session, [row])[0]


def book_of(session: Session, request_id: str) -> int:
    """
    Return the book of a request, as far as the session sees.

    Errors: RequestNotFound.
    """
    book_id = session.scalar(sa.select(_REQUEST.c.book_id).where(_REQUEST.c.request_id == request_id))
    if book_id is None:
        raise RequestNotFound(request=request_id)
    return int(book_id)


def query(
    *,
    book_id: int | None = None,
    state: State | None = None,
    territory: str | None = None,
    employee_id: str | None = None,
) -> sa.Select[Any]:
    """Return the query of the requests that the session sees, for a list that is read by pages."""
    told = {
        "book_id": book_id,
        "state": None if state is None else str(state),
        "territory_code": territory,
        "employee_id": employee_id,
    }
    conditions = [_REQUEST.c[name] == value for name, value in told.items() if value is not None]
    return sa.select(_REQUEST).where(*conditions)


def values(session: Session, rows: Sequence[Any]) -> list[Request]:
    """Return the requests of some rows of `query`, each with its history."""
    found: dict[str, list[Event]] = defaultdict(list)
    wanted = sa.select(_EVENT).where(
        _EVENT.c.book_id.in_({row.book_id for row in rows}), _EVENT.c.request_id.in_([row.request_id for row in rows])
    )
    for event in session.execute(wanted.order_by(_EVENT.c.request_id, _EVENT.c.seq)):
        by = By(event.actor, Role(event.role), event.on_behalf_of)
        found[event.request_id].append(
            Event(Step(event.kind), by, event.note, tuple(event.services), event.recorded_at)
        )
    return [
        Request(
            row.request_id,
            row.employee_id,
            row.territory_code,
            row.service_code,
            State(row.state),
            None if row.outcome is None else Outcome(row.outcome),
            row.asked_at,
            row.closed_at,
            tuple(found[row.request_id]),
        )
        for row in rows
    ]
