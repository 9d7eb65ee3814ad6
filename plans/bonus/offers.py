"""
Bonuses that an employer lets workers choose about by themselves, on the days from the first to the last.

What a worker then chooses is a `plans.bonus.choices.Choice` about the same bonus; whoever chooses nothing keeps it in
cash, and no row says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from moneyed import Money
from sqlalchemy.orm import Session

from config import clock, ids
from config.errors import DomainError, Worded
from config.money import from_minor
from plans import people
from plans.bonus import agreements, choices
from plans.bonus.choices import Choice
from plans.bonus.errors import (
    BonusChosenBefore,
    BonusOfferChosen,
    BonusOfferDaysWrong,
    BonusOfferDiffers,
    BonusOfferNotFound,
    BonusOfferOver,
    BonusPremiumAlike,
)
from plans.errors import EmployeeNotFound
from plans.plans import PlanTerms
from plans.rows import BonusChoice, BonusOffer, Plan, table

_OFFER, _CHOICE, _PLAN = table(BonusOffer), table(BonusChoice), table(Plan)
_ANSWERS = {None: Worded("non detto", "not said"), True: Worded("sì", "yes"), False: Worded("no", "no")}
_STANDS = _OFFER.c.withdrawn_at.is_(None)
# The standing choice that was made about an offer, if there is one.
_CHOSEN = (
    (_CHOICE.c.book_id == _OFFER.c.book_id)
    & (_CHOICE.c.plan_id == _OFFER.c.plan_id)
    & (_CHOICE.c.employee_id == _OFFER.c.employee_id)
    & (_CHOICE.c.premium == _OFFER.c.premium)
    & _CHOICE.c.revoked_at.is_(None)
)


class Outcome(StrEnum):
    """What a row of a file does."""

    NEW = "NEW"
    CHANGED = "CHANGED"
    SAME = "SAME"


@dataclass(frozen=True, slots=True)
class Days:
    """Which bonus is offered, under the name that workers read, and on which days they choose; both days count."""

    premium: str
    choose_from: date
    choose_by: date


@dataclass(frozen=True, slots=True)
class OfferDraft:
    """What is offered to a worker: `income_within` whether last year's income admits conversion, None is unknown."""

    tax_code: str
    amount: Money
    income_within: bool | None = None
    waived: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer that stands; minor units."""

    offer_id: str
    plan_id: str
    plan_code: str
    employee_id: str
    premium: str
    premium_minor: int
    income_within: bool | None
    waived: bool
    choose_from: date
    choose_by: date

    def open_on(self, day: date) -> bool:
        """Whether it can be chosen about on a day."""
        return self.choose_from <= day <= self.choose_by


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a draft would do; `refusal` is what speaks against it."""

    employee_id: str
    draft: OfferDraft
    outcome: Outcome = Outcome.NEW
    refusal: DomainError | None = None
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class PremiumStanding:
    """
    How far the choosing about one bonus is; minor units.

    `chosen` are workers, also those who took all in cash; `to_welfare` and `to_cash` those who took anything as such.
    """

    premium: str
    choose_from: date
    choose_by: date
    offered: int
    offered_minor: int
    chosen: int
    chosen_minor: int
    converted_minor: int
    to_welfare: int
    to_cash: int


def prepare(
    session: Session, terms: PlanTerms, days: Days, drafts: Sequence[OfferDraft], *, lock: bool = False
) -> list[Prepared]:
    """
    Hold what is to be offered against who is there, what was offered and what was chosen before; write nothing.

    With `lock` nobody chooses about what was offered before until the transaction ends.
    Errors: BonusAgreementMissing; what speaks against one of them (EmployeeNotFound, BonusAmountInvalid,
            BonusChosenBefore, BonusOfferOver; in this order) stands beside it.
    """
    agreements.require(session, terms)
    today = clock.today()
    known = people.roster(session, terms.book_id)
    standing = {offer.employee_id: offer for offer in _of_premium(session, terms, days.premium, lock=lock)}
    chosen = {one.employee_id: one for one in choices.of_plan(session, terms) if one.premium == days.premium}
    found = []
    for draft in drafts:
        entry = known.get(draft.tax_code)
        if entry is None:
            found.append(Prepared("", draft, refusal=EmployeeNotFound(employee=draft.tax_code)))
            continue
        try:
            found.append(_prepare(entry.employee_id, draft, days, standing, chosen, today))
        except DomainError as refusal:
            found.append(Prepared(entry.employee_id, draft, refusal=refusal))
    return found


