"""Processes that want the same money at the same moment: exactly one gets it, and the books stay sound."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session, sessionmaker

from config import clock
from ledger import verification
from tests.ledger.little_book import LittleBook, open_little_book
from tests.races.ledger_worker import run

pytestmark = pytest.mark.slow


class Race:
    """A committed little book, and processes that run on it."""

    def __init__(self, url: URL, sessions: sessionmaker[Session]) -> None:
        self.url = url
        self.sessions = sessions
        self.today = clock.today()
        with sessions.begin() as session:
            book = open_little_book(session)
            book.post(("CASH", "LOT1", 1_000), ("CASH", "LOT2", 1_000), on=self.today)
            self.book_id, self.ids = book.book_id, book.ids

    def do(self, work: object) -> int:
        """Do something first, and commit it."""
        with self.sessions.begin() as session:
            return work(LittleBook(session, self.book_id, self.ids))  # type: ignore[operator, no-any-return]

    def run(self, *calls: tuple[str, dict[str, object]]) -> list[object]:
        return run(self.url, *((name, {"book": self.book_id} | arguments) for name, arguments in calls))

    def posted(self, *codes: str) -> list[int]:
        with self.sessions() as session:
            return LittleBook(session, self.book_id, self.ids).posted(*codes)

    def verify(self) -> list[str]:
        with self.sessions() as session:
            return [str(difference) for difference in verification.verify(session, self.book_id)]


@pytest.fixture
def race(own_database: URL, own_sessions: sessionmaker[Session]) -> Race:
    return Race(own_database, own_sessions)


def winners(answers: list[object]) -> list[object]:
    return [answer for answer in answers if isinstance(answer, int)]


def losers(answers: list[object]) -> list[object]:
    return [answer for answer in answers if not isinstance(answer, int)]


def test_the_last_money_is_held_once(race: Race) -> None:
    wish = ("hold", {"account": race.ids["LOT1"], "amount": 1_000})

    answers = race.run(wish, wish, wish)

    assert len(winners(answers)) == 1
    assert losers(answers) == ["insufficient_funds"] * 2
    assert race.verify() == []


def test_a_hold_is_captured_once(race: Race) -> None:
    hold = race.do(lambda book: book.hold(("LOT1", 600)))
    wish = ("capture", {"hold": hold, "amount": 600, "credit": race.ids["DUE"], "on": race.today})

    answers = race.run(wish, wish, wish)

    assert len(winners(answers)) == 1
    assert losers(answers) == ["hold_already_captured"] * 2
    assert race.posted("LOT1", "DUE") == [400, 600]
    assert race.verify() == []


def test_parts_of_a_hold_are_never_more_than_the_whole(race: Race) -> None:
    hold = race.do(lambda book: book.hold(("LOT1", 500), ("LOT2", 500)))
    wish = {"hold": hold, "amount": 300, "credit": race.ids["DUE"], "on": race.today, "final": False, "times": 2}

    answers = race.run(*[("capture", wish)] * 3)

    each = [answer for answered in answers for answer in answered]  # type: ignore[attr-defined]
    assert len(winners(each)) == 3
    assert losers(each) == ["capture_exceeds_hold"] * 3
    assert race.verify() == []


def test_a_hold_is_captured_or_voided(race: Race) -> None:
    hold = race.do(lambda book: book.hold(("LOT1", 600)))

    captured, voided = race.run(
        ("capture", {"hold": hold, "amount": 600, "credit": race.ids["DUE"], "on": race.today}),
        ("void", {"hold": hold}),
    )

    assert (captured == "hold_already_voided") != (voided == "hold_already_captured")
    assert race.posted("LOT1") == [1_000 if captured == "hold_already_voided" else 400]
    assert race.verify() == []


def test_a_hold_is_captured_or_expired(race: Race) -> None:
    hold = race.do(lambda book: book.hold(("LOT1", 600), minutes=30))
    end = clock.now() + timedelta(minutes=31)

    captured, settled, held = race.run(
        # One whose clock is a minute behind the sweeper's, and one who wants what is freed.
        ("capture", {"hold": hold, "amount": 600, "credit": race.ids["DUE"], "on": race.today}),
        ("settle", {"moment": end}),
        ("hold", {"account": race.ids["LOT1"], "amount": 1_000, "moment": end}),
    )

    if isinstance(captured, int):
        assert held == "insufficient_funds"
        assert settled == 0
    else:
        assert captured == "hold_expired"
        assert isinstance(held, int)
    assert race.verify() == []


def test_a_capture_is_refunded_up_to_its_amount(race: Race) -> None:
    capture = race.do(lambda book: book.capture(book.hold(("LOT1", 300), ("LOT2", 300)), 600, on=race.today))
    wish = ("refund", {"entry": capture, "amount": 400, "on": race.today})

    answers = race.run(wish, wish, wish)

    assert len(winners(answers)) == 1
    assert losers(answers) == ["refund_exceeds_capture"] * 2
    assert race.posted("LOT1", "LOT2") == [800, 1_000]
    assert race.verify() == []


def test_a_capture_is_refunded_or_reversed(race: Race) -> None:
    capture = race.do(lambda book: book.capture(book.hold(("LOT1", 600)), 600, on=race.today))

    refunded, reversed_ = race.run(
        ("refund", {"entry": capture, "amount": 100, "on": race.today}),
        ("reverse", {"entry": capture, "on": race.today}),
    )

    assert (refunded == "already_reversed") != (reversed_ == "refund_exceeds_capture")
    assert race.posted("LOT1") == [1_000 if refunded == "already_reversed" else 500]
    assert race.verify() == []


def test_a_reference_is_written_once(race: Race) -> None:
    wish = {
        "debit": race.ids["LOT1"],
        "credit": race.ids["DUE"],
        "amount": 1,
        "on": race.today,
        "reference": "order {turn}",
    }

    answers = race.run(*[("post", wish | {"times": 20})] * 3)

    for turn in range(20):
        each = [answered[turn] for answered in answers]  # type: ignore[index]
        assert len(winners(each)) == 1
        assert losers(each) == ["duplicate_reference"] * 2
    assert race.posted("LOT1") == [980]
    assert race.verify() == []


def test_a_reversal_is_written_once(race: Race) -> None:
    entry = race.do(lambda book: book.post(("LOT1", "DUE", 300), on=race.today))
    wish = ("reverse", {"entry": entry, "on": race.today})

    answers = race.run(wish, wish)

    assert len(winners(answers)) == 1
    assert losers(answers) == ["already_reversed"]
    assert race.verify() == []


def test_nothing_is_posted_behind_a_closing(race: Race) -> None:
    day = race.today - timedelta(days=1)
    wish = {"debit": race.ids["LOT1"], "credit": race.ids["DUE"], "amount": 1, "on": day, "times": 60}

    closed, *answers = race.run(("close", {"day": day}), *[("post", wish), ("post", wish)])

    assert not isinstance(closed, str)
    for answered in answers:
        written = [isinstance(answer, int) for answer in answered]  # type: ignore[attr-defined]
        assert written == sorted(written, reverse=True)
        assert set(losers(answered)) <= {"period_closed"}  # type: ignore[arg-type]
    assert race.verify() == []


def test_closing_waits_for_whoever_has_posted_and_not_yet_committed(race: Race) -> None:
    day = race.today - timedelta(days=1)
    with race.sessions() as poster, race.sessions() as closer:
        LittleBook(poster, race.book_id, race.ids).post(("LOT1", "DUE", 1), on=day)
        closer.execute(sa.text("set local lock_timeout = 100"))

        with pytest.raises(sa.exc.OperationalError):
            closer.execute(sa.select(sa.func.pg_advisory_xact_lock(20611, race.book_id)))
        closer.rollback()
        poster.commit()
    race.run(("close", {"day": day}))

    assert race.verify() == []


def test_movements_against_each_other_end_without_a_loss(race: Race) -> None:
    there = {"first": race.ids["LOT1"], "second": race.ids["LOT2"], "on": race.today, "times": 30}
    back = {"first": race.ids["LOT2"], "second": race.ids["LOT1"], "on": race.today, "times": 30}

    answers = race.run(("swap", there), ("swap", back), ("swap", there))

    each = [answer for answered in answers for answer in answered]  # type: ignore[attr-defined]
    assert len(winners(each)) == 90
    assert race.posted("LOT1", "LOT2") == [1_000, 1_000]
    assert race.verify() == []


def test_verification_finds_nothing_wrong_in_a_ledger_at_work(race: Race) -> None:
    wish = {"debit": race.ids["LOT1"], "credit": race.ids["DUE"], "amount": 1, "on": race.today, "times": 80}
    hold = {"account": race.ids["LOT2"], "amount": 1, "times": 60}

    *_, found = race.run(("post", wish), ("hold", hold), ("look", {"times": 12}))

    assert found == [0] * 12
    assert race.verify() == []
