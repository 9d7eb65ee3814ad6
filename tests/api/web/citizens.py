"""Citizens of a municipality at the pages: Bruno, who pays a fifth of his meals, and Ines, who pays nothing."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from api.access.roles import Role
from config import clock, database
from plans.social import applications
from plans.social.words import State
from tests.api.counter import Counter, appoint
from tests.api.v1.conftest import NOON
from tests.wallet.social_office import open_office


@pytest.fixture(scope="module", autouse=True)
def citizens(furnished: Counter) -> None:
    """Two vouchers of 100,00 until the end of the year: meals of PAS-CR for Bruno, help at home of ADI-CR for Ines."""

    def work(session: Session) -> None:
        office = open_office(session)
        furnished.books["CITY"] = office.book_id
        for name in ("bruno", "ines"):
            citizen = furnished.people[name] = office.citizen(first_name=name.title())
            appoint(session, furnished, name, Role.EMPLOYEE, book_id=office.book_id, employee_id=citizen)
        furnished.people["bruno's application"] = office.active(citizen=furnished.people["bruno"])
        asked = furnished.people["ines's application"] = office.applied(
            "SAD", citizen=furnished.people["ines"], isee=None
        )
        office.step(asked, State.UNDER_REVIEW, State.ADMITTED, State.RANKED)
        office.assign(asked)
        office.step(asked, State.PAI_AGREED, State.PROVIDER_CHOSEN, State.ACTIVE)
        assert applications.get(session, office.book_id, asked).state is State.ACTIVE

    if "CITY" not in furnished.books:
        with clock.at(NOON):
            database.transact(work)
