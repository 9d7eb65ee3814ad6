"""A year of the Certificazione Unica as a value; amounts in minor units, net of what was taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reports.cu_lines.boxes import Box, Section
from reports.foundation import Foundation
from reports.year_limits import YearLimit


@dataclass(frozen=True, slots=True)
class Person:
    """An employee as the certificate names them."""

    employee_no: str
    tax_code: str
    last_name: str
    first_name: str
    dependent_child: bool


@dataclass(frozen=True, slots=True)
class ReimbursedLine:
    """
    One line of boxes 701-706: an employee's reimbursements of one expense year, code and person.

    `expense_year` is box 701; `code` stands in `code_box` (702 or 703), both empty where no code is known; the amount
    is 704; `relative_tax_code` is 705. Where it is empty the expense is the employee's own and 706 is ticked, unless
    `relative_unnamed` says that the relative's codice fiscale is missing. `already_detracted` is what the employee
    said of an expense of an earlier year: None where nobody asked or answered.
    """

    person: Person
    expense_year: int
    code_box: str
    code: str
    amount_minor: int
    relative_tax_code: str
    relative_unnamed: bool
    already_detracted: bool | None
    section: Section
    confidence: str


@dataclass(frozen=True, slots=True)
class Value:
    """What belongs in one box for one employee; `box` None is an amount that the table of boxes does not speak of."""

    person: Person
    box: Box | None
    category: str
    source: str
    exempt_minor: int
    taxable_minor: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Limited:
    """One employee's year under one category's limit."""

    person: Person
    limit: YearLimit


@dataclass(frozen=True, slots=True)
class Total:
    """One employee's year."""

    person: Person
    exempt_minor: int
    taxable_minor: int
    fringe_minor: int
    reimbursed_minor: int

    @property
    def amount_minor(self) -> int:
        """All of it."""
        return self.exempt_minor + self.taxable_minor


@dataclass(frozen=True, slots=True)
class Proof:
    """
    The purchases that touch the year: what their events say of this year and of others, and what the ledger says.

    One purchase may be delivered, or given back, in two years: the two together are what the ledger has.
    """

    year_minor: int
    other_years_minor: int
    ledger_minor: int

    @property
    def difference_minor(self) -> int:
        """What does not reconcile: zero."""
        return self.year_minor + self.other_years_minor - self.ledger_minor

    @property
    def holds(self) -> bool:
        """Whether the two agree."""
        return self.difference_minor == 0


@dataclass(frozen=True, slots=True)
class CuYear:
    """A year, by employee; lines, values, limits and totals are in the order of the employees."""

    funder_code: str
    funder_name: str
    vat_number: str
    year: int
    prepared_at: datetime
    reimbursed: tuple[ReimbursedLine, ...]
    values: tuple[Value, ...]
    limits: tuple[Limited, ...]
    totals: tuple[Total, ...]
    proof: Proof
    rulebooks: tuple[str, ...]
    foundation: Foundation

    @property
    def exempt_minor(self) -> int:
        """The exempt part of the year."""
        return sum(total.exempt_minor for total in self.totals)

    @property
    def taxable_minor(self) -> int:
        """The taxable part of the year."""
        return sum(total.taxable_minor for total in self.totals)

    @property
    def amount_minor(self) -> int:
        """The whole year."""
        return self.exempt_minor + self.taxable_minor
