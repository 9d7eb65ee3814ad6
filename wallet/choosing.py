"""Which lots pay an amount under one category of the rules, or why none do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from config import clock
from plans.plans import PlanTerms
from plans.rulebook import loading
from plans.rulebook.decision import Decision, decide
from plans.rulebook.facts import Facts
from plans.rulebook.words import Category, Channel, Outcome
from plans.words import TaxablePolicy
from wallet import declines
from wallet.declines import Decline
from wallet.lots import SpendableLot

# The least harmful outcome first.
RANK = {
    Outcome.EXEMPT: 0,
    Outcome.EXEMPT_ON_DECLARATION: 0,
    Outcome.TAXABLE: 1,
    Outcome.BLOCKED: 2,
}


@dataclass(frozen=True, slots=True)
class Share:
    """What one lot pays of a purchase; minor units."""

    lot: SpendableLot
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Choice:
    """Which lots pay an amount under one category and what was decided on which facts; or why they do not."""

    decision: Decision
    facts: Facts
    shares: tuple[Share, ...]
    decline: Decline | None
    available_minor: int
    taxable_admitted: bool


def choose(
    category: Category,
    channel: Channel,
    amount_minor: int,
    live: Sequence[SpendableLot],
    terms: Mapping[str, PlanTerms],
    *,
    facts_under: Callable[[PlanTerms], Facts],
    tax_on: date,
    consent: bool,
    tax_on_under: Callable[[PlanTerms], date] | None = None,
) -> Choice | None:
    """
    Decide an amount under one category and choose the lots that pay it; None when no plan allows it.

    Units: minor units; `live` in the order in which lots are charged. `facts_under` a plan are what is decided on, for
    the day `tax_on_under` it, which is `tax_on` unless told.
    """
    usable = [
        lot for lot in live if category in terms[lot.plan_id].categories and channel in terms[lot.plan_id].channels
    ]
    if not usable:
        return None
    # What is spent already has no say in how the rest is taxed.
    usable = [lot for lot in usable if lot.available_minor > 0] or usable
    decisions: dict[tuple[str, str], tuple[Facts, Decision]] = {}
    for lot in usable:
        plan = terms[lot.plan_id]
        key = (plan.source, plan.entitlement)
        if key not in decisions:
            facts, on = facts_under(plan), tax_on if tax_on_under is None else tax_on_under(plan)
            decisions[key] = facts, decide(facts, loading.load(), on, clock.today())

    def paying(decision: Decision) -> list[SpendableLot]:
        plans_of = [(lot, terms[lot.plan_id]) for lot in usable]
        return [lot for lot, plan in plans_of if _alike(decisions[plan.source, plan.entitlement][1], decision)]

    def preference(found: tuple[Facts, Decision]) -> tuple[int, bool]:
        return RANK[found[1].outcome], sum(lot.available_minor for lot in paying(found[1])) < amount_minor

    # A source that the category may not use is skipped where another may; of equal ones the first that can pay.
    facts, decision = min(decisions.values(), key=preference)
    fitting = paying(decision)
    available = sum(lot.available_minor for lot in fitting)
    decline: Decline | None = None
    admitted = True
    if decision.outcome is Outcome.BLOCKED:
        decline = declines.because(decision)
    elif decision.taxable_minor > 0:
        consenting = [lot for lot in fitting if terms[lot.plan_id].taxable_policy is TaxablePolicy.WITH_CONSENT]
        admitted = bool(consenting)
        if not admitted or not consent:
            decline = declines.because(decision)
        else:
            fitting = consenting
            available = sum(lot.available_minor for lot in fitting)
    shares = _share_out(amount_minor, fitting) if decline is None else ()
    if decline is None and not shares:
        decline = Decline.INSUFFICIENT_FUNDS
    return Choice(decision, facts, shares, decline, available, admitted)


def _alike(other: Decision, decision: Decision) -> bool:
    """Whether two sources may pay one purchase together: it is taxed, and counts against the limit, the same way."""
    return (other.outcome, other.exempt_minor, other.reasons) == (
        decision.outcome,
        decision.exempt_minor,
        decision.reasons,
    )


def _share_out(amount_minor: int, fitting: Iterable[SpendableLot]) -> tuple[Share, ...]:
    shares = []
    left = amount_minor
    for lot in fitting:
        taken = min(lot.available_minor, left)
        if taken > 0:
            shares.append(Share(lot, taken))
            left -= taken
        if left == 0:
            return tuple(shares)
    return ()
