"""Gathers a year's deductibility from the journal: what plans paid for services and reimbursements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from config import clock, database
from plans import funders
from plans.rulebook.words import Category
from plans.words import FunderKind, SourceType
from reports import foundation, plan_statement
from reports.deductibility import rules
from reports.deductibility.model import Deductibility, PlanCost, Proof
from reports.deductibility.rules import Rule, Treatment
from reports.payroll_export.errors import PayrollNeedsEmployer

# The entries of purchases in the year, with the captures and refunds that a reversal takes back. `seen_on` is the day
# from which the employer may be told of an entry: it occurred, and was recorded.
_ENTRIES: Final = """
with told as materialized (
    select e.book_id, e.entry_id, coalesce(e.hold_id, r.hold_id, o.hold_id) as hold_id
      from entry e
      left join entry r on r.book_id = e.book_id and r.entry_id =
          case when e.reverses is null then e.refunds else e.reverses end
      left join entry o on o.book_id = e.book_id and o.entry_id =
          case when r.reverses is null then r.refunds else r.reverses end
     where e.book_id = %(book)s and coalesce(e.hold_id, r.hold_id, o.hold_id) is not null
       and e.occurred_on between %(first)s and %(last)s
       and greatest(e.occurred_on, (e.recorded_at at time zone 'Europe/Rome')::date) <= %(seen)s
)
"""
# What was delivered or reimbursed in the year, less what was given back in it, by plan, category and month it is told.
_COSTS: Final = f"""{_ENTRIES}
select p.code, p.name, p.source, p.source_type, p.document_ref, p.signed_on, p.deposit_code, p.unilateral_change,
       p.categories, p.starts_on, a.category,
       date_trunc('month', greatest(e.occurred_on, (e.recorded_at at time zone 'Europe/Rome')::date))::date as seen,
       sum(case when l.account_id = s.debit_account_id then s.amount_minor else -s.amount_minor end)::bigint as amount
  from told t
  join entry e on e.book_id = t.book_id and e.entry_id = t.entry_id
  join "authorization" a on a.book_id = t.book_id and a.hold_id = t.hold_id
  join posting s on s.book_id = t.book_id and s.entry_id = t.entry_id
  join lot l on l.book_id = s.book_id and l.account_id in (s.debit_account_id, s.credit_account_id)
  join plan p on p.book_id = l.book_id and p.plan_id = l.plan_id
 group by p.plan_id, p.code, p.name, p.source, p.source_type, p.document_ref, p.signed_on, p.deposit_code,
          p.unilateral_change, p.categories, p.starts_on, a.category, 12
 order by p.code, a.category, 12
"""
# The other side of the same entries: who was credited, between territories or not.
_CREDITED: Final = f"""{_ENTRIES}
select coalesce(sum(case when c.code not like 'lot:%%' and c.code not like 'clearing:%%' then s.amount_minor else 0 end
                    - case when d.code not like 'lot:%%' and d.code not like 'clearing:%%' then s.amount_minor
                           else 0 end), 0)::bigint
  from told t
  join posting s on s.book_id = t.book_id and s.entry_id = t.entry_id
  join account c on c.book_id = s.book_id and c.account_id = s.credit_account_id
  join account d on d.book_id = s.book_id and d.account_id = s.debit_account_id
