"""Enrolment: employees and their relatives, from files or one by one; a person already known is completed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from config import ids
from config.errors import DomainError
from plans import people_file, rows, taxcodes
from plans.errors import (
    EmployeeNotFound,
    LeftBeforeHired,
    PeopleFileRefused,
    PersonRepeated,
    RelativeAmbiguous,
    RelativeOfThemselves,
)
from plans.people_file import EmployeeDraft, RelativeDraft
from plans.rows import Employee, Relative, table
from plans.sheets import Problem

_Values = dict[str, Any]

_EMPLOYEE, _RELATIVE = table(Employee), table(Relative)
_EMPLOYEE_NAMES = ("employee_id", *(field.name for field in fields(EmployeeDraft)))
_RELATIVE_NAMES = (
    "relative_id",
    "employee_id",
    *(field.name for field in fields(RelativeDraft) if field.name != "employee_tax_code"),
)


@dataclass(frozen=True, slots=True)
class PeopleLoad:
    """What loading a file of people did, or would do."""

    file: str
    created: int
    updated: int
    unchanged: int


def load(session: Session, book_id: int, path: Path, *, check_only: bool = False) -> PeopleLoad:
    """
    Create and update employees from a CSV or XLSX file, known by tax code; all of it or nothing.

    A column the file has is the truth for the people in it, blanks included; a column it lacks, and people it does not
    name, stay as they are. `check_only` says what would be done and writes nothing.
    Errors: those of `sheets.read` for a file that cannot be read; PeopleFileRefused with every problem of its rows.
    """
    reading = people_file.read_employees(path)
    known = _employees_by_code(session, book_id, [draft.tax_code for _, draft in reading.drafts])
    created: list[_Values] = []
    updated: list[_Values] = []
    problems = list(reading.problems)
    for number, draft in reading.drafts:
        before = known.get(draft.tax_code)
        after = _employee_values(draft) if before is None else _told(before, draft, reading.fields)
        if refusal := _left_before_hired(after):
            problems.append(reading.sheet.problem(refusal, number))
        elif before is None:
            created.append(after | {"employee_id": ids.new("emp")})
        elif after != before:
            updated.append(after)
    if problems:
        raise PeopleFileRefused(file=path.name, problems=_in_order(problems))

    if not check_only:
        rows.insert_many(session, _EMPLOYEE, book_id, _EMPLOYEE_NAMES, _lines(created, _EMPLOYEE_NAMES))
        rows.update_many(session, _EMPLOYEE, book_id, _EMPLOYEE_NAMES, _lines(updated, _EMPLOYEE_NAMES))
    return _count(path, len(reading.drafts), created, updated)


def load_relatives(session: Session, book_id: int, path: Path, *, check_only: bool = False) -> PeopleLoad:
    """
    Create and update relatives from a CSV or XLSX file that names each one's employee; all of it or nothing.

    A relative is known by tax code, or else by kinship, name and date of birth. A blank says "not known" and leaves
    what was there. `check_only` says what would be done and writes nothing.
    Errors: those of `sheets.read` for a file that cannot be read; PeopleFileRefused with every problem of its rows,
            EmployeeNotFound, RelativeAmbiguous and PersonRepeated among them.
    """
    reading = people_file.read_relatives(path)
    employees = _employees_by_code(session, book_id, [draft.employee_tax_code for _, draft in reading.drafts])
    known = _relatives_by_employee(session, book_id, [values["employee_id"] for values in employees.values()])
    created: list[_Values] = []
    updated: list[_Values] = []
    problems = list(reading.problems)
    first_rows: dict[str, int] = {}
    for number, draft in reading.drafts:
        try:
            employee = employees.get(draft.employee_tax_code)
            if employee is None:
                raise EmployeeNotFound(employee=draft.employee_tax_code)
            before = _same_relative(known.get(employee["employee_id"], []), draft)
            after = _relative_values(draft, employee["employee_id"])
            if before is None:
                created.append(after | {"relative_id": ids.new("rel")})
                continue
            if first_rows.setdefault(before["relative_id"], number) != number:
                raise PersonRepeated(first_row=first_rows[before["relative_id"]])
        except DomainError as refusal:
            problems.append(reading.sheet.problem(refusal, number))
            continue
        after = before | {name: value for name, value in after.items() if value is not None}
        if after != before:
            updated.append(after)
    if problems:
        raise PeopleFileRefused(file=path.name, problems=_in_order(problems))

    if not check_only:
        rows.insert_many(session, _RELATIVE, book_id, _RELATIVE_NAMES, _lines(created, _RELATIVE_NAMES))
        rows.update_many(session, _RELATIVE, book_id, _RELATIVE_NAMES, _lines(updated, _RELATIVE_NAMES))
    return _count(path, len(reading.drafts), created, updated)


def enrol(session: Session, book_id: int, draft: EmployeeDraft) -> str:
    """
    Write down one employee (or citizen), or correct who has this tax code, and return the id.

    Errors: a refusal of `taxcodes.check`, LeftBeforeHired; in this order.
    """
    values = _employee_values(draft) | {"tax_code": taxcodes.check(draft.tax_code)}
    if refusal := _left_before_hired(values):
        raise refusal
    statement = insert(_EMPLOYEE).values(book_id=book_id, employee_id=ids.new("emp"), **values)
    statement = statement.on_conflict_do_update("uq_employee_book_id_tax_code", set_=values)
    return str(session.scalar(statement.returning(_EMPLOYEE.c.employee_id)))


def add_relative(session: Session, book_id: int, draft: RelativeDraft) -> str:
    """
    Write down one relative, or complete what is known of them, and return the id.

    Errors: EmployeeNotFound, a refusal of `taxcodes.check`, RelativeOfThemselves, RelativeAmbiguous; in this order.
    """
    employee = _employees_by_code(session, book_id, [draft.employee_tax_code]).get(draft.employee_tax_code)
    if employee is None:
        raise EmployeeNotFound(employee=draft.employee_tax_code)
    if draft.tax_code is not None:
        draft = replace(draft, tax_code=taxcodes.check(draft.tax_code))
    if draft.tax_code == draft.employee_tax_code:
        raise RelativeOfThemselves()
    employee_id = employee["employee_id"]
    before = _same_relative(_relatives_by_employee(session, book_id, [employee_id]).get(employee_id, []), draft)
    after = _relative_values(draft, employee_id)
    if before is None:
        after |= {"relative_id": ids.new("rel")}
        rows.insert_many(session, _RELATIVE, book_id, _RELATIVE_NAMES, _lines([after], _RELATIVE_NAMES))
    else:
        after = before | {name: value for name, value in after.items() if value is not None}
        rows.update_many(session, _RELATIVE, book_id, _RELATIVE_NAMES, _lines([after], _RELATIVE_NAMES))
    return str(after["relative_id"])


# -- rows ------------------------------------------------------------------------------------------------------------


def _employees_by_code(session: Session, book_id: int, codes: Sequence[str]) -> dict[str, _Values]:
    wanted = sa.any_(sa.literal(list(codes), sa.ARRAY(sa.Text)))
    found = session.execute(_columns(_EMPLOYEE, _EMPLOYEE_NAMES, book_id).where(_EMPLOYEE.c.tax_code == wanted))
    return {row.tax_code: dict(row._mapping) for row in found}


def _relatives_by_employee(session: Session, book_id: int, employee_ids: Sequence[str]) -> dict[str, list[_Values]]:
    wanted = sa.any_(sa.literal(list(employee_ids), sa.ARRAY(sa.Text)))
    found = session.execute(_columns(_RELATIVE, _RELATIVE_NAMES, book_id).where(_RELATIVE.c.employee_id == wanted))
    grouped: dict[str, list[_Values]] = {}
    for row in found:
        grouped.setdefault(row.employee_id, []).append(dict(row._mapping))
    return grouped


def _columns(source: sa.Table, names: Sequence[str], book_id: int) -> sa.Select[*tuple[Any, ...]]:
    return sa.select(*(source.c[name] for name in names)).where(source.c.book_id == book_id)


def _employee_values(draft: EmployeeDraft) -> _Values:
    return asdict(draft)


def _relative_values(draft: RelativeDraft, employee_id: str) -> _Values:
    values = asdict(draft) | {"employee_id": employee_id, "kinship": str(draft.kinship)}
    del values["employee_tax_code"]
    return values


def _told(before: _Values, draft: EmployeeDraft, told: frozenset[str]) -> _Values:
    return before | {name: getattr(draft, name) for name in told}


def _same_relative(known: Sequence[_Values], draft: RelativeDraft) -> _Values | None:
    """Return whom of an employee's relatives a draft speaks of, if any of them."""
    if draft.tax_code is not None:
        for values in known:
            if values["tax_code"] == draft.tax_code:
                return values
    alike = [values for values in known if _alike(values, draft)]
    if len(alike) > 1:
        raise RelativeAmbiguous(relative=f"{draft.first_name} {draft.last_name}")
    return alike[0] if alike else None


def _alike(values: _Values, draft: RelativeDraft) -> bool:
    if values["kinship"] != draft.kinship or None not in (values["tax_code"], draft.tax_code):
        return False
    for name in ("first_name", "last_name"):
        if values[name].casefold() != getattr(draft, name).casefold():
            return False
    births = values["birth_date"], draft.birth_date
    return None in births or births[0] == births[1]


def _left_before_hired(values: _Values) -> LeftBeforeHired | None:
    hired_on, left_on = values["hired_on"], values["left_on"]
    if hired_on is None or left_on is None or left_on >= hired_on:
        return None
    return LeftBeforeHired(employee=values["tax_code"], hired_on=hired_on, left_on=left_on)


def _lines(values: Sequence[_Values], names: Sequence[str]) -> list[tuple[Any, ...]]:
    return [tuple(each[name] for name in names) for each in values]


def _in_order(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda problem: problem.row or 0))


def _count(path: Path, drafts: int, created: Sequence[_Values], updated: Sequence[_Values]) -> PeopleLoad:
    return PeopleLoad(path.name, len(created), len(updated), drafts - len(created) - len(updated))
