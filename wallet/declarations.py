"""
Declarations, with what they mean for purchases already made.

What payroll says of benefits from elsewhere, and a child declared or withdrawn, moves a year's limit: the events of the
year are held against it again at once. Declarations about relatives change the decisions to come; of those already
made, what was exempt and would not be is unknown in the position, and `wallet.changed_facts` lists all that would be
otherwise.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import clock
from plans import facts
from plans.facts import Declared
from plans.rows import EmployeeFact, Relative
from plans.rulebook.words import Category
from plans.words import Fact
from wallet import fiscal, wallets

# Which limit a fact about an employee moves.
_MOVES = {
    Fact.EXTERNAL_FRINGE: Category.FRINGE,
    Fact.DEPENDENT_CHILD: Category.FRINGE,
    Fact.EXTERNAL_PENSION: Category.PENSION,
    Fact.FIRST_JOB_PENSION: Category.PENSION,
    Fact.EXTERNAL_HEALTH_FUND: Category.HEALTH_FUND,
}


def declare(
    session: Session,
    book_id: int,
    person_id: str,
    fact: Fact,
    *,
    declared_on: date,
    recorded_at: datetime,
    **told: Any,
) -> tuple[Declared, int]:
    """
    Declare a fact of an employee or a relative, and return it with the number of fiscal corrections it caused.

    Errors: those of `plans.facts.declare`.
    """
    _lock(session, book_id, person_id)
    declared = facts.declare(
        session, book_id, person_id, fact, declared_on=declared_on, recorded_at=recorded_at, **told
    )
    return declared, _settle(session, book_id, person_id, fact, told.get("year"))


def end(
    session: Session, book_id: int, person_id: str, fact_id: str, *, on: date, declared_on: date, recorded_at: datetime
) -> Declared:
    """
    Replace a spell of a person by the same spell with `on` as its last day; of two at once one finds it ended.

    Errors: those of `plans.facts.end`.
    """
    _lock(session, book_id, person_id)
    return facts.end(session, book_id, fact_id, on=on, declared_on=declared_on, recorded_at=recorded_at)


def withdraw(session: Session, book_id: int, fact_id: str, *, recorded_at: datetime) -> int:
    """
    Withdraw a declaration that was wrong, and return the number of fiscal corrections that caused.

    Errors: those of `plans.facts.withdraw`.
    """
    row = session.execute(
        sa.select(EmployeeFact.employee_id, EmployeeFact.fact, EmployeeFact.year).where(
            EmployeeFact.book_id == book_id, EmployeeFact.fact_id == fact_id
        )
    ).one_or_none()
    if row is not None:
        _lock(session, book_id, row.employee_id)
    facts.withdraw(session, book_id, fact_id, recorded_at=recorded_at)
    return 0 if row is None else _settle(session, book_id, row.employee_id, Fact(row.fact), row.year)


def _lock(session: Session, book_id: int, person_id: str) -> None:
    # The person's mutex, for a relative that of their employee: no purchase is decided between the declaration and its
    # consequences, and nothing is said of a child while the contrary is being said.
    employee_id = session.scalar(
        sa.select(Relative.employee_id).where(Relative.book_id == book_id, Relative.relative_id == person_id)
    )
    wallets.lock(session, book_id, employee_id or person_id)


def _settle(session: Session, book_id: int, employee_id: str, fact: Fact, year: int | None) -> int:
    if fact not in _MOVES:
        return 0
    today = clock.today()
    return fiscal.settle_year(session, book_id, employee_id, _MOVES[fact], year=year or today.year, on=today)
