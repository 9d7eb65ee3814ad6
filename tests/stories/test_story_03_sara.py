"""Sara works in Sondrio, her husband in Torino: public transport is exempt for her and for dependent relatives only."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from plans.rulebook.words import Kinship
from plans.words import Fact
from tests import factories
from tests.stories.reading import Credit, assert_sound, balances, buy, credit, fiscal_events, on
from wallet import captures

DECEMBER_31 = date(2026, 12, 31)


@pytest.fixture
def sara(session: Session) -> tuple[int, str, str]:
    """Sara with 600 euro, and her husband, of whom nothing is declared."""
    with on(session, date(2026, 1, 12)):
        factories.network(session)
        book = factories.employer(session, "E2", home="sondrio", name="Officine Meccaniche Bernina spa")
        code = factories.tax_code()
        sara = factories.employee(session, book, tax_code=code, first_name="Sara")
        husband = factories.relative(session, book, code, Kinship.SPOUSE, comune="Torino")
        factories.plan(session, book, spend_by=DECEMBER_31)
        factories.funded(session, book)
        factories.grant(session, book, "A", sara, 60_000)
    return book, sara, husband


def test_a_spouse_who_is_not_dependent_gets_no_pass(session: Session, sara: tuple[int, str, str]) -> None:
    book, employee, husband = sara

    with on(session, date(2026, 5, 11)):
        factories.declare(session, book, husband, Fact.DEPENDENCY, year=2026, holds=False)
        declined = buy(session, book, employee, "TPL-TO", relative_id=husband)

    assert (declined.status, declined.decline_code) == ("declined", "beneficiary_not_eligible")
    assert (declined.category, declined.outcome) == ("PUBLIC_TRANSPORT", "TAXABLE")
    assert "not_dependent" in declined.reasons
    assert "a tuo carico" in declined.sentence_it
    assert credit(session, book, employee) == [Credit(DECEMBER_31, 60_000, 0)]
    assert_sound(session, book)


def test_while_nobody_said_whether_the_spouse_is_dependent_the_answer_asks_for_it(
    session: Session, sara: tuple[int, str, str]
) -> None:
    book, employee, husband = sara

    with on(session, date(2026, 5, 11)):
        declined = buy(session, book, employee, "TPL-TO", relative_id=husband)

    assert (declined.outcome, declined.decline_code) == ("BLOCKED", "beneficiary_document_missing")
    assert "dependency_unknown" in declined.reasons


def test_a_dependent_spouse_gets_the_pass(session: Session, sara: tuple[int, str, str]) -> None:
    book, employee, husband = sara

    with on(session, date(2026, 5, 11)):
        factories.declare(session, book, husband, Fact.DEPENDENCY, year=2026)
        accepted = buy(session, book, employee, "TPL-TO", relative_id=husband)

    assert (accepted.status, accepted.exempt_minor) == ("authorized", 31_000)


def test_her_own_pass_is_a_voucher_taxed_nowhere_and_paid_to_torino(
    session: Session, sara: tuple[int, str, str]
) -> None:
    book, employee, _ = sara

    with on(session, date(2026, 5, 12)):
        own = buy(session, book, employee, "TPL-TO")
    assert (own.status, own.channel, own.outcome) == ("authorized", "VOUCHER", "EXEMPT")
    assert (own.amount_minor, own.net_minor, own.vat_minor) == (31_000, 28_182, 2_818)
    assert credit(session, book, employee) == [Credit(DECEMBER_31, 60_000, 31_000)]
    # A voucher counts for the tax on the day it is issued.
    assert fiscal_events(session, book, employee) == [("use", "PUBLIC_TRANSPORT", 31_000, 0, "voucher_issued")]

    with on(session, date(2026, 5, 14)):
        captures.capture(session, book, own.authorization_id, actor="P21")

    assert credit(session, book, employee) == [Credit(DECEMBER_31, 29_000, 0)]
    assert balances(session, book, "clearing:") == {"clearing:sondrio": -31_000, "clearing:torino": 31_000}
    assert balances(session, book, "provider:") == {"provider:P21": -31_000}
    assert_sound(session, book)
