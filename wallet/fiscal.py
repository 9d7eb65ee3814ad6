"""
Fiscal events: what purchases mean for the tax, appended when they happen and reversed by another event, never changed.

A position is always a sum of events plus what open authorizations reserve, never a balance of money.
Source: docs/fiscal-events.md; product choice "Moment of tax".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from config import database
from plans.rulebook.words import Category
from wallet import reasons, year_totals

# Used: events of the year, and what open authorizations reserve (a voucher until its event, which is written at issue).
# Time that is over counts for nothing, swept or not.
_YEAR = """
select category, sum(used) as used, sum(taxed) as taxed from (
    select category, case kind when 'use' then amount_minor else -amount_minor end as used,
           case kind when 'use' then taxable_minor else -taxable_minor end as taxed
      from fiscal_event e
     where book_id = %(book)s and employee_id = %(employee)s and fiscal_year = %(year)s and in_limit
       and not exists (select from "authorization" a
                        where a.book_id = e.book_id and a.authorization_id = e.authorization_id
                          and a.channel = 'VOUCHER' and a.status = 'authorized' and a.expires_at <= ledger_now())
    union all
    select category, amount_minor - captured_minor,
           taxable_minor - taxable_minor * captured_minor / amount_minor
      from "authorization"
     where book_id = %(book)s and employee_id = %(employee)s and in_limit and (channel <> 'VOUCHER' or code is null)
       and authorization_id is distinct from %(without)s
       and status in ('authorized', 'partially_captured') and expires_at > ledger_now()
       -- Reserved in every year in which it may still be delivered, and so be taxed.
       and (decided_at at time zone 'Europe/Rome')::date <= make_date(%(year)s, 12, 31)
       and (expires_at at time zone 'Europe/Rome')::date >= make_date(%(year)s, 1, 1)
       -- A reimbursement belongs to the year in which it was asked for.
       and (channel <> 'REIMBURSEMENT' or extract(year from tax_on) = %(year)s)
) s group by category
"""
_NET = """
select plan_id, source, channel, category, in_limit, fiscal_year,
       sum(case kind when 'use' then exempt_minor else -exempt_minor end) as exempt,
       sum(case kind when 'use' then taxable_minor else -taxable_minor end) as taxable
  from fiscal_event where book_id = %(book)s and authorization_id = %(authorization)s
   and (%(delivered)s::bigint is null or (fiscal_year, in_limit) in
        (select d.fiscal_year, d.in_limit from fiscal_event d
          where d.book_id = %(book)s and d.authorization_id = %(authorization)s and d.entry_id = %(delivered)s))
 group by plan_id, source, channel, category, in_limit, fiscal_year order by plan_id, fiscal_year
"""
# Where the year's total decides; the events of one authorization in their order.
_LIMITED_YEAR = """
select authorization_id, plan_id, source, channel,
       sum(case kind when 'use' then exempt_minor else -exempt_minor end) as exempt,
       sum(case kind when 'use' then taxable_minor else -taxable_minor end) as taxable
  from fiscal_event
 where book_id = %(book)s and employee_id = %(employee)s and fiscal_year = %(year)s and category = %(category)s
   and in_limit
 group by authorization_id, plan_id, source, channel
having sum(case kind when 'use' then amount_minor else -amount_minor end) > 0
 order by min(event_id)
"""
_APPEND = """
insert into fiscal_event (book_id, kind, employee_id, authorization_id, plan_id, source, category, channel,
    amount_minor, exempt_minor, taxable_minor, in_limit, reason, fiscal_on, fiscal_year, entry_id, rule_ids)
select %(book)s, e.kind, %(employee)s, e.authorization_id, e.plan_id, e.source, %(category)s, e.channel,
       e.exempt + e.taxable, e.exempt, e.taxable, %(in_limit)s, %(reason)s, %(on)s, %(year)s,
       %(entry)s, %(rules)s::text[]
  from unnest(%(kinds)s::text[], %(authorizations)s::text[], %(plans)s::text[], %(sources)s::text[],
              %(channels)s::text[], %(exempts)s::bigint[], %(taxables)s::bigint[])
       e(kind, authorization_id, plan_id, source, channel, exempt, taxable)
"""
# One event for each plan that paid; the taxable part falls on what was taken first.
_DELIVERY = """
insert into fiscal_event (book_id, kind, employee_id, authorization_id, plan_id, source, category, channel,
    amount_minor, exempt_minor, taxable_minor, in_limit, reason, fiscal_on, fiscal_year, entry_id, rule_ids)
