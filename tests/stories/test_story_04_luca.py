"""Luca has a company car of 480 euro and buys 500 euro of vouchers: 25 euro more make the whole year taxable."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from plans.words import Fact, TaxablePolicy
from tests import factories
from tests.stories.reading import Credit, assert_sound, buy, credit, fiscal_events, on
from wallet import captures

DECEMBER_31 = date(2026, 12, 31)


@pytest.fixture
def luca(session: Session) -> tuple[int, str]:
    """Luca at Rho, no child, 600 euro, the car declared by payroll, and 500 euro of vouchers already issued."""
    with on(session, date(2026, 1, 12)):
        factories.network(session)
        book = factories.employer(session, "E2", home="sondrio", name="Officine Meccaniche Bernina spa")
        luca = factories.employee(session, book, first_name="Luca")
        factories.declare(session, book, luca, Fact.EXTERNAL_FRINGE, year=2026, amount=factories.euro(48_000))
        factories.plan(session, book, spend_by=DECEMBER_31, taxable_policy=TaxablePolicy.WITH_CONSENT)
        factories.funded(session, book)
        factories.grant(session, book, "A", luca, 60_000)
    with on(session, date(2026, 10, 5)):
        # Of vouchers for goods one document may stand for several: twenty of 25 euro.
        vouchers = buy(session, book, luca, "BUO-RH", 20)
        captures.capture(session, book, vouchers.authorization_id, actor="P10")
    assert (vouchers.status, vouchers.category, vouchers.channel) == ("authorized", "FRINGE", "VOUCHER")
    assert (vouchers.amount_minor, vouchers.exempt_minor, vouchers.taxable_minor) == (50_000, 50_000, 0)
    assert "20,00" in vouchers.sentence_it  # what is left below the threshold
    return book, luca


def test_980_of_1000_is_free_of_tax(session: Session, luca: tuple[int, str]) -> None:
    book, employee = luca

    assert fiscal_events(session, book, employee) == [("use", "FRINGE", 50_000, 0, "voucher_issued")]
    assert credit(session, book, employee) == [Credit(DECEMBER_31, 10_000, 0)]


def test_twenty_five_euro_more_are_declined_at_the_cliff(session: Session, luca: tuple[int, str]) -> None:
    book, employee = luca

    with on(session, date(2026, 11, 9)):
        declined = buy(session, book, employee, "BUO-RH")

    assert (declined.status, declined.decline_code) == ("declined", "fringe_limit_exceeded")
    assert declined.outcome == "TAXABLE"
    for figure in ("1.005,00", "1.000,00", "525,00", "480,00"):
        assert figure in declined.sentence_it
    assert credit(session, book, employee) == [Credit(DECEMBER_31, 10_000, 0)]
    assert fiscal_events(session, book, employee) == [("use", "FRINGE", 50_000, 0, "voucher_issued")]
    assert_sound(session, book)


def test_with_his_consent_all_1005_are_taxable_of_which_525_ours(session: Session, luca: tuple[int, str]) -> None:
    book, employee = luca

    with on(session, date(2026, 11, 10)):
        taxed = buy(session, book, employee, "BUO-RH", consent=True)
        captures.capture(session, book, taxed.authorization_id, actor="P10")

    assert (taxed.status, taxed.outcome, taxed.taxable_minor) == ("authorized", "TAXABLE", 2_500)
    assert fiscal_events(session, book, employee) == [
        ("use", "FRINGE", 50_000, 0, "voucher_issued"),
        ("use", "FRINGE", 0, 2_500, "voucher_issued"),
        # The vouchers of October cross the cliff with it: corrected by two events, never rewritten.
        ("reversal", "FRINGE", 50_000, 0, "fringe_limit_exceeded"),
        ("use", "FRINGE", 0, 50_000, "fringe_limit_exceeded"),
    ]
    ours = sum(
        taxable if kind == "use" else -taxable for kind, _, _, taxable, _ in fiscal_events(session, book, employee)
    )
    assert ours == 52_500
    assert ours + 48_000 == 100_500
    assert credit(session, book, employee) == [Credit(DECEMBER_31, 7_500, 0)]
    assert_sound(session, book)


def test_giving_the_voucher_back_makes_the_year_free_of_tax_again(session: Session, luca: tuple[int, str]) -> None:
    book, employee = luca
    with on(session, date(2026, 11, 10)):
        taxed = buy(session, book, employee, "BUO-RH", consent=True)

    with on(session, date(2026, 11, 11)):
        captures.void(session, book, taxed.authorization_id, actor=employee)

    net = {"exempt": 0, "taxable": 0}
    for kind, _, exempt, taxable, _ in fiscal_events(session, book, employee):
        sign = 1 if kind == "use" else -1
        net = {"exempt": net["exempt"] + sign * exempt, "taxable": net["taxable"] + sign * taxable}
    assert net == {"exempt": 50_000, "taxable": 0}
    assert credit(session, book, employee) == [Credit(DECEMBER_31, 10_000, 0)]
    assert_sound(session, book)
