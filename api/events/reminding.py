"""Reminding: the daily look at what ends soon, a transaction for each book."""

from __future__ import annotations

from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import clock, database
from ledger.tables import Book
from wallet import reminders


def remind() -> int:
    """
    Tell whose credit and which providers' qualification end soon, each step once; return how many that were.

    Safe to repeat: what was told is written down with the telling.
    """
    today = clock.today()
    told = database.transact(lambda session: reminders.remind_providers(session, on=today))
    for book_id in database.transact(_books):
        told += database.transact(partial(reminders.remind_of_lots, book_id=book_id, on=today))
    return told


def _books(session: Session) -> list[int]:
    return list(session.scalars(sa.select(Book.book_id).order_by(Book.book_id)))
