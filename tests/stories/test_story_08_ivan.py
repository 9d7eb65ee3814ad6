"""Ivan's last day is 15 October: his plan leaves him sixty days, and then what is left goes back to the employer."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import Session

from plans import people
from tests import factories
from tests.stories.reading import Credit, assert_sound, balances, buy, credit, on
from wallet import captures, expiry

AUGUST_31 = date(2027, 8, 31)
LAST_DAY_OF_WORK = date(2026, 10, 15)
LAST_DAY_OF_CREDIT = date(2026, 12, 14)  # sixty days later


def _ivan(session: Session) -> tuple[int, str]:
    with on(session, date(2026, 9, 2)):
        factories.network(session)
        book = factories.employer(session, "E2", home="sondrio", name="Officine Meccaniche Bernina spa")
        ivan = factories.employee(session, book, first_name="Ivan")
        factories.plan(
            session,
            book,
            "CCNL",
            starts_on=date(2026, 9, 1),
            ends_on=AUGUST_31,
            spend_by=AUGUST_31,
            leaver_grace_days=60,
        )
        factories.funded(session, book, "CCNL", factories.euro(20_000))
        factories.grant(session, book, "CCNL", ivan, 20_000)
    with on(session, date(2026, 10, 1)):
        people.leave(session, book, ivan, on=LAST_DAY_OF_WORK)
    return book, ivan


def test_sixty_days_after_leaving_the_credit_still_buys_and_the_day_after_no_more(session: Session) -> None:
    book, ivan = _ivan(session)

    with on(session, LAST_DAY_OF_CREDIT):
        expiry.expire(session, book, on=LAST_DAY_OF_CREDIT, actor="clock")
        vouchers = buy(session, book, ivan, "BUO-RH", 4)
        captures.capture(session, book, vouchers.authorization_id, actor="P10")
    assert (vouchers.status, vouchers.amount_minor) == ("authorized", 10_000)
    assert credit(session, book, ivan) == [Credit(AUGUST_31, 10_000, 0)]

    with on(session, LAST_DAY_OF_CREDIT + timedelta(days=1)):
        # Decided by time, not by the sweeper, which has not run yet.
        declined = buy(session, book, ivan, "BUO-RH")
    assert (declined.status, declined.decline_code) == ("declined", "employee_left")
    assert "rapporto di lavoro è finito" in declined.sentence_it


def test_what_is_left_goes_back_to_the_employer_once(session: Session) -> None:
    book, ivan = _ivan(session)
    day_after = LAST_DAY_OF_CREDIT + timedelta(days=1)

    with on(session, day_after):
        first = expiry.expire(session, book, on=day_after, actor="clock")
        again = expiry.expire(session, book, on=day_after, actor="clock")

    assert (first.lots, first.returned_minor) == (1, 20_000)
    assert (again.lots, again.returned_minor) == (0, 0)
    assert credit(session, book, ivan) == [Credit(AUGUST_31, 0, 0)]
    assert balances(session, book, "plan:CCNL:returned") == {"plan:CCNL:returned": -20_000}
    assert_sound(session, book)
