"""The monthly clearing between territories: what each bought and gave in the others, netted to one position each."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import clock, database, ids
from config.database import plain_array, text_array
from ledger import accounts, posting
from ledger.accounts import Opening
from ledger.posting import Draft, Pair
from wallet import chart, outbox
from wallet.errors import ReasonRequired
from wallet.outbox import Event
from wallet.settlement.errors import (
    BookStopped,
    ClearingLaterClosed,
    ClearingMonthNotOver,
    ClearingNotFound,
    ClearingRunNotFound,
    FeeUnshared,
)
from wallet.settlement.payouts import moved, write
from wallet.settlement.tables import ClearingFlow, ClearingPosition, ClearingRun
from wallet.settlement.terms import ANY, WHOLE, Share, Terms

_LOCK = "select pg_advisory_xact_lock(hashtextextended('borsellino:clearing', 0))"
_LINES = Path(__file__).with_name("clearing.sql").read_text(encoding="utf-8")
_SUMS = (
    "select book_id, home_territory, delivery_territory, sum(gross_minor)::bigint as gross_minor,"
    "       sum(fee_minor)::bigint as fee_minor"
    "  from clearing_line where run_id = %s group by 1, 2, 3 order by 1, 2, 3"
)
_FLOWS = (
    "insert into clearing_flow (book_id, run_id, home_territory, delivery_territory, gross_minor, fee_minor,"
    " home_basis_points, delivery_basis_points, network_basis_points, home_fee_minor, delivery_fee_minor,"
    " network_fee_minor) select book_id, %s, home, delivery, gross, fee, hp, dp, np, hf, df, nf"
    "   from unnest(%s::integer[], %s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::integer[], %s::integer[],"
    "               %s::integer[], %s::bigint[], %s::bigint[], %s::bigint[])"
    "        f(book_id, home, delivery, gross, fee, hp, dp, np, hf, df, nf)"
)
_POSITIONS = (
    "insert into clearing_position (run_id, party, position_minor) select %s, * from unnest(%s::text[], %s::bigint[])"
)
# A run takes what no run has cleared: this is what of it bears a day before its own month.
_EARLIER = (
    "select date_trunc('month', e.occurred_on)::date as month, sum(k.gross_minor)::bigint as gross_minor,"
    "       sum(k.fee_minor)::bigint as fee_minor, count(distinct (k.book_id, k.entry_id)) as entries"
    "  from clearing_line k join entry e on e.book_id = k.book_id and e.entry_id = k.entry_id"
    " where k.run_id = %s and e.occurred_on < %s group by 1 order by 1"
)
_STOPPED = "select code from book where status <> 'open' order by code limit 1"
_ENTRIES = "select book_id, entry_id from entry where kind = 'clearing' and reference = %s order by book_id"

# Of a pair without a fee no shares are asked for; the row says that the network would have all of nothing.
_NOTHING_TO_SHARE = Share(ANY, ANY, date.min, date.max, 0, 0, WHOLE, "", "")


@dataclass(frozen=True, slots=True)
class Flow:
    """What one book brought to a pair of territories, and how the fee on it is shared; minor units."""

    book_id: int
    home_territory: str
    delivery_territory: str
    gross_minor: int
    fee_minor: int
    home_basis_points: int
    delivery_basis_points: int
    network_basis_points: int
    home_fee_minor: int
    delivery_fee_minor: int
    network_fee_minor: int


@dataclass(frozen=True, slots=True)
class Position:
    """What a party gets from the others, or pays them below zero; minor units. The network itself is a party."""

    party: str
    position_minor: int


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a run cleared that belongs to an earlier month, and that no run of that month had; minor units."""

    month: date
    gross_minor: int
    fee_minor: int
    entries: int


@dataclass(frozen=True, slots=True)
class Run:
    """A month's clearing; `replayed` when it had been closed before."""

    run_id: str
    starts_on: date
    ends_on: date
    version: int
    state: str
    actor: str
    closed_at: datetime
    reopened_by: str | None
    reopened_reason: str | None
    reopened_at: datetime | None
    flows: tuple[Flow, ...]
    positions: tuple[Position, ...]
    earlier: tuple[Earlier, ...] = ()
    replayed: bool = False

    @property
    def earlier_minor(self) -> int:
        """What of the gross flows is from earlier months, in minor units."""
        return sum(month.gross_minor for month in self.earlier)


