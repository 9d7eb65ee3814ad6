"""Stopping a book while others are posting: whoever was there first ends first, and nobody posts behind a stop."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from ledger import books
from ledger.errors import LedgerCorrupt
from tests.ledger.little_book import LittleBook, open_little_book

Verb = Callable[[LittleBook], object]


VERBS: dict[str, Verb] = {
    "one posting": lambda b: b.post(("LOT1", "DUE", 1), on=_day(b)),
    "several postings": lambda b: b.post(("LOT1", "DUE", 1), ("LOT2", "DUE", 1), on=_day(b)),
    "a batch": lambda b: [
        outcome.refusal
        for outcome in b.batch(*(b.draft(("LOT1", "DUE", 1), on=_day(b)) for _ in range(3)), atomic=False)
    ],
    "a hold": lambda b: b.hold(("LOT1", 1)),
    "a capture": lambda b: b.capture(_number(b, "select max(hold_id) from hold"), 1, on=_day(b)),
    "a refund": lambda b: b.refund(
        _number(b, "select max(entry_id) from hold_event where kind = 'capture'"), 1, on=_day(b)
    ),
}


def _day(book: LittleBook) -> date:
    day = book.session.scalar(sa.text("select (ledger_now() at time zone 'Europe/Rome')::date"))
    assert isinstance(day, date)
    return day


def _number(book: LittleBook, statement: str) -> int:
    return int(str(book.sql(statement).scalar_one()))


@pytest.fixture
def book_id(own_sessions: sessionmaker[Session]) -> int:
    with own_sessions.begin() as session:
        book = open_little_book(session)
        book.post(("CASH", "LOT1", 1_000), ("CASH", "LOT2", 500), on=_day(book))
        book.capture(book.hold(("LOT1", 100)), 50, on=_day(book))
        return book.book_id


def opened(session: Session, book_id: int) -> LittleBook:
    found = session.execute(sa.text("select code, account_id from account where book_id = :b"), {"b": book_id})
    return LittleBook(session, book_id, {str(row.code): int(row.account_id) for row in found})


def until_waiting(session: Session, how_many: int) -> None:
    for _ in range(200):
        waiting = session.scalar(
            sa.text("select count(*) from pg_stat_activity where datname = current_database()"
                    " and wait_event_type = 'Lock'")
        )  # fmt: skip
        session.rollback()
        if waiting == how_many:
            return
        time.sleep(0.005)
    raise AssertionError(f"{how_many} were to wait")


@pytest.mark.parametrize("verb", VERBS)
def test_who_waits_behind_a_stop_is_refused(own_sessions: sessionmaker[Session], book_id: int, verb: str) -> None:
    def work() -> object:
        with own_sessions.begin() as session:
            answer = VERBS[verb](opened(session, book_id))
            for refusal in answer if isinstance(answer, list) else ():
                raise refusal
            return answer

    with ThreadPoolExecutor(1) as pool, own_sessions() as watcher:
        with own_sessions.begin() as session:
            books.stop(session, book_id)
            poster = pool.submit(work)
            until_waiting(watcher, 1)

        with pytest.raises(LedgerCorrupt):
            poster.result()


def test_a_stop_waits_for_a_poster_that_waits_for_an_account(own_sessions: sessionmaker[Session], book_id: int) -> None:
    order: list[str] = []

    def post() -> None:
        with own_sessions.begin() as session:
            VERBS["one posting"](opened(session, book_id))
            # Before it is committed: whoever waits for it comes after.
            order.append("posted")

    def stop() -> None:
        with own_sessions.begin() as session:
            books.stop(session, book_id)
            order.append("stopped")

    with ThreadPoolExecutor(2) as pool, own_sessions() as watcher:
        with own_sessions.begin() as session:
            session.execute(sa.text("select from balance where book_id = :b for update"), {"b": book_id})
            poster = pool.submit(post)
            until_waiting(watcher, 1)
            stopper = pool.submit(stop)
            until_waiting(watcher, 2)
        poster.result()
        stopper.result()

    assert order == ["posted", "stopped"]
    with own_sessions() as session, pytest.raises(LedgerCorrupt):
        VERBS["one posting"](opened(session, book_id))
