"""Gathers a personal statement: the journal of the person's lots, their purchases, and their fiscal position."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from config import clock, database
from plans import funders
from plans.rulebook import loading
from plans.rulebook.words import Category, Channel, PlanSource
from reports import foundation
from reports.personal_statement.model import JanuaryItem, PersonalStatement, PlanLine, Purchase, Reimbursed
from wallet import position as positions
from wallet.position import Line
from wallet.reimbursements.words import State

# A reversal counts under the kind of what it reverses, with its own sign. A posting between two lots of the person is
# a movement of each.
_MOVES = """
with mine as materialized (
    select account_id, plan_id from lot where book_id = %(book)s and employee_id = %(employee)s
), moves as (
    select m.plan_id, p.entry_id, -p.amount_minor as delta
      from mine m join posting p on p.book_id = %(book)s and p.debit_account_id = m.account_id
    union all
    select m.plan_id, p.entry_id, p.amount_minor
      from mine m join posting p on p.book_id = %(book)s and p.credit_account_id = m.account_id
), told as (
    select m.plan_id, m.delta, e.occurred_on,
           case when e.reverses is null then e.kind when r.reverses is null then r.kind else o.kind end as kind,
           coalesce(e.hold_id, r.hold_id, o.hold_id) as hold_id
      from moves m
      join entry e on e.book_id = %(book)s and e.entry_id = m.entry_id
      left join entry r on r.book_id = %(book)s and r.entry_id =
          case when e.reverses is null then e.refunds else e.reverses end
      left join entry o on o.book_id = %(book)s and o.entry_id =
          case when r.reverses is null then r.refunds else r.reverses end
)
select plan_id, hold_id,
       coalesce(sum(delta) filter (where occurred_on < %(starts)s), 0)::bigint as opening,
       coalesce(sum(delta) filter (where here and kind in ('grant', 'grant_correction', 'opening')), 0)::bigint
           as granted,
       coalesce(-sum(delta) filter (where here and kind in ('capture', 'reimbursement', 'refund')), 0)::bigint as used,
       coalesce(-sum(delta) filter (where here and kind = 'expiry'), 0)::bigint as ended,
       coalesce(sum(delta) filter (where here and kind not in
           ('grant', 'grant_correction', 'opening', 'capture', 'reimbursement', 'refund', 'expiry')), 0)::bigint
           as other,
       coalesce(sum(delta) filter (where occurred_on > %(ends)s), 0)::bigint as later
  from (select *, occurred_on between %(starts)s and %(ends)s as here from told) t
 group by plan_id, hold_id
"""
_PLANS = """
select p.plan_id, p.code, p.name, p.source, max(greatest(l.expires_on, coalesce(l.grace_until, l.expires_on)))
           as spend_by,
       sum(b.side * (b.debit_posted - b.credit_posted))::bigint as posted
  from lot l
  join plan p on p.book_id = l.book_id and p.plan_id = l.plan_id
  join balance b on b.book_id = l.book_id and b.account_id = l.account_id
 where l.book_id = %(book)s and l.employee_id = %(employee)s
 group by p.plan_id, p.code, p.name, p.source
 order by p.code
"""
_PURCHASES = """
select a.authorization_id, a.hold_id, a.decided_at, a.service_code, s.name as service,
       coalesce(v.name, m.supplier) as provider, r.first_name as beneficiary, a.channel, a.category, a.status,
       case when m.authorization_id = a.authorization_id then m.status end as reimbursement, m.expense_on,
       m.payroll_month
  from "authorization" a
  left join reimbursement_authorization k on k.book_id = a.book_id and k.authorization_id = a.authorization_id
  left join reimbursement m on m.book_id = k.book_id and m.reimbursement_id = k.reimbursement_id
  left join service s on s.code = a.service_code
  left join provider v on v.code = a.provider_code
  left join relative r on r.book_id = a.book_id and r.relative_id = a.relative_id
 where a.book_id = %(book)s and a.employee_id = %(employee)s
   and (a.hold_id = any(%(holds)s::bigint[]) or a.authorization_id = any(%(authorizations)s::text[])
        or (a.status in ('authorized', 'partially_captured')
            and (a.decided_at at time zone 'Europe/Rome')::date between %(starts)s and %(ends)s))
 order by a.decided_at, a.authorization_id
"""
# What began in the first days of this January or of the next, net of what was taken back since, and where it belongs.
_JANUARY = """
select min(f.day) filter (where f.began) as day, coalesce(s.name, a.service_code) as service, f.fiscal_year,
       sum(case f.kind when 'use' then f.amount_minor else -f.amount_minor end)::bigint as amount,
       max(f.document_ref) filter (where f.reason = 'extended_cash') as document
  from (select e.*, h.document_ref, coalesce(h.handed_over_on, e.fiscal_on) as day,
               e.kind = 'use' and e.reason in ('voucher_issued', 'delivered', 'reimbursed', 'extended_cash')
               and (coalesce(h.handed_over_on, e.fiscal_on)
                        between make_date(%(year)s, 1, 1) and make_date(%(year)s, %(month)s, %(day)s)
                    or coalesce(h.handed_over_on, e.fiscal_on)
                        between make_date(%(year)s + 1, 1, 1) and make_date(%(year)s + 1, %(month)s, %(day)s)) as began
          from fiscal_event e
          left join lateral (select document_ref, handed_over_on from hand_over
                              where book_id = e.book_id and authorization_id = e.authorization_id
                              order by hand_over_id desc limit 1) h on e.reason = 'extended_cash'
         where e.book_id = %(book)s and e.employee_id = %(employee)s
           and e.fiscal_year between %(year)s - 1 and %(year)s + 1) f
  join "authorization" a on a.book_id = f.book_id and a.authorization_id = f.authorization_id
  left join service s on s.code = a.service_code
 group by a.authorization_id, s.name, a.service_code, f.fiscal_year
