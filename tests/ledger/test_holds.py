"""Holds: reserved, captured in parts, voided, or over by time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ledger import holds
from ledger.errors import (
    CaptureExceedsHold,
    DuplicateReference,
    HoldAlreadyCaptured,
    HoldAlreadyVoided,
    HoldExpired,
    InsufficientFunds,
)
from tests.ledger.little_book import NOON, LittleBook, at


def test_of_six_holds_of_one_thousand_on_five_thousand_the_last_is_refused(book: LittleBook) -> None:
    book.post(("CASH", "LOT1", 4_000))
    for _ in range(5):
        book.hold(("LOT1", 1_000))

    with pytest.raises(InsufficientFunds):
        book.hold(("LOT1", 1_000))

    assert (book.state("LOT1").posted_minor, book.state("LOT1").held_minor) == (5_000, 5_000)
    assert book.verify() == []


def test_a_hold_takes_from_several_accounts_or_from_none(book: LittleBook) -> None:
    before = book.fingerprint()

    with pytest.raises(InsufficientFunds):
        book.hold(("LOT1", 1_000), ("LOT2", 501))

    assert book.fingerprint() == before
    book.hold(("LOT1", 1_000), ("LOT2", 500))
    assert book.available("LOT1", "LOT2") == [0, 0]


def test_shares_of_one_account_count_together(book: LittleBook) -> None:
    with pytest.raises(InsufficientFunds):
        book.hold(("LOT1", 600), ("LOT1", 600))
    hold = book.hold(("LOT1", 600), ("LOT2", 100), ("LOT1", 400))

    assert book.available("LOT1", "LOT2") == [0, 400]
    book.capture(hold, 1_050)
    assert book.posted("LOT1", "LOT2") == [0, 450]
    assert book.verify() == []


def test_captures_use_the_accounts_in_the_holds_order(book: LittleBook) -> None:
    hold = book.hold(("LOT2", 300), ("LOT1", 300))

    book.capture(hold, 100)
    book.capture(hold, 250)

    assert book.posted("LOT2", "LOT1", "DUE") == [200, 950, 350]
    assert book.available("LOT2", "LOT1") == [200, 700]
    assert book.verify() == []


def test_a_final_capture_frees_what_is_left(book: LittleBook) -> None:
    hold = book.hold(("LOT1", 600))

    book.capture(hold, 250, final=True)

    assert book.available("LOT1") == [750]
    with pytest.raises(HoldAlreadyCaptured):
        book.capture(hold, 1)
    assert book.verify() == []


def test_a_hold_captured_to_its_end_is_over(book: LittleBook) -> None:
    hold = book.hold(("LOT1", 600))
    book.capture(hold, 500)
    book.capture(hold, 100)

    for end in (lambda: book.capture(hold, 1), lambda: book.void(hold)):
        with pytest.raises(HoldAlreadyCaptured):
            end()


def test_more_than_the_hold_reserves_is_not_captured(book: LittleBook) -> None:
    hold = book.hold(("LOT1", 600))
    book.capture(hold, 400)
    before = book.fingerprint()

    with pytest.raises(CaptureExceedsHold) as refusal:
        book.capture(hold, 201)

    assert refusal.value.text("it") == "Il vincolo riserva ancora 2,00\xa0€, non 2,01\xa0€."
    assert book.fingerprint() == before


def test_the_postings_beside_a_capture_carry_its_whole_amount(book: LittleBook) -> None:
    hold = book.hold(("LOT1", 300), ("LOT2", 300))

    book.capture(hold, 450)

    assert book.posted("COST", "FEE") == [450, 450]


def test_voiding_gives_back_the_rest_and_says_how_much(book: LittleBook) -> None:
    hold = book.hold(("LOT1", 600), ("LOT2", 100))
    book.capture(hold, 250)

    assert book.void(hold) == 450
    assert book.available("LOT1", "LOT2") == [750, 500]
    with pytest.raises(HoldAlreadyVoided):
        book.void(hold)
    with pytest.raises(HoldAlreadyVoided):
        book.capture(hold, 1)
    assert book.verify() == []


@pytest.mark.parametrize(
    ("before_the_end", "alive"),
    [(timedelta(microseconds=1), True), (timedelta(0), False), (timedelta(hours=-9), False)],
)
def test_a_hold_ends_at_its_moment_swept_or_not(book: LittleBook, before_the_end: timedelta, alive: bool) -> None:
    hold = book.hold(("LOT1", 1_000), minutes=30)

    with at(book.session, NOON + timedelta(minutes=30) - before_the_end):
        assert book.available("LOT1") == [0 if alive else 1_000]
        if alive:
            book.capture(hold, 1_000)
        else:
            with pytest.raises(HoldExpired):
                book.capture(hold, 1_000)
            with pytest.raises(HoldExpired):
                book.void(hold)
            book.hold(("LOT1", 1_000))
    assert book.verify() == []


def test_the_sweeper_ends_the_holds_that_nobody_touches(book: LittleBook) -> None:
    book.hold(("LOT1", 400), ("LOT2", 100), minutes=10)
    partly = book.hold(("LOT1", 300), minutes=10)
    book.capture(partly, 100)
    book.hold(("LOT1", 50), minutes=90)

    with at(book.session, NOON + timedelta(minutes=20)):
        assert holds.settle(book.session, book.book_id) == 2
        assert holds.settle(book.session, book.book_id) == 0

    assert book.state("LOT1").held_minor == 50
    assert book.verify() == []


def test_only_the_accounts_named_are_settled(book: LittleBook) -> None:
    book.hold(("LOT1", 400), minutes=10)
    book.hold(("LOT2", 400), minutes=10)

    with at(book.session, NOON + timedelta(minutes=20)):
        assert holds.settle(book.session, book.book_id, [book.ids["LOT2"]]) == 1


def test_a_refused_hold_leaves_the_holds_past_their_time_as_they_were(book: LittleBook) -> None:
    book.hold(("LOT1", 400), minutes=10)
    with at(book.session, NOON + timedelta(minutes=20)):
        before = book.fingerprint()

        with pytest.raises(InsufficientFunds) as refusal:
            book.hold(("LOT1", 1_001))

        assert book.fingerprint() == before
    assert refusal.value.text("it") == "Disponibili 10,00\xa0€, servono 10,01\xa0€."


def test_the_reference_of_a_hold_is_taken_for_ever(book: LittleBook) -> None:
    hold = book.hold(("LOT1", 400), reference="order 1")
    book.void(hold)

    with pytest.raises(DuplicateReference) as refusal:
        book.hold(("LOT1", 400), reference="order 1")

    assert refusal.value.details["hold_id"] == hold


def test_a_frozen_account_keeps_what_is_held_and_gives_it_back(book: LittleBook) -> None:
    hold = book.hold(("LOT1", 400))
    book.freeze("LOT1")

    assert book.void(hold) == 400
    assert book.verify() == []


def test_an_account_without_a_floor_can_be_held_beyond_its_balance(book: LittleBook) -> None:
    hold = book.hold(("DUE", 400))

    assert book.available("DUE") == [-400]
    assert book.void(hold) == 400
