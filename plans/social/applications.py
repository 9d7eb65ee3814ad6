"""
Applications for entrusted services: presented, moved step by step, each step kept with who, when and why.

Nothing of the case is here: a code points to it. Steps that move money belong to `wallet.social`, which calls `move`.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import clock, ids
from config.errors import DomainError
from config.money import from_minor
from plans import people
from plans.rows import Employee, table
from plans.social import assessments, codes, isee, offer, states, steps
from plans.social.errors import (
    ApplicationNotFound,
    EntrustedServiceClosed,
    IseeExpired,
    IseeMissing,
    MovedByAssigning,
    ProtocolTaken,
    RegistryInvalid,
    ServiceNotEntrusted,
    StepInFuture,
    ThresholdExceeded,
)
from plans.social.isee import Assessment, Attestation
from plans.social.offer import Entrusted
from plans.social.tables import SocialApplication
from plans.social.words import Standing, State, Why

_APPLICATION = table(SocialApplication)


@dataclass(frozen=True, slots=True)
class Application:
    """An application as it stands."""

    application_id: str
    employee_id: str
    entrusted_code: str
    state: State
    protocol: str
    case_ref: str | None
    submitted_on: date
    citizenship: str | None
    residence_istat: str | None
    service_code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is presented: for whom, for which service, under which protocol. Nothing else of the person."""

    employee_id: str
    entrusted_code: str
    protocol: str
    submitted_on: date
    case_ref: str | None = None
    citizenship: str | None = None
    residence_istat: str | None = None


def apply(
    session: Session,
    book_id: int,
    draft: Draft,
    attestation: Attestation | None,
    *,
    actor: str,
    on_behalf_of: str | None = None,
    shift: int = 0,
) -> Application:
    """
    Write down a presented application with what its attestation comes to; the indicator is not kept.

    Errors: PersonCodeInvalid, EmployeeNotFound, EntrustedServiceNotFound, ProtocolInvalid, CaseRefInvalid,
            RegistryInvalid, StepInFuture, EntrustedServiceClosed, ProtocolTaken, TariffNotInForce; those of
            `isee.assess`; the first that applies.
    """
    codes.check_person(on_behalf_of)
    people.employee(session, book_id, draft.employee_id)
    service = offer.entrusted(session, book_id, draft.entrusted_code)
    codes.check_protocol(draft.protocol)
    codes.check_case_ref(draft.case_ref)
    codes.check_registry(draft.citizenship, draft.residence_istat)
    today = clock.today()
    if draft.submitted_on > today:
        raise StepInFuture(on=draft.submitted_on, first=service.starts_on, today=today)
    if not service.starts_on <= draft.submitted_on <= service.ends_on:
        raise EntrustedServiceClosed(
            service=service.code, starts_on=service.starts_on, ends_on=service.ends_on, on=draft.submitted_on
        )
    taken = sa.select(_APPLICATION.c.application_id).where(
        _APPLICATION.c.book_id == book_id, _APPLICATION.c.protocol == draft.protocol
    )
    if session.scalar(taken) is not None:
        raise ProtocolTaken(protocol=draft.protocol)
    assessment = _assess(session, book_id, service, attestation, draft.submitted_on, shift)

    application_id = ids.new("apl")
    values = {field.name: getattr(draft, field.name) for field in fields(Draft)}
    session.execute(
        sa.insert(_APPLICATION).values(
            book_id=book_id, application_id=application_id, state=str(State.SUBMITTED), **values
        )
    )
    steps.write(
        session, book_id, application_id, None, State.SUBMITTED, Why.ORDINARY, draft.submitted_on, actor, on_behalf_of
    )
    assessments.write(session, book_id, application_id, assessment, actor=actor)
    return get(session, book_id, application_id)


def record_isee(
    session: Session,
    book_id: int,
    application_id: str,
    attestation: Attestation | None,
    *,
    on: date,
    actor: str,
    shift: int = 0,
) -> Assessment:
    """
    Write down a new attestation, or that there is none, presented on a day; return what it comes to.

    What is paid changes from the day the tariff says; what was bought before stays as it was.
    Errors: ApplicationNotFound, StepInFuture, TariffNotInForce; those of `isee.assess`.
    """
    found = lock(session, book_id, application_id)
    _check_day(session, book_id, found, on)
    service = offer.entrusted(session, book_id, found.entrusted_code)
    assessment = _assess(session, book_id, service, attestation, on, shift)
    assessments.write(session, book_id, found.application_id, assessment, actor=actor)
    return assessment