select %(book)s, 'use', %(employee)s, %(authorization)s, t.plan_id, t.source, %(category)s, %(channel)s,
       sum(t.amount_minor), sum(t.amount_minor - t.taxable), sum(t.taxable), %(in_limit)s, %(reason)s, %(on)s,
       %(year)s, %(entry)s, %(rules)s::text[]
  from (select l.plan_id, l.source, p.amount_minor,
               least(p.amount_minor, greatest(0, %(taxable)s::bigint - coalesce(sum(p.amount_minor)
                   over (order by p.line rows between unbounded preceding and 1 preceding), 0))) as taxable
          from posting p join lot l on l.book_id = p.book_id and l.account_id = p.debit_account_id
         where p.book_id = %(book)s and p.entry_id = %(entry)s
           and (%(sources)s::text[] is null or l.source = any(%(sources)s::text[]))) t
 group by t.plan_id, t.source
"""


@dataclass(frozen=True, slots=True)
class CategoryUse:
    """What counts against one category's yearly limit, and the part of it recorded as taxable; minor units."""

    used_minor: int = 0
    taxed_minor: int = 0


@dataclass(frozen=True, slots=True)
class YearUse:
    """What a person used and reserved in one tax year from this wallet."""

    by_category: Mapping[Category, CategoryUse] = field(default_factory=dict)

    def of(self, category: Category) -> CategoryUse:
        """Return the use of one category."""
        return self.by_category.get(category, CategoryUse())


@dataclass(frozen=True, slots=True)
class Line:
    """One event to append: whose authorization, from which plan and source, and how it splits; minor units."""

    kind: str
    authorization_id: str
    plan_id: str
    source: str
    channel: str
    exempt_minor: int
    taxable_minor: int


def year_use(session: Session, book_id: int, employee_id: str, year: int, *, without: str | None = None) -> YearUse:
    """
    Return what counts against the yearly limits, in one statement: events, and what is reserved.

    `without` an authorization: what that one reserves is left out.
    """
    asked = {"book": book_id, "employee": employee_id, "year": year, "without": without}
    rows = session.connection().exec_driver_sql(_YEAR, asked)
    return YearUse(
        {
            # Corrections may leave more taxed than used only in between the two events of one correction.
            Category(category): CategoryUse(int(used), min(max(int(taxed), 0), int(used)))
            for category, used, taxed in rows
            if used > 0
        }
    )


def append(
    session: Session,
    book_id: int,
    employee_id: str,
    lines: Sequence[Line],
    *,
    category: Category,
    in_limit: bool,
    on: date,
    reason: str,
    entry_id: int | None,
    rule_ids: Sequence[str],
) -> None:
    """
    Append events, then bring the person's year to where its total puts it.

    The limit of fringe benefits is a cliff on the year's total: the event that crosses it makes earlier ones taxable,
    a refund that goes back below it makes them exempt again. Of a limit with an excess, what came last is the excess.
    Each change is a reversal and a new use.
    """
    _write(session, book_id, employee_id, lines, category, in_limit, on, on.year, reason, entry_id, rule_ids)
    if in_limit:
        settle_year(session, book_id, employee_id, category, year=on.year, on=on)


def append_delivery(
    session: Session,
    book_id: int,
    employee_id: str,
    authorization_id: str,
    entry_id: int,
    *,
    taxable_minor: int,
    category: Category,
    channel: str,
    in_limit: bool,
    on: date,
    rule_ids: Sequence[str],
    year: int | None = None,
    reason: str = "delivered",
    sources: Sequence[str] | None = None,
) -> None:
    """
    Append the use that a capture's entry stands for, plan by plan, and settle the year; minor units.

    It belongs to the year of its day, or to the `year` given: that of the choice, where the choice is what counts.
    With `sources` only what lots of those paid.
    """
    year = on.year if year is None else year
    database.run(
        session,
        _DELIVERY,
        {
            "book": book_id,
            "employee": employee_id,
            "authorization": authorization_id,
            "entry": entry_id,
            "taxable": taxable_minor,
            "category": str(category),
            "channel": channel,
            "in_limit": in_limit,
            "on": on,
            "year": year,
            "reason": str(reasons.of(reason)),
            "rules": list(rule_ids),
            "sources": None if sources is None else list(sources),
        },
    )
    if in_limit:
        settle_year(session, book_id, employee_id, category, year=year, on=on)


def reverse(
    session: Session,
    book_id: int,
    employee_id: str,
    authorization_id: str,
    shares: Mapping[str, int] | None,
    *,
    on: date,
    reason: str,
    entry_id: int | None,
    delivered_entry_id: int | None = None,
) -> None:
    """
    Take back what an authorization did for the tax: all of it, or the amounts of `shares` by plan (minor units).

    A share is taken from exempt and taxable in the proportion they stand in now, so that the last one leaves nothing.
    It belongs to the year of what it undoes: that of the delivery which is given back, where one is named.
    """
    asked = {"book": book_id, "authorization": authorization_id, "delivered": delivered_entry_id}
    rows = session.connection().exec_driver_sql(_NET, asked).all()
    left = dict(shares or {})
    crossed: set[tuple[int, Category]] = set()
    for plan_id, source, channel, category, in_limit, year, exempt, taxable in rows:
        total = int(exempt + taxable)
        amount = total if shares is None else min(left.get(plan_id, 0), total)
        if amount <= 0:
            continue
        left[plan_id] = left.get(plan_id, 0) - amount
        taxed = int(taxable) * amount // total
        line = Line("reversal", authorization_id, plan_id, source, channel, amount - taxed, taxed)
        _write(session, book_id, employee_id, [line], Category(category), in_limit, on, year, reason, entry_id, ())
        if in_limit:
            crossed.add((year, Category(category)))
    # Only when all of it is undone: a correction in between would meet what is about to go.
    for year, limited in sorted(crossed):
        settle_year(session, book_id, employee_id, limited, year=year, on=on)


