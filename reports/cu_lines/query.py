"""Gathers a year of the Certificazione Unica from the fiscal events, and proves it against the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy.orm import Session

from config import clock, database
from plans import funders
from plans.rulebook.words import Category, Channel, PlanSource
from plans.words import FunderKind
from reports import foundation, year_limits
from reports.cu_lines import boxes
from reports.cu_lines.model import CuYear, Limited, Person, Proof, ReimbursedLine, Total, Value
from reports.payroll_export.errors import PayrollNeedsEmployer
from wallet import year_totals
from wallet.reimbursements import checklist

# Net of what was taken back. A reimbursement keeps its expense and the person it is for; the rest has neither.
_YEAR: Final = """
select e.employee_id, e.employee_no, e.tax_code, e.last_name, e.first_name, f.category, f.source, f.channel,
       r.expense, r.expense_year, r.already_detracted, r.relative_id is not null as for_relative,
       x.tax_code as relative_tax_code,
       exists (select from employee_fact c where c.book_id = f.book_id and c.employee_id = f.employee_id
                  and c.fact = 'DEPENDENT_CHILD' and c.year = %(year)s and c.revoked_at is null) as child,
       sum(case f.kind when 'use' then f.exempt_minor else -f.exempt_minor end)::bigint as exempt,
       sum(case f.kind when 'use' then f.taxable_minor else -f.taxable_minor end)::bigint as taxable
  from fiscal_event f
  join employee e on e.book_id = f.book_id and e.employee_id = f.employee_id
  left join reimbursement_authorization k on k.book_id = f.book_id and k.authorization_id = f.authorization_id
  left join reimbursement r on r.book_id = k.book_id and r.reimbursement_id = k.reimbursement_id
  left join relative x on x.book_id = r.book_id and x.relative_id = r.relative_id
 where f.book_id = %(book)s and f.fiscal_year = %(year)s
 group by f.book_id, f.employee_id, e.employee_id, e.employee_no, e.tax_code, e.last_name, e.first_name, f.category,
          f.source, f.channel, r.expense, r.expense_year, r.already_detracted, r.relative_id, x.tax_code
having sum(case f.kind when 'use' then f.exempt_minor else -f.exempt_minor end) <> 0
    or sum(case f.kind when 'use' then f.taxable_minor else -f.taxable_minor end) <> 0
 order by e.last_name, e.first_name, e.tax_code, f.category, f.source, f.channel, r.expense_year, r.expense,
          x.tax_code nulls first
"""
# Every purchase with an event of the year, or with an entry in it; what the ledger took from lots for it, gave back,
# and still reserves for a voucher.
_PROOF: Final = """
with met as (
    select f.authorization_id from fiscal_event f where f.book_id = %(book)s and f.fiscal_year = %(year)s
    union
    select a.authorization_id
      from entry e
      join entry c on c.book_id = e.book_id and c.entry_id =
          case when e.refunds is null then e.entry_id else e.refunds end
      join "authorization" a on a.book_id = c.book_id and a.hold_id = c.hold_id
     where e.book_id = %(book)s and (e.hold_id is not null or e.refunds is not null) and a.channel <> 'VOUCHER'
       and e.occurred_on between make_date(%(year)s, 1, 1) and make_date(%(year)s, 12, 31)),
concerned as materialized (
    select a.authorization_id, a.hold_id, a.channel
      from met m join "authorization" a on a.book_id = %(book)s and a.authorization_id = m.authorization_id
     where a.hold_id is not null),
events as (
    select sum(case f.kind when 'use' then f.amount_minor else -f.amount_minor end)
               filter (where f.fiscal_year = %(year)s) as of_year,
           sum(case f.kind when 'use' then f.amount_minor else -f.amount_minor end)
               filter (where f.fiscal_year <> %(year)s) as of_others
      from fiscal_event f join concerned c on c.authorization_id = f.authorization_id where f.book_id = %(book)s),
captures as (
    select c.book_id, c.entry_id, c.refunds, k.channel
      from concerned k join entry c on c.book_id = %(book)s and c.hold_id = k.hold_id),
moved as (
    select sum(case when e.refunds is not null then -p.amount_minor
                    when e.channel <> 'VOUCHER' then p.amount_minor else 0 end) as net
      from (select * from captures
             union all
            select e.book_id, e.entry_id, e.refunds, c.channel
              from captures c join entry e on e.book_id = c.book_id and e.refunds = c.entry_id) e
      join posting p on p.book_id = e.book_id and p.entry_id = e.entry_id
      join lot l on l.book_id = p.book_id
                and l.account_id = case when e.refunds is null then p.debit_account_id else p.credit_account_id end),
vouchers as (
    select sum(case h.kind::text when 'authorize' then h.amount_minor else -h.amount_minor end) as net
      from hold_event h join concerned k on k.hold_id = h.hold_id
     where h.book_id = %(book)s and k.channel = 'VOUCHER' and h.kind::text in ('authorize', 'void', 'expire'))
select coalesce(events.of_year, 0)::bigint, coalesce(events.of_others, 0)::bigint,
       (coalesce(moved.net, 0) + coalesce(vouchers.net, 0))::bigint
  from events, moved, vouchers
"""
_LIMITED: Final = """
select employee_id, category,
       sum(case kind when 'use' then amount_minor else -amount_minor end)::bigint as used,
       sum(case kind when 'use' then taxable_minor else -taxable_minor end)::bigint as taxed
  from fiscal_event
 where book_id = %(book)s and fiscal_year = %(year)s and in_limit and category = any(%(limited)s::text[])
 group by employee_id, category
