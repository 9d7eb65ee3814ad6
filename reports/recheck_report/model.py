"""
What the re-check report says, as values. Amounts are minor units of the book's currency.

It is for payroll and the accountant: it has the fiscal category, and no field for a provider, a service or a relative.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from plans.rulebook.words import Category, Outcome
from reports.foundation import Foundation
from wallet.recheck import Coverage


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule that an outcome stood on or stands on, with what it says and from when it could be known."""

    id: str
    sentence_it: str
    sentence_en: str
    legal_ref: str
    known_from: date | None
    confidence: str


@dataclass(frozen=True, slots=True)
class RecheckLine:
    """
    One purchase that was used and of which the law says something else today, or than its events say.

    `rules_then` and `rules_now` are those on which only the one or the other outcome stands. `recorded_minor` is what
    is recorded as taxable of it, `due_minor` what the law of today makes taxable; `waiting_minor` the part of the
    correction that a recomputation of the year writes, which then reaches payroll by itself.
    """

    employee_no: str
    last_name: str
    first_name: str
    tax_code: str
    tax_on: date
    category: Category
    used_minor: int
    outcome_then: Outcome
    outcome_now: Outcome
    known_then: date
    known_now: date
    version_then: str
    version_now: str
    rules_then: tuple[str, ...]
    rules_now: tuple[str, ...]
    taxable_then_minor: int
    taxable_now_minor: int
    recorded_minor: int
    due_minor: int
    waiting_minor: int

    @property
    def correction_minor(self) -> int:
        """What payroll adds to the taxable income of the year; below zero, what it takes away."""
        return self.due_minor - self.recorded_minor

    @property
    def name(self) -> str:
        """Last name first, as lists of people are read."""
        return f"{self.last_name} {self.first_name}".strip()


@dataclass(frozen=True, slots=True)
class FactsLine:
    """
    One purchase that was used and that what is known today of the person would let decide otherwise, by the same law.

    `due_minor` is what would be taxable of it; None where the total of the person's year decides that.
    """

    employee_no: str
    last_name: str
    first_name: str
    tax_code: str
    tax_on: date
    category: Category
    used_minor: int
    outcome_then: Outcome
    outcome_now: Outcome
    recorded_minor: int
    due_minor: int | None

    @property
    def name(self) -> str:
        """Last name first, as lists of people are read."""
        return f"{self.last_name} {self.first_name}".strip()


@dataclass(frozen=True, slots=True)
class PersonTotal:
    """What payroll must correct for one person in the year."""

    employee_no: str
    name: str
    tax_code: str
    purchases: int
    correction_minor: int
    waiting_minor: int


@dataclass(frozen=True, slots=True)
class RecheckReport:
    """
    The re-check of one tax year of a book.

    `unused` counts the purchases whose outcome changes and of which nothing was used, or that were declined: there is
    nothing to correct, and payroll is not told whose they are. `facts` are no part of the correction.
    """

    funder_name: str
    vat_number: str | None
    year: int
    prepared_at: datetime
    lines: tuple[RecheckLine, ...]
    facts: tuple[FactsLine, ...]
    unused: int
    coverage: Coverage
    rules: Mapping[str, RuleText]
    foundation: Foundation

    @property
    def holds(self) -> bool:
        """Whether all that the tax events of the year say was looked at."""
        return self.coverage.difference_minor == 0

    @property
    def correction_minor(self) -> int:
        """What payroll must correct, all together."""
        return sum(line.correction_minor for line in self.lines)

    @property
    def waiting_minor(self) -> int:
        """What of it a recomputation of the years writes, all together."""
        return sum(line.waiting_minor for line in self.lines)

    @property
    def waits(self) -> bool:
        """Whether a recomputation would write some of it, even if the sum of it is nothing."""
        return any(line.waiting_minor for line in self.lines)

    @property
    def added_minor(self) -> int:
        """What becomes taxable."""
        return sum(max(line.correction_minor, 0) for line in self.lines)

    @property
    def removed_minor(self) -> int:
        """What is taxable no more, above zero."""
        return -sum(min(line.correction_minor, 0) for line in self.lines)

    @property
    def used_minor(self) -> int:
        """What was used of the purchases whose outcome changes."""
        return sum(line.used_minor for line in self.lines)

    @property
    def people(self) -> tuple[PersonTotal, ...]:
        """The correction of each person, in the order of the lines."""
        found: dict[str, list[RecheckLine]] = {}
        for line in self.lines:
            found.setdefault(line.tax_code, []).append(line)
        return tuple(
            PersonTotal(
                mine[0].employee_no,
                mine[0].name,
                tax_code,
                len(mine),
                sum(line.correction_minor for line in mine),
                sum(line.waiting_minor for line in mine),
            )
            for tax_code, mine in found.items()
        )
