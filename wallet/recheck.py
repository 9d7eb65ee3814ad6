"""
Asking past decisions again: what the law, as it is known today, says of purchases that were decided before.

What payroll has to correct is what the law of today makes taxable less what the fiscal events of the year say: never
one decision less another, because the year's limits move what a decision said (`fiscal.settle_year`), and what was
corrected once stands in the events.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from config import clock, database
from plans.rulebook import loading
from plans.rulebook.decision import Decision, decide
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
from wallet import deciding, year_totals

# What was decided for a year or used in it. What was used is what was captured and not given back; a voucher counts
# from its issue, as its tax does.
DECIDED = """
select a.authorization_id, a.employee_id, a.relative_id, a.status, a.outcome, a.amount_minor, a.taxable_minor,
       a.rule_ids, a.rulebook_version, a.facts, a.tax_on, (a.decided_at at time zone 'Europe/Rome')::date as decided_on,
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

# What each authorization did for the tax of the year, in the order in which it began to; a plan and a source each.
RECORDED = """
select employee_id, category, authorization_id, in_limit,
       sum(case kind when 'use' then amount_minor else -amount_minor end)::bigint as used_minor,
       sum(case kind when 'use' then taxable_minor else -taxable_minor end)::bigint as taxable_minor
  from fiscal_event where book_id = %(book)s and fiscal_year = %(year)s
 group by employee_id, category, authorization_id, plan_id, source, channel, in_limit
having sum(case kind when 'use' then amount_minor else -amount_minor end) <> 0
 order by min(event_id)
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
    A purchase of which the law says something else today than on the day it was decided, or than its events say.

    Units: minor units. `taxable_*_minor` are of the whole purchase, or of what was given of it in another year than it
    was decided for; `used_minor` is what of it counts for the tax. `known_then` and `known_now` are the days whose
    knowledge of the law counted.
    `recorded_minor` is what its events of the year say is taxable by now, `due_minor` what the law of today makes of
    them: of a category with a yearly limit its share of the year's total. `waiting_minor` is the part of the correction
    that `position.recompute` writes, which then reaches payroll by itself.
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
    recorded_minor: int
    due_minor: int
    waiting_minor: int
    known_then: date
    known_now: date
    rule_ids_then: tuple[str, ...]
    rule_ids_now: tuple[str, ...]
    version_then: str
    version_now: str
    sentence_it: str
    sentence_en: str

    @property
    def correction_minor(self) -> int:
        """
        What payroll must add to the taxable income of the year, below zero what it must take away.

        Zero where nothing was used, and where what was used is recorded as the law of today wants it.
        """
        return self.due_minor - self.recorded_minor


@dataclass(frozen=True, slots=True)
class Stood:
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
class _Asked:
    """A purchase of the year that was decided again: each thing it stood on, with what is said of it today."""

    row: Any
    decisions: list[tuple[Stood, Decision]]
    used: bool

    @property
    def last(self) -> tuple[Stood, Decision]:
        """What it stood on last."""
        return self.decisions[-1]

    @property
    def taxable_then_minor(self) -> int:
        """What was taxable of all of it."""
        return sum(stood.taxable_minor for stood, _ in self.decisions)

    @property
    def taxable_now_minor(self) -> int:
        """What is taxable of all of it today."""
        return sum(self._taxable_now(*one) for one in self.decisions)

    @property
    def changed(self) -> bool:
        """Whether the law says something else of it today."""
        stood, now = self.last
        return now.outcome is not stood.outcome or self.taxable_now_minor != self.taxable_then_minor

    def counts(self, recorded: bool) -> bool:
        """Say whether it counts today to its category's yearly limit; what the law did not change, as `recorded`."""
        found = {deciding.counts_in_limit(now) for _, now in self.decisions}
        return found.pop() if len(found) == 1 else recorded

    def due_minor(self, used_minor: int, *, uncounted: bool = False) -> int:
        """Return what is taxable today of a part that was used of it; `uncounted`, of what counts to no limit."""
        parts = [one for one in self.decisions if not (uncounted and deciding.counts_in_limit(one[1]))]
        parts = parts or self.decisions
        amount_minor = sum(stood.facts.amount_minor for stood, _ in parts)
        return sum(self._taxable_now(*one) for one in parts) * used_minor // amount_minor

    def _taxable_now(self, stood: Stood, now: Decision) -> int:
        # What was given is owed; what nothing decides any more cannot be exempt.
        if now.outcome is Outcome.BLOCKED and (self.used or stood.given):
            return stood.facts.amount_minor
        return now.taxable_minor


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
    decided = connection.exec_driver_sql(DECIDED, values).all()
    events = connection.exec_driver_sql(_EVENTS, values).scalar_one()
    return Coverage(len(decided), sum(row.used_minor for row in decided), events)


