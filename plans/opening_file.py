"""Balances of another platform, as it exported them: one row a person and expiry, CSV or XLSX."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from plans import sheets
from plans.budgets import RosterEntry
from plans.errors import EmployeeNotFound
from plans.errors_budgets import BudgetWithoutRows, ExpiryOutsidePlan
from plans.errors_sources import LotRepeated, OpeningExpired, OpeningFileRefused
from plans.plans import PlanTerms
from plans.sheets import Column, Problem, Row, Sheet, cells

_COLUMNS: Final = (
    Column("tax_code", cells.tax_code, required=True),
    Column("amount", cells.amount, required=True, aliases=("saldo", "residuo", "credito residuo", "balance")),
    Column("expiry", cells.day),
    # Known so that they are not reported as ignored; a tax code says who somebody is.
    Column("full_name", None),
    Column("last_name", None),
    Column("first_name", None),
    Column("employee_no", None),
)


@dataclass(frozen=True, slots=True)
class Balance:
    """What one person has left of one lot; minor units."""

    row: int
    employee_id: str
    amount_minor: int
    expires_on: date


@dataclass(frozen=True, slots=True)
class Reading:
    """
    What a file says and what is wrong with it. `total_minor` adds up every amount that could be read.

    `content_hash` is that of the balances, whatever the format and the order of rows.
    """

    sheet: Sheet
    balances: tuple[Balance, ...]
    problems: tuple[Problem, ...]
    total_minor: int
    content_hash: str


def read(path: Path, terms: PlanTerms, roster: Mapping[str, RosterEntry], *, total_minor: int) -> Reading:
    """
    Read a file of balances for a plan, whole; `total_minor` is what the old platform's document says they add up to.

    Problems found in it: those of `sheets` cell by cell, EmployeeNotFound, ExpiryOutsidePlan, LotRepeated,
    BudgetWithoutRows.
    Errors: those of `sheets.read`.
    """
    sheet = sheets.read(path, _COLUMNS)
    balances: list[Balance] = []
    problems: list[Problem] = []
    first_rows: dict[tuple[str, date], int] = {}
    total = rows = 0
    complete = True
    for row in sheet.rows():
        wrong = [*row.problems, *_against(sheet, row, terms, roster, first_rows)]
        problems += wrong
        code, amount, expiry, *_ = row.values
        rows += row.number != sheet.stated_total_row
        total += amount or 0
        complete &= amount is not None
        if not wrong:
            balances.append(Balance(row.number, roster[code].employee_id, amount, expiry or terms.spend_by))
    if rows == 0:
        problems.append(sheet.problem(BudgetWithoutRows()))
    elif complete:
        problems += sheet.differences(total, expected_minor=total_minor)
    return Reading(sheet, tuple(balances), tuple(problems), total, _hash(terms.code, balances))


def refuse(path: Path, problems: Sequence[Problem]) -> None:
    """
    Refuse a file that has problems.

    Errors: OpeningFileRefused.
    """
    if problems:
        raise OpeningFileRefused(file=path.name, count=len(problems), problems=tuple(problems))


def expired(reading: Reading, on: date) -> list[Problem]:
    """Return a problem for every balance whose last day is over when it is brought."""
    return [
        reading.sheet.problem(
            OpeningExpired(expires_on=balance.expires_on, on=on), balance.row, "expiry", balance.expires_on
        )
        for balance in reading.balances
        if balance.expires_on < on
    ]


def _against(
    sheet: Sheet,
    row: Row,
    terms: PlanTerms,
    roster: Mapping[str, RosterEntry],
    first_rows: dict[tuple[str, date], int],
) -> Iterator[Problem]:
    code, _, expiry, *_ = row.values
    if code is not None and code not in roster:
        yield sheet.problem(EmployeeNotFound(employee=code), row.number, "tax_code", code)
    if expiry is not None and not terms.starts_on <= expiry <= terms.spend_by:
        outside = ExpiryOutsidePlan(starts_on=terms.starts_on, expires_on=terms.spend_by)
        yield sheet.problem(outside, row.number, "expiry", expiry)
    if code is not None:
        first = first_rows.setdefault((code, expiry or terms.spend_by), row.number)
        if first != row.number:
            yield sheet.problem(LotRepeated(first_row=first), row.number, "tax_code", code)


def _hash(plan_code: str, balances: Sequence[Balance]) -> str:
    digest = hashlib.sha256(f"opening/1\n{plan_code}\n".encode())
    for each in sorted((one.employee_id, one.expires_on.isoformat(), one.amount_minor) for one in balances):
        digest.update(("\t".join(map(str, each)) + "\n").encode())
    return digest.hexdigest()
