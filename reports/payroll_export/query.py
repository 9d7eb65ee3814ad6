"""Gathers a payroll month: the fiscal events, what each takes back, their payslip items, and the proof."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy.orm import Session

from config import clock, database
from config.errors import local
from ledger import seals
from plans import funders
from plans.payroll_codes import tables
from plans.payroll_codes.model import Benefit, CodeTable, Item, Treatment
from plans.payroll_codes.presets import Preset
from plans.payroll_codes.presets import table as preset_table
from plans.rulebook import loading
from plans.rulebook.words import Category, Channel, ExpenseKind, OverCap, PlanSource
from plans.words import FunderKind
from reports import year_limits
from reports.cu_lines import boxes
from reports.payroll_export import months
from reports.payroll_export.errors import PayrollMonthOpen, PayrollMonthUnsealed, PayrollNeedsEmployer
from reports.payroll_export.model import Crossing, ItemTotal, Nature, PayrollLine, PayrollMonth, Proof, Unmapped
from reports.payroll_export.months import IN_MONTH, Month
from reports.year_limits import YearLimit
from wallet import year_totals
from wallet.reasons import EventReason, Voiding
from wallet.reimbursements import checklist

# Written when the year's total moved what was exempt or taxable before (wallet/fiscal.py).
RECOMPUTED: Final = frozenset({"fringe_limit_exceeded", "fringe_limit_respected", "annual_cap_settled"})
# Of a void payroll is told that it was one, and not why.
_REASONS: Final = frozenset(map(str, EventReason))

_EVENTS: Final = f"""
select f.event_id, f.kind, f.authorization_id, f.plan_id, p.code as plan_code, e.employee_id, e.employee_no, e.tax_code,
       e.last_name || ' ' || e.first_name as name, f.fiscal_on, f.fiscal_year, f.category, f.source, f.channel,
       f.exempt_minor, f.taxable_minor, f.reason, f.fiscal_on < %(first)s as late, a.rulebook_version,
       a.facts ->> 'expense_kind' as expense_kind, b.expense, b.expense_year, r.tax_code as relative_tax_code,
       u.used, u.taxed
  from fiscal_event f
  join employee e on e.book_id = f.book_id and e.employee_id = f.employee_id
  join plan p on p.book_id = f.book_id and p.plan_id = f.plan_id
  join "authorization" a on a.book_id = f.book_id and a.authorization_id = f.authorization_id
  left join reimbursement_authorization k on k.book_id = f.book_id and k.authorization_id = f.authorization_id
  left join reimbursement b on b.book_id = k.book_id and b.reimbursement_id = k.reimbursement_id
  left join relative r on r.book_id = b.book_id and r.relative_id = b.relative_id
  left join lateral (select sum(case o.kind when 'use' then o.amount_minor else -o.amount_minor end)::bigint as used,
                            sum(case o.kind when 'use' then o.taxable_minor else -o.taxable_minor end)::bigint as taxed
                       from fiscal_event o
                      where o.book_id = f.book_id and o.employee_id = f.employee_id and o.fiscal_year = f.fiscal_year
                        and o.category = f.category and o.in_limit and o.event_id <= f.event_id) u
         on f.in_limit and f.category = any(%(limited)s::text[])
 where f.book_id = %(book)s and {IN_MONTH.format(day="f.fiscal_on", at="f.recorded_at")}
 order by e.last_name, e.first_name, e.tax_code, f.event_id
"""
# All that was written of the purchases that something was taken back of.
_HISTORY: Final = """
select event_id, kind, authorization_id, plan_id, fiscal_year, in_limit, exempt_minor, taxable_minor
  from fiscal_event where book_id = %(book)s and authorization_id = any(%(authorizations)s::text[]) order by event_id
