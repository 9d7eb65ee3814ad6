"""The bench's own book: the same accounts, floors and pairs for the engine and for the yardstick."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from config import clock, database
from ledger import accounts, books, posting

ACCOUNTS = 2_000
PRELOADED = 100_000
FUNDS = 1_000_000_000
CHUNK = 10_000
# Every second account refuses to go below zero.
FLOORS = tuple(0 if number % 2 else None for number in range(ACCOUNTS))


@dataclass(frozen=True)
class Book:
    """The book of the bench: its id, its numbered accounts in their order, and the shared account."""

    book_id: int
    numbered: tuple[int, ...]
    cash: int


def pairs(seed: int) -> Iterator[tuple[int, int, int]]:
    """Yield (debit, credit, amount) for ever: two random accounts, by number from 0, and some cents."""
    choice = random.Random(seed)
    while True:
        debit = choice.randrange(ACCOUNTS)
        credit = choice.randrange(ACCOUNTS)
        if debit != credit:
            yield debit, credit, choice.randint(1, 5_000)


def use(address: str) -> None:
    """Make the `config.database` of this process (a worker) the one at `address`."""
    os.environ["DATABASE_URL"] = address


def fill(address: str) -> None:
    """Open the accounts in a fresh book, fund them, and post the preloaded entries, all through the ledger."""
    engine = database.make_engine(make_url(address).set(drivername="postgresql+psycopg"))
    with Session(engine) as session, session.begin():
        books.open_book(session, "bench", "Bench")
        book = find(session)
        today = clock.today()
        post(session, book, [draft(book.cash, account, FUNDS, today) for account in book.numbered])
        stream = pairs(0)
        for start in range(ACCOUNTS, PRELOADED, CHUNK):
            chosen = [next(stream) for _ in range(min(CHUNK, PRELOADED - start))]
            numbered = book.numbered
            post(session, book, [draft(numbered[d], numbered[c], amount, today) for d, c, amount in chosen])
    engine.dispose()


def find(session: Session) -> Book:
    """Return the bench's book, with its accounts opened."""
    book_id = books.require(session, "bench")
    openings = [accounts.Opening(f"{n:05d}", "L", floor_minor=floor) for n, floor in enumerate(FLOORS)]
    ids = accounts.ensure(session, book_id, [*openings, accounts.Opening("cash", "A")])
    return Book(book_id, tuple(ids[f"{n:05d}"] for n in range(ACCOUNTS)), ids["cash"])


def draft(debit: int, credit: int, amount: int, day: date) -> posting.Draft:
    """Return the draft of one transfer."""
    return posting.Draft("transfer", day, (posting.Pair(debit, credit, amount),))


def post(session: Session, book: Book, drafts: list[posting.Draft]) -> None:
    """Post drafts that must all succeed."""
    for outcome in posting.post_entries(session, book.book_id, drafts, actor="bench"):
        if outcome.refusal is not None:
            raise outcome.refusal
