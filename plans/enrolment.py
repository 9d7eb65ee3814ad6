"""Enrolment: employees and their relatives, from files or one by one; a person already known is completed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from config import ids
from config.errors import DomainError
from plans import people_file, rows, taxcodes
from plans.errors import (
    BirthDateContradicts,
    EmployeeExists,
    EmployeeNotFound,
    LeftBeforeHired,
    PeopleFileRefused,
    PersonRepeated,
    RelativeAmbiguous,
    RelativeExists,
    RelativeNotFound,
    RelativeOfThemselves,
)
from plans.people_file import EmployeeDraft, RelativeDraft
from plans.rows import Employee, Relative, table
from plans.sheets import Problem

_Values = dict[str, Any]

_EMPLOYEE, _RELATIVE = table(Employee), table(Relative)
_EMPLOYEE_NAMES = ("employee_id", *(each.name for each in fields(EmployeeDraft)))
_RELATIVE_NAMES = (
    "relative_id",
    "employee_id",
    *(each.name for each in fields(RelativeDraft) if each.name != "employee_tax_code"),
)


@dataclass(frozen=True, slots=True)
class PeopleLoad:
    """What loading a file of people did, or would do."""

    file: str
    created: int
    updated: int
    unchanged: int


class Outcome(StrEnum):
    """What a row of a file does to the person it names."""

    CREATED = "CREATED"
    UPDATED = "UPDATED"
    UNCHANGED = "UNCHANGED"


@dataclass(frozen=True, slots=True)
class RowRead:
    """A sound row of a file of employees: whom it names, and what it does to them."""

    row: int
    outcome: Outcome
    employee_id: str


@dataclass(frozen=True, slots=True)
class Examined:
    """A file of employees held against the book: what each row would do, and all that is wrong; nothing is written."""

    file: str
    rows: tuple[RowRead, ...]
    problems: tuple[Problem, ...]
    _created: tuple[_Values, ...] = field(repr=False)
    _updated: tuple[_Values, ...] = field(repr=False)

    @property
    def counts(self) -> PeopleLoad:
        """Return how many the file creates, updates, and leaves as they are."""
        created, updated = len(self._created), len(self._updated)
        return PeopleLoad(self.file, created, updated, len(self.rows) - created - updated)


def load(session: Session, book_id: int, path: Path, *, check_only: bool = False) -> PeopleLoad:
    """
    Create and update employees from a CSV or XLSX file, known by tax code; all of it or nothing.

    A column the file has is the truth for the people in it, blanks included; a column it lacks, and people it does not
    name, stay as they are. `check_only` says what would be done and writes nothing.
    Errors: those of `sheets.read` for a file that cannot be read; PeopleFileRefused with every problem of its rows.
    """
    return write(session, book_id, examine(session, book_id, path), check_only=check_only)


def examine(session: Session, book_id: int, path: Path) -> Examined:
    """
    Hold a file of employees against the book, row by row.

    Errors: those of `sheets.read` for a file that cannot be read.
    """
    reading = people_file.read_employees(path)
    known = _employees_by_code(session, book_id, [draft.tax_code for _, draft in reading.drafts])
    created: list[_Values] = []
    updated: list[_Values] = []
    found: list[RowRead] = []
    problems = list(reading.problems)
    for number, draft in reading.drafts:
        before = known.get(draft.tax_code)
        after = _employee_values(draft) if before is None else _told(before, draft, reading.fields)
        if refusal := _left_before_hired(after):
            problems.append(reading.sheet.problem(refusal, number))
            continue
        outcome = Outcome.UNCHANGED
        if before is None:
            outcome, after = Outcome.CREATED, after | {"employee_id": ids.new("emp")}
            created.append(after)
        elif after != before:
            outcome = Outcome.UPDATED
            updated.append(after)
        found.append(RowRead(number, outcome, after["employee_id"]))
    return Examined(path.name, tuple(found), _in_order(problems), tuple(created), tuple(updated))


def write(session: Session, book_id: int, examined: Examined, *, check_only: bool = False) -> PeopleLoad:
    """
    Write down what a file says that was examined in this transaction.

    Errors: PeopleFileRefused with every problem of its rows.
    """
    if examined.problems:
        raise PeopleFileRefused(file=examined.file, problems=examined.problems)
    if not check_only:
        for done, many in ((rows.insert_many, examined._created), (rows.update_many, examined._updated)):
            done(session, _EMPLOYEE, book_id, _EMPLOYEE_NAMES, _lines(many, _EMPLOYEE_NAMES))
    return examined.counts


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


def admit(session: Session, book_id: int, draft: EmployeeDraft) -> str:
    """
    Write down one employee (or citizen) whom the book does not have, and return the id.

    Errors: a refusal of `taxcodes.check`, LeftBeforeHired, BirthDateContradicts, EmployeeExists; in this order.
    """
    values = _employee_values(draft) | {"tax_code": taxcodes.check(draft.tax_code)}
    _check_employee(session, book_id, values)
    employee_id = ids.new("emp")
    session.execute(sa.insert(_EMPLOYEE).values(book_id=book_id, employee_id=employee_id, **values))
    return employee_id


def amend(session: Session, book_id: int, employee_id: str, changes: Mapping[str, Any]) -> None:
    """
    Correct what is written of an employee; `changes` are fields of `EmployeeDraft`.

    Errors: EmployeeNotFound, a refusal of `taxcodes.check`, LeftBeforeHired, BirthDateContradicts, EmployeeExists; in
            this order.
    """
    mine = (_EMPLOYEE.c.book_id == book_id, _EMPLOYEE.c.employee_id == employee_id)
    row = session.execute(_columns(_EMPLOYEE, _EMPLOYEE_NAMES, book_id).where(*mine).with_for_update()).one_or_none()
    if row is None:
        raise EmployeeNotFound(employee=employee_id)
    changes = _with_code(changes)
    _check_employee(session, book_id, dict(row._mapping) | changes, changed=changes)
    if changes:
        session.execute(sa.update(_EMPLOYEE).where(*mine).values(**changes))


def add_relative(session: Session, book_id: int, draft: RelativeDraft, *, new: bool = False) -> str:
    """
    Write down one relative, or complete what is known of them, and return the id; with `new` they must not be there.

    Errors: EmployeeNotFound, a refusal of `taxcodes.check`, RelativeOfThemselves, RelativeAmbiguous, RelativeExists,
            BirthDateContradicts (of a new one); in this order.
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
    if new and before is not None:
        raise RelativeExists(relative=before["relative_id"])
    if new:
        _check_birth(after)
    if before is None:
        after |= {"relative_id": ids.new("rel")}
        rows.insert_many(session, _RELATIVE, book_id, _RELATIVE_NAMES, _lines([after], _RELATIVE_NAMES))
    else:
        after = before | {name: value for name, value in after.items() if value is not None}
        rows.update_many(session, _RELATIVE, book_id, _RELATIVE_NAMES, _lines([after], _RELATIVE_NAMES))
    return str(after["relative_id"])


