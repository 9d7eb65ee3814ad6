"""Employees and their relatives: finding them, and what a decision must know of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from config import database
from plans.budgets import RosterEntry
from plans.errors import EmployeeNotFound, LeftBeforeHired, RelativeNotFound
from plans.rows import Employee, EmployeeFact, Funder, Relative, RelativeFact, table
from plans.rulebook import facts as rulebook
from plans.rulebook.words import Basis, Category, Kinship
from plans.words import Fact

_EMPLOYEE, _RELATIVE, _FUNDER = table(Employee), table(Relative), table(Funder)
_OF_RELATIVE, _OF_EMPLOYEE = table(RelativeFact), table(EmployeeFact)

_BOOK = sa.bindparam("book", type_=sa.Integer)
_ASKED_EMPLOYEE = sa.bindparam("employee", type_=sa.Text)
_ASKED_RELATIVE = sa.bindparam("relative", type_=sa.Text)
_DAY = sa.bindparam("day", type_=sa.Date)
_YEAR = sa.bindparam("year", type_=sa.SmallInteger)
_KNOWN_AT = sa.bindparam("known_at", type_=sa.DateTime(timezone=True))


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """
    What a decision must know of an employee and, if the service is for one, of a relative; on one day.

    `relative` is ready for the rulebook; None means that the service is for the employee. Sums declared from outside
    are None while nobody declared them: UNKNOWN, never zero.
    Units:  `*_minor` in euro cents, of the tax year of the day.
    """

    employee_id: str
    tax_code: str
    first_name: str
    last_name: str
    birth_date: date | None
    hired_on: date | None
    left_on: date | None
    cluster: str | None
    home_territory: str
    relative_id: str | None
    relative_tax_code: str | None
    relative_first_name: str | None
    relative_last_name: str | None
    relative_comune: str | None
    relative: rulebook.Relative | None
    external_fringe_minor: int | None
    external_pension_minor: int | None
    external_health_fund_minor: int | None
    pdr_elsewhere_minor: int | None
    dependent_child_declared: bool
    first_job_pension: bool
    new_hire: rulebook.NewHire | None

    def employed(self, on: date) -> bool:
        """Return whether the person is on the payroll that day; the first and the last day are both included."""
        return (self.hired_on is None or self.hired_on <= on) and (self.left_on is None or on <= self.left_on)

    def external_cap_minor(self, category: Category) -> int | None:
        """Return what was declared from elsewhere against the yearly limit of a category; None is unknown."""
        if category is Category.PENSION:
            return self.external_pension_minor
        return self.external_health_fund_minor if category is Category.HEALTH_FUND else None


@dataclass(frozen=True, slots=True)
class EmployeeCard:
    """An employee as pages and reports show them."""

    employee_id: str
    tax_code: str
    first_name: str
    last_name: str
    birth_date: date | None
    hired_on: date | None
    left_on: date | None
    cluster: str | None
    work_place: str | None
    home_territory: str | None
    email: str | None
    employee_no: str | None


@dataclass(frozen=True, slots=True)
class RelativeCard:
    """A relative as the employee sees them."""

    relative_id: str
    employee_id: str
    kinship: Kinship
    first_name: str
    last_name: str
    tax_code: str | None
    birth_date: date | None
    comune: str | None


def employee(session: Session, book_id: int, employee_id: str, *, lock: bool = False) -> EmployeeCard:
    """
    Return one employee; with `lock` nobody else changes them until the transaction ends.

    Errors: EmployeeNotFound.
    """
    return _card(session, book_id, _EMPLOYEE.c.employee_id == employee_id, employee_id, lock=lock)


def book_of(session: Session, employee_id: str) -> int:
    """
    Return the book that a person is in, as far as the session sees.

    Errors: EmployeeNotFound.
    """
    book_id = session.scalar(sa.select(_EMPLOYEE.c.book_id).where(_EMPLOYEE.c.employee_id == employee_id))
    if book_id is None:
        raise EmployeeNotFound(employee=employee_id)
    return int(book_id)


def find(session: Session, book_id: int, tax_code: str) -> EmployeeCard:
    """
    Return the employee with this tax code.

    Errors: EmployeeNotFound.
    """
    return _card(session, book_id, _EMPLOYEE.c.tax_code == tax_code, tax_code)


def employees(session: Session, book_id: int) -> tuple[EmployeeCard, ...]:
    """Return everybody in a book, by name."""
    order = (_EMPLOYEE.c.last_name, _EMPLOYEE.c.first_name, _EMPLOYEE.c.tax_code)
    return tuple(EmployeeCard(*row) for row in session.execute(_cards(book_id).order_by(*order)))


def names(session: Session, book_id: int, employee_ids: Iterable[str]) -> Mapping[str, str]:
    """Return the names of these people of a book, first name first, by their ids; one statement."""
    found = session.execute(
        sa.select(_EMPLOYEE.c.employee_id, _EMPLOYEE.c.first_name, _EMPLOYEE.c.last_name).where(
            _EMPLOYEE.c.book_id == book_id, _EMPLOYEE.c.employee_id.in_(list(employee_ids))
        )
    )
    return {row.employee_id: f"{row.first_name} {row.last_name}" for row in found}


def relatives(session: Session, book_id: int, employee_id: str) -> tuple[RelativeCard, ...]:
    """Return the relatives of an employee in the order they were added."""
    columns = [_RELATIVE.c[field.name] for field in fields(RelativeCard)]
    found = session.execute(
        sa.select(*columns)
        .where(_RELATIVE.c.book_id == book_id, _RELATIVE.c.employee_id == employee_id)
        .order_by(_RELATIVE.c.relative_id)
    )
    return tuple(replace(RelativeCard(*row), kinship=Kinship(row.kinship)) for row in found)


def roster(session: Session, book_id: int) -> Mapping[str, RosterEntry]:
    """Return everybody a budget file may name, by tax code; one statement, light even for 100,000."""
    person = _EMPLOYEE.c
    found = session.execute(
        sa.select(
            person.tax_code,
            person.employee_id,
            sa.func.coalesce(person.cluster, ""),
            person.hired_on,
            person.left_on,
        ).where(person.book_id == book_id)
    )
    return {row[0]: RosterEntry(row[1], row[2], row[3], row[4]) for row in found}


def leave(session: Session, book_id: int, employee_id: str, *, on: date | None) -> None:
    """
    Write down an employee's last day; None where the employment goes on after all.

    Errors: EmployeeNotFound, LeftBeforeHired; in this order.
    """
    leaver = employee(session, book_id, employee_id, lock=True)
    if on is not None and leaver.hired_on is not None and on < leaver.hired_on:
        raise LeftBeforeHired(employee=leaver.tax_code, hired_on=leaver.hired_on, left_on=on)
    session.execute(
        sa.update(_EMPLOYEE)
        .where(_EMPLOYEE.c.book_id == book_id, _EMPLOYEE.c.employee_id == employee_id)
        .values(left_on=on)
    )


# -- what a decision must know ---------------------------------------------------------------------------------------


def for_authorization(
    session: Session,
    book_id: int,
    employee_id: str,
    relative_id: str | None,
    on: date,
    *,
    known_at: datetime | None = None,
) -> PersonFacts:
    """
    Return what a decision must know, in one statement: the facts that hold on the day and stand now.

    With `known_at`, the facts that were known at that moment instead, for asking a past decision again.
    Errors: EmployeeNotFound, RelativeNotFound (also for another employee's relative); in this order.
    """
    asked = {"book": book_id, "employee": employee_id, "relative": relative_id, "day": on, "year": on.year}
    if known_at is None:
        found = database.rows(session, _PERSON_NOW, asked)
    else:
        found = database.rows(session, _PERSON_THEN, asked | {"known_at": known_at})
    if not found:
        raise EmployeeNotFound(employee=employee_id)
    (row,) = found
    if relative_id is not None and row.kinship is None:
        raise RelativeNotFound(relative=relative_id)
    return PersonFacts(
        employee_id=row.employee_id,
        tax_code=row.tax_code,
        first_name=row.first_name,
        last_name=row.last_name,
        birth_date=row.birth_date,
        hired_on=row.hired_on,
        left_on=row.left_on,
        cluster=row.cluster,
        home_territory=row.home_territory,
        relative_id=relative_id,
        relative_tax_code=row.relative_tax_code,
        relative_first_name=row.relative_first_name,
        relative_last_name=row.relative_last_name,
        relative_comune=row.relative_comune,
        relative=None if relative_id is None else _relative(row),
        external_fringe_minor=row.external_fringe_minor,
        external_pension_minor=row.external_pension_minor,
        external_health_fund_minor=row.external_health_fund_minor,
        pdr_elsewhere_minor=row.pdr_elsewhere_minor,
        dependent_child_declared=row.dependent_child_declared,
        first_job_pension=row.first_job_pension,
        new_hire=_new_hire(row),
    )


def _relative(row: Any) -> rulebook.Relative:
    cohabitation = None
    if row.cohabiting:
        cohabitation = Basis.RECORDED if row.cohabiting_recorded else Basis.DECLARED
    return rulebook.Relative(
        kinship=Kinship(row.kinship),
        birth_date=row.relative_birth_date,
        cohabitation=cohabitation,
        maintenance_declared=bool(row.maintenance),
        dependent=row.dependent,
        not_self_sufficient=bool(row.not_self_sufficient),
        parents_missing=row.parents_missing,
    )


def _new_hire(row: Any) -> rulebook.NewHire | None:
    if row.prior_income_minor is None:
        return None
    # Only a permanent contract is declared.
    return rulebook.NewHire(row.hired_on, True, row.prior_income_minor, row.residence_moved_km)


def _person(*, then: bool) -> sa.Select[*tuple[Any, ...]]:
    """Build the statement of `for_authorization`, once; `then` asks what was known at `known_at`."""
    person, kin, of_relative, of_employee = _EMPLOYEE.c, _RELATIVE.c, _said_of_relative(then), _said_of_employee(then)
    joined = (
        _EMPLOYEE.outerjoin(_FUNDER, _FUNDER.c.book_id == person.book_id)
        .outerjoin(
            _RELATIVE,
            (kin.book_id == person.book_id)
            & (kin.employee_id == person.employee_id)
            & (kin.relative_id == _ASKED_RELATIVE),
        )
        .join(of_relative, sa.true())
        .join(of_employee, sa.true())
    )
    return (
        sa.select(
            person.employee_id,
            person.tax_code,
            person.first_name,
            person.last_name,
            person.birth_date,
            person.hired_on,
            person.left_on,
            person.cluster,
            sa.func.coalesce(person.home_territory, _FUNDER.c.home_territory, "").label("home_territory"),
            kin.kinship,
            kin.tax_code.label("relative_tax_code"),
            kin.first_name.label("relative_first_name"),
            kin.last_name.label("relative_last_name"),
            kin.birth_date.label("relative_birth_date"),
            kin.comune.label("relative_comune"),
            *of_relative.c,
            *of_employee.c,
        )
        .select_from(joined)
        .where(person.book_id == _BOOK, person.employee_id == _ASKED_EMPLOYEE)
    )


def _said_of_relative(then: bool) -> sa.FromClause:
    said = _OF_RELATIVE.c
    living_together = said.fact == Fact.COHABITATION.value
    latest_first = aggregate_order_by(said.holds, said.valid_from.desc())
    return (
        sa.select(
            sa.func.bool_or(living_together).label("cohabiting"),
            sa.func.bool_or(living_together & (said.basis == Basis.RECORDED.value)).label("cohabiting_recorded"),
            sa.func.bool_or(said.fact == Fact.MAINTENANCE.value).label("maintenance"),
            sa.func.bool_or(said.fact == Fact.NOT_SELF_SUFFICIENT.value).label("not_self_sufficient"),
            sa.func.bool_or(said.holds).filter(said.fact == Fact.DEPENDENCY.value).label("dependent"),
            # Parents live until some day: what was declared from the latest day answers.
            sa.func.array_agg(latest_first, type_=sa.ARRAY(sa.Boolean))
            .filter(said.fact == Fact.PARENTS_MISSING.value)[1]
            .label("parents_missing"),
        )
        .where(
            said.book_id == _BOOK,
            said.relative_id == _ASKED_RELATIVE,
            said.valid_from <= _DAY,
            said.valid_to.is_(None) | (said.valid_to >= _DAY),
            _known(_OF_RELATIVE, then),
        )
        .lateral("of_relative")
    )


def _said_of_employee(then: bool) -> sa.FromClause:
    said = _OF_EMPLOYEE.c

    def amount(fact: Fact) -> sa.ColumnElement[int | None]:
        return sa.func.max(said.amount_minor).filter(said.fact == fact.value)

    hiring_year = sa.extract("year", _EMPLOYEE.c.hired_on)

    def any_of(fact: Fact) -> sa.ColumnElement[bool]:
        return sa.func.count().filter(said.fact == fact.value) > 0

    return (
        sa.select(
            amount(Fact.EXTERNAL_FRINGE).label("external_fringe_minor"),
            amount(Fact.EXTERNAL_PENSION).label("external_pension_minor"),
            amount(Fact.EXTERNAL_HEALTH_FUND).label("external_health_fund_minor"),
            amount(Fact.PDR_ELSEWHERE).label("pdr_elsewhere_minor"),
            any_of(Fact.DEPENDENT_CHILD).label("dependent_child_declared"),
            any_of(Fact.FIRST_JOB_PENSION).label("first_job_pension"),
            amount(Fact.NEW_HIRE).label("prior_income_minor"),
            sa.func.max(said.distance_km).label("residence_moved_km"),
        )
        .where(
            said.book_id == _BOOK,
            said.employee_id == _ASKED_EMPLOYEE,
            # What a new hire declares in the year of hiring stays true of that hiring.
            said.year == sa.case((said.fact == Fact.NEW_HIRE.value, hiring_year), else_=_YEAR),
            _known(_OF_EMPLOYEE, then),
        )
        .lateral("of_employee")
    )


def _known(facts: sa.Table, then: bool) -> sa.ColumnElement[bool]:
    revoked_at = facts.c.revoked_at
    if not then:
        return revoked_at.is_(None)
    return (facts.c.recorded_at <= _KNOWN_AT) & (revoked_at.is_(None) | (revoked_at > _KNOWN_AT))


_PERSON_NOW, _PERSON_THEN = database.rendered(_person(then=False)), database.rendered(_person(then=True))


# -- rows ------------------------------------------------------------------------------------------------------------


def _cards(book_id: int) -> sa.Select[*tuple[Any, ...]]:
    columns = [_EMPLOYEE.c[field.name] for field in fields(EmployeeCard)]
    return sa.select(*columns).where(_EMPLOYEE.c.book_id == book_id)


def _card(
    session: Session, book_id: int, condition: sa.ColumnElement[bool], asked: str, *, lock: bool = False
) -> EmployeeCard:
    statement = _cards(book_id).where(condition)
    row = session.execute(statement.with_for_update() if lock else statement).one_or_none()
    if row is None:
        raise EmployeeNotFound(employee=asked)
    return EmployeeCard(*row)
