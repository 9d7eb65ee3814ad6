"""Gathers a recharge list from the wallet's recharges, and proves it against what the lots paid."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import clock
from network import territories, vat, vat_law
from plans import funders
from reports import foundation
from reports.payroll_export import months
from reports.recharge_list.errors import RechargeMonthOpen
from reports.recharge_list.model import Amounts, Line, Note, RechargeList, RegimeTotal
from wallet import recharges

# Captures charge lots and refunds give back to them: what the lots paid is another derivation of what providers got.
_LOTS: Final = sa.text(
    "select coalesce(sum(x.amount_minor), 0)::bigint from ("
    "  select sum(case when d.code like 'lot:%' then p.amount_minor else 0 end"
    "             - case when c.code like 'lot:%' then p.amount_minor else 0 end) as amount_minor"
    "    from entry e"
    "    join posting p on p.book_id = e.book_id and p.entry_id = e.entry_id"
    "    join account d on d.book_id = p.book_id and d.account_id = p.debit_account_id"
    "    join account c on c.book_id = p.book_id and c.account_id = p.credit_account_id"
    "   where e.book_id = :book and e.occurred_on between :starts and :ends"
    "   group by e.entry_id having bool_or(d.code like 'provider:%' or c.code like 'provider:%')) x"
)


def gather(session: Session, book_id: int, month: date, *, detail: bool = False) -> RechargeList:
    """
    Return an employer's recharges of the month that a day lies in, and prove them against the journal.

    The employer reads of a closed month each voucher with its VAT, and the amounts of each VAT. With `detail`, for who
    runs or audits the mandate, any month, with the amounts and the id of each voucher.

    Units:  minor units.
    Errors: FunderNotFound, RechargeNotForFunder, RechargeMonthOpen.
    Source: docs/statements.md.
    """
    starts, ends = recharges.month_of(month)
    funder = funders.of_book(session, book_id)
    found = recharges.lines(session, book_id, month)
    if not detail and starts not in months.closed_months(session, book_id):
        raise RechargeMonthOpen(month=f"{starts:%m/%Y}", first=starts, last=ends)
    asked = {"book": book_id, "starts": starts, "ends": ends}
    regimes = _regimes(found, ends, detail=detail)
    return RechargeList(
        funder_name=funder.name,
        vat_number=funder.vat_number,
        mandatary=territories.get(session, funder.home_territory).name,
        starts_on=starts,
        ends_on=ends,
        prepared_at=clock.now(),
        detail=detail,
        lines=tuple(sorted((_line(x, detail=detail) for x in found), key=lambda line: (line.regime, line.reference))),
        regimes=regimes,
        notes=_notes(ends),
        lots_minor=session.scalar(_LOTS, asked) or 0,
        recorded_minor=sum(recharges.recorded(session, book_id, month).values()),
        deductible_minor=0,
        foundation=foundation.of_books(session, [book_id], (starts, ends)),
    )


def _line(line: recharges.Line, *, detail: bool) -> Line:
    reference = recharges.reference(line.authorization_id)
    if not detail:
        return Line(reference, _invoiced(line.regime), None, None)
    return Line(reference, line.regime, line.authorization_id, _sum([line]))


def _regimes(lines: Iterable[recharges.Line], ends: date, *, detail: bool) -> tuple[RegimeTotal, ...]:
    by_regime: dict[str, list[recharges.Line]] = {}
    for line in lines:
        by_regime.setdefault(line.regime if detail else _invoiced(line.regime), []).append(line)
    totals = []
    for regime, each in sorted(by_regime.items()):
        law = vat_law.reference(regime, ends) if detail else None
        reference, confidence = (law.reference, law.confidence) if law is not None else (None, None)
        totals.append(RegimeTotal(regime, reference, confidence, len(each), _sum(each)))
    return tuple(totals)


def _sum(lines: Iterable[recharges.Line]) -> Amounts:
    each = list(lines)
    figures = ("net_minor", "vat_minor", "gross_minor", "paid_minor", "added_minor")
    return Amounts(*(sum(getattr(line, figure) for line in each) for figure in figures))


def _invoiced(code: str) -> str:
    """Return what an invoice has to say of a VAT regime: its nature, or its rate in basis points."""
    found = vat.regime(code)
    return found.nature or str(found.rate_basis_points)


def _notes(ends: date) -> tuple[Note, ...]:
    """Return the notes on every regime, whatever was bought: those on the ones met would tell of it."""
    topics = [*(regime.code for regime in vat.regimes()), *vat_law.TOPICS]
    found = (vat_law.reference(topic, ends) for topic in topics)
    return tuple(
        Note(row.topic, row.reference, row.confidence, row.note_it, row.note_en)
        for row in found
        if row.note_it or row.doubtful
    )
