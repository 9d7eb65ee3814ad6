"""Asking past decisions again: what the law, as it is known today, says of purchases that were decided before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from config import clock
from plans.rulebook import loading
from plans.rulebook.decision import decide
from plans.rulebook.facts import Facts, NewHire, Relative
from plans.rulebook.words import (
    Basis,
    Category,
    Channel,
    Entitlement,
    ExpenseKind,
    Kinship,
    MealKind,
    Outcome,
    PlanSource,
)

# What was used is what was captured and not given back; a voucher counts from its issue, as its tax does.
_DECIDED = """
select a.authorization_id, a.employee_id, a.status, a.outcome, a.amount_minor, a.taxable_minor, a.rule_ids,
       a.rulebook_version, a.facts, a.tax_on, (a.decided_at at time zone 'Europe/Rome')::date as decided_on,
       coalesce(e.used_minor, 0)::bigint as used_minor
  from "authorization" a
  left join lateral (
       select sum(case f.kind when 'use' then f.amount_minor else -f.amount_minor end) as used_minor
         from fiscal_event f
        where f.book_id = a.book_id and f.authorization_id = a.authorization_id and f.fiscal_year = %(year)s) e on true
 where a.book_id = %(book)s and a.outcome is not null
   and (extract(year from a.tax_on) = %(year)s or e.used_minor > 0)
 order by a.tax_on, a.authorization_id
"""

_EVENTS = """
select coalesce(sum(case kind when 'use' then amount_minor else -amount_minor end), 0)::bigint
  from fiscal_event where book_id = %(book)s and fiscal_year = %(year)s
