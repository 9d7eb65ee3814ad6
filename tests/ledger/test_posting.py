"""Entries: written once, whole or not at all, with a version and a running balance on each side."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from ledger import accounts, books, posting
from ledger.errors import CurrencyMismatch, DuplicateReference, InsufficientFunds
from tests.ledger.little_book import NOON, TODAY, LittleBook, at, open_little_book


def test_an_entry_raises_both_sides_of_each_posting(book: LittleBook) -> None:
    book.post(("LOT1", "DUE", 300), ("LOT2", "DUE", 100))

    assert book.posted("LOT1", "LOT2", "DUE", "CASH") == [700, 400, 400, 1_700]


def test_an_account_of_the_asset_side_with_a_floor_cannot_be_credited_below_it(book: LittleBook) -> None:
    book.post(("FUND", "DUE", 100))

    with pytest.raises(InsufficientFunds):
        book.post(("DUE", "FUND", 101))
    book.post(("DUE", "FUND", 100))

    assert book.posted("FUND") == [0]


def test_a_floor_counts_the_net_effect_of_one_entry(book: LittleBook) -> None:
    book.post(("LOT1", "DUE", 1_500), ("DUE", "LOT1", 600))

    assert book.posted("LOT1") == [100]


@pytest.mark.parametrize(("debit", "credit"), [("LOT1", "CASH"), ("LOT1", "LOT2"), ("LOT1", "DUE"), ("LOT2", "LOT1")])
def test_a_refused_entry_leaves_both_accounts_as_they_were(book: LittleBook, debit: str, credit: str) -> None:
    before = book.fingerprint()

    with pytest.raises(InsufficientFunds):
        book.post((debit, credit, 1_001))

    assert book.fingerprint() == before


def test_what_holds_reserve_cannot_be_posted_away(book: LittleBook) -> None:
    book.hold(("LOT1", 600))

    with pytest.raises(InsufficientFunds) as refusal:
        book.post(("LOT1", "DUE", 500))

    assert refusal.value.text("it") == "Disponibili 4,00\xa0€, servono 5,00\xa0€."


def test_a_refusal_says_when_something_held_comes_back_by_itself(book: LittleBook) -> None:
    book.hold(("LOT1", 600), minutes=90)
    book.hold(("LOT1", 300), minutes=30)

    with pytest.raises(InsufficientFunds) as refusal:
        book.post(("LOT1", "DUE", 500))

    assert refusal.value.details["earliest_expiry"] == NOON + timedelta(minutes=30)


def test_what_a_hold_past_its_time_reserves_can_be_posted(book: LittleBook) -> None:
    book.hold(("LOT1", 1_000), minutes=10)

    with at(book.session, NOON + timedelta(minutes=10)):
        book.post(("LOT1", "DUE", 1_000))

    assert book.posted("LOT1") == [0]
    assert book.verify() == []


def test_what_a_hold_in_time_reserves_cannot_be_posted(book: LittleBook) -> None:
    book.hold(("LOT1", 1_000), minutes=10)

    with at(book.session, NOON + timedelta(minutes=10, microseconds=-1)), pytest.raises(InsufficientFunds):
        book.post(("LOT1", "DUE", 1))


def test_a_reference_is_taken_for_ever_in_its_book(book: LittleBook) -> None:
    first = book.post(("LOT1", "DUE", 1), reference="invoice 1")

    with at(book.session, NOON + timedelta(days=400)), pytest.raises(DuplicateReference) as refusal:
        book.post(("LOT1", "DUE", 1), reference="invoice 1")

    assert refusal.value.details["entry_id"] == first


def test_another_book_may_use_the_same_reference(book: LittleBook, session: Session) -> None:
    book.post(("LOT1", "DUE", 1), reference="invoice 1")
    other = open_little_book(session, "OTHER")

    other.post(("CASH", "DUE", 1), reference="invoice 1")

    assert other.posted("DUE") == [1]


def test_no_entry_reaches_another_books_account(book: LittleBook, session: Session) -> None:
    other = open_little_book(session, "OTHER")
    book.ids["THEIRS"] = other.ids["LOT1"]

    outcome = book.batch(book.draft(("CASH", "THEIRS", 1)))[0]

    assert outcome.refusal is not None
    assert outcome.refusal.code == "account_not_found"


def test_a_book_in_another_currency_speaks_its_own(session: Session, empty_book: LittleBook) -> None:
    swiss = open_little_book(session, "SWISS", "CHF")

    with pytest.raises(CurrencyMismatch):
        swiss.post(("CASH", "LOT1", 1))
    draft = swiss.draft(("CASH", "LOT1", 1))
    entry = posting.post(session, swiss.book_id, draft, actor="t", currency="CHF")
    posting.reverse(session, swiss.book_id, entry, occurred_on=TODAY, actor="t", reason="x", currency="CHF")

    assert swiss.posted("LOT1") == [0]


def test_versions_along_an_account_count_its_postings_on_either_side(book: LittleBook) -> None:
    book.post(("LOT1", "DUE", 10), ("DUE", "LOT1", 3), ("LOT1", "LOT2", 1))
    book.batch(book.draft(("LOT1", "DUE", 5)), book.draft(("LOT2", "LOT1", 2)))

    legs = book.sql(
        "select debit_version, debit_after from posting where debit_account_id = :LOT1 union all"
        " select credit_version, credit_after from posting where credit_account_id = :LOT1 order by 1"
    ).all()
    assert [tuple(leg) for leg in legs] == [(1, 1_000), (2, 990), (3, 993), (4, 992), (5, 987), (6, 989)]


def test_the_recording_time_never_goes_back_along_an_account(book: LittleBook) -> None:
    with at(book.session, NOON + timedelta(hours=1)):
        book.post(("LOT1", "DUE", 1))

    later = book.post(("LOT1", "DUE", 1))

    recorded = book.sql("select recorded_at from entry where entry_id = :entry", entry=later).scalar()
    assert recorded == NOON + timedelta(hours=1)


def test_the_largest_amount_is_posted_exactly(book: LittleBook) -> None:
    book.post(("CASH", "DUE", 2**53 - 1 - 1_700))

    assert book.posted("CASH", "DUE") == [2**53 - 1, 2**53 - 1 - 1_700]


def test_opening_a_book_twice_is_refused(book: LittleBook, session: Session) -> None:
    with pytest.raises(books.BookExists):
        books.open_book(session, "LITTLE", "Again")


def test_a_stopped_book_is_read_and_resumed(book: LittleBook, session: Session) -> None:
    books.stop(session, book.book_id)

    assert book.posted("LOT1") == [1_000]
    books.resume(session, book.book_id)
    book.post(("LOT1", "DUE", 1))


def test_accounts_that_exist_are_left_as_they_are(book: LittleBook, session: Session) -> None:
    again = accounts.ensure(
        session, book.book_id, [accounts.Opening("LOT1", "L", "Renamed", floor_minor=-5), accounts.Opening("NEW", "A")]
    )

    assert again["LOT1"] == book.ids["LOT1"]
    assert book.sql("select name from account where account_id = :LOT1").scalar() == "First lot"
    assert accounts.find(session, book.book_id, "NEW") == again["NEW"]


def test_an_account_that_is_not_there_is_named(book: LittleBook, session: Session) -> None:
    for look in (
        lambda: accounts.find(session, book.book_id, "NONE"),
        lambda: accounts.posted_at(session, book.book_id, -1, NOON),
        lambda: accounts.posted_on(session, book.book_id, -1, TODAY),
        lambda: accounts.set_status(session, book.book_id, -1, "frozen"),
    ):
        with pytest.raises(accounts.AccountNotFound):
            look()