def correct_registry(
    session: Session,
    book_id: int,
    application_id: str,
    *,
    citizenship: str | None = None,
    residence_istat: str | None = None,
    actor: str,
    on_behalf_of: str | None = None,
) -> Application:
    """
    Write down the citizenship, the comune of residence or both as they are now; the state stays, the history says who.

    Errors: PersonCodeInvalid, RegistryInvalid (also where neither is told), ApplicationNotFound.
    """
    codes.check_person(on_behalf_of)
    codes.check_registry(citizenship, residence_istat)
    told = {"citizenship": citizenship, "residence_istat": residence_istat}
    values = {name: value for name, value in told.items() if value is not None}
    if not values:
        raise RegistryInvalid()
    found = lock(session, book_id, application_id)
    session.execute(sa.update(_APPLICATION).where(*_here(book_id, found.application_id)).values(**values))
    return move(
        session, book_id, found, found.state, why=Why.REGISTRY, on=clock.today(), actor=actor, on_behalf_of=on_behalf_of
    )


def advance(
    session: Session,
    book_id: int,
    application_id: str,
    to: State,
    *,
    why: Why = Why.ORDINARY,
    on: date,
    actor: str,
    on_behalf_of: str | None = None,
    act_ref: str | None = None,
    service_code: str | None = None,
) -> Application:
    """
    Move an application one step that moves no money; `service_code` is what the citizen chose from the register.

    Errors: ActInvalid, PersonCodeInvalid, ApplicationNotFound, StepInFuture, TransitionNotAllowed, SelectionMismatch,
            ReasonNotAllowed, IseeMissing, IseeExpired, ThresholdExceeded, MovedByAssigning, ServiceNotEntrusted; the
            first that applies.
    """
    codes.check_act(act_ref)
    codes.check_person(on_behalf_of)
    found = lock(session, book_id, application_id)
    step = _allowed(session, book_id, found, to, why, on)
    if step.money:
        raise MovedByAssigning(to=to)
    if service_code is not None:
        service = offer.entrusted(session, book_id, found.entrusted_code)
        if service_code not in service.services:
            raise ServiceNotEntrusted(asked=service_code, service=service.code, entrusted=service.services)
    return move(
        session, book_id, found, to, why=why, on=on, actor=actor, on_behalf_of=on_behalf_of, act_ref=act_ref,
        service_code=service_code,
    )  # fmt: skip


def check_step(session: Session, book_id: int, found: Application, to: State, why: Why, on: date) -> None:
    """
    Refuse a step that the application cannot take; whoever moves money asks before, and then calls `move`.

    Errors: StepInFuture, TransitionNotAllowed, SelectionMismatch, ReasonNotAllowed, IseeMissing, IseeExpired,
            ThresholdExceeded.
    """
    _allowed(session, book_id, found, to, why, on)


def move(
    session: Session,
    book_id: int,
    found: Application,
    to: State,
    *,
    why: Why,
    on: date,
    actor: str,
    on_behalf_of: str | None = None,
    act_ref: str | None = None,
    service_code: str | None = None,
) -> Application:
    """
    Write down a step that was checked; the application is locked by the caller.

    Errors: ActInvalid, PersonCodeInvalid.
    """
    codes.check_act(act_ref)
    codes.check_person(on_behalf_of)
    steps.write(session, book_id, found.application_id, found.state, to, why, on, actor, on_behalf_of, act_ref)
    values: dict[str, Any] = {"state": str(to)}
    if service_code is not None:
        values["service_code"] = service_code
    session.execute(sa.update(_APPLICATION).where(*_here(book_id, found.application_id)).values(**values))
    return get(session, book_id, found.application_id)


# -- reading -----------------------------------------------------------------------------------------------------------

_COLUMNS = [_APPLICATION.c[field.name] for field in fields(Application)]
# What a list is read by.
ID = _APPLICATION.c.application_id


def get(session: Session, book_id: int, application_id: str) -> Application:
    """
    Return an application by id or protocol.

    Errors: ApplicationNotFound.
    """
    return _one(session, book_id, application_id, locked=False)


def lock(session: Session, book_id: int, application_id: str) -> Application:
    """
    Return an application by id or protocol as it is once nobody else changes it.

    Errors: ApplicationNotFound.
    """
    return _one(session, book_id, application_id, locked=True)


