"""
What payroll knows from elsewhere, as its office sends it: one row a worker and tax year, CSV or XLSX.

A filled cell is what came from elsewhere, zero included; a blank one says nothing, and what is not said stays unknown.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from plans import facts, sheets
from plans.budgets import RosterEntry
from plans.errors import EmployeeNotFound, PersonRepeated, YearTooFar
from plans.errors_cells import AmountNotPositive
from plans.errors_sources import PayrollFileRefused, PayrollFileSilent, TaxYearMissing, TaxYearUnreadable
from plans.sheets import Column, Problem, Sheet, cells, headers
from plans.words import Fact

_YEAR: Final = re.compile(r"[0-9]{4}", re.ASCII)
# The file's column, and what it declares.
FACTS: Final[Mapping[str, Fact]] = {
    "external_fringe": Fact.EXTERNAL_FRINGE,
    "pdr_elsewhere": Fact.PDR_ELSEWHERE,
    "external_pension": Fact.EXTERNAL_PENSION,
    "external_health_fund": Fact.EXTERNAL_HEALTH_FUND,
}


@dataclass(frozen=True, slots=True)
class Told:
    """One amount from elsewhere; minor units."""

    row: int
    employee_id: str
    year: int
    fact: Fact
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What a sound file says. `content_hash` is that of what is told, whatever the format and the order of rows."""

    told: tuple[Told, ...]
    rows: int
    silent_rows: int
    content_hash: str
    ignored: tuple[str, ...]


def amount_or_zero(cell: object) -> int:
    """
    Return an amount as cents; zero says "nothing elsewhere".

    Errors: those of `cells.amount` but for zero.
    """
    try:
        return cells.amount(cell)
    except AmountNotPositive:
        return 0


def tax_year(cell: object) -> int:
    """
    Return a tax year.

    Errors: TaxYearUnreadable.
    """
    written = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()
    if _YEAR.fullmatch(written) is None:
        raise TaxYearUnreadable()
    return int(written)


_COLUMNS: Final = (
    Column("tax_code", cells.tax_code, required=True),
    Column("tax_year", tax_year),
    *(Column(name, amount_or_zero) for name in FACTS),
    # Known so that they are not reported as ignored; a tax code says who somebody is.
    Column("full_name", None),
    Column("last_name", None),
    Column("first_name", None),
    Column("employee_no", None),
)


def read(path: Path, roster: Mapping[str, RosterEntry], *, year: int | None, declared_on: date) -> Reading:
    """
    Read a payroll file, whole, against the people of the book; `year` is for rows that name none.

    Errors: those of `sheets.read`; PayrollFileRefused with every problem of its rows, TaxYearMissing, YearTooFar,
            EmployeeNotFound and PersonRepeated among them; PayrollFileSilent.
    """
    sheet = sheets.read(path, _COLUMNS, total=next(iter(FACTS)))
    told: list[Told] = []
    problems: list[Problem] = []
    first_rows: dict[tuple[str, int], int] = {}
    rows = silent = total = 0
    # A row that cannot be read is a problem enough: its amount is not known.
    complete = True
    for number, values, found in sheet.rows():
        code, written_year, *amounts = values[: 2 + len(FACTS)]
        rows += 1
        total += amounts[0] or 0
        complete &= not found
        of_year = year if written_year is None else written_year
        # A year that cannot be read is told as such, and neither missing nor that of the whole file.
        unread = any(problem.refusal is TaxYearUnreadable for problem in found)
        of_year = None if unread else of_year
        wrong = [
            *found,
            *_against(sheet, number, code, of_year, declared_on, roster, first_rows, unread=unread),
        ]
        problems += wrong
        if wrong or code is None or of_year is None:
            continue
        said = [
            Told(number, roster[code].employee_id, of_year, fact, amount)
            for fact, amount in zip(FACTS.values(), amounts, strict=True)
            if amount is not None
        ]
        silent += not said
        told += said
    if complete:
        problems += sheet.differences(total)
    if problems:
        raise PayrollFileRefused(file=path.name, count=len(problems), problems=tuple(problems))
    if not told:
        names = [headers.vocabulary().name(name) for name in FACTS]
        raise PayrollFileSilent(file=path.name, columns=names)
    return Reading(tuple(told), rows, silent, content_hash(told), sheet.ignored)


def content_hash(told: Sequence[Told]) -> str:
    """Return the SHA-256 of what is told: person, year, fact and amount of each, sorted."""
    digest = hashlib.sha256(b"payroll/1\n")
    for each in sorted(told, key=lambda one: (one.employee_id, one.year, one.fact)):
        digest.update(f"{each.employee_id}\t{each.year}\t{each.fact}\t{each.amount_minor}\n".encode())
    return digest.hexdigest()


def _against(
    sheet: Sheet,
    number: int,
    code: str | None,
    year: int | None,
    declared_on: date,
    roster: Mapping[str, RosterEntry],
    first_rows: dict[tuple[str, int], int],
    *,
    unread: bool,
) -> list[Problem]:
    """Return what speaks against a row besides its cells."""
    problems = []
    if code is not None and code not in roster:
        problems.append(sheet.problem(EmployeeNotFound(employee=code), number, "tax_code", code))
    last = declared_on.year + 1
    if year is None and not unread:
        problems.append(sheet.problem(TaxYearMissing(), number, "tax_year"))
    elif year is not None and not facts.FIRST_YEAR <= year <= last:
        refusal = YearTooFar(year=year, first=facts.FIRST_YEAR, last=last)
        problems.append(sheet.problem(refusal, number, "tax_year", year))
    if code is not None and year is not None:
        first = first_rows.setdefault((code, year), number)
        if first != number:
            problems.append(sheet.problem(PersonRepeated(first_row=first), number, "tax_code", code))
    return problems
