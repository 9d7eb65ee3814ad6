"""What a person asks to buy, and everything that is considered before the answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from moneyed import Money
from sqlalchemy.orm import Session

from config import clock
from network import qualification, services, territories, vat
from network.audience import MadeFor
from network.services import Delivery, Offer
from plans import people, plans
from plans.people import PersonFacts
from plans.plans import PlanTerms
from plans.rulebook import loading
from plans.rulebook.decision import Decision
from plans.rulebook.facts import Facts
from plans.rulebook.words import (
    Category,
    Channel,
    ExpenseKind,
    MealKind,
    Moment,
    PlanSource,
)
from wallet import deciding, fiscal, lots, prices
from wallet.choosing import RANK, Choice, Share, choose
from wallet.declines import Decline
from wallet.errors import ServiceDateFar, ServiceDatePast
from wallet.lots import SpendableLot

# Hold life: to the end of the service and five days more, for the provider to enter it; a week without a date.
DAYS_AFTER_SERVICE = 5
DAYS_WITHOUT_DATE = 7
# Prices, plans and rules further ahead are nobody's to promise.
DAYS_AHEAD = 400

# Where a relative lives is checked when it was given as a code; a name may stand for several places.
_ISTAT_CODE = re.compile(r"\d{6}")


@dataclass(frozen=True, slots=True)
class Purchase:
    """
    What is asked for: a service for the employee (`relative_id` None) or a relative, by quantity or by amount.

    `consent` says that the worker knows the amount that goes to payroll as taxable and wants to go on. `meal_kind`
    makes it that many daily meal vouchers; `expense_kind` says what a reimbursed expense was. `on_behalf` says that
    somebody of the network asks, for the worker.
    """

    employee_id: str
    service_code: str
    relative_id: str | None = None
    quantity: int | None = None
    amount: Money | None = None
    service_on: date | None = None
    channel: Channel | None = None
    consent: bool = False
    meal_kind: MealKind | None = None
    expense_kind: ExpenseKind | None = None
    on_behalf: bool = False


@dataclass(frozen=True, slots=True)
class Considered:
    """A purchase with everything that was looked at, and the answer: a decision to follow or a reason to decline."""

    purchase: Purchase
    offer: Offer
    person: PersonFacts
    channel: Channel
    service_on: date
    tax_on: date
    quantity: int
    amount_minor: int
    vat_regime: str
    net_minor: int
    vat_minor: int
    decision: Decision | None
    facts: Facts | None
    shares: tuple[Share, ...]
    decline: Decline | None
    decided_at: datetime
    expires_at: datetime
    available_minor: int = 0
    year: fiscal.YearUse = field(default_factory=fiscal.YearUse)
    alternatives: tuple[Decision, ...] = ()
    lapses: bool = False
    taxable_admitted: bool = True
    # Until when the provider has to accept it; None where it is not asked.
    answer_by: datetime | None = None

    @property
    def in_limit(self) -> bool:
        """Whether the amount counts against its category's yearly limit."""
        return self.decision is None or deciding.counts_in_limit(self.decision)

    def snapshot(self) -> dict[str, Any]:
        """Return the facts the decision stood on, as they are kept with it."""
        kept: dict[str, Any] = {
            "lots": [[share.lot.lot_id, share.amount_minor] for share in self.shares],
            "unit": self.offer.unit,
            "available_minor": self.available_minor,
            "taxable_admitted": self.taxable_admitted,
            "figures": {} if self.decision is None else dict(self.decision.figures),
        }
        if self.answer_by is not None:
            kept["answer_by"] = self.answer_by.isoformat()
        if self.purchase.on_behalf:
            kept["on_behalf"] = True
        if self.alternatives:
            kept["alternatives"] = [
                {
                    "category": str(other.category),
                    "outcome": str(other.outcome),
                    "reasons": [str(reason) for reason in other.reasons],
                }
                for other in self.alternatives
            ]
        return kept if self.facts is None else kept | deciding.keep(self.facts)


