"""Looking a service up by name for somebody: first what reaches where it is needed, then what is farther away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from config import clock
from network import comuni, services, territories
from network.comuni import Comune
from network.services import Entry
from plans import people

_SHOWN = 25


@dataclass(frozen=True, slots=True)
class Nearby:
    """What was found: services that reach a municipality, and others."""

    place: Comune
    reaching: tuple[Entry, ...]
    farther: tuple[Entry, ...]


def find(session: Session, text: str, place: Comune) -> Nearby:
    """Return the services that have every word of a text in their names, seen from a municipality."""
    covering = territories.of_comune(session, place.istat_code)
    asked: dict[str, Any] = {"on": clock.today(), "limit": _SHOWN, "text": text}
    if covering:
        asked["near"] = covering[0].code
    reaching = services.find(session, comune=place.istat_code, **asked)
    known = {each.service_code for each in reaching}
    others = services.find(session, **asked)
    return Nearby(place, reaching, tuple(each for each in others if each.service_code not in known))


def of_person(session: Session, book_id: int, employee_id: str, relative_id: str | None) -> Comune:
    """
    Return where somebody or a relative of theirs lives; where that is not known, the town of the person's territory.

    Errors: EmployeeNotFound, RelativeNotFound; in this order.
    """
    known = people.for_authorization(session, book_id, employee_id, relative_id, clock.today())
    written = None if known.relative_comune is None else comuni.meant(session, known.relative_comune)
    return written or of_territory(session, known.home_territory)


def of_territory(session: Session, code: str) -> Comune:
    """
    Return the town that a territory is named after.

    Errors: TerritoryNotFound.
    """
    return comuni.get(session, territories.get(session, code).istat_code)
