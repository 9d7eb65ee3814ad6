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

# What was used is what was captured and not given back; a voucher counts from its issue, as its tax does. A service
# decided in one year and given in the next was decided again that day: it is asked again for the year it counts in.
_DECIDED = """
select a.authorization_id, a.employee_id, a.status, a.outcome, a.amount_minor, a.rule_ids, a.rulebook_version,
       a.facts, coalesce(e.used_minor, 0)::bigint as used_minor,
       case when extract(year from a.tax_on) = %(year)s then a.tax_on else e.last_on end as tax_on,
       case when extract(year from a.tax_on) = %(year)s then a.taxable_minor
            else a.amount_minor * e.taxed_minor / e.used_minor end::bigint as taxable_minor
  from "authorization" a
  left join lateral (
       select sum(case f.kind when 'use' then f.amount_minor else -f.amount_minor end) as used_minor,
              sum(case f.kind when 'use' then f.taxable_minor else -f.taxable_minor end) as taxed_minor,
              max(f.fiscal_on) as last_on
         from fiscal_event f
        where f.book_id = a.book_id and f.authorization_id = a.authorization_id and f.fiscal_year = %(year)s) e on true
 where a.book_id = %(book)s and a.outcome is not null
   and (extract(year from a.tax_on) = %(year)s or e.used_minor > 0)
 order by 10, a.authorization_id
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

    Units: minor units. `taxable_*_minor` are of the whole purchase, `used_minor` is what of it counts for the tax.
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
    rule_ids_then: tuple[str, ...]
    rule_ids_now: tuple[str, ...]
    version_then: str
    version_now: str
    sentence_it: str
    sentence_en: str


def recheck(session: Session, book_id: int, year: int) -> list[Recheck]:
    """
    Decide the purchases of a tax year again, each from the facts it was decided on, and list those that change.

    The facts are those kept with the decision, so what differs is the law and nothing else. The same category is
    asked as was chosen then. Reads only: what payroll and the wallet do about it is for people to settle.
    """
    rulebook, known_at = loading.load(), clock.today()
    changed: list[Recheck] = []
    for row in session.connection().exec_driver_sql(_DECIDED, {"book": book_id, "year": year}):
        facts = facts_of(row.facts)
        now = decide(facts, rulebook, row.tax_on, known_at)
        # A declined purchase keeps the split that the decision had; BLOCKED has none.
        then = Outcome(row.outcome)
        if now.outcome is then and now.taxable_minor == row.taxable_minor:
            continue
        changed.append(
            Recheck(
                authorization_id=row.authorization_id,
                employee_id=row.employee_id,
                status=row.status,
                tax_on=row.tax_on,
                category=facts.category,
                used_minor=row.used_minor,
                outcome_then=then,
                outcome_now=now.outcome,
                taxable_then_minor=row.taxable_minor,
                taxable_now_minor=now.taxable_minor,
                correction_minor=(now.taxable_minor - row.taxable_minor) * row.used_minor // row.amount_minor,
                rule_ids_then=tuple(row.rule_ids),
                rule_ids_now=now.rule_ids,
                version_then=row.rulebook_version,
                version_now=rulebook.version,
                sentence_it=now.sentence("it"),
                sentence_en=now.sentence("en"),
            )
        )
    return changed


def facts_of(kept: Mapping[str, Any]) -> Facts:
    """Return the facts that `Considered.snapshot` wrote down beside a decision."""
    values: dict[str, Any] = {
        field.name: _value(field.name, kept[field.name])
        for field in fields(Facts)
        if field.name in kept and field.name not in ("relative", "new_hire")
    }
    if "relative" in kept:
        values["relative"] = Relative(**{name: _value(name, value) for name, value in kept["relative"].items()})
    if "new_hire" in kept:
        values["new_hire"] = NewHire(**{name: _value(name, value) for name, value in kept["new_hire"].items()})
    return Facts(**values)


def _value(name: str, value: Any) -> Any:
    return _WORDS[name](value) if name in _WORDS else value
