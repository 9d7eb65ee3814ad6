"""
Where a service at home is to come, and whom to ask for: told by its person, read by its provider while it is open.

The row says where somebody lives, and is fenced accordingly (migrations/fences.sql): its person and the network's
people see it, and its provider as long as the purchase can be redeemed. It goes soon after the order's end.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from config import clock, database
from config.errors import Worded
from network import comuni, services, spelling, territories
from network.models import ComuneRow
from network.services import Delivery
from wallet import authorizations
from wallet.authorizations import Authorization
from wallet.errors import AuthorizationNotOpen, ComuneOutOfTerritory, DeliveryPlaceUnclear, ServiceNotAtHome
from wallet.tables import AuthorizationRow, DeliveryPlaceRow

DAYS_AFTER_END: Final = 30
STREET_MOST: Final = 120
ASK_FOR_MOST: Final = 80
PHONE_MOST: Final = 20
NOTE_MOST: Final = 200

_STREET, _ASK_FOR = Worded("via e numero", "street and number"), Worded("di chi chiedere", "whom to ask for")
_TELEPHONE, _NOTE = Worded("telefono", "telephone"), Worded("nota", "note")

PLACE, COMUNE = DeliveryPlaceRow.__table__, ComuneRow.__table__
IN_COMUNE: Final = COMUNE.c.istat_code == PLACE.c.comune
# Of a place as it was told; `value` reads them.
COLUMNS: Final = (
    PLACE.c.comune,
    PLACE.c.street,
    PLACE.c.ask_for,
    PLACE.c.phone,
    PLACE.c.note,
    COMUNE.c.name.label("comune_name"),
    PLACE.c.told_at,
)
_AUTHORIZATION = AuthorizationRow.__table__
# What has ended by a moment: when its last unit was given or freed, or when its time was over. A legal hold keeps it.
_FORGET = """
delete from delivery_place p using "authorization" a
 where a.book_id = p.book_id and a.authorization_id = p.authorization_id
   and case when a.status in ('authorized', 'partially_captured') then a.expires_at
            else coalesce((select max(h.recorded_at) from hold_event h
                            where h.book_id = a.book_id and h.hold_id = a.hold_id), a.decided_at) end < %(before)s
   and not exists (select from legal_hold l
                    where l.book_id = a.book_id and l.lifted_at is null
                      and (l.employee_id is null or l.employee_id = a.employee_id)
                      and (l.tax_year is null or l.tax_year = extract(year from a.tax_on)))
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where to come: the municipality by its ISTAT code, the street with its number, whom to ask for and to ring."""

    comune: str
    street: str
    ask_for: str
    phone: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A place as it was told last, with the name of its municipality."""

    place: Place
    comune_name: str
    told_at: datetime


def tell(session: Session, book_id: int, authorization_id: str, place: Place, *, actor: str) -> Told:
    """
    Write where an order is to come, or change it, as long as the order is open, also before its provider accepts it.

    Errors: AuthorizationNotFound, AuthorizationNotOpen, ServiceNotAtHome, DeliveryPlaceUnclear, ComuneNotFound,
            ComuneOutOfTerritory.
    """
    found = authorizations.lock(session, book_id, authorization_id)
    if not found.open or found.expires_at is None or found.expires_at <= clock.now():
        status = "expired" if found.open else found.status
        raise AuthorizationNotOpen(authorization=authorization_id, status=status)
    if services.get(session, found.service_code).delivery is not Delivery.HOME:
        raise ServiceNotAtHome()
    written = _clear(place)
    _within(session, found, written)
    values = {
        "comune": written.comune,
        "street": written.street,
        "ask_for": written.ask_for,
        "phone": written.phone,
        "note": written.note,
        "told_by": actor,
        "told_at": clock.now(),
    }
    session.execute(
        insert(DeliveryPlaceRow)
        .values(book_id=book_id, authorization_id=authorization_id, **values)
        .on_conflict_do_update(index_elements=["book_id", "authorization_id"], set_=values)
    )
    told = of(session, book_id, authorization_id)
    assert told is not None  # noqa: S101
    return told


