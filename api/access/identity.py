"""Identity: who sent this request, found by the token it brings, and the fence its transactions run in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

import flask
from sqlalchemy.orm import Session

from api.access import tokens
from api.access.roles import SIGHT, Role
from api.conventions.problems import AccessNeeded, NotAllowed
from config import database, fences
from config.fences import Fence, Sight
from plans import people
from plans.errors import EmployeeNotFound

T = TypeVar("T")
_IDENTIFY = "select * from access_identify(%s)"
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

    @property
    def actor(self) -> str:
        """Return what the audit trail writes."""
        return self.member_id

    @property
    def fence(self) -> Fence:
        """Return what the database shows of itself to this identity."""
        return Fence(SIGHT[self.role], self.book_id, self.employee_id, self.provider_code, self.member_id)


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
        apidoc.setdefault("manual_doc", {})["security"] = [{"token": [scope]}]
        apidoc.setdefault("refusals", set()).update({401, 403, 429})
        guarded._apidoc = apidoc  # type: ignore[attr-defined]
        guarded._scope = scope  # type: ignore[attr-defined]
        return guarded

    return decorate


def transact(work: Callable[[Session], T]) -> T:
    """Run a view's work in one transaction, inside the fence of whoever asks."""
    with fences.inside(current().fence):
        return database.transact(work)


def transact_in(book_id: int, work: Callable[[Session], T]) -> T:
    """
    Run a verb in one transaction that sees a whole book, for somebody who sees only what they act on.

    The caller has found that within the fence of whoever asks, with `transact`: that is what lets them through.
    """
    with fences.inside(Fence(Sight.BOOK, book_id, member_id=current().member_id)):
        return database.transact(work)


def book_of(employee_id: str) -> int:
    """
    Return the book of a person, for whom whoever asks may act: themself, or somebody they see.

    Errors: EmployeeNotFound.
    """
    asking = current()
    if asking.employee_id is not None and asking.book_id is not None:
        if employee_id != asking.employee_id:
            raise EmployeeNotFound(employee=employee_id)
        return asking.book_id
    return transact(lambda session: people.book_of(session, employee_id))


def _identify() -> Identity:
    given = flask.request.headers.get("Authorization", "")
    if not given.lower().startswith(_SCHEME):
        raise AccessNeeded()
    secret = tokens.hashed(given[len(_SCHEME) :].strip())
    with fences.inside(Fence(Sight.NOBODY)):
        found = database.transact(lambda session: database.rows(session, _IDENTIFY, (secret,)))
    if not found:
        raise AccessNeeded()
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
    )
