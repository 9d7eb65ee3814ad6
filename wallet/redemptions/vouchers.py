"""Vouchers: purchases seen by the code that redeems them, for the person and whoever acts for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from network.models import ServiceRow
from plans.rulebook.words import Channel
from wallet.redemptions.errors import VoucherNotFound
from wallet.tables import AuthorizationRow


@dataclass(frozen=True, slots=True)
class Voucher:
    """A purchase with its code; `left_minor` can still be redeemed, in minor units."""

    authorization_id: str
    code: str
    status: str
    employee_id: str
    service_code: str
    service_name: str
    provider_code: str
    channel: str
    amount_minor: int
    left_minor: int
    service_on: date
    expires_at: datetime

    @property
    def document(self) -> bool:
        """Whether it is a documento di legittimazione, with the rules of the law on it (DM 25/3/2016 art. 6)."""
        return self.channel == Channel.VOUCHER


_TABLE, _SERVICE = AuthorizationRow.__table__, ServiceRow.__table__
_OPEN = sa.and_(_TABLE.c.status.in_(("authorized", "partially_captured")), _TABLE.c.expires_at > sa.func.ledger_now())
_LEFT = sa.case((_OPEN, _TABLE.c.amount_minor - _TABLE.c.captured_minor), else_=0).label("left_minor")
_COLUMNS = {"service_name": _SERVICE.c.name.label("service_name"), "left_minor": _LEFT}
ID = _TABLE.c.authorization_id


def query(*, employee_id: str | None = None, open_only: bool = False) -> sa.Select[Any]:
    """Return the query of the purchases with a code that the session sees, for a list that is read by pages."""
    columns = [_COLUMNS[name] if name in _COLUMNS else _TABLE.c[name] for name in Voucher.__dataclass_fields__]
    statement = (sa.select(*columns).join_from(_TABLE, _SERVICE, _SERVICE.c.code == _TABLE.c.service_code)).where(
        _TABLE.c.code.is_not(None)
    )
    if employee_id is not None:
        statement = statement.where(_TABLE.c.employee_id == employee_id)
    return statement.where(_OPEN) if open_only else statement


def value(row: Any) -> Voucher:
    """Return a row of `query` as a value."""
    return Voucher(*row)


def get(session: Session, authorization_id: str) -> Voucher:
    """
    Return a purchase with its code, as far as the session sees.

    Errors: VoucherNotFound, also for a purchase that has no code.
    """
    row = session.execute(query().where(_TABLE.c.authorization_id == authorization_id)).one_or_none()
    if row is None:
        raise VoucherNotFound()
    return value(row)
