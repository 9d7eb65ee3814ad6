"""Commitments and transfers as they were recorded, plan by plan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger.tables import Account, Entry, Posting
from plans.rows import Plan, table
from wallet import chart
from wallet.errors import FundingNotFound
from wallet.labels import EntryKind

_ACCOUNT, _ENTRY, _POSTING, _PLAN = table(Account), table(Entry), table(Posting), table(Plan)
_KINDS = (EntryKind.COMMITMENT, EntryKind.FUNDING)
KEY: sa.ColumnElement[int] = _ENTRY.c.entry_id


@dataclass(frozen=True, slots=True)
class FundingEntry:
    """One commitment or transfer for a plan; `reversed` says that it was a mistake of ours and undone. Minor units."""

    entry_id: int
    kind: str
    plan_id: str
    plan_code: str
    amount_minor: int
    occurred_on: date
    recorded_at: datetime
    reference: str | None
    reversed: bool


def query(book_id: int, *, plan_id: str | None = None, kind: str | None = None) -> sa.Select[Any]:
    """Return the query of a book's commitments and transfers; `KEY` names one, `entry` reads one."""
    undoing = _ENTRY.alias("undoing")
    undone = sa.exists().where(undoing.c.book_id == book_id, undoing.c.reverses == _ENTRY.c.entry_id)
    # Both pass through what the funder still has to transfer: that account names the plan.
    parts = chart.receivable("\x00").split("\x00")
    receivable = sa.literal(parts[0]) + _PLAN.c.code + parts[1]
    found = (
        sa.select(
            _ENTRY.c.entry_id,
            _ENTRY.c.kind,
            _PLAN.c.plan_id,
            _PLAN.c.code.label("plan_code"),
            _POSTING.c.amount_minor,
            _ENTRY.c.occurred_on,
            _ENTRY.c.recorded_at,
            _ENTRY.c.reference,
            undone.label("reversed"),
        )
        .select_from(_PLAN)
        .join(_ACCOUNT, sa.and_(_ACCOUNT.c.book_id == book_id, _ACCOUNT.c.code == receivable))
        .join(
            _POSTING,
            sa.and_(
                _POSTING.c.book_id == book_id,
                sa.or_(
                    _POSTING.c.debit_account_id == _ACCOUNT.c.account_id,
                    _POSTING.c.credit_account_id == _ACCOUNT.c.account_id,
                ),
            ),
        )
        .join(_ENTRY, sa.and_(_ENTRY.c.book_id == book_id, _ENTRY.c.entry_id == _POSTING.c.entry_id))
        .where(_PLAN.c.book_id == book_id, _ENTRY.c.kind.in_([str(each) for each in _KINDS]))
    )
    if plan_id is not None:
        found = found.where(_PLAN.c.plan_id == plan_id)
    return found if kind is None else found.where(_ENTRY.c.kind == kind)


def entry(row: sa.Row[Any]) -> FundingEntry:
    """Return a row of the query as what it says."""
    return FundingEntry(**row._mapping)


def find(session: Session, book_id: int, entry_id: int, *, plan_id: str | None = None) -> FundingEntry:
    """
    Return a commitment or transfer, of one plan if it is named.

    Errors: FundingNotFound.
    """
    row = session.execute(query(book_id, plan_id=plan_id).where(_ENTRY.c.entry_id == entry_id)).one_or_none()
    if row is None:
        raise FundingNotFound(funding=entry_id)
    return entry(row)
