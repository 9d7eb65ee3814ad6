"""The yardstick: hand-written SQL on three small tables, called from psycopg with nothing in between."""

from __future__ import annotations

from pathlib import Path

from benchmarks import book
from benchmarks.rounds import Step
from benchmarks.server import Server

_ONE = "select transfer(%s, %s, %s)"
_MANY = "select transfer_many(%s::bigint[], %s::bigint[], %s::bigint[])"


def fill(address: str) -> None:
    """Lay the tables, and give them the bench's accounts and preloaded entries."""
    with Server.connect(address) as connection:
        connection.execute(Path(__file__).with_name("yardstick.sql").read_text(encoding="utf-8").encode())
        connection.execute(
            "insert into account (account_id, balance, floor) select n - 1, %s, f"
            " from unnest(%s::bigint[]) with ordinality u(f, n)",
            (book.FUNDS, list(book.FLOORS)),
        )
        stream = book.pairs(0)
        for start in range(0, book.PRELOADED, book.CHUNK):
            chosen = [next(stream) for _ in range(min(book.CHUNK, book.PRELOADED - start))]
            connection.execute(_MANY, [list(column) for column in zip(*chosen, strict=True)])


def one_by_one(address: str, seed: int) -> Step:
    """One transfer a call, committed each."""
    connection = Server.connect(address)
    stream = book.pairs(seed)

    def step() -> int:
        connection.execute(_ONE, next(stream))
        return 1

    return step


def _in_batches(address: str, seed: int, size: int) -> Step:
    connection = Server.connect(address)
    stream = book.pairs(seed)

    def step() -> int:
        debits: list[int] = []
        credits: list[int] = []
        amounts: list[int] = []
        for _ in range(size):
            debit, credit, amount = next(stream)
            debits.append(debit)
            credits.append(credit)
            amounts.append(amount)
        connection.execute(_MANY, (debits, credits, amounts))
        return size

    return step


def batches_of_100(address: str, seed: int) -> Step:
    """A hundred transfers a call, committed each."""
    return _in_batches(address, seed, 100)
