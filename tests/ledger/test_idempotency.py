"""The same command with the same key: one effect, one answer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from config import clock, database
from config.errors import DomainError
from ledger import books, idempotency
from ledger.errors import (
    AccountFrozen,
    InProgress,
    InsufficientFunds,
    KeyRequired,
    KeyReused,
    LedgerCorrupt,
    OccurredInFuture,
    RefusedBefore,
)
from tests.ledger.little_book import NOON, TODAY, LittleBook, at, open_little_book

REQUEST = {"amount": 100, "lots": [1, 2], "final": False}


def spend(book: LittleBook, key: str, amount: int, actor: str = "shop") -> Mapping[str, Any]:
    """A command as the ways in write it: claim, do in a savepoint, store what came out, a refusal too."""
    claim = (book.session, book.book_id, actor, "spend", key)
    answer = idempotency.claim(*claim, {"amount": amount})
    if answer is None:
        try:
            with book.session.begin_nested():
                answer = {"entry": book.post(("LOT1", "DUE", amount))}
        except DomainError as refusal:
            answer = {"refused": refusal.code}
        idempotency.store(*claim, answer)
    return answer


def test_a_command_repeated_gives_the_same_answer_and_moves_money_once(book: LittleBook) -> None:
    first = spend(book, "k1", 400)

    assert spend(book, "k1", 400) == first
    assert book.posted("LOT1") == [600]


def test_a_refusal_is_an_answer_that_is_repeated(book: LittleBook) -> None:
    assert spend(book, "k1", 1_400) == {"refused": "insufficient_funds"}
    book.post(("CASH", "LOT1", 5_000))

    assert spend(book, "k1", 1_400) == {"refused": "insufficient_funds"}
    assert book.posted("LOT1") == [6_000]


def test_a_key_with_another_request_is_refused(book: LittleBook) -> None:
    spend(book, "k1", 400)

    with pytest.raises(KeyReused):
        spend(book, "k1", 401)


@pytest.mark.parametrize("key", ["", "   ", None])
def test_a_command_needs_a_key(book: LittleBook, key: str | None) -> None:
    with pytest.raises(KeyRequired):
        idempotency.claim(book.session, book.book_id, "shop", "spend", key, REQUEST)


def test_a_key_is_its_actors_and_its_operations_own(book: LittleBook, session: Session) -> None:
    spend(book, "k1", 100, actor="shop")
    spend(book, "k1", 200, actor="person")

    assert idempotency.claim(session, book.book_id, "shop", "void", "k1", REQUEST) is None
    assert idempotency.claim(session, open_little_book(session, "OTHER").book_id, "shop", "spend", "k1", {}) is None
    assert book.posted("LOT1") == [700]


def test_a_key_without_an_answer_is_in_progress(book: LittleBook, session: Session) -> None:
    idempotency.claim(session, book.book_id, "shop", "spend", "k1", REQUEST)

    with pytest.raises(InProgress) as refusal:
        idempotency.claim(session, book.book_id, "shop", "spend", "k1", REQUEST)

    assert refusal.value.retryable


def test_the_order_of_a_request_does_not_matter_and_everything_else_does() -> None:
    same = idempotency.request_hash(dict(reversed(REQUEST.items())))

    assert same == idempotency.request_hash(REQUEST)
    for other in (
        REQUEST | {"amount": "100"},
        REQUEST | {"lots": [2, 1]},
        REQUEST | {"final": None},
        {"amount": 100, "lots": [1, 2]},
    ):
        assert idempotency.request_hash(other) != same


def test_only_a_claimed_key_takes_an_answer_and_only_one(book: LittleBook, session: Session) -> None:
    key = (session, book.book_id, "shop", "spend", "k1")
    with pytest.raises(LookupError):
        idempotency.store(*key, {"a": 1})
    idempotency.claim(*key, REQUEST)
    idempotency.store(*key, {"a": 1})

    with pytest.raises(LookupError):
        idempotency.store(*key, {"a": 2})


# -- refusals under a key --------------------------------------------------------------------------------------------


def move(book: LittleBook, key: str, amount: int, on: date = TODAY) -> int:
    """The same command by way of `once`, as the wallet's verbs go."""
    return idempotency.once(
        book.session,
        book.book_id,
        "shop",
        "move",
        key,
        {"amount": amount, "on": str(on)},
        work=lambda: book.post(("LOT1", "DUE", amount), on=on),
        answer=lambda entry_id: {"entry": entry_id},
        replay=lambda kept: kept["entry"],
    )


def test_what_cannot_be_done_with_this_request_stays_refused_under_its_key(book: LittleBook) -> None:
    with pytest.raises(InsufficientFunds):
        move(book, "k1", 1_400)
    book.post(("CASH", "LOT1", 5_000))

    with pytest.raises(RefusedBefore) as again:
        move(book, "k1", 1_400)

    assert again.value.code == "insufficient_funds"


