"""What goes through an account stays exact: beyond 2^53 - 1 a further amount is refused, however small."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from config.money import MAX_MINOR
from ledger.errors import AmountTooLarge
from tests.ledger.little_book import LittleBook

CALLS: dict[str, Callable[[LittleBook], object]] = {
    "one posting": lambda b: b.post(("COST", "FEE", 2)),
    "the other side": lambda b: b.post(("CASH", "FEE", 2)),
    "several postings": lambda b: b.post(("COST", "FEE", 1), ("COST", "FEE", 1)),
    "a batch": lambda b: _first_refusal(b),
}


def _first_refusal(book: LittleBook) -> None:
    for outcome in book.batch(book.draft(("COST", "FEE", 1)), book.draft(("COST", "FEE", 1))):
        if outcome.refusal is not None:
            raise outcome.refusal


@pytest.fixture
def full(book: LittleBook) -> LittleBook:
    """A book where one more cent, and not two, can be a cost and a fee."""
    book.post(("COST", "FEE", MAX_MINOR - 1))
    return book


@pytest.mark.parametrize("call", CALLS)
def test_a_turnover_beyond_what_is_exact_is_refused(full: LittleBook, call: str) -> None:
    before = full.fingerprint()

    with pytest.raises(AmountTooLarge) as refusal:
        CALLS[call](full)

    assert "troppo grande" in refusal.value.text("it")
    assert full.fingerprint() == before


def test_the_last_cent_is_recorded(full: LittleBook) -> None:
    full.post(("COST", "FEE", 1))

    assert full.posted("COST") == [MAX_MINOR]
    assert full.verify() == []


def test_in_a_batch_each_entry_has_its_own_answer(full: LittleBook) -> None:
    lines = (("COST", "FEE", 1), ("COST", "FEE", 1), ("LOT1", "DUE", 1))

    outcomes = full.batch(*(full.draft(line) for line in lines), atomic=False)

    assert [outcome.refusal and outcome.refusal.code for outcome in outcomes] == [None, "amount_too_large", None]


def test_a_batch_too_large_for_any_integer_is_refused(book: LittleBook) -> None:
    drafts = [book.draft(("LOT1", "FEE", MAX_MINOR)) for _ in range(1_100)]

    outcomes = book.batch(*drafts)

    assert {outcome.refusal.code for outcome in outcomes if outcome.refusal} == {"insufficient_funds"}
    with pytest.raises(AmountTooLarge):
        book.post(*((("CASH", "FEE", MAX_MINOR),) * 1_100))


def test_a_capture_and_a_refund_are_refused_too(full: LittleBook) -> None:
    # A capture carries its whole amount from COST to FEE besides.
    captured = full.capture(full.hold(("LOT1", 1)), 1)
    hold = full.hold(("LOT1", 100))
    with pytest.raises(AmountTooLarge):
        full.capture(hold, 100)
    full.post(("FUND", "DUE", MAX_MINOR - 1))
    full.post(("DUE", "CASH", MAX_MINOR - 1))
    full.post(("DUE", "CASH", 1))
    with pytest.raises(AmountTooLarge):
        full.refund(captured, 1)
    full.void(hold)

    assert full.verify() == []
