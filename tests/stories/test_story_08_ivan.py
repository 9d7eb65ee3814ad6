"""Ivan's last day is 15 October: his plan leaves him sixty days, and then what is left goes back to the employer."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import Session

from plans import people
from plans.rulebook.words import Category
from plans.words import Residual
from tests import factories
from tests.stories.reading import Credit, assert_sound, balances, buy, credit, on
from wallet import captures, expiry, leavers, residual
from wallet.leavers import Way

AUGUST_31 = date(2027, 8, 31)
LAST_DAY_OF_WORK = date(2026, 10, 15)
LAST_DAY_OF_CREDIT = date(2026, 12, 14)  # sixty days later
ALL = factories.ALL_CATEGORIES


def _ivan(session: Session, **terms: object) -> tuple[int, str]:
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
            **terms,
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


def test_the_countdown_tells_ivan_and_the_office_the_same_sum_and_ivan_alone_what_is_held(session: Session) -> None:
    book, ivan = _ivan(session)

    with on(session, LAST_DAY_OF_WORK):
        buy(session, book, ivan, "BUO-RH", 4)
        (office,) = leavers.of_book(session, book, on=LAST_DAY_OF_WORK)
    # 15 October to 14 December, both counted, are 61 days: today and the sixty of the plan.
    (credit_left,) = office.credits
    assert (credit_left.last_day, credit_left.days_left) == (LAST_DAY_OF_CREDIT, 61)
    assert (credit_left.left_minor, credit_left.available_minor, credit_left.held_minor) == (20_000, 10_000, 10_000)

    with on(session, LAST_DAY_OF_CREDIT):
        mine = leavers.of_person(session, book, ivan, on=LAST_DAY_OF_CREDIT)
    assert mine is not None
    assert (mine.credits[0].days_left, mine.left_on) == (1, LAST_DAY_OF_WORK)
    assert mine.credits[0].ways[-1] is Way.ENDS_TO_FUNDER


def test_a_plan_with_pensions_suggests_one_and_sends_there_what_is_left(session: Session) -> None:
    book, ivan = _ivan(session, categories=ALL | {Category.PENSION}, residual_destination=Residual.PENSION_FUND)
    day_after = LAST_DAY_OF_CREDIT + timedelta(days=1)

    with on(session, LAST_DAY_OF_WORK):
        told = leavers.of_person(session, book, ivan, on=LAST_DAY_OF_WORK)
    with on(session, day_after):
        ended = expiry.expire(session, book, on=day_after, actor="clock")
        (due,) = residual.pension_due(session, book)

    assert told is not None
    assert told.credits[0].ways == (Way.SPEND, Way.PENSION, Way.ENDS_TO_PENSION)
    assert (ended.pension_minor, ended.returned_minor) == (20_000, 0)
    assert (due.employee_id, due.amount_minor, due.left_on) == (ivan, 20_000, LAST_DAY_OF_WORK)
    assert balances(session, book, "plan:CCNL:pension") == {"plan:CCNL:pension": -20_000}
    assert balances(session, book, "plan:CCNL:returned") == {}
    assert_sound(session, book)


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
