"""Decisions kept and asked again: for another day, in another year, on the facts that they stood on."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from config import clock
from plans import people
from plans.rulebook import loading
from plans.rulebook.decision import Decision, decide
from plans.rulebook.facts import Facts
from plans.rulebook.words import Outcome, Reason
from wallet import fiscal, year_totals


def keep(facts: Facts) -> dict[str, Any]:
    """Return facts as they are kept beside what was decided on them; `recheck.facts_of` reads them."""
    return {key: _plain(value) for key, value in asdict(facts).items() if value is not None}


def decide_for_day(
    session: Session, book_id: int, employee_id: str, relative_id: str | None, facts: Facts, on: date
) -> Decision:
    """
    Ask the rulebook again for another day of the tax year that was decided for.

    The facts are those of the decision, with the relative as they are on that day.
    """
    person = people.for_authorization(session, book_id, employee_id, relative_id, on)
    return decide(replace(facts, relative=person.relative), loading.load(), on, clock.today())


def decide_again(
    session: Session,
    book_id: int,
    employee_id: str,
    relative_id: str | None,
    facts: Facts,
    amount_minor: int,
    on: date,
    *,
    authorization_id: str,
) -> tuple[Facts, Decision]:
    """
    Ask the rulebook again for the day a service was given, where that falls in another tax year than was decided for;
    return what was asked too.

    The facts are those of the decision, with the person, the relative and the year's use as they are on that day; what
    the authorization itself still reserves is not used before it.
    """
    person = people.for_authorization(session, book_id, employee_id, relative_id, on)
    year = fiscal.year_use(session, book_id, employee_id, on.year, without=authorization_id)
    asked = replace(
        facts,
        amount_minor=amount_minor,
        full_price_minor=amount_minor,
        relative=person.relative,
        year_used_minor=year.of(facts.category).used_minor,
        year_taxed_minor=None,
        external_fringe_minor=person.external_fringe_minor,
        external_cap_minor=person.external_cap_minor(facts.category),
        dependent_child_declared=person.dependent_child_declared,
        first_job_pension_plus=person.first_job_pension,
        new_hire=person.new_hire,
    )
    return asked, decide(asked, loading.load(), on, clock.today())


def counts_in_limit(decision: Decision) -> bool:
    """Whether a purchase so decided counts against its category's yearly limit."""
    if Reason.OUTSIDE_CAP_FROM_PDR in decision.reasons:
        return False
    # What cannot be decided is wages like what is taxable because of its beneficiary or its conditions.
    if decision.outcome is Outcome.BLOCKED:
        return False
    return not (
        decision.category in year_totals.limited()
        and decision.outcome is Outcome.TAXABLE
        and not {Reason.FRINGE_LIMIT_EXCEEDED, Reason.ANNUAL_CAP_EXCEEDED} & set(decision.reasons)
    )


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, (date, StrEnum)):
        return str(value)
    return value
