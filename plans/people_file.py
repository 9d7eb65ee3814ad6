"""People as payroll offices send them: one file of employees, one of their relatives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from stdnum.it import codicefiscale

from plans import labels, sheets
from plans.errors import BirthDateContradicts, KinshipUnknown, LeftBeforeHired, PersonRepeated, RelativeOfThemselves
from plans.rulebook.words import Kinship
from plans.sheets import Column, Problem, Sheet, cells, headers

D = TypeVar("D")

# What people write in the kinship column: Italian words for both sexes, English ones, our own labels and codes.
_WORDS: Final = {
    Kinship.SPOUSE: "coniuge, marito, moglie, spouse, husband, wife",
    Kinship.CIVIL_PARTNER: "unito civilmente, unita civilmente, unione civile, civil partner",
    Kinship.SEPARATED_SPOUSE: "coniuge separato, coniuge separata, separato, separata, separated spouse",
    Kinship.DE_FACTO_PARTNER: "convivente, convivente di fatto, de facto partner",
    Kinship.CHILD: "figlio, figlia, figlio adottivo, figlia adottiva, affidato, affidata, child, son, daughter",
    Kinship.CHILD_OF_DECEASED_SPOUSE: "figlio del coniuge deceduto, figlia del coniuge deceduto",
    Kinship.PARENT: "genitore, padre, madre, parent, father, mother",
    Kinship.GRANDPARENT: "nonno, nonna, grandparent, grandfather, grandmother",
    Kinship.SIBLING: "fratello, sorella, sibling, brother, sister",
    Kinship.PARENT_IN_LAW: "suocero, suocera, parent in law, father in law, mother in law",
    Kinship.CHILD_IN_LAW: "genero, nuora, child in law, son in law, daughter in law",
    Kinship.OTHER: "altro, altra, zio, zia, cugino, cugina, nipote, other, uncle, aunt, cousin, nephew, niece",
}
_KINSHIPS: Final = {
    headers.normalize(word): kinship
    for kinship, words in _WORDS.items()
    for word in (kinship, labels.italian(kinship), *words.split(","))
}


@dataclass(frozen=True, slots=True)
class EmployeeDraft:
    """An employee as written by people."""

    tax_code: str
    first_name: str
    last_name: str
    birth_date: date | None = None
    hired_on: date | None = None
    left_on: date | None = None
    cluster: str | None = None
    work_place: str | None = None
    email: str | None = None
    employee_no: str | None = None
    home_territory: str | None = None


@dataclass(frozen=True, slots=True)
class RelativeDraft:
    """A relative as written by people; the employee is known by their tax code."""

    employee_tax_code: str
    kinship: Kinship
    first_name: str
    last_name: str
    tax_code: str | None = None
    birth_date: date | None = None
    comune: str | None = None


@dataclass(frozen=True, slots=True)
class Reading(Generic[D]):
    """
    What a file says: a draft for each sound row with the row's number, and every problem found.

    `fields` are those of the draft that the file has a column for: of the others it says nothing.
    """

    sheet: Sheet
    fields: frozenset[str]
    drafts: tuple[tuple[int, D], ...]
    problems: tuple[Problem, ...]


# The draft's field, and the file's.
_EMPLOYEE: Final = {
    "tax_code": Column("tax_code", cells.tax_code, required=True),
    "first_name": Column("first_name", required=True),
    "last_name": Column("last_name", required=True),
    "birth_date": Column("birth_date", cells.day),
    "hired_on": Column("hire_date", cells.day),
    "left_on": Column("end_date", cells.open_day),
    "cluster": Column("cluster"),
    "work_place": Column("site"),
    "email": Column("email"),
    "employee_no": Column("employee_no"),
}


def kinship(cell: object) -> Kinship:
    """
    Return what a word such as "madre" or "mother" says of a relative.

    Errors: KinshipUnknown.
    """
    found = _KINSHIPS.get(headers.normalize(cells.text(cell)))
    if found is None:
        raise KinshipUnknown(known=[words.split(",")[0] for words in _WORDS.values()])
    return found


_RELATIVE_CODE: Final = (
    "codice fiscale familiare",
    "codice fiscale del familiare",
    "cf familiare",
    "relative tax code",
)

_RELATIVE: Final = {
    "employee_tax_code": Column("tax_code", cells.tax_code, required=True),
    "kinship": Column("kinship", kinship, required=True),
    "first_name": Column("first_name", required=True, aliases=("nome familiare", "nome del familiare")),
    "last_name": Column("last_name", required=True, aliases=("cognome familiare", "cognome del familiare")),
    "tax_code": Column("relative_tax_code", cells.tax_code, aliases=_RELATIVE_CODE),
    "birth_date": Column("birth_date", cells.day),
    "comune": Column("comune", aliases=("comune", "comune di residenza", "residenza", "town")),
}


def read_employees(path: Path) -> Reading[EmployeeDraft]:
    """
    Read a file of employees, whole.

    Problems found in it: those of `sheets` cell by cell, LeftBeforeHired, BirthDateContradicts, PersonRepeated.
    Errors: those of `sheets.read`.
    """
    sheet = sheets.read(path, tuple(_EMPLOYEE.values()))
    first_rows: dict[str, int] = {}
    drafts: list[tuple[int, EmployeeDraft]] = []
    problems: list[Problem] = []
    for number, values, found in sheet.rows():
        told: dict[str, Any] = dict(zip(_EMPLOYEE, values, strict=True))
        draft = EmployeeDraft(**told)
        found = (*found, *_check_employee(sheet, number, draft, first_rows))
        problems += found
        if not found:
            drafts.append((number, draft))
    return Reading(sheet, _fields(sheet, _EMPLOYEE), tuple(drafts), tuple(problems))


def read_relatives(path: Path) -> Reading[RelativeDraft]:
    """
    Read a file of relatives, whole.

    Problems found in it: those of `sheets` cell by cell, KinshipUnknown, RelativeOfThemselves, BirthDateContradicts,
    PersonRepeated.
    Errors: those of `sheets.read`.
    """
    sheet = sheets.read(path, tuple(_RELATIVE.values()))
    first_rows: dict[tuple[object, ...], int] = {}
    drafts: list[tuple[int, RelativeDraft]] = []
    problems: list[Problem] = []
    for number, values, found in sheet.rows():
        told: dict[str, Any] = dict(zip(_RELATIVE, values, strict=True))
        draft = RelativeDraft(**told)
        found = (*found, *_check_relative(sheet, number, draft, first_rows))
        problems += found
        if not found:
            drafts.append((number, draft))
    return Reading(sheet, _fields(sheet, _RELATIVE), tuple(drafts), tuple(problems))


def born_otherwise(tax_code: str, birth_date: date) -> bool:
    """Return whether a person's tax code carries another day of birth; the century it cannot tell."""
    if len(tax_code) != 16:
        return False
    written: date = codicefiscale.get_birth_date(tax_code)
    return (birth_date.year % 100, birth_date.month, birth_date.day) != (written.year % 100, written.month, written.day)