def test_a_stopped_book_refuses_and_once_it_is_resumed_the_same_key_goes_through(book: LittleBook) -> None:
    books.stop(book.session, book.book_id)
    for _ in range(2):
        with pytest.raises(LedgerCorrupt):
            move(book, "k1", 100)
    books.resume(book.session, book.book_id)

    first = move(book, "k1", 100)

    assert move(book, "k1", 100) == first
    assert book.posted("LOT1") == [900]


def test_a_frozen_account_refuses_only_while_it_is_frozen(book: LittleBook) -> None:
    book.freeze("LOT1")
    with pytest.raises(AccountFrozen):
        move(book, "k1", 100)
    book.freeze("LOT1", "open")

    assert move(book, "k1", 100) > 0


def test_tomorrow_a_day_to_come_has_come(book: LittleBook) -> None:
    tomorrow = TODAY + timedelta(days=1)
    with pytest.raises(OccurredInFuture):
        move(book, "k1", 100, tomorrow)

    with at(book.session, NOON + timedelta(days=1)):
        assert move(book, "k1", 100, tomorrow) > 0


class FileBroken(DomainError):
    """A file that somebody has to mend."""

    it = "File da correggere."
    en = "A file to mend."
    of_a_file = True


def test_what_a_broken_file_refuses_is_no_answer(book: LittleBook) -> None:
    def ask(work: Callable[[], int]) -> int:
        return idempotency.once(
            book.session,
            book.book_id,
            "shop",
            "move",
            "k1",
            REQUEST,
            work=work,
            answer=lambda done: {"done": done},
            replay=lambda kept: int(kept["done"]),
        )

    def broken() -> int:
        raise FileBroken()

    with pytest.raises(FileBroken):
        ask(broken)

    assert ask(lambda: 7) == 7
    assert ask(broken) == 7


def test_old_keys_are_forgotten_and_young_ones_are_not(book: LittleBook, session: Session) -> None:
    spend(book, "old", 1)
    last_day = NOON.astimezone(UTC) + timedelta(days=30)
    with at(session, last_day):
        spend(book, "young", 1)

    with at(session, last_day + timedelta(seconds=1)):
        assert idempotency.purge(session) == 1
        assert idempotency.claim(session, book.book_id, "shop", "spend", "old", {"amount": 1}) is None
        assert "entry" in spend(book, "young", 1)


def test_whoever_comes_second_waits_and_replays_the_answer(own_sessions: sessionmaker[Session]) -> None:
    with own_sessions.begin() as session:
        book_id = open_little_book(session).book_id
    answers: list[object] = []

    def second() -> None:
        with own_sessions.begin() as session:
            answers.append(idempotency.claim(session, book_id, "shop", "spend", "k1", REQUEST))

    with own_sessions.begin() as session:
        idempotency.claim(session, book_id, "shop", "spend", "k1", REQUEST)
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.3)
        assert answers == []
        idempotency.store(session, book_id, "shop", "spend", "k1", {"done": True})
    thread.join()

    assert answers == [{"done": True}]


def test_whoever_comes_second_begins_anew_when_the_first_is_rolled_back(own_sessions: sessionmaker[Session]) -> None:
    with own_sessions.begin() as session:
        book_id = open_little_book(session).book_id
    answers: list[object] = []

    def second() -> None:
        with own_sessions.begin() as session:
            answers.append(idempotency.claim(session, book_id, "shop", "spend", "k1", REQUEST))

    with own_sessions() as session:
        idempotency.claim(session, book_id, "shop", "spend", "k1", REQUEST)
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.2)
        session.rollback()
    thread.join()

    assert answers == [None]


def test_whoever_waits_too_long_hears_that_it_is_in_progress(own_sessions: sessionmaker[Session]) -> None:
    with own_sessions.begin() as session:
        book_id = open_little_book(session).book_id
    with own_sessions() as first, own_sessions() as second:
        idempotency.claim(first, book_id, "shop", "spend", "k1", REQUEST)
        second.execute(sa.text("set local lock_timeout = 50"))

        with pytest.raises(InProgress):
            idempotency.claim(second, book_id, "shop", "spend", "k1", REQUEST)


def test_a_refusal_keeps_nothing_that_was_written_before_its_key_was_claimed(
    own_sessions: sessionmaker[Session],
) -> None:
    with clock.at(NOON):
        with own_sessions.begin() as session:
            little = open_little_book(session)
        known = little.ids

        def larger(session: Session) -> None:
            book = LittleBook(session, little.book_id, known)
            book.post(("CASH", "LOT1", 300))
            move(book, "k1", 10_000)

        def alone(session: Session) -> None:
            move(LittleBook(session, little.book_id, known), "k2", 10_000)

        for work in (larger, alone):
            with pytest.raises(InsufficientFunds):
                database.transact(work, lambda: own_sessions)

        with own_sessions.begin() as session:
            assert LittleBook(session, little.book_id, known).posted("LOT1") == [0]
            kept = session.scalars(sa.text("select key from idempotency_key")).all()
    assert kept == ["k2"]
