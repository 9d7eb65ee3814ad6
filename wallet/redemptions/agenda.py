"""
A provider's agenda: what it is to give, by day, and what it gave on one; in neither the name of whoever bought it.

Of a service at home it says where to come and whom to ask for, as far as its person has told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import clock
from network.models import ServiceRow
from network.services import Delivery
from plans.rulebook.words import Channel
from wallet import delivery_places
from wallet.delivery_places import Told
from wallet.redemptions.tables import RedemptionRow
from wallet.redemptions.words import Status
from wallet.tables import AuthorizationRow

_TABLE, _SERVICE, _REDEMPTION = AuthorizationRow.__table__, ServiceRow.__table__, RedemptionRow.__table__


@dataclass(frozen=True, slots=True)
class Booking:
    """
    A purchase that can be redeemed, as its provider may know it; `left_minor` is still to be, in minor units.

    `told` is where a service at home is to come; None of any other, and where nobody has told.
    """

    authorization_id: str
    service_name: str
    unit: str
    quantity: int
    left_minor: int
    channel: Channel
    service_on: date
    expires_at: datetime
    delivery: Delivery
    told: Told | None


@dataclass(frozen=True, slots=True)
class Given:
    """A redemption of a day; `amount_minor` was captured for it, in minor units."""

    redemption_id: str
    service_name: str
    status: Status
    amount_minor: int
    occurred_at: datetime


def open_until(session: Session, provider_code: str, last_day: date, *, most: int) -> tuple[Booking, ...]:
    """Return at most so many purchases that a provider can redeem now and that are for days up to this, in order."""
    wanted = (
        sa.select(
            _TABLE.c.authorization_id,
            _SERVICE.c.name,
            _SERVICE.c.unit,
            _TABLE.c.quantity,
            (_TABLE.c.amount_minor - _TABLE.c.captured_minor).label("left_minor"),
            _TABLE.c.channel,
            _TABLE.c.service_on,
            _TABLE.c.expires_at,
            _SERVICE.c.delivery,
            *delivery_places.COLUMNS,
        )
        .join_from(_TABLE, _SERVICE, _SERVICE.c.code == _TABLE.c.service_code)
        .outerjoin(delivery_places.PLACE, delivery_places.of_authorization(_TABLE))
        .outerjoin(delivery_places.COMUNE, delivery_places.IN_COMUNE)
        .where(
            _TABLE.c.provider_code == provider_code,
            _TABLE.c.code.is_not(None),
            _TABLE.c.status.in_(("authorized", "partially_captured")),
            _TABLE.c.expires_at > sa.func.ledger_now(),
            _TABLE.c.service_on <= last_day,
        )
        .order_by(_TABLE.c.service_on, _TABLE.c.authorization_id)
        .limit(most)
    )
    return tuple(
        Booking(*row[:5], Channel(row[5]), *row[6:8], Delivery(row[8]), delivery_places.value(row[9:]))
        for row in session.execute(wanted)
    )


def given_on(session: Session, provider_code: str, day: date) -> tuple[Given, ...]:
    """Return what a provider redeemed for a day, the last first."""
    begins = datetime.combine(day, time.min, clock.ROME)
    ends = datetime.combine(day + timedelta(days=1), time.min, clock.ROME)
    same = sa.and_(
        _TABLE.c.book_id == _REDEMPTION.c.book_id, _TABLE.c.authorization_id == _REDEMPTION.c.authorization_id
    )
    wanted = (
        sa.select(
            _REDEMPTION.c.redemption_id,
            _SERVICE.c.name,
            _REDEMPTION.c.status,
            _REDEMPTION.c.amount_minor,
            _REDEMPTION.c.occurred_at,
        )
        .join_from(_REDEMPTION, _TABLE, same)
        .join(_SERVICE, _SERVICE.c.code == _TABLE.c.service_code)
        .where(
            _REDEMPTION.c.provider_code == provider_code,
            _REDEMPTION.c.occurred_at >= begins,
            _REDEMPTION.c.occurred_at < ends,
        )
        .order_by(_REDEMPTION.c.occurred_at.desc(), _REDEMPTION.c.redemption_id.desc())
    )
    return tuple(
        Given(row.redemption_id, row.name, Status(row.status), row.amount_minor, row.occurred_at)
        for row in session.execute(wanted)
    )
