"""Relatives and tax codes of the people at the counter."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from config import clock, database
from plans.rows import Employee
from plans.rulebook.words import Kinship
from tests import factories
from tests.api.counter import Counter


def tax_code_of(counter: Counter, name: str) -> str:
    code = database.transact(
        lambda session: session.scalar(sa.select(Employee.tax_code).where(Employee.employee_id == counter.people[name]))
    )
    assert code is not None
    return code


def kin(counter: Counter, name: str, kinship: Kinship, *, age: int, book: str = "E1") -> str:
    """A relative of somebody, of so many years; returns the id."""
    born = date(clock.today().year - age, 1, 1)
    code = tax_code_of(counter, name)
    return database.transact(
        lambda session: factories.relative(
            session, counter.books[book], code, kinship, tax_code=factories.tax_code(born=born), birth_date=born
        )
    )