def consider(session: Session, book_id: int, purchase: Purchase, *, apart: bool = False) -> Considered:
    """
    Gather the facts of a purchase, ask the rulebook for every candidate category, and choose lots; write nothing.

    The credit of municipal vouchers, which knows of the citizen's share, is looked at only with `apart`.

    Errors: ServiceDatePast, ServiceNotFound, ServiceIsARequest, PriceNotFound, QuantityOrAmount, CurrencyMismatch,
            AmountTooLarge, AmountNotExact, EmployeeNotFound, RelativeNotFound; the first that applies. Everything else
            is a `decline` in the result.
    """
    now = clock.now()
    today = clock.today()
    service_on = purchase.service_on or today
    limit = today + timedelta(days=DAYS_AHEAD)
    if service_on > limit:
        raise ServiceDateFar(service_on=service_on, limit=limit)
    expires_at = _hold_end(purchase.service_on, now)
    if expires_at <= now:
        raise ServiceDatePast(service_on=service_on)
    offer = services.offer(session, purchase.service_code, today)
    quantity, amount_minor, mispriced = prices.price(offer, purchase.quantity, purchase.amount, purchase.channel)
    all_lots = lots.of_wallet(session, book_id, purchase.employee_id)
    wallet_lots = [lot for lot in all_lots if apart or not lot.apart]
    kept_apart = [lot for lot in all_lots if lot.apart and not apart]
    terms = plans.terms(session, book_id, {lot.plan_id for lot in all_lots}) if all_lots else {}
    channel = purchase.channel or _first_channel(offer, terms.values(), quantity)
    # A voucher is taxed the day it is issued, a direct service the day it is given.
    tax_on = today if channel is Channel.VOUCHER else max(service_on, today)
    person = people.for_authorization(session, book_id, purchase.employee_id, purchase.relative_id, tax_on)
    regime = prices.vat_regime(offer, person, tax_on)
    net_minor, vat_minor = vat.split(amount_minor, regime)
    year = fiscal.year_use(session, book_id, purchase.employee_id, tax_on.year)

    base = Considered(
        purchase=purchase,
        offer=offer,
        person=person,
        channel=channel,
        service_on=service_on,
        tax_on=tax_on,
        quantity=quantity,
        amount_minor=amount_minor,
        vat_regime=regime,
        net_minor=net_minor,
        vat_minor=vat_minor,
        decision=None,
        facts=None,
        shares=(),
        decline=None,
        decided_at=now,
        expires_at=expires_at,
        year=year,
        lapses=_lapses(session, offer, channel, service_on, today),
        # A citizen's own money beside a municipal voucher is taken at once: that waits for nobody.
        answer_by=None if apart else _answer_by(offer, channel, now, expires_at),
    )
    if _out_of_reach(session, offer, person):
        return declined(base, Decline.TERRITORY_NOT_ENABLED)
    return _answer(base, _chosen_today(session, book_id, base, today), wallet_lots, kept_apart, terms, mispriced)


def _chosen_today(session: Session, book_id: int, base: Considered, today: date) -> Considered:
    """
    Return the purchase as it is decided where the choice is what counts, and not the service, in another year.

    Source: data/moments.toml (a converted bonus is received when it is chosen); docs/fiscal-events.md, "Bonuses".
    """
    if base.tax_on.year == today.year:
        return base
    person = people.for_authorization(session, book_id, base.purchase.employee_id, base.purchase.relative_id, today)
    year = fiscal.year_use(session, book_id, base.purchase.employee_id, today.year)
    return _with(base, tax_on=today, person=person, year=year)


def declined(considered: Considered, decline: Decline) -> Considered:
    """Return the same purchase, declined for a reason that lies outside it."""
    return _with(considered, decline=decline, shares=())


def paid_by(considered: Considered, shares: Sequence[Share]) -> Considered:
    """Return the same purchase, paid by these lots and declined for nothing."""
    return _with(considered, decline=None, shares=tuple(shares))