def check_days(terms: PlanTerms, days: Days, *, today: date) -> None:
    """
    Refuse days on which nobody could choose, or choose in time to spend what they take.

    Within one year, as the income that counts is that of the year before.
    Errors: BonusOfferDaysWrong.
    """
    of_one_year = days.choose_from.year == days.choose_by.year
    if not (of_one_year and max(days.choose_from, today) <= days.choose_by <= terms.spend_by):
        raise BonusOfferDaysWrong(choose_from=days.choose_from, choose_by=days.choose_by, last=terms.spend_by)


def write(
    session: Session, terms: PlanTerms, days: Days, prepared: Sequence[Prepared], *, actor: str, recorded_at: datetime
) -> None:
    """Keep what was prepared in the same transaction and nothing speaks against; what changes replaces what was."""
    new = [each for each in prepared if each.outcome is not Outcome.SAME]
    replaced = [each.replaces for each in new if each.replaces is not None]
    if replaced:
        _withdraw(session, terms.book_id, replaced, actor=actor, withdrawn_at=recorded_at)
    if not new:
        return
    values = [
        {
            "book_id": terms.book_id,
            "offer_id": ids.new("bof"),
            "plan_id": terms.plan_id,
            "employee_id": each.employee_id,
            "premium": days.premium,
            "premium_minor": choices.cents(each.draft.amount),
            "income_within": each.draft.income_within,
            "waived": each.draft.waived,
            "choose_from": days.choose_from,
            "choose_by": days.choose_by,
            "actor": actor,
            "recorded_at": recorded_at,
        }
        for each in new
    ]
    session.execute(sa.insert(_OFFER), values)


def check_name(session: Session, terms: PlanTerms, premium: str) -> None:
    """
    Refuse a bonus whose name would be taken for another's of the plan: but for letters and digits it is the same.

    Errors: BonusPremiumAlike.
    """
    offered = sa.select(_OFFER.c.premium).where(
        _OFFER.c.book_id == terms.book_id, _OFFER.c.plan_id == terms.plan_id, _STANDS
    )
    chosen = sa.select(_CHOICE.c.premium).where(
        _CHOICE.c.book_id == terms.book_id, _CHOICE.c.plan_id == terms.plan_id, _CHOICE.c.revoked_at.is_(None)
    )
    names = set(session.scalars(sa.union(offered, chosen)))
    alike = sorted(name for name in names if _letters(name) == _letters(premium))
    if alike and premium not in names:
        raise BonusPremiumAlike(premium=premium, known=alike[0])


def stamp(session: Session, terms: PlanTerms, premium: str) -> str:
    """Return a word that is another one as soon as anything offered about a bonus is."""
    found = [offer.offer_id for offer in _of_premium(session, terms, premium, lock=False)]
    return hashlib.sha256("\n".join([terms.plan_id, premium, *found]).encode()).hexdigest()[:32]


def withdraw(
    session: Session, book_id: int, plan_code: str, premium: str, *, actor: str, tax_code: str | None = None
) -> int:
    """
    Take back what was offered about a bonus, before anybody chose; return how many offers that were.

    Where a tax code is given, what was offered to that worker alone, whoever else chose.

    Errors: PlanNotFound, BonusPlanNeeded, BonusOfferNotFound, BonusOfferChosen, BonusOfferOver; in this order.
    """
    terms = agreements.bonus_plan(session, book_id, plan_code)
    # Whoever chooses holds their offer: they come before, and are seen below, or after, and find none.
    offered = {offer.employee_id: offer for offer in _of_premium(session, terms, premium, lock=True)}
    if tax_code is not None:
        entry = people.roster(session, book_id).get(tax_code)
        offered = {who: offer for who, offer in offered.items() if entry is not None and who == entry.employee_id}
    if not offered:
        raise BonusOfferNotFound()
    if any(choice.premium == premium and choice.employee_id in offered for choice in choices.of_plan(session, terms)):
        raise BonusOfferChosen(premium=premium)
    over = [offer.choose_by for offer in offered.values() if offer.choose_by < clock.today()]
    if over:
        raise BonusOfferOver(premium=premium, choose_by=max(over))
    _withdraw(session, book_id, [offer.offer_id for offer in offered.values()], actor=actor, withdrawn_at=clock.now())
    return len(offered)