"""
# A voucher is issued when its provider accepts, where it is asked; one that it does not accept never was.
_ISSUED: Final = (
    "(case h.kind::text when 'authorize' then coalesce(accepted.answered_at, h.recorded_at) else h.recorded_at end)"
)
# The ledger's word on the same month: what deliveries took from lots, refunds gave back, vouchers reserved and freed.
_LEDGER: Final = f"""
select coalesce(sum(x.amount_minor), 0)::bigint from (
    select case when e.refunds is null then p.amount_minor else -p.amount_minor end as amount_minor
      from entry e
      join entry c on c.book_id = e.book_id and c.entry_id =
          case when e.refunds is null then e.entry_id else e.refunds end
      join "authorization" a on a.book_id = c.book_id and a.hold_id = c.hold_id
      join posting p on p.book_id = e.book_id and p.entry_id = e.entry_id
      join lot l on l.book_id = p.book_id
                and l.account_id = case when e.refunds is null then p.debit_account_id else p.credit_account_id end
     where e.book_id = %(book)s and (e.hold_id is not null or e.refunds is not null)
       and (a.channel <> 'VOUCHER' or e.refunds is not null)
       and {IN_MONTH.format(day="e.occurred_on", at="e.recorded_at")}
    union all
    select case h.kind::text when 'authorize' then h.amount_minor else -h.amount_minor end
      from hold_event h
      join "authorization" a on a.book_id = h.book_id and a.hold_id = h.hold_id
      left join acceptance accepted
        on accepted.book_id = a.book_id and accepted.authorization_id = a.authorization_id
     where h.book_id = %(book)s and a.channel = 'VOUCHER' and h.kind::text in ('authorize', 'void', 'expire')
       and a.code is not null
       and {IN_MONTH.format(day=f"({_ISSUED} at time zone 'Europe/Rome')::date", at=_ISSUED)}) x
"""
# The last link over what was recorded before the month was closed, and how much of it has none.
_SEAL: Final = """
select s.seq, encode(s.link_hash, 'hex') from seal s
  join entry e on e.book_id = s.book_id and e.entry_id = s.entry_id
 where s.book_id = %(book)s and e.recorded_at <= %(closed)s order by s.seq desc limit 1
"""
_WAITING: Final = """
select count(*) from seal_queue q join entry e on e.book_id = q.book_id and e.entry_id = q.entry_id
 where q.book_id = %(book)s and e.recorded_at <= %(closed)s
