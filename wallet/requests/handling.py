"""Handling: a person asks, a welfare manager answers as often as it takes, and either of them closes."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import clock, ids
from network import services, territories
from plans import funders, people
from wallet import outbox
from wallet.outbox import Event
from wallet.requests import records
from wallet.requests.errors import RequestClosed, RequestTextMissing
from wallet.requests.records import By, Request
from wallet.requests.tables import RequestEvent, RequestRow
from wallet.requests.words import Outcome, State, Step


def ask(
    session: Session,
    book_id: int,
    employee_id: str,
    *,
    text: str,
    service: str | None = None,
    territory: str | None = None,
    by: By,
) -> Request:
    """
    Write down what a person asks for, about a service where one is named; the welfare managers are written to.

    It concerns the territory that is named; else that of the service, the person's, or the funder's.
    Errors: EmployeeNotFound, RequestTextMissing, ServiceNotFound, TerritoryNotFound; the first that applies.
    """
    person = people.employee(session, book_id, employee_id)
    _check(text)
    about = None if service is None else services.get(session, service)
    place = territory or (None if about is None else about.territory_code) or person.home_territory
    place = territories.get(session, place or funders.of_book(session, book_id).home_territory).code
    request_id = ids.new("rqs")
    session.execute(
        sa.insert(RequestRow).values(
            book_id=book_id,
            request_id=request_id,
            employee_id=employee_id,
            territory_code=place,
            service_code=service,
            state=str(State.OPEN),
            asked_at=clock.now(),
        )
    )
    _append(session, book_id, request_id, 1, Step.ASKED, by, text)
    return _told(session, book_id, request_id, Event.REQUEST_CREATED)


def answer(session: Session, book_id: int, request_id: str, *, text: str, named: Sequence[str] = (), by: By) -> Request:
    """
    Answer a request; `named` are services that it points to. The person is written to.

    Errors: RequestTextMissing, RequestNotFound, RequestClosed, ServiceNotFound; the first that applies.
    """
    _check(text)
    found = _open(session, book_id, request_id)
    for code in named:
        services.get(session, code)
    _append(session, book_id, request_id, len(found.events) + 1, Step.ANSWERED, by, text, tuple(dict.fromkeys(named)))
    _set(session, book_id, request_id, state=str(State.ANSWERED))
    return _told(session, book_id, request_id, Event.REQUEST_ANSWERED)


def close(session: Session, book_id: int, request_id: str, outcome: Outcome, *, text: str = "", by: By) -> Request:
    """
    Close a request, and say what became of it; withdrawn is what a person does not want any more.

    Errors: RequestNotFound, RequestClosed.
    """
    found = _open(session, book_id, request_id)
    _append(session, book_id, request_id, len(found.events) + 1, Step.CLOSED, by, text)
    _set(session, book_id, request_id, state=str(State.CLOSED), outcome=str(outcome), closed_at=clock.now())
    return _told(session, book_id, request_id, Event.REQUEST_CLOSED)


def _check(text: str) -> None:
    if not text.strip():
        raise RequestTextMissing()


def _open(session: Session, book_id: int, request_id: str) -> Request:
    found = records.get(session, book_id, request_id, lock=True)
    if found.state is State.CLOSED:
        raise RequestClosed(request=request_id)
    return found


def _append(
    session: Session,
    book_id: int,
    request_id: str,
    seq: int,
    kind: Step,
    by: By,
    text: str,
    named: tuple[str, ...] = (),
) -> None:
    session.execute(
        sa.insert(RequestEvent).values(
            book_id=book_id,
            request_id=request_id,
            seq=seq,
            kind=str(kind),
            role=str(by.role),
            actor=by.actor,
            on_behalf_of=by.on_behalf_of,
            note=text.strip(),
            services=list(named),
            recorded_at=clock.now(),
        )
    )


def _set(session: Session, book_id: int, request_id: str, **changes: object) -> None:
    mine = (RequestRow.book_id == book_id, RequestRow.request_id == request_id)
    session.execute(sa.update(RequestRow).where(*mine).values(**changes))


def _told(session: Session, book_id: int, request_id: str, event: Event) -> Request:
    """Tell of it, by codes alone: nobody's words leave the two who write to each other."""
    found = records.get(session, book_id, request_id)
    facts = {
        "request_id": request_id,
        "employee_id": found.employee_id,
        "territory": found.territory_code,
        "service": found.service_code,
        "state": str(found.state),
        "outcome": None if found.outcome is None else str(found.outcome),
    }
    outbox.tell(session, book_id, event, request_id, facts, employee_id=found.employee_id)
    return found