"""

_WORDS: Mapping[str, type[Any]] = {
    "category": Category,
    "channel": Channel,
    "source": PlanSource,
    "entitlement": Entitlement,
    "meal_kind": MealKind,
    "expense_kind": ExpenseKind,
    "kinship": Kinship,
    "cohabitation": Basis,
    "birth_date": date.fromisoformat,  # type: ignore[dict-item]
    "hired_on": date.fromisoformat,  # type: ignore[dict-item]
}


@dataclass(frozen=True, slots=True)
class Recheck:
    """
    A purchase of which the law says something else today than on the day it was decided.

    Units: minor units. `taxable_*_minor` are of the whole purchase, or of what was given of it in another year than it
    was decided for; `used_minor` is what of it counts for the tax. `known_then` and `known_now` are the days whose
    knowledge of the law counted.
    `correction_minor` is what payroll must add to the taxable income of the year, below zero what it must take away;
    zero where nothing was used, as for a purchase that was declined and would be accepted today.
    """

    authorization_id: str
    employee_id: str
    status: str
    tax_on: date
    category: Category
    used_minor: int
    outcome_then: Outcome
    outcome_now: Outcome
    taxable_then_minor: int
    taxable_now_minor: int
    correction_minor: int
    known_then: date
    known_now: date
    rule_ids_then: tuple[str, ...]
    rule_ids_now: tuple[str, ...]
    version_then: str
    version_now: str
    sentence_it: str
    sentence_en: str


@dataclass(frozen=True, slots=True)
class _Stood:
    """What was decided, on which facts and rules; what was `given` is owed, and taxable where nothing decides it."""

    facts: Facts
    on: date
    outcome: Outcome
    taxable_minor: int
    rule_ids: tuple[str, ...]
    version: str
    known: date
    given: bool = False


@dataclass(frozen=True, slots=True)
class Coverage:
    """
    How many decisions a re-check looked at, and what of them was used, beside what the tax events of the year say.

    Units: minor units, uses less reversals.
    """

    decisions: int
    used_minor: int
    events_minor: int

    @property
    def difference_minor(self) -> int:
        """What was used and not looked at; anything but zero is a fault."""
        return self.events_minor - self.used_minor


def coverage(session: Session, book_id: int, year: int) -> Coverage:
    """Return how much of a tax year the re-check sees, from the tax events themselves."""
    connection, values = session.connection(), {"book": book_id, "year": year}
    decided = connection.exec_driver_sql(_DECIDED, values).all()
    events = connection.exec_driver_sql(_EVENTS, values).scalar_one()
    return Coverage(len(decided), sum(row.used_minor for row in decided), events)


def recheck(session: Session, book_id: int, year: int) -> list[Recheck]:
    """
    Decide the purchases of a tax year again, each from the facts it was decided on, and list those that change.

    The facts are those kept with the decision, so what differs is the law and nothing else; of what was given in
    another year than it was decided for, those kept with its delivery. The same category is asked as was chosen then.
    Reads only: what payroll and the wallet do about it is for people to settle.
    """
    rulebook, known_at = loading.load(), clock.today()
    changed: list[Recheck] = []
    for row in session.connection().exec_driver_sql(_DECIDED, {"book": book_id, "year": year}):
        stood = _stood(row, year)
        decisions = [(one, decide(one.facts, rulebook, one.on, known_at)) for one in stood]
        last, now = decisions[-1]
        taxable_then = sum(one.taxable_minor for one in stood)
        taxable_now = sum(
            one.facts.amount_minor if one.given and found.outcome is Outcome.BLOCKED else found.taxable_minor
            for one, found in decisions
        )
        # A declined purchase keeps the split that the decision had; BLOCKED has none.
        if now.outcome is last.outcome and taxable_now == taxable_then:
            continue
        amount_minor = sum(one.facts.amount_minor for one in stood)
        changed.append(
            Recheck(
                authorization_id=row.authorization_id,
                employee_id=row.employee_id,
                status=row.status,
                tax_on=last.on,
                category=last.facts.category,
                used_minor=row.used_minor,
                outcome_then=last.outcome,
                outcome_now=now.outcome,
                taxable_then_minor=taxable_then,
                taxable_now_minor=taxable_now,
                # Each part is shared as deliveries share it: down to the cent.
                correction_minor=taxable_now * row.used_minor // amount_minor
                - taxable_then * row.used_minor // amount_minor,
                known_then=last.known,
                known_now=known_at,
                rule_ids_then=last.rule_ids,
                rule_ids_now=now.rule_ids,
                version_then=last.version,
                version_now=rulebook.version,
                sentence_it=now.sentence("it"),
                sentence_en=now.sentence("en"),
            )
        )
    return changed


def _stood(row: Any, year: int) -> list[_Stood]:
    """Return what a purchase stood on in a year: its decision, or the deliveries that were decided again."""
    if row.tax_on.year == year:
        facts, rule_ids = facts_of(row.facts), tuple(row.rule_ids)
        outcome, version = Outcome(row.outcome), row.rulebook_version
        return [_Stood(facts, row.tax_on, outcome, row.taxable_minor, rule_ids, version, row.decided_on)]
    return [
        _Stood(
            facts_of(given["facts"]),
            date.fromisoformat(given["on"]),
            Outcome(given["outcome"]),
            given["taxable_minor"],
            tuple(given["rule_ids"]),
            given["rulebook_version"],
            # It was decided again on the day it was given.
            date.fromisoformat(given["on"]),
            given=True,
        )
        for given in row.facts["given"]
        if date.fromisoformat(given["on"]).year == year
    ]


def facts_of(kept: Mapping[str, Any]) -> Facts:
    """Return the facts that `purchases.keep` wrote down beside a decision."""
    values: dict[str, Any] = {
        field.name: _value(field.name, kept[field.name])
        for field in fields(Facts)
        if field.name in kept and field.name not in ("relative", "new_hire")
    }
    if "relative" in kept:
        values["relative"] = Relative(**{name: _value(name, value) for name, value in kept["relative"].items()})
    if "new_hire" in kept:
        values["new_hire"] = new_hire_of(kept["new_hire"])
    return Facts(**values)


def new_hire_of(kept: Mapping[str, Any]) -> NewHire:
    """Return what was declared of a hiring, as it was kept beside a decision."""
    return NewHire(**{name: _value(name, value) for name, value in kept.items()})


def _value(name: str, value: Any) -> Any:
    return _WORDS[name](value) if name in _WORDS else value