def listed(
    session: Session, book_id: int, *, entrusted_code: str | None = None, state: State | None = None
) -> tuple[tuple[Application, str], ...]:
    """Return the applications of a book with the citizen's name, the oldest first."""
    employee = table(Employee)
    query = (
        sa.select(*_COLUMNS, employee.c.first_name, employee.c.last_name)
        .join(
            employee,
            sa.and_(employee.c.book_id == _APPLICATION.c.book_id, employee.c.employee_id == _APPLICATION.c.employee_id),
        )
        .where(_APPLICATION.c.book_id == book_id)
        .order_by(_APPLICATION.c.submitted_on, _APPLICATION.c.application_id)
    )
    if entrusted_code is not None:
        query = query.where(_APPLICATION.c.entrusted_code == entrusted_code)
    if state is not None:
        query = query.where(_APPLICATION.c.state == str(state))
    return tuple((_application(row), f"{row.first_name} {row.last_name}") for row in session.execute(query))


def query(
    *,
    book_id: int | None = None,
    employee_id: str | None = None,
    entrusted_code: str | None = None,
    state: State | None = None,
) -> sa.Select[Any]:
    """Return the query of the applications that the session sees, for a list that is read by pages."""
    told = {
        "book_id": book_id,
        "employee_id": employee_id,
        "entrusted_code": entrusted_code,
        "state": None if state is None else str(state),
    }
    conditions = [_APPLICATION.c[name] == value for name, value in told.items() if value is not None]
    return sa.select(*_COLUMNS).where(*conditions)


def value(row: Any) -> Application:
    """Return the application of a row of `query`."""
    return _application(row)


def find(session: Session, application_id: str) -> tuple[int, Application]:
    """
    Return an application by its id alone, and its book, as far as the session sees.

    Errors: ApplicationNotFound.
    """
    row = session.execute(
        sa.select(_APPLICATION.c.book_id, *_COLUMNS).where(_APPLICATION.c.application_id == application_id)
    ).one_or_none()
    if row is None:
        raise ApplicationNotFound(application=application_id)
    return int(row.book_id), _application(row)


def _one(session: Session, book_id: int, asked: str, *, locked: bool) -> Application:
    key = _APPLICATION.c.application_id if asked.startswith("apl_") else _APPLICATION.c.protocol
    query = sa.select(*_COLUMNS).where(_APPLICATION.c.book_id == book_id, key == asked)
    row = session.execute(query.with_for_update() if locked else query).one_or_none()
    if row is None:
        raise ApplicationNotFound(application=asked)
    return _application(row)


def _application(row: Any) -> Application:
    values = {field.name: getattr(row, field.name) for field in fields(Application)}
    return Application(**(values | {"state": State(row.state)}))


# -- checking and writing ----------------------------------------------------------------------------------------------


def _allowed(session: Session, book_id: int, found: Application, to: State, why: Why, on: date) -> states.Step:
    _check_day(session, book_id, found, on)
    service = offer.entrusted(session, book_id, found.entrusted_code)
    step = states.step(found.application_id, found.state, to, why, service.selection, service.code)
    if "threshold" in step.checks:
        _check_standing(session, book_id, found, service, on)
    return step


def _check_standing(session: Session, book_id: int, found: Application, service: Entrusted, on: date) -> None:
    latest = assessments.latest(session, book_id, found.application_id)
    if latest.valid_until is not None and latest.valid_until < on:
        raise IseeExpired(application=found.application_id, valid_until=latest.valid_until)
    if service.threshold_minor is None:
        return
    if latest.standing is Standing.NOT_PRESENTED:
        raise IseeMissing(service=service.code)
    if latest.standing is Standing.ABOVE:
        raise ThresholdExceeded(threshold=from_minor(service.threshold_minor), service=service.code)


def _check_day(session: Session, book_id: int, found: Application, on: date) -> None:
    first = steps.last_day(session, book_id, found.application_id)
    today = clock.today()
    if on > today or (first is not None and on < first):
        raise StepInFuture(on=on, first=first or found.submitted_on, today=today)


def comes_to(
    session: Session, book_id: int, entrusted_code: str, attestation: Attestation | None, *, on: date, shift: int = 0
) -> str:
    """
    Return what an attestation would come to: all that may tell a repetition from another request.

    It is "" where it comes to nothing: whatever is asked then says why.
    """
    with suppress(DomainError):
        told = _assess(session, book_id, offer.entrusted(session, book_id, entrusted_code), attestation, on, shift)
        return f"{told.standing} {told.quota.kind} {told.quota.value}"
    return ""


def _assess(
    session: Session, book_id: int, service: Entrusted, attestation: Attestation | None, on: date, shift: int
) -> Assessment:
    tariff = None if service.tariff_id is None else offer.tariff_on(session, book_id, service.tariff_id, on)
    return isee.assess(service, tariff, attestation, on=on, shift=shift)


def _here(book_id: int, application_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    return _APPLICATION.c.book_id == book_id, _APPLICATION.c.application_id == application_id
