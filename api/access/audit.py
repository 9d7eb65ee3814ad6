"""The audit trail: who did what, and about whom, written in the transaction that did it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
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

# Whose something is, where neither the request nor its answer says it.
_WHOSE: Mapping[str, str] = {
    "authorization_id": 'select employee_id from "authorization" where authorization_id = %(whose)s',
    "reimbursement_id": "select employee_id from reimbursement where reimbursement_id = %(whose)s",
    "relative_id": "select employee_id from relative where relative_id = %(whose)s",
    "dispute_id": 'select a.employee_id from dispute d join "authorization" a using (book_id, authorization_id)'
    " where d.dispute_id = %(whose)s",
}
_NOBODYS = "select null::text"
_ROW = (
    "insert into audit_event (event_id, member_id, role, book_id, employee_id, action, operation, target, personal,"
    " outcome, request_id)"
    " select %(event_id)s, %(member_id)s, %(role)s,"
    " coalesce(%(book_id)s, (select e.book_id from employee e where e.employee_id = found.employee_id)),"
    " found.employee_id, %(action)s, %(operation)s, %(target)s,"
    " case when found.employee_id is null then %(personal)s else %(personal_about)s end, %(outcome)s, %(request_id)s"
    " from (select coalesce(%(employee_id)s, ({whose}) , %(own)s) as employee_id) found"
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
    _insert(session, _ROW, doer, action, target=target, outcome=outcome)


def write_work(session: Session, doer: Doer, result: object, *, book_id: int | None = None) -> None:
    """Write down what this request did, if its transaction has written anything and it does more than read."""
    if flask.request.method in SAFE:
        return
    answer = result.get_json() if isinstance(result, flask.Response) and result.is_json else result
    subject = _inside(answer)
    if getattr(answer, "replayed", False) or getattr(subject, "replayed", False):
        return
    said: Mapping[str, str | None] = flask.g.get("audited") or {}
    view: dict[str, Any] = flask.request.view_args or {}
    employee_id = (
        said.get("employee_id")
        or view.get("employee_id")
        or _text(subject, "employee_id")
        or flask.g.get("asked_employee_id")
    )
    known = {name: view.get(name) or _text(subject, name) for name in _WHOSE}
    whose = None if employee_id else next(((name, value) for name, value in known.items() if value), None)
    scope = getattr(flask.current_app.view_functions.get(flask.request.endpoint or ""), "_scope", None)
    _insert(
        session,
        _ROW_OF_WORK,
        Doer(doer.member_id, doer.role, book_id or doer.book_id, doer.employee_id),
        scope or flask.request.endpoint or "",
        employee_id=employee_id,
        whose=whose,
        target=said.get("target") or _target(subject) or next((str(value) for value in view.values()), None),
        outcome="declined" if _text(subject, "status") == "declined" else "done",
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
    *,
    employee_id: str | None = None,
    whose: tuple[str, str] | None = None,
    target: str | None,
    outcome: str,
) -> None:
    # What the work left to be written must be, to be seen.
    session.flush()
    asking = flask.has_request_context()
    database.run(
        session,
        statement.format(whose=_NOBODYS if whose is None else _WHOSE[whose[0]]),
        {
            "event_id": ids.new("aud"),
            "member_id": doer.member_id,
            "role": doer.role,
            "book_id": doer.book_id,
            "employee_id": employee_id,
            "whose": None if whose is None else whose[1],
            "own": doer.employee_id,
            "action": action,
            "operation": (flask.request.endpoint or "") if asking else "cli",
            "target": target,
            "personal": is_personal(doer.role, action, about_somebody=False),
            "personal_about": is_personal(doer.role, action, about_somebody=True),
            "outcome": outcome,
            "request_id": flask.g.get("request_id", "") if asking else "",
        },
    )


def _inside(answer: object) -> object:
    # A change bears the authorization that it changed.
    inside = answer.get("authorization") if isinstance(answer, Mapping) else getattr(answer, "authorization", None)
    return answer if inside is None or isinstance(inside, str) else inside


def _target(answer: object) -> str | None:
    # What `reimbursements` gives back bears a `reimbursement_id`, and what goes out an `id`; others name theirs first.
    name = (flask.request.blueprint or "").rpartition(".")[2].replace("-", "_").removesuffix("s")
    first = next((each.name for each in fields(answer)), "") if is_dataclass(answer) else "id"
    return _text(answer, f"{name}_id") or (_text(answer, first) if first.endswith("id") else None)


def _text(answer: object, name: str) -> str | None:
    value = answer.get(name) if isinstance(answer, Mapping) else getattr(answer, name, None)
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


def on_behalf(row: Any) -> bool:
    """Say of a row of the trail whether one of the network's own people acted in a person's place."""
    return row.employee_id is not None and row.personal and row.role in (Role.WELFARE_MANAGER, Role.OPERATOR)


def last(session: Session, target: str, action: str) -> Any:
    """Return who did something to this last, and when; None where nobody has."""
    event = AuditEvent.__table__.c
    asked = listing(Asked(action=action)).where(event.target == target).order_by(event.event_id.desc()).limit(1)
    return session.execute(asked).one_or_none()


def name(session: Session, member_id: str) -> str | None:
    """Return what a member is called who stands in the trail, also to whom the fence shows nothing else of them."""
    found: str | None = session.scalar(sa.select(sa.func.access_member_name(member_id)))
    return found


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
