"""Reading the journal: filtered, in order, page by page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from ledger import journal
from ledger.journal import Filter
from tests.ledger.little_book import NOON, TODAY, LittleBook, open_little_book

YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def written(book: LittleBook) -> LittleBook:
    """The opening grant, then a late entry of yesterday, two of today and a refunded capture."""
    book.post(("LOT1", "DUE", 10), on=YESTERDAY, reference="late", kind="spend")
    book.post(("LOT2", "DUE", 20), reference="second", kind="spend")
    book.post(("CASH", "LOT1", 5), ("CASH", "LOT2", 6), reference="third", kind="grant")
    book.refund(book.capture(book.hold(("LOT3", 50)), 50), 20)
    return book


def references(book: LittleBook, **wanted: object) -> list[str | None]:
    return [entry.reference for entry in journal.read(book.session, book.book_id, Filter(**wanted))]  # type: ignore[arg-type]


def test_the_journal_is_read_by_business_date_and_then_by_entry(written: LittleBook) -> None:
    assert references(written) == ["late", None, "second", "third", None, None]


def test_the_journal_is_filtered(written: LittleBook) -> None:
    ids = written.ids

    assert references(written, kinds=["spend"]) == ["late", "second"]
    assert references(written, kinds=[]) == []
    assert references(written, to_day=YESTERDAY) == ["late"]
    assert references(written, from_day=TODAY, kinds={"spend", "grant"}) == [None, "second", "third"]
    assert references(written, reference="third") == ["third"]
    assert references(written, account_ids=[ids["LOT2"]]) == [None, "second", "third"]
    assert references(written, account_ids=[ids["LOT1"], ids["LOT2"]], kinds=["spend"]) == ["late", "second"]
    assert journal.count(written.session, written.book_id, Filter(kinds=["spend"])) == 2
    assert journal.count(written.session, written.book_id) == 6


def test_an_entry_comes_with_its_postings_and_the_codes_of_their_accounts(written: LittleBook) -> None:
    entry = journal.find_reference(written.session, written.book_id, "third")

    assert entry is not None
    assert (entry.kind, entry.occurred_on, entry.recorded_at, entry.actor) == ("grant", TODAY, NOON, "tester")
    assert [(line.line, line.debit_code, line.credit_code, line.amount_minor) for line in entry.lines] == [
        (1, "CASH", "LOT1", 5),
        (2, "CASH", "LOT2", 6),
    ]


def test_a_refund_names_its_capture_and_a_capture_its_hold(written: LittleBook) -> None:
    *_, capture, refund = journal.read(written.session, written.book_id)

    assert refund.refunds == capture.entry_id
    assert capture.hold_id is not None
    assert refund.hold_id is None


@pytest.mark.parametrize("limit", [1, 2, 5, 6, 7])
def test_pages_follow_one_another_without_gap_or_overlap(written: LittleBook, limit: int) -> None:
    entries, after, pages = [], None, 0
    while True:
        page = journal.page(written.session, written.book_id, after=after, limit=limit)
        entries += page.entries
        pages += 1
        if page.next is None:
            break
        after = page.next

    assert entries == list(journal.read(written.session, written.book_id, chunk=3))
    assert pages == -(-6 // limit)


def test_what_is_not_there_is_not_found(written: LittleBook, session: Session) -> None:
    other = open_little_book(session, "OTHER")
    entry = journal.find_reference(session, written.book_id, "late")
    assert entry is not None

    assert journal.find(session, written.book_id, entry.entry_id) == entry
    assert journal.find(session, other.book_id, entry.entry_id) is None
    assert journal.find_reference(session, other.book_id, "late") is None
    assert journal.page(session, other.book_id) == journal.Page((), None)
