"""Purchases that wait for their provider: asked for when they are authorized, listed, and read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from wallet.acceptances.errors import AcceptanceNotFound
from wallet.acceptances.tables import AcceptanceRow
from wallet.acceptances.words import Reason, State
from wallet.tables import AuthorizationRow

if TYPE_CHECKING:
    from wallet.authorizations import Authorization


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What a provider is asked: which service, how much of it, when; no name. Amounts in minor units."""

    authorization_id: str
    book_id: int
    employee_id: str
    provider_code: str
    state: State
    service_code: str
    quantity: int
    amount_minor: int
    channel: str
    service_on: date
    asked_at: datetime
    answer_by: datetime
    expires_at: datetime
    reason: Reason | None
    answered_at: datetime | None
    replayed: bool = False


_TABLE, _AUTHORIZATION = AcceptanceRow.__table__, AuthorizationRow.__table__
ID = _TABLE.c.authorization_id
_FIELDS = tuple(name for name in Acceptance.__dataclass_fields__ if name != "replayed")
# Silence is over whether or not the clock's sweep has come by.
_STATE = sa.case(
    (_TABLE.c.state != "pending", _TABLE.c.state),
    (_AUTHORIZATION.c.status == "voided", str(State.WITHDRAWN)),
    (sa.or_(_AUTHORIZATION.c.status == "expired", _TABLE.c.answer_by <= sa.func.ledger_now()), str(State.LAPSED)),
    else_=_TABLE.c.state,
)


def ask(session: Session, book_id: int, found: Authorization, expires_at: datetime) -> None:
    """Write down that the provider is asked to accept a purchase, which is held until `expires_at` once it does."""
    session.execute(
        sa.insert(AcceptanceRow).values(
            book_id=book_id,
            authorization_id=found.authorization_id,
            employee_id=found.employee_id,
            provider_code=found.provider_code,
            asked_at=found.decided_at,
            answer_by=found.expires_at,
            expires_at=expires_at,
        )
    )


def query(*, state: State | None = None, book_id: int | None = None) -> sa.Select[Any]:
    """Return the query of the acceptances that the session sees, for a list that is read by pages."""
    columns = [
        _STATE.label("state") if name == "state" else _TABLE.c[name] if name in _TABLE.c else _AUTHORIZATION.c[name]
        for name in _FIELDS
    ]
    statement = sa.select(*columns).join_from(
        _TABLE,
        _AUTHORIZATION,
        sa.and_(
            _AUTHORIZATION.c.book_id == _TABLE.c.book_id,
            _AUTHORIZATION.c.authorization_id == _TABLE.c.authorization_id,
        ),
    )
    if book_id is not None:
        statement = statement.where(_TABLE.c.book_id == book_id)
    return statement if state is None else statement.where(_STATE.in_([str(state)]))


def value(row: Any) -> Acceptance:
    """Return a row of `query` as a value."""
    values = dict(zip(_FIELDS, row, strict=True))
    values["state"] = State(values["state"])
    values["reason"] = None if values["reason"] is None else Reason(values["reason"])
    return Acceptance(**values)


def get(session: Session, authorization_id: str) -> Acceptance:
    """
    Return what a provider is asked about a purchase, as far as the session sees.

    Errors: AcceptanceNotFound.
    """
    row = session.execute(query().where(_TABLE.c.authorization_id == authorization_id)).one_or_none()
    if row is None:
        raise AcceptanceNotFound(authorization=authorization_id)
    return value(row)
