"""Two times: the day something happened, which may be closed, and the moment it was recorded, which never is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from ledger import accounts, books
from ledger.errors import OccurredInFuture, PeriodClosed
from tests.ledger.little_book import NOON, TODAY, LittleBook, at

JANUARY = (date(2026, 1, 1), date(2026, 1, 31))


@pytest.mark.parametrize("day", [date(2026, 1, 1), date(2026, 1, 17), date(2026, 1, 31)])
def test_a_closed_period_takes_no_entry(book: LittleBook, day: date) -> None:
    books.close_period(book.session, book.book_id, *JANUARY)

    with pytest.raises(PeriodClosed) as refusal:
        book.post(("LOT1", "DUE", 1), on=day)

    assert refusal.value.details["occurred_on"] == day


@pytest.mark.parametrize("day", [date(2025, 12, 31), date(2026, 2, 1), TODAY])
def test_the_days_around_a_closed_period_are_open(book: LittleBook, day: date) -> None:
    books.close_period(book.session, book.book_id, *JANUARY)

    book.post(("LOT1", "DUE", 1), on=day)

    assert book.verify() == []


def test_a_batch_that_reaches_over_a_closed_period_is_answered_day_by_day(book: LittleBook) -> None:
    books.close_period(book.session, book.book_id, *JANUARY)
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 2, 1)]

    outcomes = book.batch(*(book.draft(("LOT1", "DUE", 1), on=day) for day in days), atomic=False)

    assert [outcome.refusal.code if outcome.refusal else None for outcome in outcomes] == [None, "period_closed", None]


def test_periods_do_not_overlap(book: LittleBook) -> None:
    books.close_period(book.session, book.book_id, *JANUARY)

    for stretch in (JANUARY, (date(2026, 1, 31), date(2026, 2, 28)), (date(2025, 1, 1), date(2026, 1, 1))):
        with pytest.raises(books.PeriodOverlaps):
            books.close_period(book.session, book.book_id, *stretch)
    books.close_period(book.session, book.book_id, date(2026, 2, 1), date(2026, 2, 28))


def test_entries_recorded_before_a_closing_stay_sound_though_the_clock_went_back(book: LittleBook) -> None:
    with at(book.session, NOON + timedelta(seconds=5)):
        book.post(("LOT1", "DUE", 1), on=JANUARY[0])

    books.close_period(book.session, book.book_id, *JANUARY)

    assert book.verify() == []


def test_a_hold_and_its_end_have_no_business_date(book: LittleBook) -> None:
    hold = book.hold(("LOT1", 10))
    books.close_period(book.session, book.book_id, TODAY, TODAY)

    book.void(hold)
    book.hold(("LOT1", 10))

    assert book.verify() == []


@pytest.mark.parametrize(("minutes_to_midnight", "accepted"), [(1, False), (0, True)])
def test_the_business_day_begins_at_midnight_in_rome(
    book: LittleBook, minutes_to_midnight: int, accepted: bool
) -> None:
    midnight = NOON + timedelta(hours=12)

    with at(book.session, midnight - timedelta(minutes=minutes_to_midnight)):
        if accepted:
            book.post(("LOT1", "DUE", 1), on=TODAY + timedelta(days=1))
        else:
            with pytest.raises(OccurredInFuture):
                book.post(("LOT1", "DUE", 1), on=TODAY + timedelta(days=1))


def test_a_late_entry_changes_the_past_by_business_date_and_not_as_it_was_recorded(book: LittleBook) -> None:
    lot = book.ids["LOT1"]
    with at(book.session, NOON + timedelta(days=5)):
        book.post(("LOT1", "DUE", 300), on=TODAY - timedelta(days=30))

        by_date = accounts.posted_on(book.session, book.book_id, lot, TODAY - timedelta(days=1))
        as_recorded = accounts.posted_at(book.session, book.book_id, lot, NOON + timedelta(days=4))

    assert by_date == -300
    assert as_recorded == 1_000


def test_the_balance_at_a_moment_is_found_among_many(book: LittleBook) -> None:
    lot = book.ids["LOT1"]
    for minute in range(1, 21):
        with at(book.session, NOON + timedelta(minutes=minute)):
            book.post(("LOT1", "DUE", 1)) if minute % 2 else book.post(("CASH", "LOT1", 10))

    def posted_at(minutes: float) -> int:
        return accounts.posted_at(book.session, book.book_id, lot, NOON + timedelta(minutes=minutes))

    expected = 1_000
    assert posted_at(-1) == 0
    for minute in range(21):
        expected += 0 if minute == 0 else -1 if minute % 2 else 10
        assert posted_at(minute) == posted_at(minute + 0.99) == expected


def test_the_trial_balance_is_even_on_every_day(book: LittleBook) -> None:
    book.post(("LOT1", "DUE", 250), on=TODAY - timedelta(days=3))

    for days in (0, 1, 3, 4):
        lines = accounts.trial_balance(book.session, book.book_id, TODAY - timedelta(days=days))
        assert sum(line.debit_minor for line in lines) == sum(line.credit_minor for line in lines)
    assert [(line.code, line.debit_minor, line.credit_minor) for line in lines if line.debit_minor] == []
