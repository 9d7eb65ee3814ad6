"""Identity: who sent this request, found by the token or cookie it brings, and the fence its transactions run in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar

import flask
from sqlalchemy.orm import Session

from api.access import audit, cookies, documented, tokens
from api.access.audit import Doer
from api.access.errors import SessionNeeded
from api.access.roles import SIGHT, Role
from api.conventions.problems import AccessNeeded, NotAllowed
from config import clock, database, fences
from config.fences import Fence, Sight
from plans import people
from plans.errors import EmployeeNotFound

T = TypeVar("T")
_IDENTIFY = "select * from access_identify(%s, %s)"
_SCHEME = "bearer "


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks; `actor` is what the audit trail writes."""

    token_id: str
    member_id: str
    name: str
    role: Role
    book_id: int | None
    employee_id: str | None
    provider_code: str | None
    scopes: frozenset[str]
    kind: str
    appointment_id: str
    session: bool
    expires_at: datetime

    @property
    def actor(self) -> str:
        """Return what the audit trail writes."""
        return self.member_id

    @property
    def fence(self) -> Fence:
        """Return what the database shows of itself to this identity."""
        return Fence(SIGHT[self.role], self.book_id, self.employee_id, self.provider_code, self.member_id)

    @property
    def at_the_door(self) -> Fence:
        """Return which members are shown to this identity: of its own book or provider; to the network's, all."""
        if SIGHT[self.role] is Sight.NETWORK:
            return Fence(Sight.DOOR)
        # A person's book is full of other people: they are shown themself alone.
        book_id = None if self.role is Role.EMPLOYEE else self.book_id
        return Fence(Sight.DOOR, book_id, None, self.provider_code, self.member_id)

    @property
    def doer(self) -> Doer:
        """Return who the audit trail says it was."""
        return Doer(self.member_id, self.role, self.book_id, self.employee_id)


def current() -> Identity:
    """
    Return who sent this request.

    Errors: AccessNeeded.
    """
    found: Identity | None = flask.g.get("identity")
    if found is None:
        found = flask.g.identity = _identify()
    return found


def needs(scope: str) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """
    Let a view be called only with this scope.

    Errors: AccessNeeded, NotAllowed; before the view or its arguments are looked at.
    """

    def decorate(view: Callable[..., T]) -> Callable[..., T]:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> T:
            if scope not in current().scopes:
                raise NotAllowed(scope=scope)
            return view(*args, **kwargs)

        apidoc = getattr(guarded, "_apidoc", {})
        apidoc.setdefault("manual_doc", {})["security"] = documented.needs(scope)
        apidoc.setdefault("refusals", set()).update({401, 403, 429})
        guarded._apidoc = apidoc  # type: ignore[attr-defined]
        guarded._scope = scope  # type: ignore[attr-defined]
        return guarded

    return decorate


def identified(view: Callable[..., T]) -> Callable[..., T]:
    """
    Let a view be called by anybody who is known, whatever they may do.

    Errors: AccessNeeded.
    """
    return _let_in(view, lambda identity: identity is not None)


def signed_in(view: Callable[..., T]) -> Callable[..., T]:
    """
    Let a view be called by a person who has signed in, and not with a program's token.

    Errors: AccessNeeded, SessionNeeded.
    """
    return _let_in(view, lambda identity: identity.session)


def _let_in(view: Callable[..., T], enough: Callable[[Identity], bool]) -> Callable[..., T]:
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> T:
        if not enough(current()):
            raise SessionNeeded()
        return view(*args, **kwargs)

    apidoc = getattr(guarded, "_apidoc", {})
    apidoc.setdefault("manual_doc", {})["security"] = documented.needs()
    apidoc.setdefault("refusals", set()).update({401, 403, 429})
    guarded._apidoc = apidoc  # type: ignore[attr-defined]
    return guarded


def transact(work: Callable[[Session], T]) -> T:
    """Run a view's work in one transaction, inside the fence of whoever asks; the audit trail has what it does."""
    with fences.inside(current().fence):
        return database.transact(_audited(work))


def transact_in(book_id: int, work: Callable[[Session], T]) -> T:
    """
    Run a verb in one transaction that sees a whole book, for somebody who sees only what they act on.

    The caller has found that within the fence of whoever asks, with `transact`: that is what lets them through.
    """
    with fences.inside(Fence(Sight.BOOK, book_id, member_id=current().member_id)):
        return database.transact(_audited(work, book_id))


def transact_at_door(work: Callable[[Session], T], *, whole: bool = False) -> T:
    """
    Run work on members, roles and tokens in one transaction: those of whoever asks, or of everybody.

    With `whole`, the caller has found what they act on within their own reach: that is what lets them through.
    """
    with fences.inside(Fence(Sight.DOOR) if whole else current().at_the_door):
        return database.transact(work)


def _audited(work: Callable[[Session], T], book_id: int | None = None) -> Callable[[Session], T]:
    def audited(session: Session) -> T:
        result = work(session)
        audit.write_work(session, current().doer, result, book_id=book_id)
        return result

    return audited


def book_of(employee_id: str) -> int:
    """
    Return the book of a person, for whom whoever asks may act: themself, or somebody they see.

    Errors: EmployeeNotFound.
    """
    asking = current()
    flask.g.asked_employee_id = employee_id
    if asking.employee_id is not None and asking.book_id is not None:
        if employee_id != asking.employee_id:
            raise EmployeeNotFound(employee=employee_id)
        return asking.book_id
    return transact(lambda session: people.book_of(session, employee_id))


def _identify() -> Identity:
    given, kind = flask.request.headers.get("Authorization", ""), "bearer"
    if given.lower().startswith(_SCHEME):
        secret = given[len(_SCHEME) :].strip()
    else:
        kind, secret = "cookie", cookies.session()
    if not secret:
        raise AccessNeeded()
    found = database.ask(_IDENTIFY, (tokens.hashed(secret), clock.fixed()))
    # A secret is good in the place it was given for: a cookie's must not be carried where no browser guards it.
    if not found or found[0].kind != kind:
        raise AccessNeeded()
    if kind == "cookie" and flask.request.method not in audit.SAFE:
        cookies.refuse_other_sites()
    row = found[0]
    return Identity(
        token_id=row.token_id,
        member_id=row.member_id,
        name=row.name,
        role=Role(row.role),
        book_id=row.book_id,
        employee_id=row.employee_id,
        provider_code=row.provider_code,
        scopes=frozenset(row.scopes),
        kind=row.kind,
        appointment_id=row.appointment_id,
        session=row.session,
        expires_at=row.expires_at,
    )
