"""Gathers a recharge list from the wallet's recharges, and proves it against what the lots paid."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import clock
from network import territories, vat_law
from plans import funders
from reports import foundation
from reports.recharge_list.model import Line, Note, RechargeList, RegimeTotal
from wallet import recharges

# Captures charge lots and refunds give back to them: what the lots paid is another derivation of what providers got.
_LOTS: Final = sa.text(
    "select coalesce(sum(case when d.code like 'lot:%' then p.amount_minor else 0 end"
    "                    - case when c.code like 'lot:%' then p.amount_minor else 0 end), 0)::bigint"
    "  from entry e"
    "  join posting p on p.book_id = e.book_id and p.entry_id = e.entry_id"
    "  join account d on d.book_id = p.book_id and d.account_id = p.debit_account_id"
    "  join account c on c.book_id = p.book_id and c.account_id = p.credit_account_id"
    " where e.book_id = :book and e.occurred_on between :starts and :ends"
    "   and exists (select from posting q join account v on v.book_id = q.book_id"
    "                  and v.account_id in (q.debit_account_id, q.credit_account_id) and v.code like 'provider:%'"
    "                where q.book_id = e.book_id and q.entry_id = e.entry_id)"
)


def gather(session: Session, book_id: int, month: date) -> RechargeList:
    """
    Return an employer's recharges of the month that a day lies in, and prove them against the journal.

    Units:  minor units.
    Errors: FunderNotFound, RechargeNotForFunder.
    Source: docs/statements.md.
    """
    starts, ends = recharges.month_of(month)
    funder = funders.of_book(session, book_id)
    found = recharges.lines(session, book_id, month)
    lines = sorted(
        (
            Line(x.authorization_id, x.regime, x.net_minor, x.vat_minor, x.gross_minor, x.paid_minor, x.added_minor)
            for x in found
        ),
        key=lambda line: (line.regime, line.voucher_id),
    )
    asked = {"book": book_id, "starts": starts, "ends": ends}
    regimes = _regimes(lines, ends)
    return RechargeList(
        funder_name=funder.name,
        vat_number=funder.vat_number,
        mandatary=territories.get(session, funder.home_territory).name,
        starts_on=starts,
        ends_on=ends,
        prepared_at=clock.now(),
        lines=tuple(lines),
        regimes=regimes,
        notes=_notes(regimes, ends),
        lots_minor=session.scalar(_LOTS, asked) or 0,
        recorded_minor=sum(recharges.recorded(session, book_id, month).values()),
        deductible_minor=0,
        foundation=foundation.of_books(session, [book_id]),
    )


def _regimes(lines: Iterable[Line], ends: date) -> tuple[RegimeTotal, ...]:
    by_regime: dict[str, list[Line]] = {}
    for line in lines:
        by_regime.setdefault(line.regime, []).append(line)
    totals = []
    for regime, each in by_regime.items():
        reference = vat_law.reference(regime, ends)
        sums = (
            sum(getattr(line, f"{figure}_minor") for line in each)
            for figure in ("net", "vat", "gross", "paid", "added")
        )
        totals.append(RegimeTotal(regime, reference.reference, reference.confidence, len(each), *sums))
    return tuple(totals)


def _notes(regimes: Iterable[RegimeTotal], ends: date) -> tuple[Note, ...]:
    topics = [*(total.regime for total in regimes), "VOUCHER", "MANDATE", "DEDUCTION"]
    found = (vat_law.reference(topic, ends) for topic in topics)
    return tuple(
        Note(row.topic, row.reference, row.confidence, row.note_it, row.note_en)
        for row in found
        if row.note_it or row.doubtful
    )