def run(session: Session, month: date, *, terms: Terms, actor: str) -> Run:
    """
    Clear a month over all books, and close it: every clearing account returns to zero, and fees are shared out.

    What a home territory bought in another it owes there: each territory pays its own providers. Of the fee withheld
    at payout home, delivery and network have the shares of the day the month ends. Captures, refunds and payments up
    to that day that no other run has cleared are in it, and `earlier` says what of them is of the months before; what
    is recorded later goes into the next month. Run again, it returns what was closed.

    Errors: ClearingMonthNotOver, ClearingLaterClosed, BookStopped, FeeUnshared; those of `posting.post`.
    """
    starts_on, ends_on = _bounds(month)
    session.connection().exec_driver_sql(_LOCK)
    closed = _find(session, starts_on, state="closed")
    if closed:
        return _whole(session, closed[0], replayed=True)
    today = clock.today()
    if ends_on >= today:
        raise ClearingMonthNotOver(ends_on=ends_on)
    _refuse_later(session, starts_on)
    stopped = session.connection().exec_driver_sql(_STOPPED).scalar()
    if stopped is not None:
        raise BookStopped(book=stopped)

    run_id = ids.new("clr")
    version = len(_find(session, starts_on)) + 1
    values = {"starts_on": starts_on, "ends_on": ends_on, "version": version, "actor": actor}
    session.execute(sa.insert(ClearingRun).values(run_id=run_id, **values))
    database.run(session, _LINES, {"run": run_id, "ends_on": ends_on})
    flows = [_shared(row, terms, ends_on) for row in database.rows(session, _SUMS, (run_id,))]
    _record(session, run_id, flows)
    for book_id in dict.fromkeys(flow.book_id for flow in flows):
        _post(session, run_id, book_id, [flow for flow in flows if flow.book_id == book_id], today, actor)
    facts = {"run_id": run_id, "starts_on": starts_on.isoformat(), "ends_on": ends_on.isoformat(), "version": version}
    outbox.tell(session, None, Event.CLEARING_CLOSED, run_id, facts)
    return _whole(session, _find(session, starts_on, state="closed")[0])


def reopen(session: Session, month: date, *, reason: str, actor: str, run_id: str | None = None) -> Run:
    """
    Open a closed month again: its entries are reversed, and what it cleared waits for the next run of it.

    The run stays, with who reopened it and why. Months reopen from the last one closed. With `run_id` only that run is
    reopened, and none that followed it.

    Errors: ReasonRequired, ClearingNotFound, ClearingLaterClosed; those of `posting.reverse`.
    """
    if not reason.strip():
        raise ReasonRequired()
    starts_on, _ = _bounds(month)
    session.connection().exec_driver_sql(_LOCK)
    closed = _find(session, starts_on, state="closed")
    if not closed or run_id not in (None, closed[0].run_id):
        raise ClearingNotFound(starts_on=starts_on)
    _refuse_later(session, starts_on)
    run_id = closed[0].run_id
    for book_id, entry_id in database.rows(session, _ENTRIES, (run_id,)):
        posting.reverse(session, book_id, entry_id, occurred_on=clock.today(), actor=actor, reason=reason.strip())
    database.run(session, "update clearing_line set released = true where run_id = %s", (run_id,))
    told = {"state": "reopened", "reopened_by": actor, "reopened_reason": reason.strip(), "reopened_at": clock.now()}
    session.execute(sa.update(ClearingRun).where(ClearingRun.run_id == run_id).values(**told))
    return _whole(session, _find(session, starts_on, state="reopened")[-1])


def versions(session: Session, month: date) -> list[Run]:
    """Return every run of a month, reopened ones included, the first first."""
    return [_whole(session, row) for row in _find(session, _bounds(month)[0])]


def get(session: Session, month: date) -> Run:
    """
    Return the clearing of a month that is closed.

    Errors: ClearingNotFound.
    """
    starts_on, _ = _bounds(month)
    closed = _find(session, starts_on, state="closed")
    if not closed:
        raise ClearingNotFound(starts_on=starts_on)
    return _whole(session, closed[0])


def by_id(session: Session, run_id: str) -> Run:
    """
    Return a clearing by its id, also where it was reopened.

    Errors: ClearingRunNotFound.
    """
    row = session.execute(sa.select(ClearingRun.__table__).where(ClearingRun.run_id == run_id)).one_or_none()
    if row is None:
        raise ClearingRunNotFound(run=run_id)
    return _whole(session, row)


def net(flows: Sequence[Flow]) -> list[Position]:
    """Net flows to one position a party, by name; their sum is zero."""
    sums: dict[str, int] = defaultdict(int)
    for flow in flows:
        # Home pays what it bought, less its share of the fee; delivery gets it, less the fee that stays withheld from
        # the provider it pays, plus its own share.
        sums[flow.home_territory] += flow.home_fee_minor - flow.gross_minor
        sums[flow.delivery_territory] += flow.gross_minor - flow.fee_minor + flow.delivery_fee_minor
        sums[chart.NETWORK] += flow.network_fee_minor
    if sums and not sums[chart.NETWORK]:
        del sums[chart.NETWORK]
    return [Position(party, sums[party]) for party in sorted(sums)]


