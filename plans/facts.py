"""
What is declared of relatives and employees: append-only facts with two times.

A fact holds from one day to another (`valid_from`, `valid_to`, both included), and we know it from the moment it was
recorded until the moment it was withdrawn or replaced. So a decision of the past can be asked again with what was
known then. A certificate is its expiry and nothing else: no field here can hold a diagnosis.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from moneyed import EUR, Money
from sqlalchemy.orm import Session

from config import clock, ids, money
from plans import children
from plans.errors import (
    DeclarationMalformed,
    DeclaredAmountInvalid,
    DeclaredInFuture,
    DistanceInvalid,
    EmployeeNotFound,
    FactHasNoEnd,
    FactNotFound,
    FactWithdrawn,
    PeriodReversed,
    RelativeNotFound,
    YearTooFar,
)
from plans.rows import Employee, EmployeeFact, Relative, RelativeFact, table
from plans.rulebook.words import Basis
from plans.words import Fact

# The first year corporate welfare had the shape the rules describe.
FIRST_YEAR = 2016
# Nobody moves farther than to the other side of the earth.
EARTH_KM = 20_038

# What each fact must be told, and what it may be told besides.
_FORMS: dict[Fact, tuple[frozenset[str], frozenset[str]]] = {
    Fact.COHABITATION: (frozenset({"since"}), frozenset({"until", "basis"})),
    Fact.MAINTENANCE: (frozenset({"year"}), frozenset({"basis"})),
    Fact.DEPENDENCY: (frozenset({"year"}), frozenset({"basis", "holds"})),
    Fact.NOT_SELF_SUFFICIENT: (frozenset({"until"}), frozenset({"since", "basis"})),
    Fact.PARENTS_MISSING: (frozenset({"since"}), frozenset({"until", "basis", "holds"})),
    Fact.EXTERNAL_FRINGE: (frozenset({"year", "amount"}), frozenset()),
    Fact.EXTERNAL_PENSION: (frozenset({"year", "amount"}), frozenset()),
    Fact.EXTERNAL_HEALTH_FUND: (frozenset({"year", "amount"}), frozenset()),
    Fact.PDR_ELSEWHERE: (frozenset({"year", "amount"}), frozenset()),
    Fact.DEPENDENT_CHILD: (frozenset({"year", "child"}), frozenset()),
    Fact.FIRST_JOB_PENSION: (frozenset({"year"}), frozenset()),
    Fact.NEW_HIRE: (frozenset({"year", "amount", "distance_km"}), frozenset()),
}
OF_A_RELATIVE = frozenset(
    {Fact.COHABITATION, Fact.MAINTENANCE, Fact.DEPENDENCY, Fact.NOT_SELF_SUFFICIENT, Fact.PARENTS_MISSING}
)
_SPELLS = frozenset({Fact.COHABITATION, Fact.NOT_SELF_SUFFICIENT, Fact.PARENTS_MISSING})
# Spells that may lie beside one another; any other fact answers once, and the later declaration replaces the earlier.
_MANY = frozenset({Fact.COHABITATION, Fact.NOT_SELF_SUFFICIENT})

_RELATIVE_FACT, _EMPLOYEE_FACT = table(RelativeFact), table(EmployeeFact)


@dataclass(frozen=True, slots=True)
class Declared:
    """What declaring did: the fact that now stands, whether it is new, and the one it replaced."""

    fact_id: str
    created: bool
    replaced: str | None = None


@dataclass(frozen=True, slots=True)
class Declaration:
    """A fact as people read it; `revoked_at` None means that it stands."""

    fact_id: str
    fact: Fact
    valid_from: date
    valid_to: date | None
    declared_on: date
    recorded_at: datetime
    revoked_at: datetime | None
    basis: Basis = Basis.DECLARED
    holds: bool = True
    amount: Money | None = None
    child_tax_code: str | None = None
    distance_km: int | None = None
    employee_id: str | None = None
    relative_id: str | None = None


def form(fact: Fact) -> tuple[frozenset[str], frozenset[str]]:
    """Return what a fact must be told, and what it may be told besides."""
    return _FORMS[fact]


def declare(
    session: Session,
    book_id: int,
    person_id: str,
    fact: Fact,
    *,
    declared_on: date,
    recorded_at: datetime,
    since: date | None = None,
    until: date | None = None,
    year: int | None = None,
    amount: Money | None = None,
    child: str | None = None,
    distance_km: int | None = None,
    basis: Basis | None = None,
    holds: bool | None = None,
) -> Declared:
    """
    Write down what is true of a relative (`rel_...`) or of an employee (`emp_...`); the same twice changes nothing.

    A fact of a year (maintenance, dependency, everything of an employee) and "parents missing" are replaced by a later
    declaration of the same thing. Spells of living together and certificates stand side by side: end or withdraw one.
    Each fact takes its own arguments, see docs/plans.md. `basis` is DECLARED and `holds` is True unless given.

    Units:  `amount` in euro, zero included: zero says "nothing elsewhere", no declaration says "unknown". Of a new hire
            it is last year's income from employment, and `distance_km` how far the residence moved.
    Errors: DeclarationMalformed, RelativeNotFound or EmployeeNotFound, DeclaredInFuture, YearTooFar, PeriodReversed,
            DistanceInvalid, DeclaredAmountInvalid; for the child a refusal of `taxcodes.check`, ChildCodeProvisional,
            ChildIsTheWorker, ChildIsAnotherRelative, ChildBirthImplausible, ChildNotDependent; for a relative who is
            said not to be dependent ChildDeclaredDependent; in this order.
    Source: D.Lgs. 192/2025 art. 1 (cohabitation, maintenance); L. 207/2024 art. 1 c. 391 (child's tax code).
    """
    told = {"since": since, "until": until, "year": year, "amount": amount, "child": child, "basis": basis}
    _check_form(fact, told | {"holds": holds, "distance_km": distance_km})
    _check_person(session, book_id, person_id, fact)
    today = recorded_at.astimezone(clock.ROME).date()
    if declared_on > today:
        raise DeclaredInFuture(declared_on=declared_on, today=today)
    if year is not None and not FIRST_YEAR <= year <= declared_on.year + 1:
        raise YearTooFar(year=year, first=FIRST_YEAR, last=declared_on.year + 1)
    if distance_km is not None and not 0 <= distance_km <= EARTH_KM:
        raise DistanceInvalid(distance_km=distance_km)
    if fact not in OF_A_RELATIVE:
        assert year is not None  # noqa: S101 - the form of every such fact
        amount_minor = None if amount is None else _minor(amount)
        child_code = None if child is None else children.check(session, book_id, person_id, child, year, today)
        values: dict[str, Any] = {
            "employee_id": person_id,
            "fact": str(fact),
            "year": year,
            "amount_minor": amount_minor,
            "child_tax_code": child_code,
            "distance_km": distance_km,
        }
        return _write(session, _EMPLOYEE_FACT, book_id, values, declared_on, recorded_at, replace=True)
    valid_from, valid_to = _period(since or declared_on, until, year)
    if fact is Fact.DEPENDENCY and holds is False:
        children.check_not_claimed(session, book_id, person_id, valid_from.year)
    values = {
        "relative_id": person_id,
        "fact": str(fact),
        "basis": str(basis or Basis.DECLARED),
        "holds": holds is not False,
        "valid_from": valid_from,
        "valid_to": valid_to,
    }
    return _write(session, _RELATIVE_FACT, book_id, values, declared_on, recorded_at, replace=fact not in _MANY)


def end(
    session: Session, book_id: int, fact_id: str, *, on: date, declared_on: date, recorded_at: datetime
) -> Declared:
    """
    Replace a spell by the same spell with `on` as its last day.

    Errors: FactNotFound, FactWithdrawn, FactHasNoEnd, PeriodReversed; in this order.
    """
    row = _standing(session, book_id, fact_id)
    if row.fact not in _SPELLS:
        raise FactHasNoEnd(fact=row.fact)
    if on < row.valid_from:
        raise PeriodReversed(since=row.valid_from, until=on)
    if row.valid_to == on:
        return Declared(fact_id, created=False)

    moment = _revoke(session, _RELATIVE_FACT, row, recorded_at)
    kept = {key: getattr(row, key) for key in ("relative_id", "fact", "basis", "holds", "valid_from")}
    new_id = _insert(session, _RELATIVE_FACT, book_id, kept | {"valid_to": on}, declared_on, moment)
    return Declared(new_id, created=True, replaced=fact_id)


def withdraw(session: Session, book_id: int, fact_id: str, *, recorded_at: datetime) -> None:
    """
    Stop knowing a fact from this moment on; what was decided before is untouched.

    Errors: FactNotFound, FactWithdrawn; in this order.
    """
    row = _standing(session, book_id, fact_id)
    _revoke(session, _RELATIVE_FACT if "relative_id" in row._fields else _EMPLOYEE_FACT, row, recorded_at)


def of_relative(session: Session, book_id: int, relative_id: str) -> tuple[Declaration, ...]:
    """Return everything ever declared of a relative, the latest first."""
    rows = session.execute(
        sa.select(*_RELATIVE_FACT.c)
        .where(_RELATIVE_FACT.c.book_id == book_id, _RELATIVE_FACT.c.relative_id == relative_id)
        .order_by(_RELATIVE_FACT.c.recorded_at.desc(), _RELATIVE_FACT.c.fact_id.desc())
    )
    return tuple(declaration(row) for row in rows)


def of_employee(session: Session, book_id: int, employee_id: str) -> tuple[Declaration, ...]:
    """Return everything ever declared of an employee, the latest first."""
    rows = session.execute(
        sa.select(*_EMPLOYEE_FACT.c)
        .where(_EMPLOYEE_FACT.c.book_id == book_id, _EMPLOYEE_FACT.c.employee_id == employee_id)
        .order_by(_EMPLOYEE_FACT.c.recorded_at.desc(), _EMPLOYEE_FACT.c.fact_id.desc())
    )
    return tuple(declaration(row) for row in rows)


def amounts(session: Session, book_id: int, fact: Fact) -> Mapping[tuple[str, int], int]:
    """Return what stands declared of a fact that is an amount, by employee and tax year; minor units."""
    said = _EMPLOYEE_FACT.c
    rows = session.execute(
        sa.select(said.employee_id, said.year, sa.func.max(said.amount_minor))
        .where(said.book_id == book_id, said.fact == fact.value, said.revoked_at.is_(None))
        .group_by(said.employee_id, said.year)
    )
    return {(employee_id, year): int(amount) for employee_id, year, amount in rows}


def declaration(row: Any) -> Declaration:
    """Return what a row of either table of facts says."""
    said = (row.declared_on, row.recorded_at, row.revoked_at)
    if "relative_id" in row._fields:
        spell = (row.valid_from, row.valid_to)
        return Declaration(
            row.fact_id, Fact(row.fact), *spell, *said, Basis(row.basis), row.holds, relative_id=row.relative_id
        )
    return Declaration(
        row.fact_id,
        Fact(row.fact),
        date(row.year, 1, 1),
        date(row.year, 12, 31),
        *said,
        amount=None if row.amount_minor is None else money.from_minor(row.amount_minor),
        child_tax_code=row.child_tax_code,
        distance_km=row.distance_km,
        employee_id=row.employee_id,
    )


# -- checks ----------------------------------------------------------------------------------------------------------


def _check_form(fact: Fact, told: Mapping[str, object]) -> None:
    required, optional = _FORMS[fact]
    given = {name for name, value in told.items() if value is not None}
    missing, extra = required - given, given - required - optional
    if missing or extra:
        raise DeclarationMalformed(fact=fact, needs=sorted(required), missing=sorted(missing), extra=sorted(extra))


def _check_person(session: Session, book_id: int, person_id: str, fact: Fact) -> None:
    if fact in OF_A_RELATIVE:
        relative = sa.select(Relative.relative_id).where(Relative.book_id == book_id, Relative.relative_id == person_id)
        if session.scalar(relative) is None:
            raise RelativeNotFound(relative=person_id)
        return
    employee = sa.select(Employee.employee_id).where(Employee.book_id == book_id, Employee.employee_id == person_id)
    if session.scalar(employee) is None:
        raise EmployeeNotFound(employee=person_id)


def _period(since: date, until: date | None, year: int | None) -> tuple[date, date | None]:
    if year is not None:
        return date(year, 1, 1), date(year, 12, 31)
    if until is not None and until < since:
        raise PeriodReversed(since=since, until=until)
    return since, until


def _minor(amount: Money) -> int:
    try:
        minor = money.minor(amount)
    except ValueError as error:
        raise DeclaredAmountInvalid(amount=amount) from error
    if amount.currency != EUR or not 0 <= minor <= money.MAX_MINOR:
        raise DeclaredAmountInvalid(amount=amount)
    return minor


# -- rows ------------------------------------------------------------------------------------------------------------


def _write(
    session: Session,
    facts: sa.Table,
    book_id: int,
    values: dict[str, Any],
    declared_on: date,
    recorded_at: datetime,
    *,
    replace: bool,
) -> Declared:
    """Insert a fact unless it stands already; `replace` revokes the standing one that answers the same question."""
    standing = sa.select(*facts.c).where(facts.c.book_id == book_id, facts.c.revoked_at.is_(None))
    same = session.execute(
        standing.where(*(facts.c[name].is_not_distinct_from(value) for name, value in values.items())).limit(1)
    ).one_or_none()
    if same is not None:
        return Declared(same.fact_id, created=False)
    replaced = None
    if replace:
        question = values.keys() & {"employee_id", "relative_id", "fact", "year", "child_tax_code", "valid_from"}
        replaced = session.execute(
            standing.where(*(facts.c[name].is_not_distinct_from(values[name]) for name in sorted(question)))
        ).one_or_none()
    if replaced is not None:
        recorded_at = _revoke(session, facts, replaced, recorded_at)
    fact_id = _insert(session, facts, book_id, values, declared_on, recorded_at)
    return Declared(fact_id, created=True, replaced=None if replaced is None else replaced.fact_id)


def _insert(
    session: Session, facts: sa.Table, book_id: int, values: dict[str, Any], declared_on: date, recorded_at: datetime
) -> str:
    fact_id = ids.new("fct")
    session.execute(
        sa.insert(facts).values(
            book_id=book_id, fact_id=fact_id, declared_on=declared_on, recorded_at=recorded_at, **values
        )
    )
    return fact_id


def _revoke(session: Session, facts: sa.Table, row: sa.Row[*tuple[Any, ...]], recorded_at: datetime) -> datetime:
    # Clocks of two processes may differ: nothing is forgotten before it was learned.
    moment: datetime = max(recorded_at, row.recorded_at)
    session.execute(
        sa.update(facts)
        .where(facts.c.book_id == row.book_id, facts.c.fact_id == row.fact_id, facts.c.revoked_at.is_(None))
        .values(revoked_at=moment)
    )
    return moment


def _standing(session: Session, book_id: int, fact_id: str) -> sa.Row[*tuple[Any, ...]]:
    for facts in (_RELATIVE_FACT, _EMPLOYEE_FACT):
        row = session.execute(
            sa.select(*facts.c).where(facts.c.book_id == book_id, facts.c.fact_id == fact_id)
        ).one_or_none()
        if row is not None and row.revoked_at is not None:
            raise FactWithdrawn(fact_id=fact_id)
        if row is not None:
            return row
    raise FactNotFound(fact_id=fact_id)