def move(
    session: Session,
    book_id: int,
    employee_id: str,
    authorization_id: str,
    from_year: int,
    to_year: int,
    *,
    category: Category,
    taxable_minor: int,
    in_limit: bool,
    on: date,
    reason: str,
    rule_ids: Sequence[str],
) -> None:
    """
    Let what an authorization did for the tax in one year count in another: a reversal there, and a use here.

    Both bear the day `on`. `taxable_minor` of it is taxable in the other year, what was taken first before the rest.
    """
    asked = {"book": book_id, "authorization": authorization_id, "delivered": None}
    rows = [row for row in session.connection().exec_driver_sql(_NET, asked) if row.fiscal_year == from_year]
    counted = False
    left = taxable_minor
    uses: list[Line] = []
    for row in rows:
        exempt, taxable = int(row.exempt), int(row.taxable)
        if exempt + taxable == 0:
            continue
        key = (authorization_id, row.plan_id, row.source, row.channel)
        back = Line("reversal", *key, exempt, taxable)
        _write(session, book_id, employee_id, [back], category, row.in_limit, on, from_year, reason, None, ())
        counted = counted or row.in_limit
        taxed = min(left, exempt + taxable)
        left -= taxed
        uses.append(Line("use", *key, exempt + taxable - taxed, taxed))
    if uses:
        _write(session, book_id, employee_id, uses, category, in_limit, on, to_year, reason, None, rule_ids)
    if counted:
        settle_year(session, book_id, employee_id, category, year=from_year, on=on)
    if in_limit:
        settle_year(session, book_id, employee_id, category, year=to_year, on=on)


def settle_year(session: Session, book_id: int, employee_id: str, category: Category, *, year: int, on: date) -> int:
    """
    Hold a person's events of a tax year against the category's yearly limit and correct what is on its wrong side.

    Returns how many corrections were appended; they bear the day `on` and belong to `year`, so that a period that
    was closed stays as it was. What came from elsewhere and nobody declared counts as nothing, and the decision has
    said so.
    """
    if category not in year_totals.limited():
        return 0
    asked = {"book": book_id, "employee": employee_id, "year": year, "category": str(category)}
    rows = session.connection().exec_driver_sql(_LIMITED_YEAR, asked).all()
    if not rows:
        return 0
    nets = [int(row.exempt + row.taxable) for row in rows]
    taxable, rule_ids = year_totals.taxable(session, book_id, employee_id, category, sum(nets), year=year, on=on)
    if taxable is None:
        return 0
    lines: list[Line] = []
    reason = "annual_cap_settled"
    if category is Category.FRINGE:
        reason = "fringe_limit_exceeded" if taxable else "fringe_limit_respected"
    for row, due in zip(reversed(rows), reversed(year_totals.shares(nets, taxable)), strict=True):
        wrong = due - int(row.taxable)
        key = (row.authorization_id, row.plan_id, row.source, row.channel)
        if wrong > 0:
            lines += [Line("reversal", *key, wrong, 0), Line("use", *key, 0, wrong)]
        elif wrong < 0:
            lines += [Line("reversal", *key, 0, -wrong), Line("use", *key, -wrong, 0)]
    if lines:
        _write(session, book_id, employee_id, lines, category, True, on, year, reason, None, rule_ids)
    return len(lines) // 2


def _write(
    session: Session,
    book_id: int,
    employee_id: str,
    lines: Sequence[Line],
    category: Category,
    in_limit: bool,
    on: date,
    year: int,
    reason: str,
    entry_id: int | None,
    rule_ids: Sequence[str],
) -> None:
    database.run(
        session,
        _APPEND,
        {
            "book": book_id,
            "employee": employee_id,
            "category": str(category),
            "in_limit": in_limit,
            "reason": str(reasons.of(reason)),
            "on": on,
            "year": year,
            "entry": entry_id,
            "rules": list(rule_ids),
            "kinds": [line.kind for line in lines],
            "authorizations": [line.authorization_id for line in lines],
            "plans": [line.plan_id for line in lines],
            "sources": [line.source for line in lines],
            "channels": [line.channel for line in lines],
            "exempts": [line.exempt_minor for line in lines],
            "taxables": [line.taxable_minor for line in lines],
        },
    )