def take_away(session: Session, book_id: int, authorization_id: str) -> None:
    """Delete where an order is, or was, to come: from then on nobody reads it, nor begins the next order with it."""
    session.execute(
        sa.delete(DeliveryPlaceRow).where(PLACE.c.book_id == book_id, PLACE.c.authorization_id == authorization_id)
    )


def of(session: Session, book_id: int, authorization_id: str) -> Told | None:
    """Return where an order is to come, as far as the session sees; None where nobody has told."""
    row = session.execute(
        sa.select(*COLUMNS)
        .join_from(PLACE, COMUNE, IN_COMUNE)
        .where(PLACE.c.book_id == book_id, PLACE.c.authorization_id == authorization_id)
    ).one_or_none()
    return None if row is None else value(row)


def told_of(session: Session, book_id: int, authorization_ids: Collection[str]) -> frozenset[str]:
    """Return those of some orders of which somebody has told where they are to come."""
    known = sa.select(PLACE.c.authorization_id).where(
        PLACE.c.book_id == book_id, PLACE.c.authorization_id.in_(authorization_ids)
    )
    return frozenset(session.scalars(known)) if authorization_ids else frozenset()


def of_authorization(table: Any) -> sa.ColumnElement[bool]:
    """Return what ties a place to a row of authorizations, for a list that tells of both."""
    return sa.and_(PLACE.c.book_id == table.c.book_id, PLACE.c.authorization_id == table.c.authorization_id)


def value(row: Sequence[Any]) -> Told | None:
    """Return a row of `COLUMNS` as what was told; None where nothing was."""
    return None if row[0] is None else Told(Place(*row[:5]), row[5], row[6])


def last_told(session: Session, book_id: int, employee_id: str, relative_id: str | None) -> Place | None:
    """Return where the last order of somebody for the same person was to come; None where none is known."""
    row = session.execute(
        sa.select(*COLUMNS[:5])
        .join_from(PLACE, _AUTHORIZATION, of_authorization(_AUTHORIZATION))
        .where(
            _AUTHORIZATION.c.book_id == book_id,
            _AUTHORIZATION.c.employee_id == employee_id,
            _AUTHORIZATION.c.relative_id.is_not_distinct_from(relative_id),
        )
        .order_by(PLACE.c.told_at.desc(), PLACE.c.authorization_id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else Place(*row)


def forget(session: Session, on: date) -> int:
    """Delete, in every book, the places of orders that ended more than thirty days before a day; return how many."""
    before = datetime.combine(on - timedelta(days=DAYS_AFTER_END), time.min, clock.ROME)
    return database.run(session, _FORGET, {"before": before})


def _clear(place: Place) -> Place:
    """
    Return a place as it is kept, without blanks that say nothing.

    Errors: DeliveryPlaceUnclear.
    """
    written = (place.comune, place.street, place.ask_for, place.phone, place.note)
    clear = Place(*(" ".join(said.split()) for said in written))
    if not spelling.is_phone(clear.phone):
        raise DeliveryPlaceUnclear(field=_TELEPHONE)
    clear = replace(clear, phone=spelling.phone(clear.phone))
    parts = (
        (_STREET, clear.street, 1, STREET_MOST),
        (_ASK_FOR, clear.ask_for, 1, ASK_FOR_MOST),
        (_TELEPHONE, clear.phone, 1, PHONE_MOST),
        (_NOTE, clear.note, 0, NOTE_MOST),
    )
    for part, said, least, most in parts:
        if not least <= len(said) <= most:
            raise DeliveryPlaceUnclear(field=part)
    return clear


def _within(session: Session, found: Authorization, place: Place) -> None:
    """
    Refuse a municipality to which nobody comes.

    Errors: ComuneNotFound, ComuneOutOfTerritory.
    """
    covering = {one.code for one in territories.of_comune(session, place.comune)}
    if found.delivery_territory is not None and found.delivery_territory not in covering:
        raise ComuneOutOfTerritory(
            comune=comuni.get(session, place.comune).full_name,
            territory=territories.get(session, found.delivery_territory).name,
        )