"""


def gather(
    session: Session, book_id: int, year: int, *, labour_cost_minor: int | None = None, detail: bool = False
) -> Deductibility:
    """
    Return what an employer may deduct of a year's plans, by rule; proved by who was paid.

    To the employer it goes up to the end of the last month that is over, and parts a plan that may be deducted either
    way only as far as the plan's own statement tells its categories to the personnel office: it tells nothing new of
    anybody. With `detail`, for the accountant alone, all of the year as it is known today.

    Units:  minor units, gross of the VAT that employers do not deduct. `labour_cost_minor` are the costs for employees
            of the tax return, of the whole company.
    Errors: FunderNotFound, PayrollNeedsEmployer.
    Source: art. 95 c. 1 and art. 100 c. 1 TUIR; reports/deductibility/deductibility.toml; docs/payroll.md.
    """
    funder = funders.of_book(session, book_id)
    if funder.kind is not FunderKind.EMPLOYER:
        raise PayrollNeedsEmployer(funder=funder.name)
    first, last = date(year, 1, 1), date(year, 12, 31)
    seen = clock.today() if detail else clock.today().replace(day=1) - timedelta(days=1)
    asked = {"book": book_id, "first": first, "last": last, "seen": seen}
    rows = database.rows(session, _COSTS, asked)
    (credited,) = database.call(session, _CREDITED, asked)
    return Deductibility(
        funder_code=funder.code,
        funder_name=funder.name,
        vat_number=funder.vat_number or "",
        year=year,
        ends_on=min(last, seen),
        detail=detail,
        prepared_at=clock.now(),
        labour_cost_minor=labour_cost_minor,
        limit=rules.load().limit(year),
        costs=tuple(_costs(session, book_id, last, rows, detail=detail)),
        rules=tuple(rule for rule in rules.load().rules if rule in {r for row in rows for r in _admitted(row)}),
        proof=Proof(sum(row.amount for row in rows), credited),
        foundation=foundation.of_books(session, [book_id], (first, last), seen=seen),
    )


def _costs(session: Session, book_id: int, last: date, rows: Iterable[Any], *, detail: bool) -> Iterator[PlanCost]:
    """Yield a line for each plan and treatment, and for what of a plan is not told, in this order."""
    plans: defaultdict[str, list[Any]] = defaultdict(list)
    for row in rows:
        plans[row.code].append(row)
    for of_plan in plans.values():
        told = date.max if detail else _told_through(session, book_id, of_plan[0], last)
        amounts: defaultdict[Treatment | None, int] = defaultdict(int)
        for row in of_plan:
            open_to_all = row.category == Category.FRINGE or row.seen <= told
            amounts[_rule(row, row.category).treatment if open_to_all else None] += row.amount
        for treatment in (*Treatment, None):
            # What was delivered and given back cost nothing.
            if amounts[treatment]:
                yield _cost(of_plan[0], treatment, amounts[treatment])


def _told_through(session: Session, book_id: int, plan: Any, last: date) -> date:
    """
    Return the last day up to which the treatments of a plan's cost are told.

    What each person used in fringe benefits, and in all the rest, the personnel office reads beside the names. Where
    the rest can only be treated in one way, everything is told. Elsewhere the treatments are sums of categories: they
    are told as far as these are, and of a plan that began in an earlier year never, as its segments are not the year's.
    """
    treatments = {_rule(plan, category).treatment for category in plan.categories if category != Category.FRINGE}
    if len(treatments) < 2:
        return date.max
    if plan.starts_on.year < last.year:
        return date.min
    statement = plan_statement.gather(
        session, book_id, plan.code, plan.starts_on, last, reading=plan_statement.Reading.HR
    )
    return statement.groups.through or date.min


def _rule(plan: Any, category: str) -> Rule:
    act = SourceType(plan.source_type)
    return rules.load().of(act, Category(category), unilateral_change=plan.unilateral_change)


def _admitted(plan: Any) -> list[Rule]:
    """Return the rules that speak of a plan, each once: those met would tell what somebody bought."""
    found = (_rule(plan, category) for category in sorted(plan.categories))
    return list({rule.id: rule for rule in found}.values())


def _cost(plan: Any, treatment: Treatment | None, amount_minor: int) -> PlanCost:
    return PlanCost(
        plan_code=plan.code,
        plan_name=plan.name,
        source=plan.source,
        act=plan.source_type,
        document_ref=plan.document_ref or "",
        signed_on=plan.signed_on,
        deposit_code=plan.deposit_code or "",
        unilateral_change=plan.unilateral_change,
        treatment=treatment,
        amount_minor=amount_minor,
        rules=tuple(rule for rule in _admitted(plan) if treatment in (None, rule.treatment)),
    )