def _bounds(month: date) -> tuple[date, date]:
    return month.replace(day=1), month.replace(day=monthrange(month.year, month.month)[1])


def _refuse_later(session: Session, starts_on: date) -> None:
    later = session.scalar(
        sa.select(sa.func.min(ClearingRun.starts_on)).where(
            ClearingRun.starts_on > starts_on, ClearingRun.state == "closed"
        )
    )
    if later is not None:
        raise ClearingLaterClosed(later=later)


def _shared(row: Any, terms: Terms, on: date) -> Flow:
    share = terms.share(row.home_territory, row.delivery_territory, on)
    if share is None:
        if row.fee_minor:
            raise FeeUnshared(home=row.home_territory, delivery=row.delivery_territory, on=on)
        share = _NOTHING_TO_SHARE
    home_fee, delivery_fee, network_fee = share.split(row.fee_minor)
    return Flow(
        book_id=row.book_id,
        home_territory=row.home_territory,
        delivery_territory=row.delivery_territory,
        gross_minor=row.gross_minor,
        fee_minor=row.fee_minor,
        home_basis_points=share.home_basis_points,
        delivery_basis_points=share.delivery_basis_points,
        network_basis_points=share.network_basis_points,
        home_fee_minor=home_fee,
        delivery_fee_minor=delivery_fee,
        network_fee_minor=network_fee,
    )


def _record(session: Session, run_id: str, flows: Sequence[Flow]) -> None:
    if not flows:
        return
    texts = ("home_territory", "delivery_territory")
    columns = [
        (text_array if name in texts else plain_array)([getattr(flow, name) for flow in flows])
        for name in Flow.__slots__
    ]
    database.run(session, _FLOWS, (run_id, *columns))
    positions = net(flows)
    parties = text_array([position.party for position in positions])
    amounts = plain_array([position.position_minor for position in positions])
    database.run(session, _POSITIONS, (run_id, parties, amounts))


def _post(session: Session, run_id: str, book_id: int, flows: Sequence[Flow], on: date, actor: str) -> None:
    places = sorted({place for flow in flows for place in (flow.home_territory, flow.delivery_territory)})
    openings = [Opening(chart.FEES, "I", "Commissioni trattenute ai fornitori")]
    openings += [Opening(chart.clearing(place), "A", f"Compensazione {place}") for place in places]
    openings += [Opening(chart.fees(party), "I", f"Commissioni {party}") for party in (*places, chart.NETWORK)]
    known = accounts.ensure(session, book_id, openings)
    pairs: tuple[Pair, ...] = ()
    for flow in flows:
        home, delivery = known[chart.clearing(flow.home_territory)], known[chart.clearing(flow.delivery_territory)]
        pairs += moved(home, delivery, flow.gross_minor)
        shares = (
            (flow.home_territory, flow.home_fee_minor),
            (flow.delivery_territory, flow.delivery_fee_minor),
            (chart.NETWORK, flow.network_fee_minor),
        )
        for party, share_minor in shares:
            pairs += moved(known[chart.FEES], known[chart.fees(party)], share_minor)
    if pairs:
        write(session, book_id, [Draft("clearing", on, pairs, run_id, memo=run_id)], actor)


def _find(session: Session, starts_on: date, *, state: str | None = None) -> list[Any]:
    asked = sa.select(ClearingRun.__table__).where(ClearingRun.starts_on == starts_on).order_by(ClearingRun.version)
    return list(session.execute(asked if state is None else asked.where(ClearingRun.state == state)))


def _whole(session: Session, row: Any, *, replayed: bool = False) -> Run:
    columns = ClearingFlow.__table__.columns
    flows = session.execute(
        sa.select(*(columns[name] for name in Flow.__slots__))
        .where(ClearingFlow.run_id == row.run_id)
        .order_by(ClearingFlow.book_id, ClearingFlow.home_territory, ClearingFlow.delivery_territory)
    )
    positions = session.execute(
        sa.select(ClearingPosition.party, ClearingPosition.position_minor)
        .where(ClearingPosition.run_id == row.run_id)
        .order_by(ClearingPosition.party)
    )
    return Run(
        **row._mapping,
        flows=tuple(Flow(*flow) for flow in flows),
        positions=tuple(Position(*position) for position in positions),
        earlier=tuple(Earlier(*month) for month in database.rows(session, _EARLIER, (row.run_id, row.starts_on))),
        replayed=replayed,
    )
