"""Marco's mother lives alone in Matera, 730 km away: free of tax in 2024, from 2025 only if he maintains her."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from plans.rulebook.words import Kinship
from plans.words import Fact, TaxablePolicy
from tests import factories
from tests.stories.reading import Credit, assert_sound, balances, buy, credit, fiscal_events, on
from wallet import captures

NOVEMBER_30 = {2024: date(2024, 11, 30), 2026: date(2026, 11, 30)}


@pytest.fixture
def marco(session: Session) -> tuple[int, str, str]:
    """Marco with 600 euro of 2026 under a plan that offers the taxable route, and his mother of 79."""
    with on(session, date(2024, 1, 10)):
        factories.network(session)
        book = factories.employer(session)
        code = factories.tax_code()
        marco = factories.employee(session, book, tax_code=code)
        mother = factories.relative(session, book, code, Kinship.PARENT, birth_date=date(1947, 2, 14), comune="Matera")
        factories.plan(
            session,
            book,
            "A24",
            starts_on=date(2024, 1, 1),
            ends_on=date(2024, 12, 31),
            spend_by=NOVEMBER_30[2024],
        )
        factories.funded(session, book, "A24")
        factories.grant(session, book, "A24", marco, 60_000)
    with on(session, date(2026, 1, 10)):
        factories.plan(session, book, "A26", taxable_policy=TaxablePolicy.WITH_CONSENT)
        factories.funded(session, book, "A26")
        factories.grant(session, book, "A26", marco, 60_000)
    return book, marco, mother


def test_in_june_2024_ten_hours_for_the_mother_were_free_of_tax(session: Session, marco: tuple[int, str, str]) -> None:
    book, employee, mother = marco

    with on(session, date(2024, 6, 10)):
        hours = buy(session, book, employee, "ADI-MT", 10, relative_id=mother, service_on=date(2024, 6, 20))
    with on(session, date(2024, 6, 20)):
        captures.capture(session, book, hours.authorization_id, actor="P07")

    assert (hours.outcome, hours.amount_minor, hours.exempt_minor) == ("EXEMPT", 19_500, 19_500)
    assert "circle-a-relatives" in hours.rule_ids
    assert (hours.home_territory, hours.delivery_territory) == ("cremona", "matera")
    assert Credit(NOVEMBER_30[2024], 40_500, 0) in credit(session, book, employee)
    assert balances(session, book, "clearing:") == {"clearing:cremona": -19_500, "clearing:matera": 19_500}
    assert balances(session, book, "provider:") == {"provider:P07": -19_500}
    assert_sound(session, book)


def test_in_2026_the_same_order_is_declined_and_says_every_way_on(
    session: Session, marco: tuple[int, str, str]
) -> None:
    book, employee, mother = marco

    with on(session, date(2026, 3, 2)):
        declined = buy(session, book, employee, "ADI-MT", 10, relative_id=mother)

    assert (declined.status, declined.decline_code) == ("declined", "beneficiary_not_eligible")
    assert (declined.outcome, declined.amount_minor) == ("TAXABLE", 19_500)
    assert declined.reasons == ("not_cohabiting_nor_maintained",)
    # Declare, own money, the municipality's route, or the tax: all of them are offered.
    for fact in ("dichiaralo", "soldi tuoi", "al Comune", "accettare che sia tassato", "195,00"):
        assert fact in declined.sentence_it
    assert "€195.00" in declined.sentence_en
    assert credit(session, book, employee)[-1] == Credit(NOVEMBER_30[2026], 60_000, 0)
    assert fiscal_events(session, book, employee) == []
    assert_sound(session, book)


def test_with_consent_the_order_goes_on_and_payroll_gets_its_whole_value(
    session: Session, marco: tuple[int, str, str]
) -> None:
    book, employee, mother = marco

    with on(session, date(2026, 3, 2)):
        hours = buy(session, book, employee, "ADI-MT", 10, relative_id=mother, consent=True)
        captures.capture(session, book, hours.authorization_id, actor="P07")

    assert (hours.status, hours.outcome) == ("authorized", "TAXABLE")
    assert (hours.exempt_minor, hours.taxable_minor) == (0, 19_500)
    assert fiscal_events(session, book, employee) == [("use", "CARE", 0, 19_500, "delivered")]
    assert credit(session, book, employee)[-1] == Credit(NOVEMBER_30[2026], 40_500, 0)
    assert_sound(session, book)


def test_once_he_declares_that_he_maintains_her_the_order_is_free_of_tax_on_his_word(
    session: Session, marco: tuple[int, str, str]
) -> None:
    book, employee, mother = marco

    with on(session, date(2026, 3, 20)):
        factories.declare(session, book, mother, Fact.MAINTENANCE, year=2026)
        hours = buy(session, book, employee, "ADI-MT", 10, relative_id=mother, service_on=date(2026, 3, 31))
    with on(session, date(2026, 3, 31)):
        captures.capture(session, book, hours.authorization_id, actor="P07")

    assert (hours.status, hours.outcome) == ("authorized", "EXEMPT_ON_DECLARATION")
    assert (hours.exempt_minor, hours.taxable_minor) == (19_500, 0)
    assert "maintenance_declared" in hours.reasons
    assert fiscal_events(session, book, employee) == [("use", "CARE", 19_500, 0, "delivered")]
    assert balances(session, book, "clearing:") == {"clearing:cremona": -19_500, "clearing:matera": 19_500}
    assert_sound(session, book)
