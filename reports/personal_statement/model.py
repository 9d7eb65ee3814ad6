"""What a personal statement is made of; amounts in minor units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from plans.rulebook.words import Category, Channel, PlanSource
from reports.foundation import Foundation
from wallet.position import Position
from wallet.reimbursements.words import State


@dataclass(frozen=True, slots=True)
class PlanLine:
    """
    What moved the credit of one plan in the year, and what is left of it.

    `ledger_minor` is the same residual read from the ledger's balances less what was posted after the year.
    """

    code: str
    name: str
    source: PlanSource
    spend_by: date
    opening_minor: int
    granted_minor: int
    used_minor: int
    ended_minor: int
    other_minor: int
    ledger_minor: int

    @property
    def residual_minor(self) -> int:
        """What is left at the end of the year, or now."""
        return self.opening_minor + self.granted_minor - self.used_minor - self.ended_minor + self.other_minor


@dataclass(frozen=True, slots=True)
class Reimbursed:
    """Where a reimbursement stands: the day the person paid, and the month of the payslip that gave it back."""

    state: State
    expense_on: date
    payroll_month: date | None


@dataclass(frozen=True, slots=True)
class Purchase:
    """
    One purchase that was paid, or counted for the tax, in the year.

    `charged_minor` is what was charged less what was given back in the year; the exempt and taxable parts are those of
    its fiscal events of this tax year, which may be another year's charge (a voucher is taxed when it is issued).
    `reimbursement` is what became of an expense that was asked back; its `provider` is the document's supplier.
    """

    authorization_id: str
    decided_on: date
    service: str
    provider: str
    beneficiary: str
    channel: Channel
    category: Category | None
    status: str
    reimbursement: Reimbursed | None
    charged_minor: int
    exempt_minor: int
    taxable_minor: int


@dataclass(frozen=True, slots=True)
class JanuaryItem:
    """What happened in the first days of January, and the tax year it belongs to."""

    day: date
    service: str
    amount_minor: int
    fiscal_year: int
    document: str | None


@dataclass(frozen=True, slots=True)
class PersonalStatement:
    """A person's year as the ledger and the fiscal events have it, with the proof that they agree."""

    funder_name: str
    position: Position
    through: date
    prepared_at: datetime
    plans: tuple[PlanLine, ...]
    purchases: tuple[Purchase, ...]
    january: tuple[JanuaryItem, ...]
    january_rule: str | None
    january_sentence: tuple[str, str]
    foundation: Foundation

    @property
    def name(self) -> str:
        """The person's name as it is read."""
        return f"{self.position.employee.first_name} {self.position.employee.last_name}"

    @property
    def granted_minor(self) -> int:
        """What was granted in the year, corrections taken off."""
        return sum(line.granted_minor for line in self.plans)

    @property
    def used_minor(self) -> int:
        """What was charged in the year less what was given back."""
        return sum(line.used_minor for line in self.plans)

    @property
    def residual_minor(self) -> int:
        """What is left."""
        return sum(line.residual_minor for line in self.plans)

    @property
    def ledger_minor(self) -> int:
        """What is left, as the ledger's balances have it."""
        return sum(line.ledger_minor for line in self.plans)

    @property
    def charged_minor(self) -> int:
        """What the purchases were charged in the year."""
        return sum(purchase.charged_minor for purchase in self.purchases)

    @property
    def events_minor(self) -> int:
        """What the fiscal events of the year add up to."""
        return sum(line.net_minor for line in self.position.lines)

    @property
    def taxed_minor(self) -> int:
        """What the purchases say is exempt and taxable in the year."""
        return sum(purchase.exempt_minor + purchase.taxable_minor for purchase in self.purchases)

    @property
    def holds(self) -> bool:
        """Whether plans, purchases, ledger and fiscal events agree to the cent, and the year stands right."""
        return (
            all(line.residual_minor == line.ledger_minor for line in self.plans)
            and self.charged_minor == self.used_minor
            and self.taxed_minor == self.events_minor
            and self.position.settled
        )
