"""
Workers' choices between cash and welfare: dated, held to the year's limits, and never rewritten.

The day of the choice is the day of the tax. Of the worker's income only whether it was within the limit is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from moneyed import EUR, Money
from sqlalchemy.orm import Session

from config import ids
from config.money import from_minor, minor
from plans import people
from plans.bonus import agreements, rules, simulation
from plans.bonus.errors import (
    BonusAmountInvalid,
    BonusChoiceNotFound,
    BonusChoiceRevoked,
    BonusChosenAlone,
    BonusChosenBefore,
    BonusChosenOutOfTime,
    BonusConversionNotAgreed,
    BonusCreditOver,
    BonusIncomeUnknown,
    BonusPremiumUnnamed,
)
from plans.bonus.rules import BonusRules
from plans.bonus.simulation import Worker, Year
from plans.people import EmployeeCard
from plans.plans import PlanTerms
from plans.rows import BonusChoice, Employee, Plan, table
from plans.rulebook import loading

_CHOICE, _PLAN, _EMPLOYEE = table(BonusChoice), table(Plan), table(Employee)


@dataclass(frozen=True, slots=True)
class ChoiceDraft:
    """
    What a worker chose, as people wrote it.

    `income_within` says whether last year's employment income admits the conversion; None is unknown. `premium` names
    the bonus, so that one is chosen about once; None is the plan's code, while no choice in the plan has another name.
    `alone` says that the worker chooses by themselves, and not on paper.
    """

    tax_code: str
    premium: str | None
    amount: Money
    share_percent: int
    chosen_on: date
    income_within: bool | None = None
    waived: bool = False
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """
    A choice as it is kept; minor units. What is not converted stays cash, `taxed_minor` of it under the tax.

    `alone` says that the worker made it by themselves.
    """

    choice_id: str
    plan_code: str
    employee_id: str
    tax_code: str
    last_name: str
    first_name: str
    premium: str
    premium_minor: int
    share_percent: int
    converted_minor: int
    taxed_minor: int
    chosen_on: date
    year: int
    income_within: bool | None
    waived: bool
    elsewhere_minor: int | None
    rule_ids: tuple[str, ...]
    rulebook_version: str
    revoked_at: datetime | None
    alone: bool

    @property
    def cash_minor(self) -> int:
        """What of the bonus stays cash."""
        return self.premium_minor - self.converted_minor


@dataclass(frozen=True, slots=True)
class Prepared:
    """A choice that nothing speaks against; `existing` when it was recorded before."""

    choice: Choice
    rules: BonusRules
    room_minor: int
    existing: bool


def require_named(session: Session, terms: PlanTerms, drafts: Sequence[ChoiceDraft]) -> None:
    """
    Refuse choices that do not name their bonus, of workers who chose in the plan about a bonus of another name.

    Taken for another bonus, they would give each of them a second one.
    Errors: BonusPremiumUnnamed.
    """
    unnamed = {draft.tax_code for draft in drafts if draft.premium is None}
    if not unnamed:
        return
    chosen = [choice for choice in of_plan(session, terms) if choice.tax_code in unnamed]
    same = {choice.tax_code for choice in chosen if choice.premium == terms.code}
    others = [choice for choice in chosen if choice.tax_code not in same]
    if others:
        raise BonusPremiumUnnamed(
            plan=terms.code,
            workers=len({choice.tax_code for choice in others}),
            first=others[0].tax_code,
            premiums=sorted({f"«{choice.premium}»" for choice in others}),
        )


def prepare(session: Session, terms: PlanTerms, draft: ChoiceDraft, *, today: date) -> Prepared:
    """
    Hold a choice against the agreement, the law of its day and what the worker's year already took; write nothing.

    The caller has the worker's wallet locked, so that two choices do not share one room.
    Errors: BonusAgreementMissing, EmployeeNotFound, BonusChosenAlone, BonusAmountInvalid, BonusShareInvalid,
            BonusChosenBefore, BonusConversionNotAgreed, BonusChosenOutOfTime, BonusRuleMissing, BonusCreditOver,
            BonusIncomeUnknown, BonusIncomeAbove, BonusCapExceeded; in this order.
    Source: L. 208/2015 art. 1 c. 182-189; AdE circ. 5/E/2018 (the year of the choice).
    """
    agreement = agreements.require(session, terms)
    card = people.find(session, terms.book_id, draft.tax_code)
    premium = draft.premium or terms.code
    standing = _standing(session, terms, card, premium)
    # Before anything that depends on what the row says: whoever guesses learns nothing from the answer.
    if standing is not None and standing.alone and not draft.alone:
        raise BonusChosenAlone(premium=premium, employee=card.tax_code)
    amount_minor = cents(draft.amount)
    converted_minor = simulation.converted(amount_minor, draft.share_percent)
    held_before = None if standing is None else _same(standing, draft, amount_minor)
    if agreement.shares and draft.share_percent not in agreement.shares:
        shares = [f"{share} %" for share in agreement.shares]
        raise BonusConversionNotAgreed(plan=terms.code, share=draft.share_percent, shares=shares)
    if draft.chosen_on > today or (agreement.signed_on is not None and draft.chosen_on < agreement.signed_on):
        raise BonusChosenOutOfTime(chosen_on=draft.chosen_on, signed_on=agreement.signed_on or "-", today=today)
    held = rules.at(loading.load(), draft.chosen_on, today, joint=agreement.joint)
    year = year_of(session, terms.book_id, card.employee_id, draft.chosen_on)
    if held_before is not None:
        return Prepared(held_before, held, simulation.room(held, year), existing=True)
    choice = weigh(terms, card, held, year, draft, today=today)
    return Prepared(choice, held, simulation.room(held, year) - converted_minor, existing=False)


def weigh(
    terms: PlanTerms, card: EmployeeCard, held: BonusRules, year: Year, draft: ChoiceDraft, *, today: date
) -> Choice:
    """
    Return the choice that a draft would be, as far as the plan's days, the income and the year's limits let it be one.

    Errors: BonusAmountInvalid, BonusShareInvalid, BonusCreditOver, BonusIncomeUnknown, BonusIncomeAbove,
            BonusCapExceeded; in this order.
    """
    amount_minor = cents(draft.amount)
    converted_minor = simulation.converted(amount_minor, draft.share_percent)
    last_day = terms.last_day(terms.spend_by, card.left_on)
    if converted_minor and last_day < today:
        raise BonusCreditOver(plan=terms.code, employee=card.tax_code, last_day=last_day)
    if converted_minor and draft.income_within is None:
        limit = from_minor(held.income_limit_minor)
        raise BonusIncomeUnknown(year=draft.chosen_on.year - 1, limit=limit)
    simulation.check(held, converted_minor, year, income_within=draft.income_within)
    cash = simulation.paid(
        amount_minor - converted_minor,
        held,
        Worker(draft.income_within, draft.waived),
        year.known_minor + converted_minor,
    )
    return Choice(
        choice_id=ids.new("bch"),
        plan_code=terms.code,
        employee_id=card.employee_id,
        tax_code=card.tax_code,
        last_name=card.last_name,
        first_name=card.first_name,
        premium=draft.premium or terms.code,
        premium_minor=amount_minor,
        share_percent=draft.share_percent,
        converted_minor=converted_minor,
        taxed_minor=cash.substitute_base_minor,
        chosen_on=draft.chosen_on,
        year=draft.chosen_on.year,
        income_within=draft.income_within,
        waived=draft.waived,
        elsewhere_minor=year.elsewhere_minor,
        rule_ids=tuple(held.rule_ids),
        rulebook_version=held.version,
        revoked_at=None,
        alone=draft.alone,
    )


def write(session: Session, terms: PlanTerms, choice: Choice, *, actor: str, recorded_at: datetime) -> None:
    """Keep a choice that was prepared in the same transaction; one made alone says so with whose it is as its actor."""
    actor = choice.employee_id if choice.alone else actor
    kept = {name: getattr(choice, name) for name in _KEPT} | {"rule_ids": list(choice.rule_ids)}
    session.execute(
        sa.insert(_CHOICE).values(
            book_id=terms.book_id, plan_id=terms.plan_id, actor=actor, recorded_at=recorded_at, **kept
        )
    )


def revoke(session: Session, book_id: int, choice_id: str, *, reason: str, actor: str, revoked_at: datetime) -> None:
    """Mark a choice as revoked; the caller took its credit back, or the conversion stands."""
    session.execute(
        sa.update(_CHOICE)
        .where(_CHOICE.c.book_id == book_id, _CHOICE.c.choice_id == choice_id, _CHOICE.c.revoked_at.is_(None))
        .values(revoked_at=revoked_at, revoked_by=actor, revoked_why=reason)
    )


def standing(session: Session, book_id: int, choice_id: str) -> Choice:
    """
    Return a choice that was not revoked.

    Errors: BonusChoiceNotFound, BonusChoiceRevoked; in this order.
    """
    row = session.execute(_select(book_id).where(_CHOICE.c.choice_id == choice_id)).one_or_none()
    if row is None:
        raise BonusChoiceNotFound(choice=choice_id)
    if row.revoked_at is not None:
        raise BonusChoiceRevoked(choice=choice_id, revoked_at=row.revoked_at)
    return _choice(row)


def of_plan(session: Session, terms: PlanTerms) -> tuple[Choice, ...]:
    """Return the standing choices about a plan's bonuses, by name."""
    return _standing_choices(session, terms.book_id, _CHOICE.c.plan_id == terms.plan_id)


