"""
Coverage: what of a payout run each book's bank account can pay, and what has to wait for the funder's money.

The oldest due is paid first. A capture and its refunds stand together; what a provider gives back covers that
provider's own captures and nobody else's, because its payment may fail.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from config import database
from config.database import plain_array, text_array
from wallet import bank

NOT_COVERED = "not_covered"
_NEEDED = (
    "select book_id, sum(greatest(net_minor, 0))::bigint as needed_minor"
    "  from (select book_id, provider_code, sum(amount_minor - fee_minor) as net_minor from payout_candidate"
    "         where provider_code = any(%s::text[]) group by book_id, provider_code) x"
    " group by book_id order by book_id"
)
_UNITS = (
    "select book_id, capture_id, provider_code, sum(amount_minor - fee_minor)::bigint as net_minor"
    "  from payout_candidate where book_id = %s and provider_code = any(%s::text[])"
    " group by book_id, capture_id, provider_code order by min(due_on), capture_id"
)
_TAKEN_OUT = (
    "delete from payout_candidate c using unnest(%s::integer[], %s::bigint[]) u(book_id, capture_id)"
    " where c.book_id = u.book_id and c.capture_id = u.capture_id"
    " returning c.book_id, c.entry_id, c.authorization_id, c.provider_code, c.amount_minor, c.fee_minor, c.due_on"
)


@dataclass(frozen=True, slots=True)
class LeftLine:
    """A capture or refund that was due and that the book's bank account did not cover; minor units."""

    book_id: int
    entry_id: int
    authorization_id: str
    provider_code: str
    amount_minor: int
    fee_minor: int
    due_on: date


def needed(session: Session, providers: Collection[str]) -> dict[int, int]:
    """Return what paying all that is due to some providers takes from the bank account of each book; minor units."""
    rows = database.rows(session, _NEEDED, (text_array(sorted(providers)),))
    return {row.book_id: int(row.needed_minor) for row in rows}


def take_out(session: Session, nets: Mapping[str, int], advanced: Collection[int]) -> list[LeftLine]:
    """
    Take out of a run's candidates what the books' bank accounts do not cover, and return it, the oldest due first.

    Units:  `nets` is what each provider would be paid over all books, in minor units; whoever is not in it is paid
            nothing and needs nothing. In the books of `advanced` everything is paid.
    """
    uncovered: dict[str, list[Any]] = {}
    playing = set(nets)
    while True:
        # A provider of whom nothing is left to pay needs nothing either: what it would have taken is free for others.
        uncovered = {name: units for name, units in uncovered.items() if name not in playing}
        uncovered |= _uncovered(session, playing, advanced)
        emptied = {name for name in playing if nets[name] <= sum(unit.net_minor for unit in uncovered.get(name, ()))}
        if not emptied:
            break
        playing -= emptied
    units = [unit for found in uncovered.values() for unit in found]
    if not units:
        return []
    asked = plain_array([unit.book_id for unit in units]), plain_array([unit.capture_id for unit in units])
    lines = [LeftLine(*row) for row in database.rows(session, _TAKEN_OUT, asked)]
    return sorted(lines, key=lambda line: (line.due_on, line.book_id, line.entry_id))


def _uncovered(session: Session, providers: Collection[str], advanced: Collection[int]) -> dict[str, list[Any]]:
    wanted = {book: minor for book, minor in needed(session, providers).items() if book not in advanced}
    free = bank.free(session, list(wanted)) if wanted else {}
    found: dict[str, list[Any]] = defaultdict(list)
    for book_id in (book for book, minor in wanted.items() if minor > free[book]):
        left = free[book_id]
        units = database.rows(session, _UNITS, (book_id, text_array(sorted(providers))))
        # What each provider is paid in this book so far: what it gives back first.
        paid: dict[str, int] = defaultdict(int)
        for unit in units:
            paid[unit.provider_code] += min(unit.net_minor, 0)
        for unit in units:
            before = paid[unit.provider_code]
            cost = max(before + unit.net_minor, 0) - max(before, 0)
            if unit.net_minor <= 0:
                continue
            # What costs a book nothing is paid also where its account is below zero.
            if cost > max(left, 0):
                found[unit.provider_code].append(unit)
            else:
                paid[unit.provider_code] += unit.net_minor
                left -= cost
    return found