def own(session: Session, book_id: int, employee_id: str, offer_id: str, *, lock: bool = False) -> Offer:
    """
    Return an offer to a worker; with `lock` nobody withdraws it until the transaction ends.

    Errors: BonusOfferNotFound, also for somebody else's.
    """
    statement = _select(book_id).where(_OFFER.c.employee_id == employee_id, _OFFER.c.offer_id == offer_id)
    row = session.execute(statement.with_for_update(of=_OFFER) if lock else statement).one_or_none()
    if row is None:
        raise BonusOfferNotFound()
    return _offer(row)


def require_same(session: Session, terms: PlanTerms, choice: Choice) -> None:
    """
    Refuse a choice that is not about what stands offered to its worker, or not of one of the days for choosing.

    Of whoever is offered nothing under that name, any choice will do; the offer stays until the transaction ends.
    Errors: BonusOfferDiffers.
    """
    row = session.execute(
        _select(terms.book_id)
        .where(_OFFER.c.plan_id == terms.plan_id, _OFFER.c.premium == choice.premium)
        .where(_OFFER.c.employee_id == choice.employee_id)
        .with_for_update(of=_OFFER)
    ).one_or_none()
    if row is None:
        return
    offer = _offer(row)
    told = (choice.premium_minor, choice.income_within, choice.waived)
    if told != (offer.premium_minor, offer.income_within, offer.waived) or not offer.open_on(choice.chosen_on):
        raise BonusOfferDiffers(
            premium=offer.premium,
            employee=choice.tax_code,
            amount=from_minor(offer.premium_minor),
            within=_ANSWERS[offer.income_within],
            waived=_ANSWERS[offer.waived],
            choose_from=offer.choose_from,
            choose_by=offer.choose_by,
        )


def of_person(session: Session, book_id: int, employee_id: str) -> tuple[Offer, ...]:
    """Return what is offered to a worker, what is to be chosen last first."""
    order = (_OFFER.c.choose_by.desc(), _OFFER.c.offer_id.desc())
    found = session.execute(_select(book_id).where(_OFFER.c.employee_id == employee_id).order_by(*order))
    return tuple(map(_offer, found))


def waiting(session: Session, book_id: int, employee_id: str, *, on: date) -> Offer | None:
    """Return the offer that a worker can choose about on a day and has not, the first to end; None where none is."""
    row = session.execute(
        _select(book_id)
        .where(_OFFER.c.employee_id == employee_id, _OFFER.c.choose_from <= on, _OFFER.c.choose_by >= on)
        .where(~sa.exists().where(_CHOSEN))
        .order_by(_OFFER.c.choose_by, _OFFER.c.offer_id)
        .limit(1)
    ).one_or_none()
    return None if row is None else _offer(row)


def known(session: Session, book_id: int, employee_id: str) -> bool:
    """Say whether a worker was ever offered a bonus that stands, or chose about one."""
    offered = sa.exists().where(_OFFER.c.book_id == book_id, _OFFER.c.employee_id == employee_id, _STANDS)
    chose = sa.exists().where(
        _CHOICE.c.book_id == book_id, _CHOICE.c.employee_id == employee_id, _CHOICE.c.revoked_at.is_(None)
    )
    return bool(session.scalar(sa.select(sa.or_(offered, chose))))


def choice_about(session: Session, book_id: int, offer: Offer) -> Choice | None:
    """Return the standing choice that was made about an offer, if there is one."""
    made = choices.of_person(session, book_id, offer.employee_id)
    return next((one for one in made if (one.plan_code, one.premium) == (offer.plan_code, offer.premium)), None)


