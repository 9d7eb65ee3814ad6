"""Dated prices: a change closes one and opens the next, and history is never edited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import clock
from network import vat
from network.errors import PriceAlreadyPlanned, PriceInThePast, PriceNotFound, ServiceIsARequest, ServiceNotFound
from network.models import ServicePriceRow, ServiceRow
from network.services.catalogue import Kind


@dataclass(frozen=True, slots=True)
class Price:
    """The price of one unit on a day; `vat_if_not_listed` is the regime for users whom the 5 % rate does not name."""

    price_minor: int
    net_minor: int
    vat_minor: int
    vat_regime: str
    vat_if_not_listed: str | None
    valid_from: date
    valid_to: date | None

    @property
    def covers_a_day(self) -> bool:
        """Say whether there is a day it was, is or will be the price on: one replaced at once covers none."""
        return self.valid_to is None or self.valid_to >= self.valid_from


_SERVICE = ServiceRow.__table__.c
_PRICE = ServicePriceRow.__table__.c


def price_in_force(on: Any) -> sa.ColumnElement[bool]:
    """Return the condition that a row of prices is the service's price on that day."""
    return sa.and_(
        _PRICE.service_code == _SERVICE.code,
        _PRICE.valid_from <= on,
        sa.or_(_PRICE.valid_to.is_(None), _PRICE.valid_to >= on),
    )


def price_on(session: Session, code: str, day: date) -> Price:
    """
    Return the price of a service on a day.

    Errors: ServiceNotFound, PriceNotFound; the first that applies, in this order.
    """
    row = session.execute(
        sa.select(*_price_columns())
        .select_from(ServiceRow.__table__.outerjoin(ServicePriceRow.__table__, price_in_force(day)))
        .where(_SERVICE.code == code)
    ).one_or_none()
    if row is None:
        raise ServiceNotFound(service=code)
    if row[0] is None:
        raise PriceNotFound(service=code, on=day)
    return Price(*row)


def price_history(session: Session, code: str) -> tuple[Price, ...]:
    """
    Return every price a service had, has and will have, oldest first.

    Errors: ServiceNotFound.
    """
    found = session.execute(
        sa.select(_PRICE.id, *_price_columns())
        .select_from(ServiceRow.__table__.outerjoin(ServicePriceRow.__table__, _PRICE.service_code == _SERVICE.code))
        .where(_SERVICE.code == code)
        .order_by(_PRICE.valid_from, _PRICE.id)
    ).all()
    if not found:
        raise ServiceNotFound(service=code)
    return tuple(Price(*row[1:]) for row in found if row[0] is not None)


def reprice(
    session: Session,
    code: str,
    price_minor: int,
    *,
    valid_from: date,
    vat_regime: str | None = None,
    vat_if_not_listed: str | None = None,
    recorded_at: datetime | None = None,
) -> Price:
    """
    Close a service's price the day before and open a new one; what was bought at the old one is not touched.

    Without `vat_regime` the one in force goes on, together with its `vat_if_not_listed`.

    Units:  price of one unit in cents of EUR, VAT included, > 0.
    Errors: ServiceNotFound, ServiceIsARequest, PriceInThePast, PriceAlreadyPlanned, PriceNotFound (no regime to go on
            with), UnknownVatRegime; the first that applies, in this order.
    """
    if price_minor <= 0:
        raise ValueError(f"{price_minor} is not a price")
    recorded_at = recorded_at or clock.now()
    today = recorded_at.astimezone(clock.ROME).date()
    kind = _lock(session, code)
    if kind == Kind.REQUEST:
        raise ServiceIsARequest(service=code, name=code)
    if valid_from < today:
        raise PriceInThePast(day=valid_from, today=today)
    known = price_history(session, code)
    planned = [price.valid_from for price in known if price.valid_from > valid_from and price.covers_a_day]
    if planned:
        raise PriceAlreadyPlanned(service=code, planned_from=min(planned))
    if vat_regime is None:
        lasting = [price for price in known if price.covers_a_day]
        if not lasting:
            raise PriceNotFound(service=code, on=valid_from)
        vat_regime, vat_if_not_listed = lasting[-1].vat_regime, lasting[-1].vat_if_not_listed
    net_minor, vat_minor = vat.split(price_minor, vat_regime)
    if vat_if_not_listed is not None:
        vat.regime(vat_if_not_listed)
    _close(session, code, valid_from - timedelta(days=1))
    session.execute(
        sa.insert(ServicePriceRow).values(
            service_code=code,
            valid_from=valid_from,
            price_minor=price_minor,
            net_minor=net_minor,
            vat_minor=vat_minor,
            vat_regime=vat_regime,
            vat_if_not_listed=vat_if_not_listed,
            recorded_at=recorded_at,
        )
    )
    return Price(price_minor, net_minor, vat_minor, vat_regime, vat_if_not_listed, valid_from, None)


def withdraw(session: Session, code: str, last_day: date, *, recorded_at: datetime | None = None) -> None:
    """
    Let a service be offered until a day and no longer; prices planned for later are withdrawn.

    Errors: ServiceNotFound, PriceNotFound, PriceInThePast; the first that applies, in this order.
    """
    _lock(session, code)
    today = (recorded_at or clock.now()).astimezone(clock.ROME).date()
    price_on(session, code, last_day)
    if last_day < today:
        raise PriceInThePast(day=last_day, today=today)
    _close(session, code, last_day)


def _lock(session: Session, code: str) -> str:
    # Two people who change the same price wait for each other; the kind comes with the lock.
    kind: str | None = session.scalar(
        sa.select(_SERVICE.kind).where(_SERVICE.code == code).with_for_update(key_share=True)
    )
    if kind is None:
        raise ServiceNotFound(service=code)
    return kind


def _close(session: Session, code: str, last_day: date) -> None:
    # A price that would have begun later, or the day after, is kept as a line that covers no day.
    session.execute(
        sa.update(ServicePriceRow)
        .where(_PRICE.service_code == code, sa.or_(_PRICE.valid_to.is_(None), _PRICE.valid_to > last_day))
        .values(valid_to=sa.func.greatest(_PRICE.valid_from - 1, last_day))
        .execution_options(synchronize_session=False)
    )


def _price_columns() -> tuple[sa.ColumnElement[Any], ...]:
    return (
        _PRICE.price_minor,
        _PRICE.net_minor,
        _PRICE.vat_minor,
        _PRICE.vat_regime,
        _PRICE.vat_if_not_listed,
        _PRICE.valid_from,
        _PRICE.valid_to,
    )