"""


def gather(session: Session, book_id: int, month: date, *, draft: bool = False) -> PayrollMonth:
    """
    Return the payroll lines of the month of a day, with control totals and the line that proves them.

    A month that is open, or of which not every entry is sealed, is given as a `draft` alone. A closed and sealed one
    is the same whenever it is asked for: what is recorded later belongs to a later month.

    Errors: FunderNotFound, PayrollNeedsEmployer, PayrollMonthOpen, PayrollMonthUnsealed.
    Source: docs/payroll.md.
    """
    funder = funders.of_book(session, book_id)
    if funder.kind is not FunderKind.EMPLOYER:
        raise PayrollNeedsEmployer(funder=funder.name)
    asked = months.of_book(session, book_id, month)
    provisional = _provisional(session, book_id, asked, draft)
    loaded = tables.in_force(session, book_id, asked.first)
    table = loaded or preset_table(Preset.GENERIC)
    parameters = {**asked.parameters(book_id), "limited": list(map(str, year_totals.limited()))}
    rows = database.rows(session, _EVENTS, parameters)
    limits = _limits(session, book_id, asked, rows)
    lines = tuple(_lines(rows, table, _taken_back(session, book_id, rows), limits))
    return PayrollMonth(
        funder_code=funder.code,
        funder_name=funder.name,
        vat_number=funder.vat_number or "",
        month=asked.first,
        draft=provisional,
        closed_at=asked.closed_at,
        prepared_at=clock.now() if asked.closed_at is None else asked.closed_at,
        table=table,
        table_is_neutral=loaded is None,
        lines=lines,
        totals=_totals(lines),
        unmapped=_unmapped(lines),
        crossings=tuple(_crossings(rows, limits)),
        proof=_proof(session, book_id, asked, lines, sorted({row.rulebook_version for row in rows})),
    )


def _provisional(session: Session, book_id: int, month: Month, draft: bool) -> bool:
    """Return whether the month may still change, which only a draft may."""
    name = f"{month.first:%m/%Y}"
    if month.closed_at is None:
        if not draft:
            first, last = local(month.first, "it"), local(month.last, "it")
            raise PayrollMonthOpen(month=name, first=first, last=last)
        return True
    (waiting,) = database.call(session, _WAITING, {"book": book_id, "closed": month.closed_at})
    if waiting and not draft:
        raise PayrollMonthUnsealed(month=name, waiting=waiting)
    return bool(waiting)


@dataclass(slots=True)
class _Use:
    event_id: int
    exempt_minor: int
    taxable_minor: int


def _taken_back(session: Session, book_id: int, rows: Sequence[Any]) -> Mapping[int, tuple[int, ...]]:
    """Return, for each reversal, the uses that it takes back: the last ones that still have such a part first."""
    concerned = sorted({row.authorization_id for row in rows if row.kind == "reversal"})
    if not concerned:
        return {}
    uses: defaultdict[tuple[Any, ...], list[_Use]] = defaultdict(list)
    found: dict[int, tuple[int, ...]] = {}
    for event in database.rows(session, _HISTORY, {"book": book_id, "authorizations": concerned}):
        known = uses[event.authorization_id, event.plan_id, event.fiscal_year, event.in_limit]
        if event.kind == "use":
            known.append(_Use(event.event_id, event.exempt_minor, event.taxable_minor))
            continue
        exempt, taxable, named = event.exempt_minor, event.taxable_minor, []
        for use in reversed(known):
            of_exempt, of_taxable = min(exempt, use.exempt_minor), min(taxable, use.taxable_minor)
            if of_exempt or of_taxable:
                named.append(use.event_id)
                use.exempt_minor -= of_exempt
                use.taxable_minor -= of_taxable
                exempt, taxable = exempt - of_exempt, taxable - of_taxable
        found[event.event_id] = tuple(sorted(named))
    return found


def _limits(session: Session, book_id: int, month: Month, rows: Sequence[Any]) -> Mapping[int, YearLimit]:
    """Return the year's limit of each event to which one applies, with what had been declared when the month closed."""
    limited = [row for row in rows if row.used is not None]
    known_at = clock.now() if month.closed_at is None else month.closed_at
    years = ((row.employee_id, row.fiscal_year) for row in limited)
    on = min(month.last, known_at.astimezone(clock.ROME).date())
    known = year_limits.known(session, book_id, years, on=on, known_at=known_at)
    found: dict[int, YearLimit] = {}
    for row in limited:
        limit = known.of(row.employee_id, row.fiscal_year, Category(row.category), row.used, row.taxed)
        if limit is not None:
            found[row.event_id] = limit
    return found


def _crossings(rows: Sequence[Any], limits: Mapping[int, YearLimit]) -> Iterable[Crossing]:
    """Yield the years that stand on the other side of a cliff after the month's events than before them."""
    last: dict[tuple[str, int, str], Any] = {}
    moved: defaultdict[tuple[str, int, str], int] = defaultdict(int)
    for row in rows:
        if row.event_id in limits and limits[row.event_id].over_cap is OverCap.CLIFF:
            key = row.employee_id, row.fiscal_year, row.category
            last[key] = row
            moved[key] += row.taxable_minor if row.kind == "use" else -row.taxable_minor
    for key, row in last.items():
        limit = limits[row.event_id]
        before = row.taxed - moved[key] > 0
        # What comes from elsewhere may be over the limit by itself: then nothing is exempt again.
        if before == limit.crossed or (before and limit.used_minor + (limit.elsewhere_minor or 0) > limit.limit_minor):
            continue
        yield Crossing(row.employee_no or "", row.tax_code, row.name, row.fiscal_year, limit)


