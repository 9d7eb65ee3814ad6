"""A year's deductibility as a value; minor units, gross of VAT."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from reports.deductibility.rules import Limit, Rule, Treatment
from reports.foundation import Foundation


@dataclass(frozen=True, slots=True)
class PlanCost:
    """
    What one plan cost under one treatment, and the rules that say so.

    `treatment` None: the plan's split is in the totals alone, because it would speak of fewer than five people.
    """

    plan_code: str
    plan_name: str
    source: str
    act: str
    document_ref: str
    signed_on: date | None
    deposit_code: str
    unilateral_change: bool
    treatment: Treatment | None
    amount_minor: int
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """What left people's lots for services and reimbursements, and what providers and employees were credited."""

    lots_minor: int
    credited_minor: int

    @property
    def difference_minor(self) -> int:
        """What does not reconcile: zero."""
        return self.lots_minor - self.credited_minor

    @property
    def holds(self) -> bool:
        """Whether the two agree."""
        return self.difference_minor == 0


@dataclass(frozen=True, slots=True)
class Deductibility:
    """
    A year of one employer, over all its plans: the limit is the company's. `full_minor` is deducted in full,
    `limited_minor` within the limit.

    `labour_cost_minor` None: the accountant has not said it, and neither the limit nor the excess is known.
    """

    funder_code: str
    funder_name: str
    vat_number: str
    year: int
    prepared_at: datetime
    labour_cost_minor: int | None
    limit: Limit
    full_minor: int
    limited_minor: int
    costs: tuple[PlanCost, ...]
    proof: Proof
    foundation: Foundation

    @property
    def total_minor(self) -> int:
        """All of it."""
        return self.full_minor + self.limited_minor

    @property
    def limit_minor(self) -> int | None:
        """The limit, rounded down to the cent; None where the labour cost is not known."""
        if self.labour_cost_minor is None:
            return None
        return self.labour_cost_minor * self.limit.per_mille // 1000

    @property
    def not_deductible_minor(self) -> int | None:
        """What is above the limit; None where the limit is not known and something depends on it."""
        if self.limited_minor <= 0:
            return 0
        return None if self.limit_minor is None else max(0, self.limited_minor - self.limit_minor)

    @property
    def deductible_minor(self) -> int | None:
        """What may be deducted of all of it."""
        excess = self.not_deductible_minor
        return None if excess is None else self.total_minor - excess

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that were applied, in the order of their file."""
        return tuple({rule.id: rule for cost in self.costs for rule in cost.rules}.values())
