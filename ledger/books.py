"""Books: one ledger per funder."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger.errors import BookNotFound, LedgerError
from ledger.tables import Book, Entry, Period


class BookExists(LedgerError):
    """A book with this code exists."""

    it = "Il libro «{book}» esiste già."
    en = "The book '{book}' already exists."


class PeriodOverlaps(LedgerError):
    """The stretch to close overlaps one that was closed before."""

    it = "Il periodo dal {starts_on} al {ends_on} si sovrappone a uno già chiuso."
    en = "The period from {starts_on} to {ends_on} overlaps one already closed."


def open_book(session: Session, code: str, name: str, currency: str = "EUR") -> int:
    """
    Open an empty book and return its id.

    Errors: BookExists.
    """
    if find(session, code) is not None:
        raise BookExists(book=code)
    book = Book(code=code, name=name, currency=currency, status="open")
    session.add(book)
    session.flush()
    return book.book_id


def find(session: Session, code: str) -> int | None:
    """Return the id of the book with this code, if there is one."""
    return session.scalar(sa.select(Book.book_id).where(Book.code == code))


def require(session: Session, code: str) -> int:
    """
    Return the id of the book with this code.

    Errors: BookNotFound.
    """
    book_id = find(session, code)
    if book_id is None:
        raise BookNotFound(book_id=code)
    return book_id


def stop(session: Session, book_id: int) -> None:
    """
    Refuse every further entry of a book until a person has looked; reading goes on.

    Waits for the posters at work in this book, so that none slips in behind the stop.
    """
    _wait_for_posters(session, book_id)
    session.execute(sa.update(Book).where(Book.book_id == book_id).values(status="stopped"))


def resume(session: Session, book_id: int) -> None:
    """Let a stopped book take entries again."""
    session.execute(sa.update(Book).where(Book.book_id == book_id).values(status="open"))


def close_period(session: Session, book_id: int, starts_on: date, ends_on: date) -> None:
    """
    Close a stretch of business dates: no entry may fall inside it any more.

    Waits for the posters at work in this book, so that none slips in behind the closing.
    Errors: PeriodOverlaps.
    """
    _wait_for_posters(session, book_id)
    overlapping = sa.select(Period.starts_on).where(
        Period.book_id == book_id, Period.starts_on <= ends_on, Period.ends_on >= starts_on, Period.state == "closed"
    )
    if session.scalar(sa.select(overlapping.exists())):
        raise PeriodOverlaps(starts_on=starts_on, ends_on=ends_on)
    # Never before an entry it closes over, whatever the clock did meanwhile: later entries are found by this moment.
    recorded = sa.select(sa.func.max(Entry.recorded_at)).where(
        Entry.book_id == book_id, Entry.occurred_on.between(starts_on, ends_on)
    )
    closed_at = sa.func.greatest(sa.func.ledger_now(), recorded.scalar_subquery())
    values = {"ends_on": ends_on, "state": "closed", "closed_at": closed_at}
    insert = sa.dialects.postgresql.insert(Period).values(book_id=book_id, starts_on=starts_on, **values)
    session.execute(insert.on_conflict_do_update(index_elements=["book_id", "starts_on"], set_=values))


def _wait_for_posters(session: Session, book_id: int) -> None:
    # Posters hold this lock shared from before they look at the book until they end; see ledger_gate.
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(20611, book_id)))
