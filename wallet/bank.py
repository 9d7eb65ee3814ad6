"""The bank account of a book: what it can still pay, once what is already being paid is taken off."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from config import database
from config.database import plain_array

# A part below zero is what a provider gives back to the book; it counts when the bank has it.
_FREE = (
    "select x.book_id, coalesce(h.held, 0) - coalesce(w.waiting, 0) as free_minor"
    "  from unnest(%(books)s::integer[]) x(book_id)"
    "  left join (select a.book_id, b.debit_posted - b.credit_posted as held"
    "               from account a join balance b on b.book_id = a.book_id and b.account_id = a.account_id"
    "              where a.code = 'bank') h on h.book_id = x.book_id"
    "  left join (select t.book_id, sum(greatest(t.amount_minor, 0))::bigint as waiting"
    "               from payout_part t"
    "               join payout_payment p on p.run_id = t.run_id and p.provider_code = t.provider_code"
    "              where p.state = 'prepared' group by t.book_id) w on w.book_id = x.book_id"
)


def free(session: Session, book_ids: Sequence[int]) -> dict[int, int]:
    """
    Return what the bank account of each book holds beyond the payments that wait for the bank; minor units.

    It stays so only under `settlement.payouts.lock`, had alone: whoever pays from the bank takes it.
    """
    rows = database.rows(session, _FREE, {"books": plain_array(book_ids)})
    return {row.book_id: int(row.free_minor) for row in rows}