def _answer(
    base: Considered,
    chosen: Considered,
    wallet_lots: Sequence[SpendableLot],
    kept_apart: Sequence[SpendableLot],
    terms: Mapping[str, PlanTerms],
    mispriced: Decline | None,
) -> Considered:
    person, today = base.person, clock.today()
    if not base.offer.provider_may_serve:
        return _with(base, decline=Decline.PROVIDER_NOT_QUALIFIED)
    # Money given back goes through a submission with its documents, not through a hold towards a provider.
    if base.channel not in base.offer.channels or base.channel is Channel.REIMBURSEMENT:
        return _with(base, decline=Decline.CHANNEL_NOT_ALLOWED)
    if mispriced is not None:
        return _with(base, decline=mispriced)
    if base.offer.made_for is MadeFor.WORKER and base.purchase.relative_id is not None:
        return _with(base, decline=Decline.BENEFICIARY_NOT_ELIGIBLE)

    def living(some: Sequence[SpendableLot]) -> list[SpendableLot]:
        return [
            lot
            for lot in some
            if terms[lot.plan_id].starts_on <= today
            # Credit is spent when the service is given: it must live until then.
            and max(today, base.service_on) <= lot.last_day_under(terms[lot.plan_id], person.left_on)
        ]

    live = living(wallet_lots)
    if not live and living(kept_apart):
        return _with(base, decline=Decline.MUNICIPAL_VOUCHER)
    if not live:
        begun = [lot for lot in wallet_lots if terms[lot.plan_id].starts_on <= today]
        return _with(base, decline=_without_lots(begun, person, today))
    live.sort(key=lambda lot: (lot.last_day, terms[lot.plan_id].priority, lot.lot_id))

    best: Considered | None = None
    looked_at: list[Decision] = []
    for name in base.offer.categories:
        category = Category(name)
        candidate = _try_category(base, chosen, category, live, terms)
        if candidate is None:
            continue
        assert candidate.decision is not None  # noqa: S101
        looked_at.append(candidate.decision)
        if best is None or _order(candidate) < _order(best):
            best = candidate
    if best is None:
        return _with(base, decline=Decline.SERVICE_NOT_IN_PLAN)
    return _with(best, alternatives=tuple(found for found in looked_at if found is not best.decision))


def _try_category(
    base: Considered,
    chosen: Considered,
    category: Category,
    live: Sequence[SpendableLot],
    terms: Mapping[str, PlanTerms],
) -> Considered | None:
    """
    Decide one candidate category with the lots whose plan allows it; None when no plan does.

    Lots whose credit is received when it is chosen are held to `chosen`, the others to `base`. What both pay together
    is decided for the day of the service: its other part is decided for the choice when it is given.
    """

    def under(plan: PlanTerms) -> Considered:
        return chosen if _received_when_chosen(base.channel, plan.source, chosen.tax_on) else base

    choice = choose(
        category,
        base.channel,
        base.amount_minor,
        live,
        terms,
        facts_under=lambda plan: _facts(under(plan), category, plan),
        tax_on=base.tax_on,
        tax_on_under=lambda plan: under(plan).tax_on,
        consent=base.purchase.consent,
    )
    if choice is None:
        return None
    sources = {share.lot.source for share in choice.shares} or {choice.facts.source}
    whole = all(_received_when_chosen(base.channel, source, chosen.tax_on) for source in sources)
    return _with(chosen if whole else base, **{name: getattr(choice, name) for name in Choice.__dataclass_fields__})


def _received_when_chosen(channel: Channel, source: PlanSource, on: date) -> bool:
    rule = loading.load().moments.at((source, channel), on, on)
    return rule is not None and rule.moment is Moment.CHOICE


