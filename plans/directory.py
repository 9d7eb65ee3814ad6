"""The directory: people, relatives and what was declared of them, looked up as far as a session sees."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields, replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plans import facts
from plans.errors import FactNotFound, RelativeNotFound
from plans.facts import Declaration
from plans.people import EmployeeCard, RelativeCard
from plans.rows import Employee, EmployeeFact, Relative, RelativeFact, table
from plans.rulebook.words import Kinship

_EMPLOYEE, _RELATIVE = table(Employee), table(Relative)
_RELATIVE_FACT, _EMPLOYEE_FACT = table(RelativeFact), table(EmployeeFact)
_CARD = [_EMPLOYEE.c[each.name] for each in fields(EmployeeCard)]


def matches(
    book_id: int | None,
    *,
    cluster: str | None = None,
    employed_on: date | None = None,
    tax_code: str | None = None,
    text: str | None = None,
    reachable: bool | None = None,
    but: Collection[str] = (),
) -> tuple[sa.Select[*tuple[Any, ...]], tuple[sa.ColumnElement[Any], ...]]:
    """
    Return the query of a book's employees, or of all that the session sees, and its order, by name, to be paged.

    Whatever is left out is not asked. `employee_id` tells any two apart, `card` reads a row. Every word of `text` must
    be in name or number. `reachable` asks for those who have an address to be written to, or for those who have none;
    `but` leaves some people out.
    """
    person = _EMPLOYEE.c
    statement = sa.select(*_CARD)
    if book_id is not None:
        statement = statement.where(person.book_id == book_id)
    if cluster is not None:
        statement = statement.where(person.cluster == cluster)
    if tax_code is not None:
        statement = statement.where(person.tax_code == tax_code)
    if employed_on is not None:
        begun = person.hired_on.is_(None) | (person.hired_on <= employed_on)
        statement = statement.where(begun, person.left_on.is_(None) | (person.left_on >= employed_on))
    if reachable is not None:
        statement = statement.where(person.email.is_not(None) if reachable else person.email.is_(None))
    if but:
        statement = statement.where(person.employee_id.not_in(but))
    names = sa.func.lower(sa.func.concat_ws(" ", person.last_name, person.first_name, person.employee_no))
    statement = statement.where(*(sa.func.strpos(names, word) > 0 for word in (text or "").lower().split()))
    return statement, (person.last_name, person.first_name, person.tax_code)


def with_email(session: Session, book_id: int, *, employed_on: date) -> frozenset[str]:
    """Return the ids of who is employed on a day and has an address to be written to."""
    statement, _ = matches(book_id, employed_on=employed_on, reachable=True)
    return frozenset(session.scalars(statement.with_only_columns(_EMPLOYEE.c.employee_id)))


def without_email(session: Session, book_id: int, *, employed_on: date, but: Collection[str] = ()) -> int:
    """Return how many are employed on a day and have no address to be written to, without those who are left out."""
    statement, _ = matches(book_id, employed_on=employed_on, reachable=False, but=but)
    return int(session.scalar(statement.with_only_columns(sa.func.count())) or 0)


def card(row: Any) -> EmployeeCard:
    """Return what a row of that query says."""
    return EmployeeCard(*(getattr(row, each.name) for each in fields(EmployeeCard)))


def relative(session: Session, book_id: int, relative_id: str, *, lock: bool = False) -> RelativeCard:
    """
    Return one relative; with `lock` nobody else changes them until the transaction ends.

    Errors: RelativeNotFound.
    """
    statement = sa.select(*(_RELATIVE.c[each.name] for each in fields(RelativeCard))).where(
        _RELATIVE.c.book_id == book_id, _RELATIVE.c.relative_id == relative_id
    )
    row = session.execute(statement.with_for_update() if lock else statement).one_or_none()
    if row is None:
        raise RelativeNotFound(relative=relative_id)
    return replace(RelativeCard(*row), kinship=Kinship(row.kinship))


def book_of_relative(session: Session, relative_id: str) -> int:
    """
    Return the book that a relative's employee is in, as far as the session sees.

    Errors: RelativeNotFound.
    """
    book_id = session.scalar(sa.select(_RELATIVE.c.book_id).where(_RELATIVE.c.relative_id == relative_id))
    if book_id is None:
        raise RelativeNotFound(relative=relative_id)
    return int(book_id)


def declarations(session: Session, book_id: int, employee_id: str) -> tuple[Declaration, ...]:
    """Return everything ever declared of an employee and of their relatives, the latest first."""
    kin = sa.select(Relative.relative_id).where(Relative.book_id == book_id, Relative.employee_id == employee_id)
    rows = session.execute(
        sa.select(*_RELATIVE_FACT.c).where(_RELATIVE_FACT.c.book_id == book_id, _RELATIVE_FACT.c.relative_id.in_(kin))
    )
    found = [*facts.of_employee(session, book_id, employee_id), *map(facts.declaration, rows)]
    return tuple(sorted(found, key=lambda each: each.fact_id, reverse=True))


def declaration(session: Session, fact_id: str) -> tuple[int, Declaration]:
    """
    Return a declaration and the book it is in, as far as the session sees.

    Errors: FactNotFound.
    """
    for told in (_RELATIVE_FACT, _EMPLOYEE_FACT):
        row = session.execute(sa.select(*told.c).where(told.c.fact_id == fact_id)).one_or_none()
        if row is not None:
            return row.book_id, facts.declaration(row)
    raise FactNotFound(fact_id=fact_id)
