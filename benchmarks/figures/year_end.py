"""The year-end run: a hundred thousand lots expire at once towards one account."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from benchmarks import book, town
from benchmarks.report import Result
from benchmarks.rounds import Rates
from benchmarks.server import Server
from benchmarks.stage import Stage
from config import clock
from ledger import accounts, books, posting
from plans import plans
from wallet import expiry, grants
from wallet.grants import Grant

CHUNK = 20_000
CREDIT = 4_200
_FUND = "select transfer_many(array_fill(%s::bigint, array[%s]), %s::bigint[], array_fill(%s::bigint, array[%s]))"
_EXPIRE = "select transfer_many(%s::bigint[], array_fill(%s::bigint, array[%s]), array_fill(%s::bigint, array[%s]))"


def measure(stage: Stage) -> list[Result]:
    """Measure the run beside set-based SQL that does the same transfers: in its hundreds, and in chunks as large."""
    lots = 20_000 if stage.quick else 100_000
    stage.title(f"year end: {lots:,} lots towards one account, one process")
    turns: list[tuple[str, Callable[[Stage, int, int], float], list[float]]] = [
        ("yardstick, batches of 100", lambda stage, number, lots: _yardstick(stage, number, lots, 100), []),
        (f"yardstick, batches of {CHUNK:,}", lambda stage, number, lots: _yardstick(stage, number, lots, CHUNK), []),
        ("ledger.posting.post_entries", _ledger, []),
        ("wallet.expiry.expire", _wallet, []),
    ]
    for number in range(1, 4):
        for name, run, figures in turns:
            figures.append(lots / run(stage, number, lots))
            stage.tell(f"round {number}/3: {name} {figures[-1]:,.0f}/s")
    hundreds, chunks, ledger, wallet = (Rates(name, tuple(figures)) for name, _, figures in turns)
    return [
        Result(
            f"year end: {lots:,} lots at once, ledger",
            ledger.over(hundreds),
            0.4,
            0.8,
            f"{ledger.median:,.0f}/s of {hundreds.median:,.0f}/s",
        ),
        Result(
            f"the same beside the yardstick in batches of {CHUNK:,}",
            ledger.over(chunks),
            None,
            None,
            f"{ledger.median:,.0f}/s of {chunks.median:,.0f}/s",
        ),
        Result(
            f"year end: {lots:,} lots at once, wallet.expiry",
            wallet.over(hundreds),
            0.4,
            0.8,
            f"{wallet.median:,.0f}/s of {hundreds.median:,.0f}/s",
        ),
    ]


def _yardstick(stage: Stage, number: int, lots: int, chunk: int) -> float:
    base = 10_000_000 * number + 1_000_000 * (chunk == CHUNK)
    stretches = [range(first, min(first + chunk, base + lots)) for first in range(base, base + lots, chunk)]
    with Server.connect(stage.yardstick) as connection:
        connection.execute("insert into account (account_id) values (%s), (%s)", (base - 1, base - 2))
        connection.execute(
            "insert into account (account_id, floor) select n, 0 from generate_series(%s::bigint, %s::bigint) n",
            (base, base + lots - 1),
        )
        connection.execute(_FUND, (base - 1, lots, list(range(base, base + lots)), CREDIT, lots))
        stage.settle(stage.yardstick)
        start = time.perf_counter()
        for stretch in stretches:
            connection.execute(_EXPIRE, (list(stretch), base - 2, len(stretch), CREDIT, len(stretch)))
        return time.perf_counter() - start


def _ledger(stage: Stage, number: int, lots: int) -> float:
    engine = town.engine(stage.engine)
    today = clock.today()
    with Session(engine) as session, session.begin():
        book_id = books.open_book(session, f"year-end-{number}", "Year end")
        codes = [f"lot:{n}" for n in range(lots)]
        ids = accounts.open_new(session, book_id, [accounts.Opening(code, "L", floor_minor=0) for code in codes])
        others = accounts.ensure(session, book_id, [accounts.Opening("funding", "E"), accounts.Opening("due", "L")])
        mine = [ids[code] for code in codes]
        found = book.Book(book_id, tuple(mine), others["funding"])
        for first in range(0, lots, CHUNK):
            lent = [book.draft(found.cash, account, CREDIT, today) for account in mine[first : first + CHUNK]]
            book.post(session, found, lent)
    stage.settle(stage.engine)
    start = time.perf_counter()
    with Session(engine) as session, session.begin():
        for first in range(0, lots, CHUNK):
            drafts = [
                posting.Draft("expiry", today, (posting.Pair(account, others["due"], CREDIT),))
                for account in mine[first : first + CHUNK]
            ]
            book.post(session, found, drafts)
    elapsed = time.perf_counter() - start
    engine.dispose()
    return elapsed


def _wallet(stage: Stage, number: int, lots: int) -> float:
    today = clock.today()
    employer = f"Y{number}"
    with tempfile.TemporaryDirectory() as folder:
        town.lay(stage.town, employer, lots, Path(folder))
    engine = town.engine(stage.town)
    with Session(engine) as session, session.begin():
        book_id = books.require(session, employer)
        terms = plans.by_code(session, book_id, town.PLAN)
        yesterday = today - timedelta(days=1)
        everybody = [Grant(employee, CREDIT, yesterday) for employee in town.employees(session, book_id)]
        grants.grant_many(session, terms, everybody, on=today, actor="bench")
    stage.settle(stage.town)
    start = time.perf_counter()
    with Session(engine) as session, session.begin():
        expired = expiry.expire(session, book_id, on=today, actor="bench")
    elapsed = time.perf_counter() - start
    engine.dispose()
    assert expired.lots == lots, expired
    return elapsed
