"""Gathers a year's deductibility from the journal: what plans paid for services and reimbursements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy.orm import Session

from config import clock, database
from plans import funders
from plans.rulebook.words import Category
from plans.words import FunderKind, SourceType
from reports import foundation
from reports.deductibility import rules
from reports.deductibility.model import Deductibility, PlanCost, Proof
from reports.deductibility.rules import Rule, Treatment
from reports.payroll_export.errors import PayrollNeedsEmployer

# How many people a figure must be about.
FEWEST: Final = 5
# What was delivered or reimbursed in the year, less what was given back in it, by plan and category.
_COSTS: Final = """
select p.code, p.name, p.source, p.source_type, p.document_ref, p.signed_on, p.deposit_code, p.unilateral_change,
       a.category, a.employee_id,
       sum(case when e.refunds is null then s.amount_minor else -s.amount_minor end)::bigint as amount
  from entry e
  join entry c on c.book_id = e.book_id and c.entry_id = coalesce(e.refunds, e.entry_id)
  join "authorization" a on a.book_id = c.book_id and a.hold_id = c.hold_id
  join posting s on s.book_id = e.book_id and s.entry_id = e.entry_id
  join lot l on l.book_id = s.book_id
            and l.account_id = case when e.refunds is null then s.debit_account_id else s.credit_account_id end
  join plan p on p.book_id = l.book_id and p.plan_id = l.plan_id
 where e.book_id = %(book)s and (e.hold_id is not null or e.refunds is not null)
   and e.occurred_on between make_date(%(year)s, 1, 1) and make_date(%(year)s, 12, 31)
 group by p.plan_id, p.code, p.name, p.source, p.source_type, p.document_ref, p.signed_on, p.deposit_code,
          p.unilateral_change, a.category, a.employee_id
 order by p.code, a.category, a.employee_id
"""
# The other side of the same entries: who was credited, between territories or not.
_CREDITED: Final = """
select coalesce(sum(case when a.account_id = s.credit_account_id then s.amount_minor else -s.amount_minor end),
                0)::bigint
  from entry e
  join posting s on s.book_id = e.book_id and s.entry_id = e.entry_id
  join account a on a.book_id = s.book_id and a.account_id in (s.credit_account_id, s.debit_account_id)
 where e.book_id = %(book)s and (e.hold_id is not null or e.refunds is not null)
   and e.occurred_on between make_date(%(year)s, 1, 1) and make_date(%(year)s, 12, 31)
   and a.code not like 'lot:%%' and a.code not like 'clearing:%%'
"""


def gather(session: Session, book_id: int, year: int, *, labour_cost_minor: int | None = None) -> Deductibility:
    """
    Return what an employer may deduct of a year's plans, by rule; proved by who was paid.

    Units:  minor units, gross of the VAT that employers do not deduct. `labour_cost_minor` are the costs for employees
            of the tax return, of the whole company.
    Errors: FunderNotFound, PayrollNeedsEmployer.
    Source: art. 95 c. 1 and art. 100 c. 1 TUIR; reports/deductibility/deductibility.toml.
    """
    funder = funders.of_book(session, book_id)
    if funder.kind is not FunderKind.EMPLOYER:
        raise PayrollNeedsEmployer(funder=funder.name)
    asked = {"book": book_id, "year": year}
    rows = database.rows(session, _COSTS, asked)
    (credited,) = database.call(session, _CREDITED, asked)
    return Deductibility(
        funder_code=funder.code,
        funder_name=funder.name,
        vat_number=funder.vat_number or "",
        year=year,
        prepared_at=clock.now(),
        labour_cost_minor=labour_cost_minor,
        limit=rules.load().limit(year),
        full_minor=_sum(rows, Treatment.FULL),
        limited_minor=_sum(rows, Treatment.LIMITED),
        costs=_costs(rows),
        proof=Proof(sum(row.amount for row in rows), credited),
        foundation=foundation.of_books(session, [book_id]),
    )


def _rule(row: Any) -> Rule:
    act = SourceType(row.source_type)
    return rules.load().of(act, Category(row.category), unilateral_change=row.unilateral_change)


def _sum(rows: Iterable[Any], treatment: Treatment) -> int:
    return sum(row.amount for row in rows if _rule(row).treatment is treatment)


@dataclass(slots=True)
class _Side:
    """What one plan cost under one treatment; fringe benefits are told of each person elsewhere, and hide nobody."""

    amount_minor: int = 0
    people: set[str] = field(default_factory=set)
    rules: dict[str, Rule] = field(default_factory=dict)


def _costs(rows: Sequence[Any]) -> tuple[PlanCost, ...]:
    """Return a line for each plan and treatment; for each plan alone where its split would speak of a few people."""
    plans: dict[str, Any] = {}
    sides: defaultdict[str, defaultdict[Treatment, _Side]] = defaultdict(lambda: defaultdict(_Side))
    for row in rows:
        category = Category(row.category)
        rule = _rule(row)
        side = sides[row.code][rule.treatment]
        side.amount_minor += row.amount
        side.rules[rule.id] = rule
        if category is not Category.FRINGE and row.amount:
            side.people.add(row.employee_id)
        plans[row.code] = row
    secret = _unsplit(sides)
    found: list[PlanCost] = []
    for code, row in plans.items():
        if code in secret:
            found.append(_cost(row, None, sides[code].values()))
        else:
            found += [_cost(row, treatment, [sides[code][treatment]]) for treatment in sorted(sides[code])]
    # What was delivered and given back in the same year cost nothing.
    return tuple(cost for cost in found if cost.amount_minor)


def _unsplit(sides: Mapping[str, Mapping[Treatment, _Side]]) -> frozenset[str]:
    """Return the plans that are told without their split: few people on a side, or needed to hide such a plan."""
    split = {code: [len(side.people) for side in found.values()] for code, found in sides.items() if len(found) > 1}
    few = {code for code, counts in split.items() if any(0 < count < FEWEST for count in counts)}
    if len(few) == 1:
        # The totals less the others would tell the one: another plan goes with it.
        others = sorted((sum(counts), code) for code, counts in split.items() if code not in few)
        few |= {code for _, code in others[:1]}
    return frozenset(few)


def _cost(row: Any, treatment: Treatment | None, sides: Iterable[_Side]) -> PlanCost:
    found = list(sides)
    return PlanCost(
        plan_code=row.code,
        plan_name=row.name,
        source=row.source,
        act=row.source_type,
        document_ref=row.document_ref or "",
        signed_on=row.signed_on,
        deposit_code=row.deposit_code or "",
        unilateral_change=row.unilateral_change,
        treatment=treatment,
        amount_minor=sum(side.amount_minor for side in found),
        rules=tuple(rule for side in found for rule in side.rules.values()),
    )
