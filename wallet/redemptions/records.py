"""Redemptions as they are kept: read, listed, and the codes that were none written down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import ids
from wallet.redemptions.errors import RedemptionNotFound
from wallet.redemptions.tables import CodeAttempt, RedemptionRow
from wallet.redemptions.words import Conflict, Status
from wallet.tables import AuthorizationRow


@dataclass(frozen=True, slots=True)
class Redemption:
    """A redemption and what became of it; `amount_minor` was captured for it, in minor units."""

    redemption_id: str
    book_id: int
    authorization_id: str
    employee_id: str
    provider_code: str
    service_code: str
    nonce: str
    asked_minor: int | None
    final: bool | None
    offline: bool
    occurred_at: datetime
    status: Status
    reason: Conflict | None
    amount_minor: int
    entry_id: int | None
    actor: str
    recorded_at: datetime
    settled_by: str | None
    settled_at: datetime | None
    note: str
    replaced_by: str | None
    replayed: bool = False


_TABLE = RedemptionRow.__table__
_AUTHORIZATION = AuthorizationRow.__table__
_FIELDS = tuple(name for name in Redemption.__dataclass_fields__ if name != "replayed")
ID = _TABLE.c.redemption_id


def query(
    *, status: Status | None = None, authorization_id: str | None = None, book_id: int | None = None
) -> sa.Select[Any]:
    """Return the query of the redemptions that the session sees, for a list that is read by pages."""
    columns = [_AUTHORIZATION.c[name] if name == "service_code" else _TABLE.c[name] for name in _FIELDS]
    statement = sa.select(*columns).join_from(
        _TABLE,
        _AUTHORIZATION,
        sa.and_(
            _AUTHORIZATION.c.book_id == _TABLE.c.book_id,
            _AUTHORIZATION.c.authorization_id == _TABLE.c.authorization_id,
        ),
    )
    if status is not None:
        statement = statement.where(_TABLE.c.status == str(status))
    if authorization_id is not None:
        statement = statement.where(_TABLE.c.authorization_id == authorization_id)
    if book_id is not None:
        statement = statement.where(_TABLE.c.book_id == book_id)
    return statement


def value(row: Any) -> Redemption:
    """Return a row of `query` as a value."""
    values = dict(zip(_FIELDS, row, strict=True))
    values["status"] = Status(values["status"])
    values["reason"] = None if values["reason"] is None else Conflict(values["reason"])
    return Redemption(**values)


def get(session: Session, redemption_id: str) -> Redemption:
    """
    Return a redemption, as far as the session sees.

    Errors: RedemptionNotFound.
    """
    row = session.execute(query().where(_TABLE.c.redemption_id == redemption_id)).one_or_none()
    if row is None:
        raise RedemptionNotFound(redemption=redemption_id)
    return value(row)


def by_nonce(session: Session, provider_code: str, nonce: str) -> Redemption | None:
    """Return the redemption that a provider's till gave a number to, as far as the session sees."""
    found = session.execute(query().where(_TABLE.c.provider_code == provider_code, _TABLE.c.nonce == nonce)).all()
    return value(found[0]) if found else None


def write_attempt(session: Session, provider_code: str, actor: str, outcome: str) -> None:
    """Write down that a provider brought a code that was none of its own."""
    values = {"attempt_id": ids.new("att"), "provider_code": provider_code, "actor": actor, "outcome": outcome}
    session.execute(sa.insert(CodeAttempt).values(**values))