def _facts(base: Considered, category: Category, plan: PlanTerms) -> Facts:
    person = base.person
    used = base.year.of(category)
    return Facts(
        category=category,
        channel=base.channel,
        source=plan.source,
        entitlement=plan.entitlement,
        amount_minor=base.amount_minor,
        full_price_minor=base.offer.price_minor * base.quantity,
        relative=person.relative,
        year_used_minor=used.used_minor,
        year_taxed_minor=used.taxed_minor,
        external_fringe_minor=person.external_fringe_minor,
        external_cap_minor=person.external_cap_minor(category),
        dependent_child_declared=person.dependent_child_declared,
        first_job_pension_plus=person.first_job_pension,
        new_hire=person.new_hire,
        meal_kind=base.purchase.meal_kind,
        days=base.quantity if base.purchase.meal_kind is not None else 0,
        expense_kind=base.purchase.expense_kind,
        voucher_items=base.quantity if base.channel is Channel.VOUCHER else 1,
    )


def _order(candidate: Considered) -> tuple[int, int]:
    # The first category that is exempt and can be paid wins; then the least harmful answer.
    assert candidate.decision is not None  # noqa: S101
    return RANK[candidate.decision.outcome], candidate.decline is not None


def _without_lots(wallet_lots: Sequence[SpendableLot], person: PersonFacts, today: date) -> Decline:
    if person.left_on is not None and person.left_on < today:
        return Decline.EMPLOYEE_LEFT
    return Decline.LOT_EXPIRED if any(lot.available_minor for lot in wallet_lots) else Decline.INSUFFICIENT_FUNDS


def _first_channel(offer: Offer, terms: Iterable[PlanTerms], quantity: int) -> Channel:
    allowed = set().union(*(plan.channels for plan in terms))
    # Giving money back needs a document: it is asked for by name, never fallen into.
    offered = [Channel(name) for name in offer.channels if name != Channel.REIMBURSEMENT]
    possible = [channel for channel in offered if channel in allowed] or offered or [Channel(offer.channels[0])]
    # A voucher stands for one service: several are better paid directly, as they are given.
    if quantity > 1 and Channel.DIRECT in possible:
        return Channel.DIRECT
    return possible[0]


def _lapses(session: Session, offer: Offer, channel: Channel, service_on: date, today: date) -> bool:
    """Whether a direct service is ordered for a day on which, as far as is known, its provider is not qualified."""
    if channel is not Channel.DIRECT or service_on <= today or not offer.provider_may_serve:
        return False
    return not qualification.state_on(session, offer.provider_code, service_on).may_serve


def _out_of_reach(session: Session, offer: Offer, person: PersonFacts) -> bool:
    """Whether a service at home would have to be given in a comune that its territory does not cover."""
    comune = person.relative_comune
    if offer.delivery is not Delivery.HOME or comune is None or not _ISTAT_CODE.fullmatch(comune):
        return False
    return offer.territory_code not in {territory.code for territory in territories.of_comune(session, comune)}


def _hold_end(service_on: date | None, now: datetime) -> datetime:
    if service_on is None:
        return now + timedelta(days=DAYS_WITHOUT_DATE)
    last_day = service_on + timedelta(days=DAYS_AFTER_SERVICE + 1)
    return datetime.combine(last_day, time.min, clock.ROME).astimezone(UTC)


def _answer_by(offer: Offer, channel: Channel, now: datetime, expires_at: datetime) -> datetime | None:
    """Return until when the provider may accept; a voucher is issued in the tax year it was decided for."""
    if offer.acceptance_hours is None:
        return None
    last = now + timedelta(hours=offer.acceptance_hours)
    if channel is Channel.VOUCHER:
        new_year = datetime.combine(date(now.astimezone(clock.ROME).year + 1, 1, 1), time.min, clock.ROME)
        last = min(last, new_year.astimezone(UTC))
    return min(last, expires_at)


def _with(considered: Considered, **changes: Any) -> Considered:
    values = {name: getattr(considered, name) for name in Considered.__dataclass_fields__}
    return Considered(**(values | changes))
