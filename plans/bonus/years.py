"""A tax year of bonuses, worker by worker: what was converted, here and elsewhere, and what is over the cap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy.orm import Session

from plans import plans
from plans.bonus import agreements, choices, rules
from plans.bonus.choices import Choice
from plans.rulebook import loading


@dataclass(frozen=True, slots=True)
class YearLine:
    """
    One worker's year; minor units.

    `elsewhere_minor` is None while nobody said. `over_minor` is above the cap, by what is known today: it is ordinary
    income, and payroll has to correct it.
    """

    employee_id: str
    tax_code: str
    last_name: str
    first_name: str
    premium_minor: int
    converted_minor: int
    cash_minor: int
    taxed_minor: int
    elsewhere_minor: int | None
    cap_minor: int
    over_minor: int
    doubts: tuple[str, ...]
    cap_rule_id: str


def of_book(session: Session, book_id: int, year: int, *, today: date) -> tuple[YearLine, ...]:
    """Return every worker who made a choice in a tax year, by name."""
    made = choices.of_book_year(session, book_id, year)
    joint = {
        terms.code: (found := agreements.find(session, terms)) is not None and found.joint
        for terms in plans.of_book(session, book_id)
        if terms.code in {choice.plan_code for choice in made}
    }
    return tuple(
        _line(session, book_id, list(group), joint, today)
        for _, group in groupby(made, key=lambda choice: choice.employee_id)
    )


def of_person(session: Session, book_id: int, made: Sequence[Choice], *, today: date) -> Mapping[int, YearLine]:
    """Return the tax years in which a worker made these choices."""
    joint = {
        code: (found := agreements.find(session, plans.by_code(session, book_id, code))) is not None and found.joint
        for code in {choice.plan_code for choice in made}
    }
    by_year = sorted(made, key=lambda choice: choice.year)
    return {
        year: _line(session, book_id, list(group), joint, today)
        for year, group in groupby(by_year, key=lambda choice: choice.year)
    }


def _line(session: Session, book_id: int, made: list[Choice], joint: dict[str, bool], today: date) -> YearLine:
    last = max(made, key=lambda choice: choice.chosen_on)
    held = rules.at(loading.load(), last.chosen_on, today, joint=any(joint[choice.plan_code] for choice in made))
    year = choices.year_of(session, book_id, last.employee_id, last.chosen_on)
    over = max(0, year.converted_minor + (year.elsewhere_minor or 0) - held.conversion_cap_minor)
    return YearLine(
        employee_id=last.employee_id,
        tax_code=last.tax_code,
        last_name=last.last_name,
        first_name=last.first_name,
        premium_minor=sum(choice.premium_minor for choice in made),
        converted_minor=year.converted_minor,
        cash_minor=sum(choice.cash_minor for choice in made),
        taxed_minor=year.taxed_minor,
        elsewhere_minor=year.elsewhere_minor,
        cap_minor=held.conversion_cap_minor,
        # What was converted elsewhere is the other employer's to correct: no more than what was converted here.
        over_minor=min(over, year.converted_minor),
        doubts=tuple(row.id for row in held.doubts),
        cap_rule_id=held.rows[0].id,
    )
