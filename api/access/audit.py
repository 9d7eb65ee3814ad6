"""The audit trail: who did what, and about whom, written in the transaction that did it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import flask
import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.access.roles import Role
from api.access.tables import AuditEvent
from config import database, ids

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

# What a funder reads of in its book. Everything else says what somebody bought, declared or did for themselves.
_FUNDERS_RESOURCES = frozenset(
    {"budgets", "elsewhere", "funding", "jobs", "members", "people", "plans", "statements", "tokens", "webhooks"}
)
_PERSONAL_ACTIONS = frozenset({"people:declare"})
_PERSONS = (Role.EMPLOYEE, Role.PROVIDER)

_ROW = (
    "insert into audit_event (event_id, member_id, role, book_id, employee_id, action, operation, target, personal,"
    " outcome, request_id)"
    " select %(event_id)s, %(member_id)s, %(role)s,"
    " coalesce(%(book_id)s, (select e.book_id from employee e where e.employee_id = %(employee_id)s)),"
    " %(employee_id)s, %(action)s, %(operation)s, %(target)s, %(personal)s, %(outcome)s, %(request_id)s"
)
# A request that wrote nothing, such as a trial or an answer given again under its key, did nothing.
_ROW_OF_WORK = f"{_ROW} where pg_current_xact_id_if_assigned() is not null"


@dataclass(frozen=True, slots=True)
class Doer:
    """Who does something, as far as that is known."""

    member_id: str | None = None
    role: Role | None = None
    book_id: int | None = None
    employee_id: str | None = None


def about(*, employee_id: str | None = None, target: str | None = None) -> None:
    """Say whom this request is about, and what it acts on, where its path and its result do not say it."""
    flask.g.audited = {"employee_id": employee_id, "target": target}


def write(session: Session, doer: Doer, action: str, *, target: str | None = None, outcome: str = "done") -> None:
    """Write down one thing that somebody did at the door: signing in, a token, an invitation."""
    _insert(session, _ROW, doer, action, doer.employee_id, target, outcome)


def write_work(session: Session, doer: Doer, result: object, *, book_id: int | None = None) -> None:
    """Write down what this request did, if its transaction has written anything and it does more than read."""
    if flask.request.method in SAFE or getattr(result, "replayed", False):
        return
    said: Mapping[str, str | None] = flask.g.get("audited") or {}
    view: dict[str, Any] = flask.request.view_args or {}
    subject = getattr(result, "authorization", result)
    if getattr(subject, "replayed", False):
        return
    employee_id = (
        said.get("employee_id")
        or view.get("employee_id")
        or _text(subject, "employee_id")
        or flask.g.get("asked_employee_id")
        or doer.employee_id
    )
    target = said.get("target") or _target(subject) or next((str(value) for value in view.values()), None)
    scope = getattr(flask.current_app.view_functions.get(flask.request.endpoint or ""), "_scope", None)
    declined = _text(subject, "status") == "declined"
    _insert(
        session,
        _ROW_OF_WORK,
        Doer(doer.member_id, doer.role, book_id or doer.book_id, doer.employee_id),
        scope or flask.request.endpoint or "",
        employee_id,
        target,
        "declined" if declined else "done",
    )


def is_personal(role: Role | None, action: str, *, about_somebody: bool) -> bool:
    """Say whether a funder must not read of it: unless it is named above as one of a funder's matters, it must not."""
    resource = action.partition(":")[0]
    if role is None or role in _PERSONS or resource not in _FUNDERS_RESOURCES or action in _PERSONAL_ACTIONS:
        return True
    return about_somebody and resource not in ("people", "elsewhere", "members")


def _insert(
    session: Session,
    statement: str,
    doer: Doer,
    action: str,
    employee_id: str | None,
    target: str | None,
    outcome: str,
) -> None:
    # What the work left to be written must be, to be seen.
    session.flush()
    database.run(
        session,
        statement,
        {
            "event_id": ids.new("aud"),
            "member_id": doer.member_id,
            "role": doer.role,
            "book_id": doer.book_id,
            "employee_id": employee_id,
            "action": action,
            "operation": (flask.request.endpoint or "") if flask.has_request_context() else "cli",
            "target": target,
            "personal": is_personal(doer.role, action, about_somebody=employee_id is not None),
            "outcome": outcome,
            "request_id": flask.g.get("request_id", "") if flask.has_request_context() else "",
        },
    )


def _target(result: object) -> str | None:
    # What `reimbursements` gives back bears a `reimbursement_id`.
    name = (flask.request.blueprint or "").rpartition(".")[2].replace("-", "_")
    return _text(result, f"{name.removesuffix('s')}_id")


def _text(result: object, name: str) -> str | None:
    value = result.get(name) if isinstance(result, Mapping) else getattr(result, name, None)
    return None if value is None else str(value)


# -- reading -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """What of the trail is asked for; None is all."""

    since: datetime | None = None
    until: datetime | None = None
    member_id: str | None = None
    action: str | None = None
    employee_id: str | None = None


def listing(asked: Asked) -> sa.Select[Any]:
    """Return the query of the trail, newest first, as far as the session's fence shows it; names are today's."""
    event = AuditEvent.__table__.c
    name = sa.func.access_member_name(event.member_id).label("member_name")
    person = sa.text(
        "(select first_name || ' ' || last_name from employee e"
        " where e.book_id = audit_event.book_id and e.employee_id = audit_event.employee_id) as employee_name"
    )
    statement = sa.select(AuditEvent.__table__, name, person)
    for condition in (
        None if asked.since is None else event.at >= asked.since,
        None if asked.until is None else event.at < asked.until,
        None if asked.member_id is None else event.member_id == asked.member_id,
        None if asked.action is None else event.action == asked.action,
        None if asked.employee_id is None else event.employee_id == asked.employee_id,
    ):
        if condition is not None:
            statement = statement.where(condition)
    return statement
