"""
The check of a budget file: which employee gets how much of a plan until when, and everything that speaks against it.

Pure: the plan's terms and the roster are given, nothing is stored. A file with one problem is not loaded at all, so
every problem is reported at once and people mend the file in one go.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from config.errors import DomainError
from config.money import from_minor
from plans import sheets
from plans.errors_budgets import (
    AmountDiffers,
    BudgetExceeded,
    BudgetWithoutRows,
    ClusterDiffers,
    ClusterOutsidePlan,
    ClusterUnknown,
    EmployeeLeft,
    EmployeeNotYetHired,
    EmployeeRepeated,
    EmployeeUnknown,
    ExpiryOutsidePlan,
)
from plans.sheets import Column, Problem, Row, Sheet, cells
from plans.sheets.problems import describe

PROBLEMS_KEPT: Final = 1_000
PROGRESS_ROWS: Final = 1_000

COLUMNS: Final = (
    Column("tax_code", cells.tax_code, required=True),
    Column("amount", cells.amount, required=True),
    Column("cluster", cells.text),
    Column("expiry", cells.day),
    # Known so that they are not reported as ignored; a tax code says who somebody is.
    Column("full_name", None),
    Column("last_name", None),
    Column("first_name", None),
    Column("employee_no", None),
)


@dataclass(frozen=True, slots=True)
class BudgetTerms:
    """
    What the check needs to know of a plan.

    `clusters` gives each cluster's amount per person, None where the plan leaves it open; empty when the plan has no
    clusters. `committed_minor` None means that no budget was committed yet, and none is checked.
    """

    plan_code: str
    starts_on: date
    ends_on: date
    expires_on: date
    clusters: Mapping[str, int | None]
    committed_minor: int | None
    already_granted_minor: int
    source: str


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """What the check needs to know of an employee; the roster is keyed by tax code."""

    employee_id: str
    cluster: str
    hired_on: date | None
    left_on: date | None


@dataclass(frozen=True, slots=True)
class BudgetRows:
    """The rows without problems as parallel lists, in the order of the file: light even for 100,000 employees."""

    numbers: array[int]
    employee_ids: list[str]
    amounts_minor: array[int]
    expiries: list[date]

    def __len__(self) -> int:
        return len(self.employee_ids)

    def __iter__(self) -> Iterator[tuple[str, int, date]]:
        """Yield employee id, amount in minor units and last day of the credit."""
        return zip(self.employee_ids, self.amounts_minor, self.expiries, strict=True)


@dataclass(frozen=True, slots=True)
class ClusterTotal:
    """How many people of a cluster get credit, and how much in all."""

    people: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class BudgetCheck:
    """
    What a budget file says and what is wrong with it.

    `problems` holds the first 1,000 in the order of the file, `problem_count` counts them all. `total_minor` adds up
    every amount that could be read; `rows`, `per_cluster` and `content_hash` concern the rows without problems.
    Two files with the same `content_hash` grant the same, whatever their format, encoding and order; `file_hash` is
    that of the bytes, empty when the file could not be read.
    """

    file: str
    plan_code: str
    ok: bool
    problems: tuple[Problem, ...]
    problem_count: int
    row_count: int
    rows: BudgetRows
    total_minor: int
    stated_total_minor: int | None
    per_cluster: Mapping[str, ClusterTotal]
    content_hash: str
    file_hash: str
    headers: Mapping[str, str]
    ignored: tuple[str, ...]


def check(
    path: Path,
    terms: BudgetTerms,
    roster: Mapping[str, RosterEntry],
    *,
    expect_total_minor: int | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> BudgetCheck:
    """
    Hold a budget file against the plan and the roster; a file that cannot be read is a problem of the result too.

    Units:  minor units of EUR. `on_progress` gets the number of rows done, every 1,000 rows and at the end.
    Errors: none; every refusal of `plans.sheets.read` and of plans/errors_*.py about files arrives as a `Problem`.
    """
    inspection = _Inspection(terms, roster)
    sheet: Sheet | None = None
    try:
        sheet = sheets.read(path, COLUMNS)
        inspection.run(sheet, on_progress)
        inspection.settle(sheet, expect_total_minor)
    except DomainError as refusal:
        inspection.note(describe(refusal, path.name))
    return inspection.result(path, sheet)


def content_hash(plan_code: str, rows: BudgetRows) -> str:
    """Return the SHA-256 of what is granted: the plan, and employee, amount and expiry of each row, sorted."""
    digest = hashlib.sha256(f"budget/1\n{plan_code}\n".encode())
    days: dict[date, str] = {day: day.isoformat() for day in set(rows.expiries)}
    for employee_id, amount, expiry in sorted(rows):
        digest.update(f"{employee_id}\t{amount}\t{days[expiry]}\n".encode())
    return digest.hexdigest()


@dataclass(slots=True)
class _Inspection:
    """The work in progress of one check."""

    terms: BudgetTerms
    roster: Mapping[str, RosterEntry]
    problems: list[Problem] = field(default_factory=list)
    problem_count: int = 0
    row_count: int = 0
    total_minor: int = 0
    # Without every amount the sum says nothing against a stated total.
    amounts_complete: bool = True
    rows: BudgetRows = field(default_factory=lambda: BudgetRows(array("q"), [], array("q"), []))
    clusters: dict[str, list[int]] = field(default_factory=dict)
    first_rows: dict[str, int] = field(default_factory=dict)
    spellings: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.spellings = {_fold(name): name for name in self.terms.clusters}

    def run(self, sheet: Sheet, on_progress: Callable[[int], None] | None) -> None:
        """Inspect every row of the sheet."""
        told = None
        for row in sheet.rows():
            self._inspect(sheet, row)
            if on_progress and self.row_count % PROGRESS_ROWS == 0 and told != self.row_count:
                on_progress(told := self.row_count)
        if on_progress and told != self.row_count:
            on_progress(self.row_count)

    def note(self, problem: Problem) -> None:
        """Keep a problem, or only count it when there are too many to show."""
        self.problem_count += 1
        if len(self.problems) < PROBLEMS_KEPT:
            self.problems.append(problem)

    def settle(self, sheet: Sheet, expected_minor: int | None) -> None:
        """Check what only the file as a whole can show."""
        if self.row_count == 0:
            self.note(sheet.problem(BudgetWithoutRows()))
        elif self.amounts_complete:
            for differs in sheet.differences(self.total_minor, expected_minor=expected_minor):
                self.note(differs)
        committed, granted = self.terms.committed_minor, self.terms.already_granted_minor
        if committed is not None and self.total_minor + granted > committed:
            self.note(
                sheet.problem(
                    BudgetExceeded(
                        found=from_minor(self.total_minor),
                        granted=from_minor(granted),
                        committed=from_minor(committed),
                        excess=from_minor(self.total_minor + granted - committed),
                    )
                )
            )

    def result(self, path: Path, sheet: Sheet | None) -> BudgetCheck:
        """Return the finished check."""
        return BudgetCheck(
            file=path.name,
            plan_code=self.terms.plan_code,
            ok=self.problem_count == 0,
            problems=tuple(self.problems),
            problem_count=self.problem_count,
            row_count=self.row_count,
            rows=self.rows,
            total_minor=self.total_minor,
            stated_total_minor=sheet.stated_total if sheet else None,
            per_cluster={name: ClusterTotal(*counts) for name, counts in sorted(self.clusters.items())},
            content_hash=content_hash(self.terms.plan_code, self.rows),
            file_hash=sheet.file_hash if sheet else "",
            headers=dict(sheet.headers) if sheet else {},
            ignored=sheet.ignored if sheet else (),
        )

    def _inspect(self, sheet: Sheet, row: Row) -> None:
        code, amount, cluster, expiry, *_ = row.values
        if row.number != sheet.stated_total_row:
            self.row_count += 1
            self.total_minor += amount or 0
            self.amounts_complete &= amount is not None
        problems = list(row.problems)
        entry = None
        if code is not None:
            entry = self.roster.get(code)
            if entry is None:
                problems.append(sheet.problem(EmployeeUnknown(), row.number, "tax_code", code))
            if repeated := self._repeated(entry.employee_id if entry else code, row.number):
                problems.append(sheet.problem(repeated, row.number, "tax_code", code))
        if entry is not None:
            problems += self._against_plan(sheet, row, entry)
        elif cluster is not None and self.spellings and _fold(cluster) not in self.spellings:
            problems.append(self._unknown_cluster(sheet, row.number, cluster))
        if expiry is not None and not self.terms.starts_on <= expiry <= self.terms.expires_on:
            outside = ExpiryOutsidePlan(starts_on=self.terms.starts_on, expires_on=self.terms.expires_on)
            problems.append(sheet.problem(outside, row.number, "expiry", expiry))
        for problem in problems:
            self.note(problem)
        if not problems and entry is not None:
            self._keep(row.number, entry, amount, expiry or self.terms.expires_on)

    def _repeated(self, person: str, number: int) -> EmployeeRepeated | None:
        first = self.first_rows.setdefault(person, number)
        return None if first == number else EmployeeRepeated(first_row=first)

    def _against_plan(self, sheet: Sheet, row: Row, entry: RosterEntry) -> Iterator[Problem]:
        """Yield what the plan and the register say against a row of a known employee."""
        code, amount, written, *_ = row.values
        terms = self.terms
        if entry.left_on is not None and entry.left_on < terms.starts_on:
            left = EmployeeLeft(left_on=entry.left_on, starts_on=terms.starts_on)
            yield sheet.problem(left, row.number, "tax_code", code)
        if entry.hired_on is not None and entry.hired_on > terms.ends_on:
            early = EmployeeNotYetHired(hired_on=entry.hired_on, ends_on=terms.ends_on)
            yield sheet.problem(early, row.number, "tax_code", code)
        if not terms.clusters:
            return
        own = self.spellings.get(_fold(entry.cluster))
        if written is not None and _fold(written) not in self.spellings:
            yield self._unknown_cluster(sheet, row.number, written)
        elif written is not None and _fold(written) != _fold(entry.cluster):
            yield sheet.problem(ClusterDiffers(expected=entry.cluster), row.number, "cluster", written)
        if own is None:
            outside = ClusterOutsidePlan(cluster=entry.cluster, clusters=list(terms.clusters))
            yield sheet.problem(outside, row.number, "tax_code", code)
        elif amount is not None and (fixed := terms.clusters[own]) is not None and amount != fixed:
            differs = AmountDiffers(expected=from_minor(fixed), found=from_minor(amount), cluster=own)
            yield sheet.problem(differs, row.number, "amount", from_minor(amount).amount)

    def _unknown_cluster(self, sheet: Sheet, number: int, written: str) -> Problem:
        return sheet.problem(ClusterUnknown(clusters=list(self.terms.clusters)), number, "cluster", written)

    def _keep(self, number: int, entry: RosterEntry, amount: int, expiry: date) -> None:
        self.rows.numbers.append(number)
        self.rows.employee_ids.append(entry.employee_id)
        self.rows.amounts_minor.append(amount)
        self.rows.expiries.append(expiry)
        counts = self.clusters.setdefault(entry.cluster, [0, 0])
        counts[0] += 1
        counts[1] += amount


def _fold(name: str) -> str:
    return " ".join(name.split()).casefold()
