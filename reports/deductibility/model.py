"""A year's deductibility as a value; minor units, gross of VAT."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from reports.deductibility.rules import Limit, Rule, Treatment
from reports.foundation import Foundation


@dataclass(frozen=True, slots=True)
class PlanCost:
    """
    What one plan cost under one treatment, and the rules that its act and categories admit.

    `treatment` None: which of them holds is not told, because it would speak of single people.
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
    A year of one employer up to a day, over all its plans: the limit is the company's.

    `detail`: the accountant's reading, which withholds nothing. `rules` are those that the plans admit, in the order of
    their file: what was bought under them does not add or take away any.

    `labour_cost_minor` None: the accountant has not said it, and neither the limit nor the excess is known.
    """

    funder_code: str
    funder_name: str
    vat_number: str
    year: int
    ends_on: date
    detail: bool
    prepared_at: datetime
    labour_cost_minor: int | None
    limit: Limit
    costs: tuple[PlanCost, ...]
    rules: tuple[Rule, ...]
    proof: Proof
    foundation: Foundation

    @property
    def full_minor(self) -> int:
        """What is deducted in full, as far as it is told."""
        return self._sum(Treatment.FULL)

    @property
    def limited_minor(self) -> int:
        """What is deducted within the limit, as far as it is told."""
        return self._sum(Treatment.LIMITED)

    @property
    def untold_minor(self) -> int:
        """What is one or the other, and not told."""
        return self._sum(None)

    @property
    def total_minor(self) -> int:
        """All of it."""
        return self.full_minor + self.limited_minor + self.untold_minor

    def _sum(self, treatment: Treatment | None) -> int:
        return sum(cost.amount_minor for cost in self.costs if cost.treatment is treatment)

    @property
    def limit_minor(self) -> int | None:
        """The limit, rounded down to the cent; None where the labour cost is not known."""
        if self.labour_cost_minor is None:
            return None
        return self.labour_cost_minor * self.limit.per_mille // 1000

    @property
    def not_deductible_minor(self) -> int | None:
        """What is above the limit; None where something depends on it that is not known or not told."""
        if self.untold_minor:
            return None
        if self.limited_minor <= 0:
            return 0
        return None if self.limit_minor is None else max(0, self.limited_minor - self.limit_minor)

    @property
    def deductible_minor(self) -> int | None:
        """What may be deducted of all of it."""
        excess = self.not_deductible_minor
        return None if excess is None else self.total_minor - excess
