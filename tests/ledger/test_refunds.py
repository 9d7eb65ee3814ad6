"""Refunds and reversals: money goes back where it came from, once."""

from __future__ import annotations

import pytest

from ledger.errors import AlreadyReversed, CaptureNotFound, InsufficientFunds, RefundExceedsCapture
from tests.ledger.little_book import LittleBook


@pytest.fixture
def captured(book: LittleBook) -> int:
    """One capture of 900 that charged 500 to LOT2, 200 to LOT3 and 200 to LOT1, in this order."""
    return book.capture(book.hold(("LOT2", 500), ("LOT3", 200), ("LOT1", 300)), 900, final=True)


@pytest.mark.parametrize(
    ("refunds", "left"),
    [
        ([150], (500, 200, 50)),
        ([200], (500, 200, 0)),
        ([201], (500, 199, 0)),
        ([150, 100], (500, 150, 0)),
        ([150, 100, 300], (350, 0, 0)),
        ([900], (0, 0, 0)),
        ([1] * 3, (500, 200, 197)),
    ],
)
def test_a_refund_goes_back_to_the_account_charged_last(
    book: LittleBook, captured: int, refunds: list[int], left: tuple[int, int, int]
) -> None:
    for amount in refunds:
        book.refund(captured, amount)

    charged = (500 - book.posted("LOT2")[0], 200 - book.posted("LOT3")[0], 1_000 - book.posted("LOT1")[0])
    assert charged == left
    assert book.posted("DUE", "COST", "FEE") == [900 - sum(refunds)] * 3
    assert book.verify() == []


def test_the_refunds_of_one_capture_never_exceed_it(book: LittleBook, captured: int) -> None:
    book.refund(captured, 600)
    before = book.fingerprint()

    with pytest.raises(RefundExceedsCapture):
        book.refund(captured, 301)

    assert book.fingerprint() == before
    book.refund(captured, 300)
    with pytest.raises(RefundExceedsCapture):
        book.refund(captured, 1)


def test_each_capture_of_one_hold_has_its_own_cap(book: LittleBook) -> None:
    hold = book.hold(("LOT1", 300))
    first, second = book.capture(hold, 100), book.capture(hold, 200)

    book.refund(first, 100)
    book.refund(second, 200)

    with pytest.raises(RefundExceedsCapture):
        book.refund(first, 1)
    assert book.posted("LOT1") == [1_000]
    assert book.verify() == []


def test_what_is_refunded_can_be_held_again(book: LittleBook, captured: int) -> None:
    book.refund(captured, 200)

    book.hold(("LOT1", 1_000))

    assert book.available("LOT1") == [0]


def test_only_a_capture_is_refunded(book: LittleBook, captured: int) -> None:
    refund = book.refund(captured, 100)

    for entry in (refund, book.post(("LOT1", "DUE", 5))):
        with pytest.raises(CaptureNotFound):
            book.refund(entry, 1)


def test_a_reversed_capture_is_not_refunded(book: LittleBook, captured: int) -> None:
    book.reverse(captured)

    with pytest.raises(AlreadyReversed):
        book.refund(captured, 1)
    assert book.posted("LOT1", "LOT2", "LOT3") == [1_000, 500, 200]
    assert book.verify() == []


def test_a_refunded_capture_is_not_reversed(book: LittleBook, captured: int) -> None:
    book.refund(captured, 1)
    before = book.fingerprint()

    with pytest.raises(RefundExceedsCapture):
        book.reverse(captured)

    assert book.fingerprint() == before


def test_a_reversal_mirrors_every_posting(book: LittleBook, captured: int) -> None:
    reversal = book.reverse(captured)

    there = book.sql(
        "select debit_account_id, credit_account_id, amount_minor from posting where entry_id = :e order by line",
        e=captured,
    ).all()
    back = book.sql(
        "select credit_account_id, debit_account_id, amount_minor from posting where entry_id = :e order by line",
        e=reversal,
    ).all()
    assert there == back
    assert book.sql("select reverses from entry where entry_id = :e", e=reversal).scalar() == captured


def test_an_entry_is_reversed_once_and_its_reversal_may_be_reversed(book: LittleBook) -> None:
    entry = book.post(("LOT1", "DUE", 300))
    reversal = book.reverse(entry)

    with pytest.raises(AlreadyReversed):
        book.reverse(entry)
    book.reverse(reversal)

    assert book.posted("LOT1") == [700]


def test_a_reversal_respects_the_floor(book: LittleBook) -> None:
    granted = book.post(("CASH", "LOT1", 500))
    book.post(("LOT1", "DUE", 1_400))

    with pytest.raises(InsufficientFunds):
        book.reverse(granted)
