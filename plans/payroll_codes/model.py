"""A payslip table as a value: how the file is written, and which item each benefit becomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from config.labelled import Labelled
from plans.rulebook.words import Category, Channel, ExpenseKind, PlanSource


class Treatment(Labelled):
    """Which part of a benefit: the exempt one or the taxable one."""

    EXEMPT = "EXEMPT", "parte esente", "exempt part"
    TAXABLE = "TAXABLE", "parte imponibile", "taxable part"


class AmountStyle(StrEnum):
    """How amounts are written: 274,62, 274.62, or 27462 whole cents."""

    COMMA = "COMMA"
    POINT = "POINT"
    CENTS = "CENTS"


class DateStyle(StrEnum):
    """How days are written: 2025-03-01, 01/03/2025, or 010325."""

    ISO = "ISO"
    ITALIAN = "ITALIAN"
    DDMMYY = "DDMMYY"


@dataclass(frozen=True, slots=True)
class Layout:
    """
    How the file is written for one payroll program.

    A width pads a code with zeros on the left; 0 leaves it as it is. A code that is longer is never cut.
    """

    company_code: str = ""
    company_width: int = 0
    employee_width: int = 0
    item_width: int = 0
    amounts: AmountStyle = AmountStyle.COMMA
    dates: DateStyle = DateStyle.ISO


@dataclass(frozen=True, slots=True)
class Item:
    """One row of a table: what it is about (None: any), and the item of the payslip."""

    code: str
    description: str
    category: Category | None = None
    source: PlanSource | None = None
    channel: Channel | None = None
    treatment: Treatment | None = None
    expense: ExpenseKind | None = None

    def covers(self, other: Item) -> bool:
        """Return whether this row takes everything that another would take."""
        return all(mine in (None, theirs) for mine, theirs in zip(_keys(self), _keys(other), strict=True))


@dataclass(frozen=True, slots=True)
class Benefit:
    """What a row is looked up for."""

    category: Category
    source: PlanSource
    channel: Channel
    treatment: Treatment
    expense: ExpenseKind | None = None


@dataclass(frozen=True, slots=True)
class CodeTable:
    """A table of one company: the first row that fits a benefit gives its item."""

    name: str
    source: str
    layout: Layout
    items: tuple[Item, ...]

    def item(self, benefit: Benefit) -> Item | None:
        """Return the item a benefit becomes, or None where the table says nothing of it."""
        return find(self.items, benefit)


def find(items: Sequence[Item], benefit: Benefit) -> Item | None:
    """Return the first row that fits."""
    asked = (benefit.category, benefit.source, benefit.channel, benefit.treatment, benefit.expense)
    for item in items:
        if all(key is None or key == value for key, value in zip(_keys(item), asked, strict=True)):
            return item
    return None


def _keys(item: Item) -> tuple[object, ...]:
    return item.category, item.source, item.channel, item.treatment, item.expense
