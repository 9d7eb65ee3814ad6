"""What moved a person's credit, entry by entry: for the person's own eyes, as it says what was bought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from ledger.tables import Entry, Posting
from network.models.provider import ProviderRow
from network.models.service import ServiceRow
from plans.rows import table
from wallet.tables import AuthorizationRow, Lot

_ENTRY, _POSTING, _LOT = table(Entry), table(Posting), table(Lot)
_AUTHORIZATION, _SERVICE, _PROVIDER = table(AuthorizationRow), table(ServiceRow), table(ProviderRow)


class Flow(StrEnum):
    """Whether credit came or went."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class Moved:
    """What an entry added to one lot; minor units, below zero for what it took."""

    lot_id: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Movement:
    """
    One entry that moved a person's credit; `amount_minor` is what it added, below zero for what it took.

    Credit that went from one lot of the person to another adds nothing. `undoes` is the kind of the entry that this one
    takes back. What was bought is None where nothing was.
    """

    entry_id: int
    kind: str
    undoes: str | None
    occurred_on: date
    recorded_at: datetime
    amount_minor: int
    lots: tuple[Moved, ...]
    authorization_id: str | None
    service_code: str | None
    service: str | None
    provider: str | None
    relative_id: str | None


def _query() -> tuple[sa.Select[Any], sa.ColumnElement[int], sa.ColumnElement[int]]:
    book, employee = sa.bindparam("book", type_=sa.Integer), sa.bindparam("employee", type_=sa.Text)
    mine = (
        sa.select(_LOT.c.account_id, _LOT.c.lot_id)
        .where(_LOT.c.book_id == book, _LOT.c.employee_id == employee)
        .cte("mine")
    )

    def side(account: sa.ColumnElement[int], delta: sa.ColumnElement[int]) -> sa.Select[Any]:
        return (
            sa.select(_POSTING.c.entry_id, mine.c.lot_id, delta.label("delta"))
            .select_from(mine.join(_POSTING, account == mine.c.account_id))
            .where(_POSTING.c.book_id == book)
        )

    moves = sa.union_all(
        side(_POSTING.c.debit_account_id, -_POSTING.c.amount_minor),
        side(_POSTING.c.credit_account_id, _POSTING.c.amount_minor),
    ).subquery("moves")
    by_lot = (
        sa.select(moves.c.entry_id, moves.c.lot_id, sa.func.sum(moves.c.delta).cast(sa.BigInteger).label("delta"))
        .group_by(moves.c.entry_id, moves.c.lot_id)
        .subquery("by_lot")
    )
    moved = (
        sa.select(
            by_lot.c.entry_id,
            sa.func.sum(by_lot.c.delta).cast(sa.BigInteger).label("amount_minor"),
            sa.func.array_agg(by_lot.c.lot_id, type_=sa.ARRAY(sa.Text)).label("lot_ids"),
            sa.func.array_agg(by_lot.c.delta, type_=sa.ARRAY(sa.BigInteger)).label("deltas"),
        )
        .group_by(by_lot.c.entry_id)
        .subquery("moved")
    )
    before, first = _ENTRY.alias("before"), _ENTRY.alias("first")
    hold = sa.func.coalesce(_ENTRY.c.hold_id, before.c.hold_id, first.c.hold_id)
    statement = (
        sa.select(
            _ENTRY.c.entry_id,
            _ENTRY.c.kind,
            sa.case((_ENTRY.c.reverses.is_not(None), before.c.kind)).label("undoes"),
            _ENTRY.c.occurred_on,
            _ENTRY.c.recorded_at,
            moved.c.amount_minor,
            moved.c.lot_ids,
            moved.c.deltas,
            _AUTHORIZATION.c.authorization_id,
            _AUTHORIZATION.c.service_code,
            _SERVICE.c.name.label("service"),
            _PROVIDER.c.name.label("provider"),
            _AUTHORIZATION.c.relative_id,
        )
        .select_from(moved)
        .join(_ENTRY, sa.and_(_ENTRY.c.book_id == book, _ENTRY.c.entry_id == moved.c.entry_id))
        .outerjoin(
            before,
            sa.and_(
                before.c.book_id == book,
                before.c.entry_id == sa.func.coalesce(_ENTRY.c.reverses, _ENTRY.c.refunds),
            ),
        )
        .outerjoin(
            first,
            sa.and_(first.c.book_id == book, first.c.entry_id == sa.func.coalesce(before.c.reverses, before.c.refunds)),
        )
        # Whose it is says nothing new, and finds it among the person's own.
        .outerjoin(
            _AUTHORIZATION,
            sa.and_(
                _AUTHORIZATION.c.book_id == book,
                _AUTHORIZATION.c.employee_id == employee,
                _AUTHORIZATION.c.hold_id == hold,
            ),
        )
        .outerjoin(_SERVICE, _SERVICE.c.code == _AUTHORIZATION.c.service_code)
        .outerjoin(_PROVIDER, _PROVIDER.c.code == _AUTHORIZATION.c.provider_code)
    )
    return statement, _ENTRY.c.entry_id, moved.c.amount_minor


_STATEMENT, KEY, _AMOUNT = _query()


def of(
    book_id: int,
    employee_id: str,
    *,
    flow: Flow | None = None,
    since: date | None = None,
    until: date | None = None,
) -> sa.Select[Any]:
    """
    Return the query of everything that moved a person's credit; `KEY` names a movement, and `movement` reads one.

    What is given is asked for besides: which way it went, and the days on which it occurred, themselves included.
    """
    statement = _STATEMENT
    if flow is not None:
        statement = statement.where(_AMOUNT > 0 if flow is Flow.IN else _AMOUNT < 0)
    if since is not None:
        statement = statement.where(_ENTRY.c.occurred_on >= since)
    if until is not None:
        statement = statement.where(_ENTRY.c.occurred_on <= until)
    return statement.params(book=book_id, employee=employee_id)


def movement(row: sa.Row[Any]) -> Movement:
    """Return a row of the query as what it says."""
    values = dict(row._mapping)
    pairs = sorted(zip(values.pop("lot_ids"), values.pop("deltas"), strict=True))
    lots = tuple(Moved(lot_id, amount_minor) for lot_id, amount_minor in pairs)
    return Movement(**values, lots=lots)
