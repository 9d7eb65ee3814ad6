"""The year-end run: a hundred thousand lots expire at once towards one account."""

from __future__ import annotations

import time
from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from benchmarks import book, rounds
from benchmarks.report import Result
from benchmarks.server import Server
from benchmarks.stage import Stage
from config import clock, database
from ledger import accounts, books, posting

CHUNK = 10_000
CREDIT = 4_200
_TRANSFER = "select transfer_many(%s::bigint[], array_fill(%s::bigint, array[%s]), array_fill(%s::bigint, array[%s]))"


def measure(stage: Stage) -> list[Result]:
    """Measure the run beside set-based SQL that does the same transfers in the same chunks."""
    lots = 20_000 if stage.quick else 100_000
    stage.title(f"year end: {lots:,} lots towards one account, one process")
    turns: list[tuple[str, Callable[[int], float], list[float]]] = [
        ("yardstick", lambda number: _yardstick(stage, number, lots), []),
        ("ledger", lambda number: _ledger(stage, number, lots), []),
    ]
    for number in range(1, stage.rounds + 1):
        for name, run, rates in turns:
            rates.append(lots / run(number))
            stage.tell(f"round {number}/{stage.rounds}: {name} {rates[-1]:,.0f}/s")
    minimum, through = (rounds.Rates(name, tuple(rates)) for name, _, rates in turns)
    return [
        Result(
            f"year end: {lots:,} lots at once",
            through.over(minimum),
            0.4,
            0.8,
            f"{through.median:,.0f}/s of {minimum.median:,.0f}/s",
        )
    ]


def expire(session: Session, book_id: int, lots: list[int], towards: int) -> None:
    """
    Do the work that is measured: the ledger's part of the wallet's expiry.

    To measure the wallet's verb instead, call it here and lay wallets instead of bare accounts in `_lay`.
    """
    today = clock.today()
    drafts = [
        posting.Draft("expiry", today, (posting.Pair(lot, towards, CREDIT),), reference=f"expiry:{lot}") for lot in lots
    ]
    for outcome in posting.post_entries(session, book_id, drafts, actor="bench"):
        if outcome.refusal is not None:
            raise outcome.refusal


def _ledger(stage: Stage, number: int, lots: int) -> float:
    engine = database.make_engine(make_url(stage.engine).set(drivername="postgresql+psycopg"))
    with Session(engine) as session, session.begin():
        book_id, ids, towards = _lay(session, number, lots)
    stage.settle(stage.engine)
    start = time.perf_counter()
    for first in range(0, lots, CHUNK):
        with Session(engine) as session, session.begin():
            expire(session, book_id, ids[first : first + CHUNK], towards)
    elapsed = time.perf_counter() - start
    with Session(engine) as session:
        left = session.scalar(
            sa.text("select sum(credit_posted - debit_posted) from balance where book_id = :b and floor_minor = 0"),
            {"b": book_id},
        )
    engine.dispose()
    assert left == 0, f"{left} left in the lots"
    return elapsed


def _lay(session: Session, number: int, lots: int) -> tuple[int, list[int], int]:
    # Lots with a credit each, in a book of the round's own.
    book_id = books.open_book(session, f"year-end-{number}", "Year end")
    codes = [f"lot:{n}" for n in range(lots)]
    openings = [accounts.Opening(code, "L", floor_minor=0) for code in codes]
    ids = accounts.ensure(session, book_id, [*openings, accounts.Opening("funding", "E"), accounts.Opening("due", "L")])
    accounts_of = [ids[code] for code in codes]
    found = book.Book(book_id, tuple(accounts_of), ids["funding"])
    today = clock.today()
    for first in range(0, lots, CHUNK):
        book.post(
            session,
            found,
            [book.draft(found.cash, account, CREDIT, today) for account in accounts_of[first : first + CHUNK]],
        )
    return book_id, accounts_of, ids["due"]


def _yardstick(stage: Stage, number: int, lots: int) -> float:
    base = 1_000_000 * number
    with Server.connect(stage.yardstick) as connection:
        connection.execute("insert into account (account_id) values (%s), (%s)", (base - 1, base - 2))
        connection.execute(
            "insert into account (account_id, floor) select n, 0 from generate_series(%s::bigint, %s::bigint) n",
            (base, base + lots - 1),
        )
        for first in range(base, base + lots, CHUNK):
            ids = list(range(first, min(first + CHUNK, base + lots)))
            connection.execute(
                "select transfer_many(array_fill(%s::bigint, array[%s]), %s::bigint[],"
                " array_fill(%s::bigint, array[%s]))",
                (base - 1, len(ids), ids, CREDIT, len(ids)),
            )
        stage.settle(stage.yardstick)
        start = time.perf_counter()
        for first in range(base, base + lots, CHUNK):
            ids = list(range(first, min(first + CHUNK, base + lots)))
            connection.execute(_TRANSFER, (ids, base - 2, len(ids), CREDIT, len(ids)))
        return time.perf_counter() - start