having bool_or(f.began) and sum(case f.kind when 'use' then f.amount_minor else -f.amount_minor end) > 0
 order by 1, a.authorization_id, f.fiscal_year
"""


def gather(session: Session, book_id: int, employee_id: str, year: int) -> PersonalStatement:
    """
    Return a person's year, to its last day or to today, and prove it against the ledger and the fiscal events.

    The number of statements depends on neither the book nor how much the person bought.

    Units:  minor units.
    Errors: EmployeeNotFound, PositionYearOutOfRange; in this order.
    Source: docs/position.md; glossary, "statement".
    """
    position = positions.position(session, book_id, employee_id, year)
    starts, ends = date(year, 1, 1), date(year, 12, 31)
    asked: dict[str, Any] = {"book": book_id, "employee": employee_id, "year": year, "starts": starts, "ends": ends}
    moves = database.rows(session, _MOVES, asked)
    charged: Counter[int] = Counter()
    for row in moves:
        if row.hold_id is not None:
            charged[row.hold_id] += row.used
    taxed = _taxed(position.lines)
    holds = [hold for hold, amount in charged.items() if amount]
    asked |= {"holds": holds, "authorizations": list(taxed)}
    rule = loading.load().extended_cash.at(Channel.VOUCHER, ends, clock.today())
    return PersonalStatement(
        funder_name=funders.of_book(session, book_id).name,
        position=position,
        through=min(ends, clock.today()),
        prepared_at=clock.now(),
        plans=_plans(database.rows(session, _PLANS, asked), moves),
        purchases=_purchases(database.rows(session, _PURCHASES, asked), charged, taxed),
        january=()
        if rule is None
        else _january(session, asked | {"month": rule.through_month, "day": rule.through_day}),
        january_rule=None if rule is None else rule.id,
        january_sentence=("", "") if rule is None else (rule.sentence_it, rule.sentence_en),
        foundation=foundation.of_books(session, [book_id]),
    )


def _taxed(lines: Sequence[Line]) -> dict[str, tuple[int, int]]:
    """Return what is exempt and taxable in the year of each authorization."""
    taxed: dict[str, tuple[int, int]] = {}
    for line in lines:
        exempt, taxable = taxed.get(line.authorization_id, (0, 0))
        taxed[line.authorization_id] = exempt + line.net_exempt_minor, taxable + line.net_taxable_minor
    return taxed


def _plans(rows: Sequence[Any], moves: Sequence[Any]) -> tuple[PlanLine, ...]:
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for move in moves:
        for name in ("opening", "granted", "used", "ended", "other", "later"):
            sums[move.plan_id][name] += getattr(move, name)
    lines = []
    for row in rows:
        found = sums[row.plan_id]
        line = PlanLine(
            code=row.code,
            name=row.name,
            source=PlanSource(row.source),
            spend_by=row.spend_by,
            opening_minor=found["opening"],
            granted_minor=found["granted"],
            used_minor=found["used"],
            ended_minor=found["ended"],
            other_minor=found["other"],
            ledger_minor=int(row.posted) - found["later"],
        )
        # A plan that neither had nor got anything by then is another year's.
        if any((line.opening_minor, line.granted_minor, line.used_minor, line.ended_minor, line.other_minor)):
            lines.append(line)
    return tuple(lines)


def _purchases(
    rows: Sequence[Any], charged: Mapping[int, int], taxed: Mapping[str, tuple[int, int]]
) -> tuple[Purchase, ...]:
    return tuple(
        Purchase(
            authorization_id=row.authorization_id,
            decided_on=row.decided_at.astimezone(clock.ROME).date(),
            service=row.service or row.service_code,
            provider=row.provider or "",
            beneficiary=row.beneficiary or "",
            channel=Channel(row.channel),
            category=None if row.category is None else Category(row.category),
            status=row.status,
            reimbursement=None
            if row.reimbursement is None
            else Reimbursed(State(row.reimbursement), row.expense_on, row.payroll_month),
            charged_minor=charged.get(row.hold_id, 0),
            exempt_minor=taxed.get(row.authorization_id, (0, 0))[0],
            taxable_minor=taxed.get(row.authorization_id, (0, 0))[1],
        )
        for row in rows
    )


def _january(session: Session, asked: Mapping[str, Any]) -> tuple[JanuaryItem, ...]:
    return tuple(
        JanuaryItem(row.day, row.service, row.amount, row.fiscal_year, row.document)
        for row in database.rows(session, _JANUARY, asked)
    )
