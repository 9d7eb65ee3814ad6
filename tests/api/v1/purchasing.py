"""Credit for the tests that buy much at the furnished counter."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from config import clock, database
from tests import factories
from tests.api.counter import Counter
from tests.api.v1.conftest import NOON


@pytest.fixture(scope="module", autouse=True)
def refilled(furnished: Counter) -> None:
    """Give 10.000,00 more to everybody; a module that imports this has it."""

    def work(session: Session) -> None:
        for name, code in (("giulia", "E1"), ("mario", "E1"), ("anna", "E2")):
            factories.grant(session, furnished.books[code], "A", furnished.people[name], 1_000_000)

    with clock.at(NOON):
        database.transact(work)
