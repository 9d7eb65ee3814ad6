"""The engine's ways in, as steps to repeat: through Python as the wallet does, and the server's function bare."""

from __future__ import annotations

from datetime import timedelta

from benchmarks import book
from benchmarks.rounds import Step
from benchmarks.server import Server
from config import clock, database
from config.database import transaction
from ledger import holds, posting

_BARE = "select ledger_write_pair(%s, 'EUR', 'bench', 'transfer', %s, null, null, null, null, '', %s, %s, %s)"


def _find(address: str) -> book.Book:
    book.use(address)
    with transaction() as session:
        return book.find(session)


def one_by_one(address: str, seed: int) -> Step:
    """One entry a transaction, through `ledger.posting.post`."""
    found = _find(address)
    stream = book.pairs(seed)
    today = clock.today()

    def step() -> int:
        debit, credit, amount = next(stream)
        with transaction() as session:
            draft = book.draft(found.numbered[debit], found.numbered[credit], amount, today)
            posting.post(session, found.book_id, draft, actor="bench")
        return 1

    return step


def bare(address: str, seed: int) -> Step:
    """One entry a call of the server's function, committed each, from psycopg alone."""
    found = _find(address)
    database.engine().dispose()
    connection = Server.connect(address)
    stream = book.pairs(seed)
    today = clock.today()

    def step() -> int:
        debit, credit, amount = next(stream)
        parameters = (found.book_id, today, found.numbered[debit], found.numbered[credit], amount)
        answer = connection.execute(_BARE, parameters).fetchone()
        assert answer is not None
        assert answer[0] is not None
        return 1

    return step


def _in_batches(address: str, seed: int, size: int) -> Step:
    found = _find(address)
    stream = book.pairs(seed)
    today = clock.today()

    def step() -> int:
        chosen = [next(stream) for _ in range(size)]
        with transaction() as session:
            numbered = found.numbered
            drafts = [book.draft(numbered[d], numbered[c], amount, today) for d, c, amount in chosen]
            book.post(session, found, drafts)
        return size

    return step


def batches_of_100(address: str, seed: int) -> Step:
    """A hundred entries a transaction, through `ledger.posting.post_entries`."""
    return _in_batches(address, seed, 100)


def batches_of_10000(address: str, seed: int) -> Step:
    """Ten thousand entries a transaction, through `ledger.posting.post_entries`."""
    return _in_batches(address, seed, 10_000)


def hold_and_capture(address: str, seed: int) -> Step:
    """Reserve, commit, capture all of it, commit: two entries' worth of work a step."""
    found = _find(address)
    stream = book.pairs(seed)
    today = clock.today()

    def step() -> int:
        debit, credit, amount = next(stream)
        # Only accounts with a floor are held in the wallet; odd numbers have one.
        account, towards = found.numbered[debit | 1], found.numbered[credit & ~1]
        with transaction() as session:
            expires_at = clock.now() + timedelta(days=7)
            hold_id = holds.reserve(session, found.book_id, [(account, amount)], expires_at=expires_at)
        with transaction() as session:
            holds.capture(
                session,
                found.book_id,
                hold_id,
                amount,
                credit_account_id=towards,
                final=True,
                kind="transfer",
                occurred_on=today,
                actor="bench",
            )
        return 1

    return step
