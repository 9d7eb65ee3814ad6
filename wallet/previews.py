"""Previews: what a purchase would be before anything is spent, for whoever is about to ask for it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256

from sqlalchemy.orm import Session

from config import clock
from network import services
from network.services import Entry
from plans import directory, openings, people
from plans.facts import Declaration
from plans.openings import Opening
from plans.people import RelativeCard
from plans.rulebook.words import Category, Channel, Outcome, OverCap
from plans.words import Fact
from wallet import authorizations, catalogue, contents
from wallet.authorizations import Authorization
from wallet.errors import DecisionChanged
from wallet.position import gauges
from wallet.position.gauge import Gauge
from wallet.purchases import Purchase
from wallet.social import aids
from wallet.social.aids import Aid


@dataclass(frozen=True, slots=True)
class Beneficiary:
    """
    A relative whom a service may be for, with what is declared of them and holds today.

    A child who is declared dependent for the limit of fringe benefits is declared that too; it is told once.
    """

    card: RelativeCard
    declared: tuple[Declaration, ...]


@dataclass(frozen=True, slots=True)
class Choosing:
    """
    What a purchase begins with: the service as it is today, and the person's relatives.

    `channels` are those of the service that the person's plans allow, in the service's order; `aid` is a voucher of a
    municipality that pays a part of it.
    """

    service: Entry
    relatives: tuple[Beneficiary, ...]
    channels: tuple[Channel, ...]
    aid: Aid | None

    @property
    def ways(self) -> tuple[Channel, ...]:
        """In which ways it can be ordered; what was paid already is asked back, and not ordered."""
        return tuple(channel for channel in self.channels if channel is not Channel.REIMBURSEMENT)

    @property
    def reimbursable(self) -> bool:
        """Whether the person may pay for it and ask for the money back."""
        return Channel.REIMBURSEMENT in self.channels

    def relative(self, relative_id: str) -> Beneficiary | None:
        """Return one of the relatives; None for anybody else."""
        return next((one for one in self.relatives if one.card.relative_id == relative_id), None)


@dataclass(frozen=True, slots=True)
class Payer:
    """A lot that would pay, and what it would have left; minor units."""

    plan_name: str
    spend_by: date
    amount_minor: int
    left_minor: int


@dataclass(frozen=True, slots=True)
class After:
    """The gauge of the purchase's category as it stands, and what it would count after it; minor units."""

    gauge: Gauge
    before_minor: int
    after_minor: int

    @property
    def crosses(self) -> bool:
        """Whether the purchase would bring the year past its limit."""
        return self.after_minor > self.gauge.limit_minor

    @property
    def cliff(self) -> bool:
        """Whether past the limit everything is taxed, and not the excess alone."""
        return self.gauge.over_cap is OverCap.CLIFF


@dataclass(frozen=True, slots=True)
class Preview:
    """
    What would be decided. `consented` is what would be decided with the worker's consent to the tax, where that is
    what the purchase wants; None otherwise. `unlocks` are declarations about the relative that would leave one of the
    service's categories exempt for them.
    """

    decision: Authorization
    consented: Authorization | None
    payers: tuple[Payer, ...]
    after: After | None
    unlocks: tuple[Opening, ...] = ()

    @property
    def best(self) -> Authorization:
        """What would be bought: with the consent, where it takes one."""
        return self.consented or self.decision

    @property
    def possible(self) -> bool:
        """Whether it can be bought, with or without consent."""
        return self.best.status != "declined"

    @property
    def told(self) -> str:
        """What whoever confirms it was told, in short: another decision has another."""
        return told(self.best)


def choosing(session: Session, book_id: int, employee_id: str, service_code: str) -> Choosing:
    """
    Return what somebody chooses from when they order a service: whom it is for, and how it comes.

    Errors: ServiceNotFound.
    """
    today = clock.today()
    declared: dict[str, list[Declaration]] = {}
    claimed: dict[str | None, Declaration] = {}
    for told in directory.declarations(session, book_id, employee_id):
        holds = told.valid_from <= today and (told.valid_to is None or told.valid_to >= today)
        if told.relative_id is not None and told.revoked_at is None and told.holds and holds:
            declared.setdefault(told.relative_id, []).append(told)
        elif told.fact is Fact.DEPENDENT_CHILD and told.revoked_at is None and told.valid_from.year == today.year:
            claimed[told.child_tax_code] = told
    service = services.entry_of(session, service_code, on=today)
    kin = people.relatives(session, book_id, employee_id)
    spendable = catalogue.spendable(session, book_id, employee_id, on=today)
    paying = [terms for terms in spendable if terms.categories.intersection(service.categories)]
    allowed = frozenset[Channel]().union(*(terms.channels for terms in paying))
    return Choosing(
        service,
        tuple(Beneficiary(card, _said(card, declared.get(card.relative_id, []), claimed)) for card in kin),
        tuple(channel for channel in map(Channel, service.channels) if channel in allowed),
        aids.for_service(session, book_id, employee_id, service_code),
    )