def of_plan(session: Session, terms: PlanTerms) -> tuple[PremiumStanding, ...]:
    """Return how far the choosing about each bonus of a plan is, the last to end first."""
    last = sa.func.max(_OFFER.c.choose_by)
    found = session.execute(
        sa.select(
            _OFFER.c.premium,
            sa.func.min(_OFFER.c.choose_from),
            last,
            sa.func.count(),
            sa.func.sum(_OFFER.c.premium_minor),
            sa.func.count(_CHOICE.c.choice_id),
            sa.func.coalesce(sa.func.sum(_CHOICE.c.premium_minor), 0),
            sa.func.coalesce(sa.func.sum(_CHOICE.c.converted_minor), 0),
            sa.func.count().filter(_CHOICE.c.converted_minor > 0),
            sa.func.count().filter(_CHOICE.c.converted_minor < _CHOICE.c.premium_minor),
        )
        .join_from(_OFFER, _CHOICE, _CHOSEN, isouter=True)
        .where(_OFFER.c.book_id == terms.book_id, _OFFER.c.plan_id == terms.plan_id, _STANDS)
        .group_by(_OFFER.c.premium)
        .order_by(last.desc(), _OFFER.c.premium)
    )
    return tuple(PremiumStanding(*row[:3], *map(int, row[3:])) for row in found)


def running(session: Session, book_id: int, on: date) -> dict[tuple[str, str, date], frozenset[str]]:
    """Return who is offered what ends on a day or later, by plan, bonus and last day; the first to end first."""
    found = session.execute(
        sa.select(_OFFER.c.plan_id, _OFFER.c.premium, _OFFER.c.choose_by, sa.func.array_agg(_OFFER.c.employee_id))
        .where(_OFFER.c.book_id == book_id, _OFFER.c.choose_by >= on, _STANDS)
        .group_by(_OFFER.c.plan_id, _OFFER.c.premium, _OFFER.c.choose_by)
        .order_by(_OFFER.c.choose_by, _OFFER.c.premium)
    )
    return {(plan, premium, last): frozenset(people) for plan, premium, last, people in found}


def _prepare(
    employee_id: str,
    draft: OfferDraft,
    days: Days,
    standing: Mapping[str, Offer],
    chosen: Mapping[str, Choice],
    today: date,
) -> Prepared:
    amount_minor = choices.cents(draft.amount)
    offer, choice = standing.get(employee_id), chosen.get(employee_id)
    told = (amount_minor, draft.income_within, draft.waived)
    # What somebody chose about stays as it was when they did; the days may move.
    if choice is not None and told != (choice.premium_minor, choice.income_within, choice.waived):
        raise BonusChosenBefore(
            premium=choice.premium,
            employee=choice.tax_code,
            chosen_on=choice.chosen_on,
            share=choice.share_percent,
            amount=from_minor(choice.premium_minor),
        )
    if offer is None:
        return Prepared(employee_id, draft)
    before = (offer.premium_minor, offer.income_within, offer.waived, offer.choose_from, offer.choose_by)
    same = before == (*told, days.choose_from, days.choose_by)
    # What was paid in cash is not offered to be converted.
    if not same and today > offer.choose_by:
        raise BonusOfferOver(premium=offer.premium, choose_by=offer.choose_by)
    return Prepared(employee_id, draft, Outcome.SAME if same else Outcome.CHANGED, replaces=offer.offer_id)


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))


def _withdraw(session: Session, book_id: int, offer_ids: Sequence[str], *, actor: str, withdrawn_at: datetime) -> None:
    session.execute(
        sa.update(_OFFER)
        .where(_OFFER.c.book_id == book_id, _OFFER.c.offer_id.in_(list(offer_ids)), _STANDS)
        .values(withdrawn_at=withdrawn_at, withdrawn_by=actor)
    )


def _of_premium(session: Session, terms: PlanTerms, premium: str, *, lock: bool) -> list[Offer]:
    statement = (
        _select(terms.book_id)
        .where(_OFFER.c.plan_id == terms.plan_id, _OFFER.c.premium == premium)
        .order_by(_OFFER.c.offer_id)
    )
    found = session.execute(statement.with_for_update(of=_OFFER) if lock else statement)
    return list(map(_offer, found))


def _select(book_id: int) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(*_OFFER.c, _PLAN.c.code.label("plan_code"))
        .join(_PLAN, (_PLAN.c.book_id == _OFFER.c.book_id) & (_PLAN.c.plan_id == _OFFER.c.plan_id))
        .where(_OFFER.c.book_id == book_id, _STANDS)
    )


def _offer(row: Any) -> Offer:
    return Offer(**{name: getattr(row, name) for name in Offer.__slots__})
