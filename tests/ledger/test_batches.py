"""Many entries in one call: all or none, or each on its own, with an answer for each."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from ledger.posting import Draft, Outcome
from tests.ledger.little_book import NOON, TODAY, LittleBook, at


def codes(outcomes: list[Outcome]) -> list[str | None]:
    return [outcome.refusal.code if outcome.refusal else None for outcome in outcomes]


def written(outcomes: list[Outcome]) -> list[bool]:
    return [outcome.entry_id is not None for outcome in outcomes]


def mixed(book: LittleBook) -> list[Draft]:
    return [
        book.draft(("LOT1", "DUE", 600), reference="a"),
        book.draft(("LOT1", "DUE", 600), reference="b"),
        book.draft(("LOT1", "DUE", 0), reference="c"),
        book.draft(("LOT1", "DUE", 300), reference="a"),
        book.draft(("LOT2", "DUE", 1), reference="d", on=TODAY + timedelta(days=1)),
        book.draft(("LOT1", "DUE", 400), reference="e"),
    ]


def test_in_an_atomic_batch_one_refusal_leaves_everything_as_it_was(book: LittleBook) -> None:
    before = book.fingerprint()

    outcomes = book.batch(*mixed(book))

    assert codes(outcomes) == [
        None,
        "insufficient_funds",
        "amount_not_positive",
        "duplicate_reference",
        "occurred_in_future",
        None,
    ]
    assert written(outcomes) == [False] * 6
    assert book.fingerprint() == before


def test_in_a_batch_that_goes_on_each_entry_stands_alone(book: LittleBook) -> None:
    outcomes = book.batch(*mixed(book), atomic=False)

    assert codes(outcomes) == [
        None,
        "insufficient_funds",
        "amount_not_positive",
        "duplicate_reference",
        "occurred_in_future",
        None,
    ]
    assert written(outcomes) == [True, False, False, False, False, True]
    assert book.posted("LOT1", "DUE") == [0, 1_000]
    assert book.verify() == []


def test_an_entry_may_count_on_those_before_it(book: LittleBook) -> None:
    outcomes = book.batch(book.draft(("CASH", "LOT1", 500)), book.draft(("LOT1", "DUE", 1_500)))

    assert written(outcomes) == [True, True]
    assert book.verify() == []


def test_no_entry_may_count_on_those_after_it(book: LittleBook) -> None:
    outcomes = book.batch(book.draft(("LOT1", "DUE", 1_500)), book.draft(("CASH", "LOT1", 500)))

    assert codes(outcomes) == ["insufficient_funds", None]
    assert written(outcomes) == [False, False]


def test_an_entry_cannot_be_reversed_twice_in_one_batch(book: LittleBook) -> None:
    entry = book.post(("CASH", "LOT1", 5))
    draft = book.draft(("LOT1", "CASH", 5), reverses=entry)

    outcomes = book.batch(draft, draft, atomic=False)

    assert codes(outcomes) == [None, "already_reversed"]


def test_a_hold_past_its_time_is_freed_for_a_batch_and_stays_when_the_batch_is_refused(book: LittleBook) -> None:
    book.hold(("LOT1", 900), minutes=1)
    with at(book.session, NOON + timedelta(minutes=2)):
        before = book.fingerprint()

        refused = book.batch(book.draft(("LOT1", "DUE", 700)), book.draft(("LOT1", "DUE", 700)))

        assert codes(refused) == [None, "insufficient_funds"]
        assert book.fingerprint() == before
        assert written(book.batch(book.draft(("LOT1", "DUE", 700)), book.draft(("LOT1", "DUE", 300)))) == [True, True]
    assert book.verify() == []


@pytest.mark.parametrize("atomic", [True, False])
def test_an_empty_batch_does_nothing(book: LittleBook, atomic: bool) -> None:
    before = book.fingerprint()

    assert book.batch(atomic=atomic) == []
    assert book.fingerprint() == before


@pytest.mark.parametrize("size", [2, 16, 17, 33, 100])
def test_the_wrong_entries_are_found_wherever_they_stand(book: LittleBook, size: int) -> None:
    for wrong in {0, 1, size // 2 - 1, size // 2, size - 1}:
        drafts = [book.draft(("CASH", "LOT1", 1), ("CASH", "LOT2", 1)) for _ in range(size)]
        drafts[wrong] = book.draft(("CASH", "LOT1", 1), ("LOT3", "DUE", 201), ("CASH", "LOT2", 1))

        outcomes = book.batch(*drafts, atomic=False)

        assert [index for index, outcome in enumerate(outcomes) if outcome.refusal] == [wrong]
        assert [outcome.entry_id is None for outcome in outcomes] == [index == wrong for index in range(size)]
    assert book.verify() == []


def test_one_wrong_entry_among_thousands_costs_little(book: LittleBook) -> None:
    drafts = [book.draft(("CASH", "LOT1", 1), reference=f"g{index}") for index in range(5_000)]
    drafts[4_321] = book.draft(("LOT3", "DUE", 201))
    started = time.monotonic()

    outcomes = book.batch(*drafts, atomic=False)

    assert [index for index, outcome in enumerate(outcomes) if outcome.refusal] == [4_321]
    # One by one it would be minutes: every entry would look through all of the batch.
    assert time.monotonic() - started < 10