def recheck(session: Session, book_id: int, year: int) -> list[Recheck]:
    """
    Decide the purchases of a tax year again, each from the facts it was decided on, and list those that change.

    The facts are those kept with the decision, so what differs is the law and nothing else; of what was given in
    another year than it was decided for, those kept with its delivery. The same category is asked as was chosen then.
    Of a category with a yearly limit the year is added up again, under the limit of today and with what was declared.
    Reads only: what payroll and the wallet do about it is for people to settle.
    """
    rulebook, known_at = loading.load(), clock.today()
    values = {"book": book_id, "year": year}
    asked: dict[str, _Asked] = {}
    for row in database.rows(session, DECIDED, values):
        stood = stood_on(row, year)
        decisions = [(one, decide(one.facts, rulebook, one.on, known_at)) for one in stood]
        asked[row.authorization_id] = _Asked(row, decisions, row.used_minor > 0)
    recorded = [row for row in database.rows(session, RECORDED, values) if row.authorization_id in asked]
    due, settled = _due(session, book_id, year, asked, recorded)
    taxed = Counter[str]()
    for row in recorded:
        taxed[row.authorization_id] += row.taxable_minor
    # Of thousands few change: those alone are put in words.
    return [
        _recheck(one, taxed[key], due[key], settled[key], known_at, rulebook.version)
        for key, one in asked.items()
        if one.changed or due[key] != taxed[key]
    ]


def _due(
    session: Session, book_id: int, year: int, asked: Mapping[str, _Asked], recorded: Sequence[Any]
) -> tuple[Counter[str], Counter[str]]:
    """Return what of each authorization the law of today makes taxable, and what a recomputation would add to it."""
    due, settled = Counter[str](), Counter[str]()
    limited: defaultdict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in recorded:
        if row.category in year_totals.limited():
            limited[row.employee_id, row.category].append(row)
            continue
        one = asked[row.authorization_id]
        due[row.authorization_id] += one.due_minor(row.used_minor) if one.changed else row.taxable_minor
    for (employee_id, category), rows in limited.items():
        person = (session, book_id, year, employee_id, Category(category))
        held = [row for row in rows if row.in_limit]
        counting = [row for row in rows if asked[row.authorization_id].counts(row.in_limit)]
        shares = _shares(*person, held)
        for row, share in zip(held, shares, strict=True):
            settled[row.authorization_id] += share - row.taxable_minor
        for row, share in zip(counting, shares if counting == held else _shares(*person, counting), strict=True):
            due[row.authorization_id] += share
        for row in rows:
            one = asked[row.authorization_id]
            if not one.counts(row.in_limit):
                moved = one.changed or row.in_limit
                due[row.authorization_id] += (
                    one.due_minor(row.used_minor, uncounted=True) if moved else row.taxable_minor
                )
    return due, settled


def _shares(
    session: Session, book_id: int, year: int, employee_id: str, category: Category, rows: Sequence[Any]
) -> list[int]:
    """Return what of each of a person's uses in a limited category is taxable, as `fiscal.settle_year` writes it."""
    nets = [row.used_minor for row in rows]
    taxable, _ = year_totals.taxable(session, book_id, employee_id, category, sum(nets), year=year, on=clock.today())
    return [row.taxable_minor for row in rows] if taxable is None else year_totals.shares(nets, taxable)


def _recheck(one: _Asked, taxed: int, due: int, settled: int, known_at: date, version: str) -> Recheck:
    last, now = one.last
    return Recheck(
        authorization_id=one.row.authorization_id,
        employee_id=one.row.employee_id,
        status=one.row.status,
        tax_on=last.on,
        category=last.facts.category,
        used_minor=one.row.used_minor,
        outcome_then=last.outcome,
        outcome_now=now.outcome,
        taxable_then_minor=one.taxable_then_minor,
        taxable_now_minor=one.taxable_now_minor,
        recorded_minor=taxed,
        due_minor=due,
        waiting_minor=settled,
        known_then=last.known,
        known_now=known_at,
        rule_ids_then=last.rule_ids,
        rule_ids_now=now.rule_ids,
        version_then=last.version,
        version_now=version,
        sentence_it=now.sentence("it"),
        sentence_en=now.sentence("en"),
    )


def stood_on(row: Any, year: int) -> list[Stood]:
    """Return what a purchase stood on in a year: its decision, or the deliveries that were decided again."""
    if row.tax_on.year == year:
        facts, rule_ids = facts_of(row.facts), tuple(row.rule_ids)
        outcome, version = Outcome(row.outcome), row.rulebook_version
        return [Stood(facts, row.tax_on, outcome, row.taxable_minor, rule_ids, version, row.decided_on)]
    return [
        Stood(
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
    """Return the facts that `deciding.keep` wrote down beside a decision."""
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
