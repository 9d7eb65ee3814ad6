"""
Wallets: one row a person, the mutex of whatever changes the person's year, and whether it is frozen.

It is opened by the first thing that takes its lock: a budget of a hundred thousand people opens their lots alone.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from config import database

_OPEN = (
    "insert into wallet (book_id, employee_id) select book_id, employee_id from employee"
    " where book_id = %s and employee_id = %s on conflict do nothing"
)
_LOCK = "select status from wallet where book_id = %s and employee_id = %s for update"
_SET_STATUS = (
    "insert into wallet (book_id, employee_id, status) values (%s, %s, %s)"
    " on conflict (book_id, employee_id) do update set status = excluded.status"
)


def open_for(session: Session, book_id: int, employee_id: str) -> None:
    """Open a person's wallet if it is not open yet; nothing happens for somebody whom the book does not know."""
    database.run(session, _OPEN, (book_id, employee_id))


def lock(session: Session, book_id: int, employee_id: str) -> None:
    """Take a person's mutex until the end of the transaction: purchases come before or after, never in between."""
    if not database.rows(session, _LOCK, (book_id, employee_id)):
        open_for(session, book_id, employee_id)
        database.rows(session, _LOCK, (book_id, employee_id))


def set_status(session: Session, book_id: int, employee_id: str, status: str) -> None:
    """Freeze a person's wallet (`frozen`) or let it be used again (`open`); a purchase under way is waited for."""
    database.run(session, _SET_STATUS, (book_id, employee_id, status))