def _check_employee(sheet: Sheet, number: int, draft: EmployeeDraft, first_rows: dict[str, int]) -> list[Problem]:
    problems = []
    if draft.hired_on and draft.left_on and draft.left_on < draft.hired_on:
        refusal = LeftBeforeHired(employee=draft.tax_code, hired_on=draft.hired_on, left_on=draft.left_on)
        problems.append(sheet.problem(refusal, number, "end_date", draft.left_on))
    if draft.tax_code:
        problems += _check_birth(sheet, number, draft.tax_code, draft.birth_date)
        first = first_rows.setdefault(draft.tax_code, number)
        if first != number:
            problems.append(sheet.problem(PersonRepeated(first_row=first), number, "tax_code", draft.tax_code))
    return problems


def _check_relative(
    sheet: Sheet, number: int, draft: RelativeDraft, first_rows: dict[tuple[object, ...], int]
) -> list[Problem]:
    problems = []
    if draft.tax_code and draft.tax_code == draft.employee_tax_code:
        problems.append(sheet.problem(RelativeOfThemselves(), number, "relative_tax_code", draft.tax_code))
    if draft.tax_code:
        problems += _check_birth(sheet, number, draft.tax_code, draft.birth_date)
    first = first_rows.setdefault(same_relative(draft), number)
    if first != number:
        shown = draft.tax_code or f"{draft.first_name} {draft.last_name}"
        problems.append(sheet.problem(PersonRepeated(first_row=first), number, None, shown))
    return problems


def same_relative(draft: RelativeDraft) -> tuple[object, ...]:
    """Return what tells two relatives of one employee apart: the tax code, or else kinship, name and birth."""
    if draft.tax_code:
        return draft.employee_tax_code, draft.tax_code
    name = (draft.first_name or "").casefold(), (draft.last_name or "").casefold()
    return draft.employee_tax_code, draft.kinship, *name, draft.birth_date


def _check_birth(sheet: Sheet, number: int, tax_code: str, birth_date: date | None) -> list[Problem]:
    if birth_date is None or not born_otherwise(tax_code, birth_date):
        return []
    return [sheet.problem(BirthDateContradicts(tax_code=tax_code), number, "birth_date", birth_date)]


def _fields(sheet: Sheet, columns: dict[str, Column]) -> frozenset[str]:
    return frozenset(name for name, column in columns.items() if column.field in sheet.headers)