def preview(session: Session, book_id: int, purchase: Purchase) -> Preview:
    """
    Say what a purchase would be, what would pay it and where the year would stand after it; nothing is written.

    Errors: those of `authorizations.simulate`.
    """
    decision = authorizations.simulate(session, book_id, replace(purchase, consent=False))
    consented = None
    if decision.status == "declined" and decision.outcome == Outcome.TAXABLE:
        asked = authorizations.simulate(session, book_id, replace(purchase, consent=True))
        consented = asked if asked.status != "declined" else None
    best = consented or decision
    unlocks = _unlocks(session, book_id, purchase, best)
    if best.status == "declined" and best.category is None:
        return Preview(decision, consented, (), None, unlocks)
    year = min(best.tax_on.year, clock.today().year + 1)
    found = gauges(session, book_id, purchase.employee_id, year)
    gauge = next((one for one in found if str(one.category) == best.category), None)
    after = None
    # What is taxed because of the person or the service is in no limit, and an excess that is taxed is.
    if gauge is not None and best.in_limit:
        before = gauge.counted_minor + gauge.reserved_minor
        after = After(gauge, before, before + best.amount_minor)
    return Preview(decision, consented, _payers(session, book_id, best), after, unlocks)


def told(decided: Authorization) -> str:
    """Return in short what somebody is told of a decision: what it costs, who pays, what is taxed, and of what year."""
    facts = [
        decided.employee_id,
        decided.relative_id,
        decided.service_code,
        decided.service_on.isoformat(),
        decided.quantity,
        decided.unit_price_minor,
        decided.amount_minor,
        decided.taxable_minor,
        decided.channel,
        decided.category,
        decided.outcome,
        decided.decline_code,
        decided.in_limit,
        decided.facts["figures"],
        decided.facts["lots"],
    ]
    return sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def order(
    session: Session, book_id: int, purchase: Purchase, as_told: str, *, actor: str, key: str | None
) -> Authorization:
    """
    Order what somebody was told and agreed to; where another decision would be taken now, nothing is done.

    Errors: those of `authorizations.authorize`; DecisionChanged.
    """
    made = authorizations.authorize(session, book_id, purchase, actor=actor, key=key)
    if not made.replayed and told(made) != as_told:
        raise DecisionChanged()
    return made


def _said(
    card: RelativeCard, declared: list[Declaration], claimed: Mapping[str | None, Declaration]
) -> tuple[Declaration, ...]:
    claim = None if card.tax_code is None else claimed.get(card.tax_code)
    told_already = any(told.fact is Fact.DEPENDENCY for told in declared)
    return tuple(declared) if claim is None or told_already else (*declared, claim)


def _unlocks(session: Session, book_id: int, purchase: Purchase, decided: Authorization) -> tuple[Opening, ...]:
    """Return the declarations that would change what was decided of a relative, where it is not exempt as it is."""
    if purchase.relative_id is None or decided.outcome in (Outcome.EXEMPT, Outcome.EXEMPT_ON_DECLARATION):
        return ()
    wanted = {Category(name) for name in services.get(session, purchase.service_code).categories}
    family = openings.family(session, book_id, purchase.employee_id, on=clock.today())
    return tuple(
        one
        for kin in family
        for one in kin.openings
        if kin.card.relative_id == purchase.relative_id and wanted.intersection(one.categories)
    )


def _payers(session: Session, book_id: int, decided: Authorization) -> tuple[Payer, ...]:
    lots = {lot.lot_id: lot for lot in contents.of(session, book_id, decided.employee_id).lots}
    return tuple(
        Payer(
            lots[lot_id].plan_name,
            lots[lot_id].spend_by,
            amount_minor,
            lots[lot_id].available_minor - amount_minor,
        )
        for lot_id, amount_minor in decided.facts["lots"]
        if lot_id in lots
    )