def of_book_year(session: Session, book_id: int, year: int) -> tuple[Choice, ...]:
    """Return the standing choices of a tax year in a book, by name."""
    return _standing_choices(session, book_id, _CHOICE.c.year == year)


def of_person(session: Session, book_id: int, employee_id: str) -> tuple[Choice, ...]:
    """Return a worker's standing choices."""
    return _standing_choices(session, book_id, _CHOICE.c.employee_id == employee_id)


def year_of(session: Session, book_id: int, employee_id: str, on: date) -> Year:
    """Return what a worker's year already took of the limits: standing choices here, and what is declared elsewhere."""
    converted, taxed = session.execute(
        sa.select(
            sa.func.coalesce(sa.func.sum(_CHOICE.c.converted_minor), 0),
            sa.func.coalesce(sa.func.sum(_CHOICE.c.taxed_minor), 0),
        ).where(
            _CHOICE.c.book_id == book_id,
            _CHOICE.c.employee_id == employee_id,
            _CHOICE.c.year == on.year,
            _CHOICE.c.revoked_at.is_(None),
        )
    ).one()
    facts = people.for_authorization(session, book_id, employee_id, None, on)
    return Year(int(converted), int(taxed), facts.pdr_elsewhere_minor)


def cents(amount: Money) -> int:
    """
    Return a bonus in whole cents.

    Errors: BonusAmountInvalid.
    """
    try:
        found = minor(amount)
    except ValueError as error:
        raise BonusAmountInvalid(amount=amount) from error
    if amount.currency != EUR or found <= 0:
        raise BonusAmountInvalid(amount=amount)
    return found