having sum(case kind when 'use' then amount_minor else -amount_minor end) <> 0
"""
_RULEBOOKS: Final = """
select distinct a.rulebook_version from fiscal_event f
  join "authorization" a on a.book_id = f.book_id and a.authorization_id = f.authorization_id
 where f.book_id = %(book)s and f.fiscal_year = %(year)s order by 1
"""


def gather(session: Session, book_id: int, year: int) -> CuYear:
    """
    Return what each employee's certificate of a year's income takes from the wallet.

    Units:  minor units.
    Errors: FunderNotFound, PayrollNeedsEmployer.
    Source: reports/cu_lines/cu_boxes.toml; docs/payroll.md.
    """
    funder = funders.of_book(session, book_id)
    if funder.kind is not FunderKind.EMPLOYER:
        raise PayrollNeedsEmployer(funder=funder.name)
    asked = {"book": book_id, "year": year}
    rows = database.rows(session, _YEAR, asked)
    people = {row.employee_id: _person(row) for row in rows}
    return CuYear(
        funder_code=funder.code,
        funder_name=funder.name,
        vat_number=funder.vat_number or "",
        year=year,
        prepared_at=clock.now(),
        reimbursed=_reimbursed(rows, people, year),
        values=_values(rows, people, year),
        limits=_limits(session, book_id, year, people),
        totals=_totals(rows, people),
        proof=Proof(*database.call(session, _PROOF, asked)),
        rulebooks=tuple(row.rulebook_version for row in database.rows(session, _RULEBOOKS, asked)),
        foundation=foundation.of_books(session, [book_id], (date(year, 1, 1), date(year, 12, 31))),
    )


def _limits(session: Session, book_id: int, year: int, people: Mapping[str, Person]) -> tuple[Limited, ...]:
    """Return the yearly limits of the people, in their order, with what is declared from elsewhere by now."""
    rows = database.rows(
        session, _LIMITED, {"book": book_id, "year": year, "limited": list(map(str, year_totals.limited()))}
    )
    now = clock.now()
    of_year = ((row.employee_id, year) for row in rows)
    known = year_limits.known(session, book_id, of_year, on=clock.today(), known_at=now)
    sums = {(row.employee_id, row.category): (row.used, row.taxed) for row in rows}
    found = []
    for employee_id, person in people.items():
        for category in year_totals.limited():
            used = sums.get((employee_id, category))
            limit = None if used is None else known.of(employee_id, year, category, *used)
            if limit is not None:
                found.append(Limited(person, limit))
    return tuple(found)


def _person(row: Any) -> Person:
    return Person(row.employee_no or "", row.tax_code, row.last_name, row.first_name, row.child)


def _reimbursed(rows: Sequence[Any], people: dict[str, Person], year: int) -> tuple[ReimbursedLine, ...]:
    """Return one line for each expense year, code and person; two expenses with one code are one line."""
    known = boxes.load()
    found: dict[tuple[Any, ...], ReimbursedLine] = {}
    for row in rows:
        section = known.section(Category(row.category), year)
        if row.channel != Channel.REIMBURSEMENT or section is None or row.expense is None or not row.exempt:
            continue
        code = checklist.cu_code(row.expense, year)
        relative = row.relative_tax_code or ""
        key = (row.employee_id, row.expense_year, code, row.for_relative, relative, section.id, row.already_detracted)
        earlier = found[key].amount_minor if key in found else 0
        found[key] = ReimbursedLine(
            person=people[row.employee_id],
            expense_year=row.expense_year,
            code_box=str(code.box) if code else "",
            code=code.code if code else "",
            amount_minor=earlier + row.exempt,
            relative_tax_code=relative,
            relative_unnamed=row.for_relative and not relative,
            already_detracted=row.already_detracted,
            section=section,
            confidence=str(code.confidence if code else section.confidence),
        )
    return tuple(found.values())


def _values(rows: Iterable[Any], people: dict[str, Person], year: int) -> tuple[Value, ...]:
    """Return what belongs in each box, by category and source; what no box takes is a value without one."""
    known = boxes.load()
    found: dict[tuple[Any, ...], tuple[int, int]] = {}
    places: dict[tuple[Any, ...], boxes.Box | None] = {}
    for row in rows:
        category, source, channel = Category(row.category), PlanSource(row.source), Channel(row.channel)
        taking = known.of(category, source, channel, year, child=row.child)
        left_exempt, left_taxable = row.exempt, row.taxable
        shares: list[tuple[boxes.Box | None, int, int]] = []
        for box in taking:
            exempt = 0 if box.part is boxes.Part.TAXABLE else left_exempt
            taxable = 0 if box.part is boxes.Part.EXEMPT else left_taxable
            left_exempt, left_taxable = left_exempt - exempt, left_taxable - taxable
            shares.append((box, exempt, taxable))
        shares.append((None, left_exempt, left_taxable))
        for place, exempt, taxable in shares:
            if exempt or taxable:
                key = (row.employee_id, place.id if place else "", row.category, row.source)
                sums = found.get(key, (0, 0))
                found[key] = (sums[0] + exempt, sums[1] + taxable)
                places[key] = place
    return tuple(
        Value(people[key[0]], places[key], key[2], key[3], exempt, taxable, exempt + taxable)
        for key, (exempt, taxable) in found.items()
    )


def _totals(rows: Iterable[Any], people: dict[str, Person]) -> tuple[Total, ...]:
    sums: dict[str, list[int]] = {employee_id: [0, 0, 0, 0] for employee_id in people}
    for row in rows:
        amount = row.exempt + row.taxable
        figures = sums[row.employee_id]
        figures[0] += row.exempt
        figures[1] += row.taxable
        figures[2] += amount if row.category == Category.FRINGE else 0
        figures[3] += amount if row.channel == Channel.REIMBURSEMENT else 0
    return tuple(Total(people[employee_id], *figures) for employee_id, figures in sums.items())
