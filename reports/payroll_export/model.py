"""A payroll month as a value; amounts in minor units, below zero where a line takes back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from plans.payroll_codes.model import CodeTable, Item, Treatment
from reports.year_limits import YearLimit


class Nature(StrEnum):
    """Whether the benefit was paid by the platform, or is money that the payslip pays."""

    FIGURATIVE = "FIGURATIVE"
    EFFECTIVE = "EFFECTIVE"


@dataclass(frozen=True, slots=True)
class PayrollLine:
    """
    One fiscal event. `reversal_of` are the events that a reversal takes back, derived: the last ones first.

    `limit` is the year's limit of the category, with what counts against it after this event; None where none applies.
    `late` says that the event is of a month that was closed when it was recorded. The CU fields are those of
    a reimbursement.
    """

    event_id: int
    reversal_of: tuple[int, ...]
    employee_no: str
    tax_code: str
    name: str
    plan_code: str
    fiscal_on: date
    fiscal_year: int
    category: str
    legal_ref: str
    source: str
    channel: str
    nature: Nature
    amount_minor: int
    exempt_minor: int
    taxable_minor: int
    exempt_item: Item | None
    taxable_item: Item | None
    reason: str
    recomputed: bool
    late: bool
    limit: YearLimit | None
    cu_year: int | None
    cu_box: str
    cu_code: str
    cu_tax_code: str

    def parts(self) -> Iterator[tuple[Treatment, int, Item | None]]:
        """Yield the parts that are not zero, with their items."""
        if self.exempt_minor:
            yield Treatment.EXEMPT, self.exempt_minor, self.exempt_item
        if self.taxable_minor:
            yield Treatment.TAXABLE, self.taxable_minor, self.taxable_item


@dataclass(frozen=True, slots=True)
class ItemTotal:
    """The control total of one item and nature; without an item, of what the table says nothing of."""

    item: Item | None
    nature: Nature
    treatment: Treatment
    lines: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Unmapped:
    """Benefits that the table has no item for."""

    category: str
    source: str
    channel: str
    treatment: Treatment
    lines: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Crossing:
    """A person's year that went past a cliff in the month, or back within it, as it stands after the month's events."""

    employee_no: str
    tax_code: str
    name: str
    fiscal_year: int
    limit: YearLimit


@dataclass(frozen=True, slots=True)
class Proof:
    """What the month's events come to, and what the ledger says of the same: deliveries, refunds, vouchers."""

    events_minor: int
    ledger_minor: int
    seal_seq: int | None
    seal_hash: str
    rulebooks: tuple[str, ...]

    @property
    def difference_minor(self) -> int:
        """What does not reconcile: zero."""
        return self.events_minor - self.ledger_minor

    @property
    def holds(self) -> bool:
        """Whether the two agree."""
        return self.difference_minor == 0


@dataclass(frozen=True, slots=True)
class PayrollMonth:
    """A month's export. `prepared_at` is when it was closed, or for a draft now."""

    funder_code: str
    funder_name: str
    vat_number: str
    month: date
    draft: bool
    closed_at: datetime | None
    prepared_at: datetime
    table: CodeTable
    table_is_neutral: bool
    lines: tuple[PayrollLine, ...]
    totals: tuple[ItemTotal, ...]
    unmapped: tuple[Unmapped, ...]
    crossings: tuple[Crossing, ...]
    proof: Proof

    @property
    def amount_minor(self) -> int:
        """The sum of all lines."""
        return sum(line.amount_minor for line in self.lines)

    @property
    def exempt_minor(self) -> int:
        """The exempt part of it."""
        return sum(line.exempt_minor for line in self.lines)

    @property
    def taxable_minor(self) -> int:
        """The taxable part of it."""
        return sum(line.taxable_minor for line in self.lines)

    @property
    def without_number(self) -> tuple[str, ...]:
        """The tax codes of the people on it who have no employee number."""
        return tuple(sorted({line.tax_code for line in self.lines if not line.employee_no}))
