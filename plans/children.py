"""Children as the tax sees them: who counts as one, and what a declaration of one must agree with."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plans import taxcodes
from plans.errors import (
    ChildBirthImplausible,
    ChildCodeProvisional,
    ChildDeclaredDependent,
    ChildIsAnotherRelative,
    ChildIsTheWorker,
    ChildNotDependent,
)
from plans.rows import Employee, EmployeeFact, Relative, RelativeFact
from plans.rulebook.words import Kinship
from plans.words import Fact

# Nobody works before this age, and nobody has a child, born or adopted, who is less than so many years younger.
WORKING_AGE, PARENT_YEARS = 14, 12
# Who counts as a child for the tax (TUIR art. 12 c. 2).
CHILDREN = frozenset({Kinship.CHILD, Kinship.CHILD_OF_DECEASED_SPOUSE})


def check(session: Session, book_id: int, employee_id: str, child: str, year: int, today: date) -> str:
    """
    Return the tax code of a child that an employee declares for a year, as it is written down.

    Errors: those of `taxcodes.check`, ChildCodeProvisional, ChildIsTheWorker, ChildIsAnotherRelative,
            ChildBirthImplausible, ChildNotDependent; in this order.
    """
    code = taxcodes.check(child)
    if len(code) != 16:
        raise ChildCodeProvisional(child=code)
    worker = session.execute(
        sa.select(Employee.tax_code, Employee.birth_date).where(
            Employee.book_id == book_id, Employee.employee_id == employee_id
        )
    ).one()
    if code == worker.tax_code:
        raise ChildIsTheWorker(child=code)
    kinships = session.scalars(
        sa.select(Relative.kinship).where(
            Relative.book_id == book_id, Relative.employee_id == employee_id, Relative.tax_code == code
        )
    ).all()
    if kinships and not CHILDREN.intersection(kinships):
        raise ChildIsAnotherRelative(child=code, kinship=kinships[0])
    born = next((day for day in taxcodes.births(code) if day <= today), None)
    worker_born = worker.birth_date or next(
        (day for day in taxcodes.births(worker.tax_code) if _later(day, WORKING_AGE) <= today), None
    )
    if born and worker_born and (born < _later(worker_born, PARENT_YEARS) or born.year > year):
        raise ChildBirthImplausible(child=code, born=born, year=year, worker_born=worker_born)
    denied = (
        sa.select(RelativeFact.fact_id)
        .join(Relative, (Relative.book_id == RelativeFact.book_id) & (Relative.relative_id == RelativeFact.relative_id))
        .where(
            Relative.book_id == book_id,
            Relative.employee_id == employee_id,
            Relative.tax_code == code,
            RelativeFact.fact == Fact.DEPENDENCY.value,
            RelativeFact.holds.is_(False),
            RelativeFact.valid_from == date(year, 1, 1),
            RelativeFact.revoked_at.is_(None),
        )
    )
    if session.scalar(denied.limit(1)) is not None:
        raise ChildNotDependent(child=code, year=year)
    return code


def check_not_claimed(session: Session, book_id: int, relative_id: str, year: int) -> None:
    """
    Let nobody be said not to be dependent in a year for which the employee declared them as their child.

    Errors: ChildDeclaredDependent.
    """
    child = session.scalar(
        sa.select(EmployeeFact.child_tax_code)
        .join(
            Relative,
            (Relative.book_id == EmployeeFact.book_id)
            & (Relative.employee_id == EmployeeFact.employee_id)
            & (Relative.tax_code == EmployeeFact.child_tax_code),
        )
        .where(
            Relative.book_id == book_id,
            Relative.relative_id == relative_id,
            EmployeeFact.fact == Fact.DEPENDENT_CHILD.value,
            EmployeeFact.year == year,
            EmployeeFact.revoked_at.is_(None),
        )
    )
    if child is not None:
        raise ChildDeclaredDependent(child=child, year=year)


def _later(day: date, years: int) -> date:
    return date(day.year + years, 3, 1) if (day.month, day.day) == (2, 29) else day.replace(year=day.year + years)
