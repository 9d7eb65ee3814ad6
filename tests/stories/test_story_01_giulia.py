"""Giulia's daughter goes to after-school care: three months of 130 euro, each delivered and captured in parts."""

from __future__ import annotations

from datetime import date

from moneyed import Money
from sqlalchemy.orm import Session

from plans.rulebook.words import Kinship
from tests import factories
from tests.stories.reading import Credit, assert_sound, balances, buy, credit, fiscal_events, on
from wallet import captures

NOVEMBER_30 = date(2026, 11, 30)


def test_three_months_of_after_school_care_are_captured_as_they_are_delivered(session: Session) -> None:
    with on(session, date(2026, 1, 10)):
        factories.network(session)
        book = factories.employer(session)
        code = factories.tax_code()
        giulia = factories.employee(session, book, tax_code=code)
        matilde = factories.relative(session, book, code, Kinship.CHILD, birth_date=date(2018, 3, 9))
        factories.plan(session, book)
        factories.funded(session, book)
        factories.grant(session, book, "A", giulia, 60_000)
    assert credit(session, book, giulia) == [Credit(NOVEMBER_30, 60_000, 0)]

    with on(session, date(2026, 9, 1)):
        september = buy(session, book, giulia, "DOP-CR", relative_id=matilde, service_on=date(2026, 9, 30))
    assert (september.status, september.channel, september.category) == ("authorized", "DIRECT", "EDUCATION")
    assert (september.amount_minor, september.net_minor, september.vat_minor) == (13_000, 12_381, 619)
    assert (september.exempt_minor, september.taxable_minor) == (13_000, 0)
    assert september.code is not None
    assert credit(session, book, giulia) == [Credit(NOVEMBER_30, 60_000, 13_000)]
    assert fiscal_events(session, book, giulia) == []

    with on(session, date(2026, 9, 15)):
        half = captures.capture(session, book, september.authorization_id, Money("65", "EUR"), actor="P02")
    assert half.authorization.status == "partially_captured"
    assert credit(session, book, giulia) == [Credit(NOVEMBER_30, 53_500, 6_500)]
    assert balances(session, book, "provider:") == {"provider:P02": -6_500}

    with on(session, date(2026, 9, 30)):
        rest = captures.capture(session, book, september.authorization_id, Money("65", "EUR"), actor="P02")
    assert (rest.authorization.status, rest.authorization.captured_minor) == ("captured", 13_000)
    assert credit(session, book, giulia) == [Credit(NOVEMBER_30, 47_000, 0)]

    for first, second, last in (
        (date(2026, 10, 1), date(2026, 10, 15), date(2026, 10, 31)),
        (date(2026, 11, 2), date(2026, 11, 16), date(2026, 11, 30)),
    ):
        with on(session, first):
            month = buy(session, book, giulia, "DOP-CR", relative_id=matilde, service_on=last)
        for day in (second, last):
            with on(session, day):
                captures.capture(session, book, month.authorization_id, Money("65", "EUR"), actor="P02")

    assert credit(session, book, giulia) == [Credit(NOVEMBER_30, 21_000, 0)]
    assert balances(session, book, "provider:") == {"provider:P02": -39_000}
    assert balances(session, book, "clearing:") == {}
    assert fiscal_events(session, book, giulia) == [("use", "EDUCATION", 6_500, 0, "delivered")] * 6
    assert_sound(session, book)