# -- rows ------------------------------------------------------------------------------------------------------------

_KEPT = (
    "choice_id",
    "employee_id",
    "premium",
    "premium_minor",
    "share_percent",
    "converted_minor",
    "taxed_minor",
    "chosen_on",
    "year",
    "income_within",
    "waived",
    "elsewhere_minor",
    "rulebook_version",
)


def _select(book_id: int) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            *_CHOICE.c,
            _PLAN.c.code.label("plan_code"),
            _EMPLOYEE.c.tax_code,
            _EMPLOYEE.c.last_name,
            _EMPLOYEE.c.first_name,
            (_CHOICE.c.actor == _CHOICE.c.employee_id).label("alone"),
        )
        .join(_PLAN, (_PLAN.c.book_id == _CHOICE.c.book_id) & (_PLAN.c.plan_id == _CHOICE.c.plan_id))
        .join(
            _EMPLOYEE,
            (_EMPLOYEE.c.book_id == _CHOICE.c.book_id) & (_EMPLOYEE.c.employee_id == _CHOICE.c.employee_id),
        )
        .where(_CHOICE.c.book_id == book_id)
    )


def _standing_choices(session: Session, book_id: int, where: sa.ColumnElement[bool]) -> tuple[Choice, ...]:
    order = (_EMPLOYEE.c.last_name, _EMPLOYEE.c.first_name, _EMPLOYEE.c.tax_code, _CHOICE.c.choice_id)
    found = session.execute(_select(book_id).where(where, _CHOICE.c.revoked_at.is_(None)).order_by(*order))
    return tuple(_choice(row) for row in found)


def _standing(session: Session, terms: PlanTerms, card: EmployeeCard, premium: str) -> Choice | None:
    found = session.execute(
        _select(terms.book_id).where(
            _CHOICE.c.plan_id == terms.plan_id,
            _CHOICE.c.employee_id == card.employee_id,
            _CHOICE.c.premium == premium,
            _CHOICE.c.revoked_at.is_(None),
        )
    ).one_or_none()
    return None if found is None else _choice(found)


def _same(standing: Choice, draft: ChoiceDraft, amount_minor: int) -> Choice:
    asked = replace(
        standing,
        premium_minor=amount_minor,
        share_percent=draft.share_percent,
        chosen_on=draft.chosen_on,
        income_within=draft.income_within,
        waived=draft.waived,
    )
    if asked != standing:
        raise BonusChosenBefore(
            premium=standing.premium,
            employee=standing.tax_code,
            chosen_on=standing.chosen_on,
            share=standing.share_percent,
            amount=from_minor(standing.premium_minor),
        )
    return standing


def _choice(row: Any) -> Choice:
    values = {name: getattr(row, name) for name in Choice.__slots__}
    return Choice(**values | {"rule_ids": tuple(row.rule_ids)})
