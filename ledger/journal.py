"""The journal, read: entries with their postings, filtered and page by page."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from ledger.tables import Account, Entry, Posting

PAGE = 500


@dataclass(frozen=True, slots=True)
class Line:
    """One posting of an entry, with the codes of its accounts; minor units."""

    line: int
    debit_account_id: int
    debit_code: str
    credit_account_id: int
    credit_code: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Written:
    """An entry as it stands in the journal."""

    entry_id: int
    kind: str
    occurred_on: date
    recorded_at: datetime
    reference: str | None
    reverses: int | None
    refunds: int | None
    hold_id: int | None
    actor: str
    memo: str
    lines: tuple[Line, ...]

    @property
    def position(self) -> Position:
        """Where the entry stands in the order of reading."""
        return Position(self.occurred_on, self.entry_id)


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in the journal, which is read by business date and then by entry."""

    occurred_on: date
    entry_id: int


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries to read; None means any. Both days belong to the stretch."""

    kinds: Collection[str] | None = None
    from_day: date | None = None
    to_day: date | None = None
    reference: str | None = None
    account_ids: Collection[int] | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Some entries, and where to go on; None at the end."""

    entries: tuple[Written, ...]
    next: Position | None


EVERYTHING = Filter()


def page(
    session: Session,
    book_id: int,
    wanted: Filter = EVERYTHING,
    *,
    after: Position | None = None,
    limit: int = PAGE,
) -> Page:
    """
    Return the entries that follow a position, oldest business date first.

    An entry that is recorded while someone reads, with an earlier business date, is not in the pages that follow:
    read a closed period, or one transaction with a repeatable snapshot, where that matters.
    """
    query = _matching(book_id, wanted).order_by(Entry.occurred_on, Entry.entry_id).limit(limit + 1)
    if after is not None:
        query = query.where(sa.tuple_(Entry.occurred_on, Entry.entry_id) > (after.occurred_on, after.entry_id))
    rows = session.scalars(query).all()
    entries = _with_lines(session, book_id, rows[:limit])
    return Page(entries, entries[-1].position if len(rows) > limit else None)


def read(session: Session, book_id: int, wanted: Filter = EVERYTHING, *, chunk: int = PAGE) -> Iterator[Written]:
    """Yield every matching entry, oldest business date first, holding one chunk in memory at a time."""
    after: Position | None = None
    while True:
        found = page(session, book_id, wanted, after=after, limit=chunk)
        yield from found.entries
        if found.next is None:
            return
        after = found.next


def find(session: Session, book_id: int, entry_id: int) -> Written | None:
    """Return one entry, if it is in this book."""
    row = session.scalar(sa.select(Entry).where(Entry.book_id == book_id, Entry.entry_id == entry_id))
    return _with_lines(session, book_id, [row])[0] if row else None


def find_reference(session: Session, book_id: int, reference: str) -> Written | None:
    """Return the entry with this reference, if there is one."""
    row = session.scalar(sa.select(Entry).where(Entry.book_id == book_id, Entry.reference == reference))
    return _with_lines(session, book_id, [row])[0] if row else None


def count(session: Session, book_id: int, wanted: Filter = EVERYTHING) -> int:
    """Return how many entries match."""
    return session.scalar(sa.select(sa.func.count()).select_from(_matching(book_id, wanted).subquery())) or 0


def _matching(book_id: int, wanted: Filter) -> sa.Select[Entry]:
    query = sa.select(Entry).where(Entry.book_id == book_id)
    if wanted.kinds is not None:
        query = query.where(Entry.kind.in_(wanted.kinds))
    if wanted.from_day is not None:
        query = query.where(Entry.occurred_on >= wanted.from_day)
    if wanted.to_day is not None:
        query = query.where(Entry.occurred_on <= wanted.to_day)
    if wanted.reference is not None:
        query = query.where(Entry.reference == wanted.reference)
    if wanted.account_ids is not None:
        touching = sa.union(
            *(
                sa.select(Posting.entry_id).where(Posting.book_id == book_id, side.in_(wanted.account_ids))
                for side in (Posting.debit_account_id, Posting.credit_account_id)
            )
        )
        query = query.where(Entry.entry_id.in_(touching))
    return query


def _with_lines(session: Session, book_id: int, entries: Sequence[Entry]) -> tuple[Written, ...]:
    debit, credit = aliased(Account), aliased(Account)
    query = (
        sa.select(
            Posting.entry_id,
            Posting.line,
            Posting.debit_account_id,
            debit.code,
            Posting.credit_account_id,
            credit.code,
            Posting.amount_minor,
        )
        .join(debit, sa.and_(debit.book_id == book_id, debit.account_id == Posting.debit_account_id))
        .join(credit, sa.and_(credit.book_id == book_id, credit.account_id == Posting.credit_account_id))
        .where(Posting.book_id == book_id, Posting.entry_id.in_([entry.entry_id for entry in entries]))
        .order_by(Posting.entry_id, Posting.line)
    )
    grouped = groupby(session.execute(query), key=lambda row: row[0])
    lines = {entry_id: tuple(Line(*row[1:]) for row in rows) for entry_id, rows in grouped}
    return tuple(
        Written(
            entry.entry_id,
            entry.kind,
            entry.occurred_on,
            entry.recorded_at,
            entry.reference,
            entry.reverses,
            entry.refunds,
            entry.hold_id,
            entry.actor,
            entry.memo,
            lines.get(entry.entry_id, ()),
        )
        for entry in entries
    )
