"""What pays an expense: the lots that live today and in whose time it was paid, asked of the rulebook."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from config.errors import local
from plans import funders, labels, people, plans
from plans.people import PersonFacts
from plans.plans import PlanTerms
from plans.rulebook.facts import Facts
from plans.rulebook.words import Channel
from plans.words import FunderKind
from wallet import choosing, fiscal, hints, lots
from wallet.choosing import Choice
from wallet.declines import Decline
from wallet.hints import Said
from wallet.lots import SpendableLot
from wallet.reimbursements.checklist import Expense
from wallet.reimbursements.errors import ExpenseOutsidePlan, ReimbursementDeclined, ReimbursementNotInPlan


def choose(
    session: Session,
    book_id: int,
    employee_id: str,
    expense: Expense,
    person: PersonFacts,
    amount_minor: int,
    expense_on: date,
    today: date,
    *,
    consent: bool,
) -> Choice:
    """
    Return which lots pay an expense and what the rulebook says of it, or why it is declined.

    Errors: ReimbursementNotInPlan, ExpenseOutsidePlan.
    """
    wallet_lots = lots.of_wallet(session, book_id, employee_id)
    terms = plans.terms(session, book_id, {lot.plan_id for lot in wallet_lots}) if wallet_lots else {}
    possible = [
        lot
        for lot in wallet_lots
        if expense.category in terms[lot.plan_id].categories and Channel.REIMBURSEMENT in terms[lot.plan_id].channels
    ]
    # Only an employer has a payroll to pay through.
    if not possible or funders.of_book(session, book_id).kind is not FunderKind.EMPLOYER:
        raise ReimbursementNotInPlan(category_it=labels.italian(expense.category), category_en=str(expense.category))

    def last_day(lot: SpendableLot) -> date:
        return lot.last_day_under(terms[lot.plan_id], person.left_on)

    # In the plan's time: the expense was paid in it, and the credit still lives today.
    current = [lot for lot in possible if terms[lot.plan_id].starts_on <= today <= last_day(lot)]
    live = in_time(current, terms, expense_on, person.left_on)
    if current and not live:
        raise ExpenseOutsidePlan(on=expense_on, **_spells(terms, current, last_day))
    live.sort(key=lambda lot: (lot.last_day, terms[lot.plan_id].priority, lot.lot_id))
    year = fiscal.year_use(session, book_id, employee_id, today.year)

    def facts(plan: PlanTerms) -> Facts:
        used = year.of(expense.category)
        return Facts(
            category=expense.category,
            channel=Channel.REIMBURSEMENT,
            source=plan.source,
            entitlement=plan.entitlement,
            amount_minor=amount_minor,
            relative=person.relative,
            year_used_minor=used.used_minor,
            year_taxed_minor=used.taxed_minor,
            external_fringe_minor=person.external_fringe_minor,
            external_cap_minor=person.external_cap_minor(expense.category),
            dependent_child_declared=person.dependent_child_declared,
            first_job_pension_plus=person.first_job_pension,
            new_hire=person.new_hire,
            expense_kind=expense.kind,
        )

    choice = choosing.choose(
        expense.category,
        Channel.REIMBURSEMENT,
        amount_minor,
        live or possible,
        terms,
        facts_under=facts,
        tax_on=today,
        consent=consent,
    )
    assert choice is not None  # noqa: S101
    if live:
        return choice
    left = person.left_on is not None and person.left_on < today
    return replace(choice, shares=(), decline=Decline.EMPLOYEE_LEFT if left else Decline.LOT_EXPIRED)


def in_time(
    held: Sequence[SpendableLot], terms: Mapping[str, PlanTerms], expense_on: date, left_on: date | None
) -> list[SpendableLot]:
    """Return the lots in whose time an expense was paid."""
    return [
        lot
        for lot in held
        if terms[lot.plan_id].starts_on <= expense_on <= lot.last_day_under(terms[lot.plan_id], left_on)
    ]


def check_time(session: Session, book_id: int, employee_id: str, lot_ids: Sequence[str], expense_on: date) -> None:
    """
    Refuse a day of payment that is outside the time of any of the lots that are held for the expense.

    Errors: ExpenseOutsidePlan.
    """
    held = [lot for lot in lots.of_wallet(session, book_id, employee_id) if lot.lot_id in lot_ids]
    terms = plans.terms(session, book_id, {lot.plan_id for lot in held})
    left_on = people.employee(session, book_id, employee_id).left_on
    if len(in_time(held, terms, expense_on, left_on)) < len(held):
        spells = _spells(terms, held, lambda lot: lot.last_day_under(terms[lot.plan_id], left_on))
        raise ExpenseOutsidePlan(on=expense_on, **spells)


def _spells(
    terms: Mapping[str, PlanTerms], current: Sequence[SpendableLot], last_day: Callable[[SpendableLot], date]
) -> dict[str, str]:
    spells = sorted({(terms[lot.plan_id].starts_on, last_day(lot)) for lot in current})
    return {
        "spells_it": ", ".join(f"dal {local(first, 'it')} al {local(last, 'it')}" for first, last in spells),
        "spells_en": ", ".join(f"from {local(first, 'en')} to {local(last, 'en')}" for first, last in spells),
    }


def declined(choice: Choice, decline: Decline, amount_minor: int) -> ReimbursementDeclined:
    """Return the refusal that a declined reimbursement is, in the words a worker is told."""
    said = Said(
        decline=str(decline),
        outcome=str(choice.decision.outcome),
        reasons=tuple(map(str, choice.decision.reasons)),
        warnings=tuple(map(str, choice.decision.warnings)),
        figures=dict(choice.decision.figures),
        unit="",
        unit_price_minor=amount_minor,
        amount_minor=amount_minor,
        available_minor=choice.available_minor,
        taxable_admitted=choice.taxable_admitted,
    )
    return ReimbursementDeclined(
        decline=str(decline), said_it=hints.sentence(said, "it"), said_en=hints.sentence(said, "en")
    )