def amend_relative(session: Session, book_id: int, relative_id: str, changes: Mapping[str, Any]) -> None:
    """
    Correct what is written of a relative; `changes` are fields of `RelativeDraft` but the employee.

    Errors: RelativeNotFound, a refusal of `taxcodes.check`, RelativeOfThemselves, BirthDateContradicts, RelativeExists;
            in this order.
    """
    mine = (_RELATIVE.c.book_id == book_id, _RELATIVE.c.relative_id == relative_id)
    row = session.execute(_columns(_RELATIVE, _RELATIVE_NAMES, book_id).where(*mine).with_for_update()).one_or_none()
    if row is None:
        raise RelativeNotFound(relative=relative_id)
    changes = _with_code(changes)
    if changes.get("tax_code") is not None:
        namesake = _employees_by_code(session, book_id, [changes["tax_code"]]).get(changes["tax_code"])
        if namesake is not None and namesake["employee_id"] == row.employee_id:
            raise RelativeOfThemselves()
    if changes.keys() & {"tax_code", "birth_date"}:
        _check_birth(dict(row._mapping) | changes)
    for other in _relatives_by_employee(session, book_id, [row.employee_id])[row.employee_id]:
        same = other["tax_code"] is not None and other["tax_code"] == changes.get("tax_code")
        if same and other["relative_id"] != relative_id:
            raise RelativeExists(relative=other["relative_id"])
    if changes:
        session.execute(sa.update(_RELATIVE).where(*mine).values(**changes))


def _check_employee(
    session: Session, book_id: int, values: _Values, *, changed: Mapping[str, Any] | None = None
) -> None:
    """Refuse what an employee cannot be; of one who is there already, only what changes is held against the code."""
    if refusal := _left_before_hired(values):
        raise refusal
    if changed is None or changed.keys() & {"tax_code", "birth_date"}:
        _check_birth(values)
    other = _employees_by_code(session, book_id, [values["tax_code"]]).get(values["tax_code"])
    if other is not None and other["employee_id"] != values.get("employee_id"):
        raise EmployeeExists(employee=other["employee_id"])


def _check_birth(values: _Values) -> None:
    code, born = values["tax_code"], values["birth_date"]
    if code is not None and born is not None and people_file.born_otherwise(code, born):
        raise BirthDateContradicts(tax_code=code)


def _with_code(changes: Mapping[str, Any]) -> _Values:
    """Return the changes with a tax code that is checked and in capitals."""
    code = changes.get("tax_code")
    return dict(changes) if code is None else {**changes, "tax_code": taxcodes.check(code)}


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
