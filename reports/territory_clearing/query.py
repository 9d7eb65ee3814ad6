"""Gathers a clearing statement: from the run that closed the month, or from the journals while it is open."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import clock
from network import invoicing, territories
from network.errors import InvoiceDataMissing
from reports import foundation
from reports.territory_clearing.model import ClearingStatement, Earlier, Flow, PartyLine, RegimeFlow
from wallet import chart
from wallet.settlement import clearing
from wallet.settlement import terms as settlement
from wallet.settlement.errors import ClearingNotFound

# What occurred in the month across territories, by the purchases' own places; the provider's account says how much.
_OPEN: Final = sa.text(
    "select a.home_territory, a.delivery_territory, a.vat_regime,"
    "       sum(case when p.credit_account_id = v.account_id then p.amount_minor else -p.amount_minor end)::bigint"
    "  from entry e"
    "  left join entry b on b.book_id = e.book_id and b.entry_id ="
    "      case when e.refunds is null then e.reverses else e.refunds end"
    "  left join entry c on c.book_id = b.book_id and c.entry_id = b.refunds"
    '  join "authorization" a on a.book_id = e.book_id and a.hold_id ='
    "      case when e.hold_id is not null then e.hold_id when b.hold_id is not null then b.hold_id else c.hold_id end"
    "  join account v on v.book_id = a.book_id and v.code = 'provider:' || a.provider_code"
    "  join posting p on p.book_id = e.book_id and p.entry_id = e.entry_id"
    "   and v.account_id in (p.debit_account_id, p.credit_account_id)"
    " where e.occurred_on between :starts and :ends and a.home_territory <> a.delivery_territory"
    " group by 1, 2, 3 having sum(case when p.credit_account_id = v.account_id"
    "  then p.amount_minor else -p.amount_minor end) <> 0 order by 1, 2, 3"
)
# What a run cleared, by the regime of the purchases, and what of it is from before its month.
_CLEARED: Final = sa.text(
    "select k.home_territory, k.delivery_territory, a.vat_regime, sum(k.gross_minor)::bigint,"
    "       coalesce(sum(k.gross_minor) filter (where e.occurred_on < :starts), 0)::bigint"
    "  from clearing_line k"
    "  join entry e on e.book_id = k.book_id and e.entry_id = k.entry_id"
    "  join entry c on c.book_id = e.book_id and c.entry_id ="
    "      case when e.refunds is null then e.entry_id else e.refunds end"
    '  join "authorization" a on a.book_id = c.book_id and a.hold_id = c.hold_id'
    " where k.run_id = :run and k.gross_minor <> 0 group by 1, 2, 3 order by 1, 2, 3"
)
# What waits on the clearing accounts from before a day: what they would still say if nothing had occurred since.
_WAITING: Final = sa.text(
    "select coalesce(sum(greatest(amount, 0)), 0)::bigint from ("
    "  select a.code, sum(case when p.debit_account_id = a.account_id then p.amount_minor else -p.amount_minor end)"
    "         as amount"
    "    from account a join posting p on p.book_id = a.book_id"
    "     and a.account_id in (p.debit_account_id, p.credit_account_id)"
    "    join entry e on e.book_id = p.book_id and e.entry_id = p.entry_id"
    "    left join entry o on o.book_id = e.book_id and o.entry_id = e.reverses"
    "   where a.code like 'clearing:%' and (e.occurred_on < :starts or 'clearing' in (e.kind, o.kind))"
    "   group by a.book_id, a.code) x"
)
# The clearing accounts over all books: what the month's purchases wrote there, or what the run took away.
_MOVED: Final = sa.text(
    "with told as materialized ("
    "  select e.book_id, e.entry_id from entry e"
    "   where cast(:run as text) is not null and e.kind = 'clearing' and e.reference = :run"
    "      or cast(:run as text) is null and e.occurred_on between :starts and :ends and e.kind <> 'clearing'"
    "         and not exists (select from entry o where o.book_id = e.book_id and o.entry_id = e.reverses"
    "                           and o.kind = 'clearing'))"
    " select a.code, sum(case when p.debit_account_id = a.account_id then p.amount_minor"
    "                         else -p.amount_minor end)::bigint"
    "   from told t"
    "   join posting p on p.book_id = t.book_id and p.entry_id = t.entry_id"
    "   join account a on a.book_id = p.book_id and a.account_id in (p.debit_account_id, p.credit_account_id)"
    "  where a.code like 'clearing:%'"
    "  group by a.code"
)
_PENDING: Final = sa.text(
    "select coalesce(sum(greatest(b.debit_posted - b.credit_posted, 0)), 0)::bigint from account a"
    "  join balance b on b.book_id = a.book_id and b.account_id = a.account_id where a.code like 'clearing:%'"
)
_BOOKS: Final = sa.text("select book_id from book order by book_id")


def gather(session: Session, month: date, *, agreed: settlement.Terms | None = None) -> ClearingStatement:
    """
    Return the clearing of the month that a day lies in, over all books, and prove it against the clearing accounts.

    `agreed` are the terms that name the network's operator; those that are shipped unless given.
    Units:  minor units.
    Source: docs/statements.md; docs/settlement.md.
    """
    starts = month.replace(day=1)
    ends = month.replace(day=monthrange(month.year, month.month)[1])
    run: clearing.Run | None = None
    with suppress(ClearingNotFound):
        run = clearing.get(session, starts)
    asked = {"starts": starts, "ends": ends, "run": run.run_id if run else None}
    rows = session.execute(_CLEARED, {"starts": starts, "run": run.run_id}) if run else _open(session, starts, ends)
    regimes = tuple(RegimeFlow(*row) for row in rows)
    flows = _sum(run.flows) if run else _provisional(regimes)
    positions = {one.party: one.position_minor for one in run.positions} if run else None
    moved: dict[str, int] = dict(session.execute(_MOVED, asked).all())
    # A run takes away what purchases wrote.
    sign = -1 if run else 1
    names = {territory.code: territory.name for territory in territories.every(session)}
    books = list(session.scalars(_BOOKS))
    payer = (agreed or settlement.shipped()).payer
    parties = _parties(flows, positions, {code: sign * amount for code, amount in moved.items()}, names)
    return ClearingStatement(
        issuer=payer.name,
        iban=payer.iban,
        starts_on=starts,
        ends_on=ends,
        prepared_at=clock.now(),
        run_id=run.run_id if run else None,
        version=run.version if run else None,
        closed_at=run.closed_at if run else None,
        flows=flows,
        earlier=tuple(Earlier(one.month, one.gross_minor, one.fee_minor) for one in run.earlier) if run else (),
        regimes=regimes,
        parties=tuple(replace(party, holder=_holder(session, party.code)) for party in parties),
        pending_minor=session.scalar(_PENDING) or 0,
        waiting_minor=0 if run else session.scalar(_WAITING, {"starts": starts}) or 0,
        books=len(books),
        foundation=foundation.of_books(session, books),
    )


def _open(session: Session, starts: date, ends: date) -> Iterable[tuple[str, str, str, int, int]]:
    rows = session.execute(_OPEN, {"starts": starts, "ends": ends})
    return [(home, delivery, regime, gross, 0) for home, delivery, regime, gross in rows]


def _provisional(regimes: Iterable[RegimeFlow]) -> tuple[Flow, ...]:
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for flow in regimes:
        sums[flow.home, flow.delivery] += flow.gross_minor
    return tuple(Flow(*pair, gross, 0, 0, 0, 0, 0, 0, 0) for pair, gross in sums.items() if gross)


def _holder(session: Session, code: str) -> str:
    """Return the name of the consortium that answers for a territory, as far as a table says it."""
    with suppress(InvoiceDataMissing):
        return invoicing.buyer(session, code).legal_name
    return ""


def _sum(flows: Iterable[clearing.Flow]) -> tuple[Flow, ...]:
    """Add the flows of all books; the fee of each was shared by its own figures."""
    sums: dict[tuple[str, str, int, int, int], list[int]] = defaultdict(lambda: [0] * 5)
    for flow in flows:
        points = (flow.home_basis_points, flow.delivery_basis_points, flow.network_basis_points)
        # Of a pair without a fee nothing is shared, and no share is told.
        key = (flow.home_territory, flow.delivery_territory, *(points if flow.fee_minor else (0, 0, 0)))
        amounts = (
            flow.gross_minor,
            flow.fee_minor,
            flow.home_fee_minor,
            flow.delivery_fee_minor,
            flow.network_fee_minor,
        )
        sums[key] = [one + other for one, other in zip(sums[key], amounts, strict=True)]
    return tuple(
        Flow(home, delivery, found[0], found[1], *points, *found[2:])
        for (home, delivery, *points), found in sorted(sums.items())
    )


def _parties(
    flows: Iterable[Flow], positions: dict[str, int] | None, ledger: dict[str, int], names: dict[str, str]
) -> Iterable[PartyLine]:
    sums: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for flow in flows:
        sums[flow.home]["bought"] += flow.gross_minor
        sums[flow.home]["share"] += flow.home_fee_minor
        sums[flow.delivery]["given"] += flow.gross_minor
        sums[flow.delivery]["withheld"] += flow.fee_minor
        sums[flow.delivery]["share"] += flow.delivery_fee_minor
        sums[chart.NETWORK]["share"] += flow.network_fee_minor
    touched = set(sums) | set(positions or {}) | {code.partition(":")[2] for code, amount in ledger.items() if amount}
    for code in sorted(touched, key=lambda party: (party == chart.NETWORK, names.get(party, party))):
        found = sums[code]
        parts = (found["given"], found["bought"], found["withheld"], found["share"])
        total = parts[0] - parts[1] - parts[2] + parts[3]
        if code == chart.NETWORK and not total and code not in (positions or {}):
            continue
        position = total if positions is None else positions.get(code, 0)
        yield PartyLine(code, names.get(code, code), *parts, position, ledger.get(chart.clearing(code), 0))
