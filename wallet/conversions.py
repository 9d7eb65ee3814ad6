"""Conversions of performance bonuses: the choice is kept, and what was taken as welfare becomes PDR credit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import clock, money
from config.errors import DomainError
from plans import people
from plans.bonus import agreements, choices, choices_file, offers
from plans.bonus.choices import Choice, ChoiceDraft, Prepared
from plans.bonus.errors import (
    BonusChoiceNotFound,
    BonusChoiceOnPaper,
    BonusCreditUsed,
    BonusOfferNotFunded,
    BonusOfferNotOpen,
    BonusOfferTaken,
)
from plans.bonus.offers import Offer
from plans.bonus.rules import BonusRules
from plans.plans import PlanTerms
from wallet import grants, wallets
from wallet.errors import BudgetNotFunded, GrantAlreadySpent, ReasonRequired
from wallet.grants import Grant

# Why a choice is revoked that a worker takes back.
TAKEN_BACK = "annullata da chi l'aveva fatta"

_LOT_OF = (
    "select l.lot_id from entry e join posting p on p.book_id = e.book_id and p.entry_id = e.entry_id"
    "  join lot l on l.book_id = e.book_id and l.account_id = p.credit_account_id"
    " where e.book_id = :book and e.reference = :choice"
)


@dataclass(frozen=True, slots=True)
class Conversion:
    """A choice after it was made; `entry_id` of the grant, None where nothing was converted or nothing is new."""

    choice: Choice
    rules: BonusRules
    room_minor: int
    created: bool
    entry_id: int | None


class Refused(Exception):
    """Carries what speaks against some of many choices, each with its place among them."""

    def __init__(self, refusals: Sequence[tuple[int, DomainError]]) -> None:
        super().__init__()
        self.refusals = tuple(refusals)


def choose(session: Session, book_id: int, plan_code: str, draft: ChoiceDraft, *, actor: str) -> Conversion:
    """
    Keep a worker's choice about a bonus and grant what they take as welfare, on the day it is recorded.

    The same choice again changes nothing. The moment of tax is the day of the choice, whenever the credit is spent.

    Errors: PlanNotFound, BonusPlanNeeded, BonusPremiumUnnamed, BonusPremiumAlike, those of
            `plans.bonus.choices.prepare`, BonusOfferDiffers, BudgetNotFunded, PeriodClosed.
    """
    try:
        (done,) = choose_many(session, book_id, plan_code, [draft], actor=actor)
    except Refused as found:
        raise found.refusals[0][1] from None
    return done


def choose_many(
    session: Session, book_id: int, plan_code: str, drafts: Sequence[ChoiceDraft], *, actor: str
) -> list[Conversion]:
    """
    Do the same for many workers, each named once: all of it or nothing, granted as one batch.

    Errors: PlanNotFound, BonusPlanNeeded, BonusPremiumUnnamed, BonusPremiumAlike; Refused with what speaks
            against each; BudgetNotFunded, PeriodClosed.
    """
    terms = agreements.bonus_plan(session, book_id, plan_code)
    today = clock.today()
    _lock(session, book_id, drafts)
    choices.require_named(session, terms, drafts)
    for premium in {draft.premium or terms.code for draft in drafts}:
        offers.check_name(session, terms, premium)
    prepared: list[Prepared] = []
    refusals: list[tuple[int, DomainError]] = []
    for place, draft in enumerate(drafts):
        try:
            found = choices.prepare(session, terms, draft, today=today)
            if not found.existing:
                offers.require_same(session, terms, found.choice)
            prepared.append(found)
        except DomainError as refusal:
            refusals.append((place, refusal))
    if refusals:
        raise Refused(refusals)

    for each in prepared:
        if not each.existing:
            choices.write(session, terms, each.choice, actor=actor, recorded_at=clock.now())
    entries = _grant(session, terms, [each for each in prepared if not each.existing], on=today, actor=actor)
    return [
        Conversion(each.choice, each.rules, each.room_minor, not each.existing, entries.get(each.choice.choice_id))
        for each in prepared
    ]


def choose_file(
    session: Session, book_id: int, plan_code: str, path: Path, premium: str | None, *, actor: str
) -> list[Conversion]:
    """
    Do the same for every worker of a file of choices, whole or not at all; what was recorded before changes nothing.

    Errors: those of `plans.bonus.choices_file.read`; PlanNotFound, BonusPlanNeeded, BonusPremiumUnnamed,
            BonusPremiumAlike; ChoicesFileRefused with every problem; BudgetNotFunded, PeriodClosed.
    """
    reading = choices_file.read(path, premium)
    try:
        return choose_many(session, book_id, plan_code, reading.drafts, actor=actor)
    except Refused as found:
        told = [
            reading.sheet.problem(refusal, reading.numbers[place], "tax_code", reading.drafts[place].tax_code)
            for place, refusal in found.refusals
        ]
        choices_file.refuse(path, told)
        raise


def revoke(
    session: Session, book_id: int, choice_id: str, *, reason: str, on: date, actor: str
) -> tuple[Choice, int | None]:
    """
    Undo a choice recorded by mistake: its credit is taken back, as far as nothing of it was spent.

    Errors: ReasonRequired, BonusChoiceNotFound, BonusChoiceRevoked, CorrectionBeforeGrant, GrantAlreadySpent,
            PeriodClosed, OccurredInFuture; in this order.
    """
    if not reason.strip():
        raise ReasonRequired()
    choice = choices.standing(session, book_id, choice_id)
    wallets.lock(session, book_id, choice.employee_id)
    # Read again under the lock: somebody who was waited for may have revoked it.
    choice = choices.standing(session, book_id, choice_id)
    entry_id = None
    if choice.converted_minor:
        lot_id = session.scalar(sa.text(_LOT_OF), {"book": book_id, "choice": choice_id})
        amount = money.from_minor(choice.converted_minor)
        entry_id = grants.correct(session, book_id, str(lot_id), amount, reason=reason, on=on, actor=actor)
    choices.revoke(session, book_id, choice_id, reason=reason.strip(), actor=actor, revoked_at=clock.now())
    return choice, entry_id


def choose_offered(
    session: Session, book_id: int, employee_id: str, offer_id: str, share_percent: int, *, actor: str
) -> Conversion:
    """
    Keep what a worker chooses by themselves about a bonus offered to them, today, which is the moment of tax.

    The same share again on the same day changes nothing.
    Errors: BonusOfferNotFound, BonusOfferNotOpen, BonusChoiceOnPaper, BonusOfferTaken, those of `choose`,
            BonusOfferNotFunded.
    """
    wallets.lock(session, book_id, employee_id)
    offer = offers.own(session, book_id, employee_id, offer_id, lock=True)
    today = clock.today()
    _require_open(offer, today)
    made = offers.choice_about(session, book_id, offer)
    if made is not None and (made.share_percent, made.chosen_on) != (share_percent, today):
        _require_alone(made)
        raise BonusOfferTaken(premium=offer.premium, chosen_on=made.chosen_on)
    draft = ChoiceDraft(
        people.employee(session, book_id, employee_id).tax_code,
        offer.premium,
        money.from_minor(offer.premium_minor),
        share_percent,
        today,
        offer.income_within,
        offer.waived,
        alone=True,
    )
    try:
        return choose(session, book_id, offer.plan_code, draft, actor=actor)
    except BudgetNotFunded as refusal:
        raise BonusOfferNotFunded(choose_by=offer.choose_by) from refusal


def take_back(
    session: Session, book_id: int, employee_id: str, offer_id: str, *, actor: str
) -> tuple[Choice, int | None]:
    """
    Undo what a worker chose about a bonus offered to them, until the last day for choosing; they may choose again.

    What they signed on paper stays.
    Errors: BonusOfferNotFound, BonusOfferNotOpen, BonusChoiceNotFound, BonusChoiceOnPaper, BonusCreditUsed,
            PeriodClosed; in this order.
    """
    wallets.lock(session, book_id, employee_id)
    offer = offers.own(session, book_id, employee_id, offer_id, lock=True)
    today = clock.today()
    _require_open(offer, today)
    made = offers.choice_about(session, book_id, offer)
    if made is None:
        raise BonusChoiceNotFound(choice=offer.premium)
    _require_alone(made)
    try:
        return revoke(session, book_id, made.choice_id, reason=TAKEN_BACK, on=today, actor=actor)
    except GrantAlreadySpent as refusal:
        told = {name: refusal.details[name] for name in ("available", "needed")}
        raise BonusCreditUsed(**told) from refusal


def _require_open(offer: Offer, today: date) -> None:
    if not offer.open_on(today):
        raise BonusOfferNotOpen(premium=offer.premium, choose_from=offer.choose_from, choose_by=offer.choose_by)


def _require_alone(made: Choice) -> None:
    if not made.alone:
        raise BonusChoiceOnPaper(premium=made.premium, chosen_on=made.chosen_on)


def _lock(session: Session, book_id: int, drafts: Sequence[ChoiceDraft]) -> None:
    """Take every worker's mutex, always in the same order; whom the book does not know is refused later."""
    known = people.roster(session, book_id)
    for employee_id in sorted({known[draft.tax_code].employee_id for draft in drafts if draft.tax_code in known}):
        wallets.lock(session, book_id, employee_id)


def _grant(session: Session, terms: PlanTerms, prepared: Sequence[Prepared], *, on: date, actor: str) -> dict[str, int]:
    chosen = [each.choice for each in prepared if each.choice.converted_minor]
    if not chosen:
        return {}
    batch = [Grant(choice.employee_id, choice.converted_minor, terms.spend_by, choice.choice_id) for choice in chosen]
    entries = grants.grant_many(session, terms, batch, on=on, actor=actor, memo="bonus")
    return {choice.choice_id: entry for choice, entry in zip(chosen, entries, strict=True)}