def _lines(
    rows: Iterable[Any],
    table: CodeTable,
    taken_back: Mapping[int, tuple[int, ...]],
    limits: Mapping[int, YearLimit],
) -> Iterable[PayrollLine]:
    rulebook = loading.load()
    for row in rows:
        sign = 1 if row.kind == "use" else -1
        category, source, channel = Category(row.category), PlanSource(row.source), Channel(row.channel)
        expense = ExpenseKind(row.expense_kind) if row.expense_kind else None

        def item(
            treatment: Treatment,
            of: tuple[Category, PlanSource, Channel] = (category, source, channel),
            expense: ExpenseKind | None = expense,
        ) -> Item | None:
            return table.item(Benefit(*of, treatment, expense))

        rule = rulebook.categories.at(category, row.fiscal_on, date.max)
        reimbursed = channel is Channel.REIMBURSEMENT
        # Only what has a line in the certificate carries whom it was for. What is taxed is income: it has none.
        certified = row.expense is not None and row.exempt_minor > 0
        section = boxes.load().section(category, row.fiscal_year) if certified else None
        code = checklist.cu_code(row.expense, row.fiscal_year) if section is not None else None
        yield PayrollLine(
            event_id=row.event_id,
            reversal_of=taken_back.get(row.event_id, ()),
            employee_no=row.employee_no or "",
            tax_code=row.tax_code,
            name=row.name,
            plan_code=row.plan_code,
            fiscal_on=row.fiscal_on,
            fiscal_year=row.fiscal_year,
            category=str(category),
            legal_ref=rule.legal_ref if rule is not None else "",
            source=str(source),
            channel=str(channel),
            nature=Nature.EFFECTIVE if reimbursed else Nature.FIGURATIVE,
            amount_minor=sign * (row.exempt_minor + row.taxable_minor),
            exempt_minor=sign * row.exempt_minor,
            taxable_minor=sign * row.taxable_minor,
            exempt_item=item(Treatment.EXEMPT) if row.exempt_minor else None,
            taxable_item=item(Treatment.TAXABLE) if row.taxable_minor else None,
            reason=row.reason if row.reason in _REASONS else str(Voiding.VOIDED),
            recomputed=row.reason in RECOMPUTED,
            late=row.late,
            limit=limits.get(row.event_id),
            cu_year=row.expense_year if section is not None else None,
            cu_box=str(code.box) if code is not None else "",
            cu_code=code.code if code is not None else "",
            cu_tax_code=(row.relative_tax_code or "") if section is not None else "",
        )


def _totals(lines: Iterable[PayrollLine]) -> tuple[ItemTotal, ...]:
    sums: dict[tuple[Item | None, Nature, Treatment], tuple[int, int]] = {}
    for line in lines:
        for treatment, amount, item in line.parts():
            count, total = sums.get((item, line.nature, treatment), (0, 0))
            sums[item, line.nature, treatment] = (count + 1, total + amount)
    ordered = sorted(sums.items(), key=lambda found: (found[0][0].code if found[0][0] else "~", *found[0][1:]))
    return tuple(ItemTotal(*key, *figures) for key, figures in ordered)


def _unmapped(lines: Iterable[PayrollLine]) -> tuple[Unmapped, ...]:
    sums: dict[tuple[str, str, str, Treatment], tuple[int, int]] = {}
    for line in lines:
        for treatment, amount, item in line.parts():
            if item is None:
                key = (line.category, line.source, line.channel, treatment)
                count, total = sums.get(key, (0, 0))
                sums[key] = (count + 1, total + amount)
    return tuple(Unmapped(*key, *figures) for key, figures in sorted(sums.items()))


def _proof(
    session: Session, book_id: int, month: Month, lines: Iterable[PayrollLine], rulebooks: Sequence[str]
) -> Proof:
    (ledger,) = database.call(session, _LEDGER, month.parameters(book_id))
    seq, link = None, ""
    if month.closed_at is not None:
        # A closed month stands on the chain as it was then: later links leave its file as it is.
        found = database.rows(session, _SEAL, {"book": book_id, "closed": month.closed_at})
        seq, link = found[0] if found else (None, "")
    elif (head := seals.head(session, book_id)) is not None:
        seq, link = head.seq, head.link_hash.hex()
    return Proof(sum(line.amount_minor for line in lines), ledger, seq, link, tuple(rulebooks))
