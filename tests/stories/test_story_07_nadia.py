"""Nadia has credit that ends on 30 November and credit of next year: the earlier goes first, a refund reopens it."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from tests import factories
from tests.stories.reading import Credit, assert_sound, balances, buy, credit, fiscal_events, on
from wallet import captures, expiry

THIS_YEAR, NEXT_YEAR = date(2025, 11, 30), date(2026, 11, 30)


def _nadia(session: Session) -> tuple[int, str]:
    """200 euro until 30 November 2025 and 600 until 30 November 2026."""
    with on(session, date(2025, 1, 10)):
        factories.network(session)
        book = factories.employer(session)
        nadia = factories.employee(session, book, first_name="Nadia")
        factories.plan(session, book, "A25", starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 31), spend_by=THIS_YEAR)
        factories.plan(
            session, book, "A26", starts_on=date(2025, 10, 1), ends_on=date(2026, 12, 31), spend_by=NEXT_YEAR
        )
        factories.funded(session, book, "A25", factories.euro(20_000))
        factories.funded(session, book, "A26", factories.euro(60_000))
        factories.grant(session, book, "A25", nadia, 20_000)
        factories.grant(session, book, "A26", nadia, 60_000)
    return book, nadia


def test_the_credit_that_ends_first_is_spent_first_and_the_next_completes_it(session: Session) -> None:
    book, nadia = _nadia(session)
    assert credit(session, book, nadia) == [Credit(THIS_YEAR, 20_000, 0), Credit(NEXT_YEAR, 60_000, 0)]

    with on(session, date(2025, 11, 10)):
        course = buy(session, book, nadia, "LIN-MI")
    assert (course.status, course.amount_minor) == ("authorized", 36_000)
    assert [share[1] for share in course.facts["lots"]] == [20_000, 16_000]
    assert credit(session, book, nadia) == [Credit(THIS_YEAR, 20_000, 20_000), Credit(NEXT_YEAR, 60_000, 16_000)]

    with on(session, date(2025, 11, 14)):
        captures.capture(session, book, course.authorization_id, actor="P19")
    assert credit(session, book, nadia) == [Credit(THIS_YEAR, 0, 0), Credit(NEXT_YEAR, 44_000, 0)]
    # One voucher, two plans: one event for each, so that each statement has its own part.
    assert fiscal_events(session, book, nadia) == [
        ("use", "SOCIAL_UTILITY", 20_000, 0, "voucher_issued"),
        ("use", "SOCIAL_UTILITY", 16_000, 0, "voucher_issued"),
    ]
    assert_sound(session, book)


def test_a_refund_after_the_expiry_reopens_the_lot_for_thirty_days(session: Session) -> None:
    book, nadia = _nadia(session)
    with on(session, date(2025, 11, 10)):
        course = buy(session, book, nadia, "LIN-MI")
        captures.capture(session, book, course.authorization_id, actor="P19")
    with on(session, date(2025, 12, 1)):
        expiry.expire(session, book, on=date(2025, 12, 1), actor="clock")

    with on(session, date(2025, 12, 20)):
        change = captures.refund(session, book, course.authorization_id, actor="P19", reason="corso annullato")

    grace = date(2026, 1, 19)
    assert (change.authorization.status, change.authorization.refunded_minor) == ("refunded", 36_000)
    assert credit(session, book, nadia) == [Credit(grace, 20_000, 0), Credit(NEXT_YEAR, 60_000, 0)]
    assert balances(session, book, "provider:") == {}
    assert sorted(fiscal_events(session, book, nadia)[2:]) == [
        ("reversal", "SOCIAL_UTILITY", 16_000, 0, "refund"),
        ("reversal", "SOCIAL_UTILITY", 20_000, 0, "refund"),
    ]

    with on(session, grace):
        evening = buy(session, book, nadia, "TEA-CR")  # on the last day of grace, from the reopened lot
        captures.capture(session, book, evening.authorization_id, actor="P04")
    assert credit(session, book, nadia) == [Credit(grace, 14_000, 0), Credit(NEXT_YEAR, 60_000, 0)]

    with on(session, date(2026, 1, 20)):
        ended = expiry.expire(session, book, on=date(2026, 1, 20), actor="clock")
    assert (ended.lots, ended.returned_minor) == (1, 14_000)
    assert credit(session, book, nadia) == [Credit(grace, 0, 0), Credit(NEXT_YEAR, 60_000, 0)]
    assert balances(session, book, "plan:A25:returned") == {"plan:A25:returned": -14_000}
    assert_sound(session, book)
