"""Where people of the demonstration want those services that come home and are still to be given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.demonstration.credits import TODAY
from api.demonstration.people import Employer
from api.demonstration.scene import ACTOR, Answers, Scene, Step
from network import comuni, services, territories
from network.models import ServiceRow
from network.services import Delivery
from plans import directory, people
from plans.rows import Employee
from wallet import delivery_places
from wallet.authorizations import Authorization
from wallet.authorizations import get as authorization
from wallet.delivery_places import Place
from wallet.tables import AuthorizationRow

# After everything else of the last day.
_EVENING = 8
# Of so many orders one says nothing yet, such as happens.
_SILENT = 3
_STREETS = ("via Giuseppe Verdi", "via Dante", "viale Trento e Trieste", "via Garibaldi", "piazza Roma", "via del Sale")
_NOTES = ("", "citofono in basso a destra", "secondo piano, senza ascensore", "")


def steps(employers: Sequence[Employer]) -> Iterator[Step]:
    """Tell on the last day where to come."""
    for employer in employers:
        yield Step(TODAY, _EVENING, employer.code, "luoghi", _Telling(employer))


@dataclass(frozen=True, slots=True)
class _Telling:
    employer: Employer

    def __call__(self, session: Session, scene: Scene) -> Answers:
        book_id = scene.books[self.employer.code]
        for number, found in enumerate(_open_at_home(session, book_id)):
            if number % _SILENT == _SILENT - 1:
                continue
            place = _place(session, book_id, found, number)
            delivery_places.tell(session, book_id, found.authorization_id, place, actor=ACTOR)
        return {}


def _open_at_home(session: Session, book_id: int) -> list[Authorization]:
    """Return the orders of services at home that are open, in an order that every run has."""
    table, service, person = AuthorizationRow.__table__.c, ServiceRow.__table__.c, Employee.__table__.c
    wanted = (
        sa.select(table.authorization_id)
        .join_from(AuthorizationRow, ServiceRow, service.code == table.service_code)
        .join(Employee, sa.and_(person.book_id == table.book_id, person.employee_id == table.employee_id))
        .where(
            table.book_id == book_id,
            table.status.in_(("authorized", "partially_captured")),
            table.expires_at > sa.func.ledger_now(),
            service.delivery == str(Delivery.HOME),
        )
        .order_by(table.decided_at, person.tax_code, table.service_code, table.amount_minor)
    )
    return [authorization(session, book_id, each) for each in session.scalars(wanted).all()]


def _place(session: Session, book_id: int, found: Authorization, number: int) -> Place:
    """Say where somebody lives: a street of every town, and a number that nobody has."""
    whom: people.EmployeeCard | people.RelativeCard = people.employee(session, book_id, found.employee_id)
    written = None
    if found.relative_id is not None:
        whom = kin = directory.relative(session, book_id, found.relative_id)
        written = None if kin.comune is None else comuni.meant(session, kin.comune)
    territory = territories.get(session, services.get(session, found.service_code).territory_code or "")
    reached = written is not None and written.province == territory.province
    return Place(
        written.istat_code if written is not None and reached else territory.istat_code,
        f"{_STREETS[number % len(_STREETS)]} {number * 7 + 2}",
        f"{whom.first_name} {whom.last_name}",
        f"0000 {100_200 + number * 37}",
        _NOTES[number % len(_NOTES)],
    )
