"""Anna works in Naples; her son of 21 studies in Milan and sees a psychologist there, paid from Naples."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from plans.rulebook.words import Kinship
from tests import factories
from tests.stories.reading import Credit, assert_sound, balances, buy, credit, fiscal_events, on
from wallet import captures

DECEMBER_31 = date(2026, 12, 31)


def test_a_talk_in_milan_paid_from_naples_passes_through_both_clearing_accounts(session: Session) -> None:
    with on(session, date(2026, 4, 4)):
        factories.network(session)
        book = factories.employer(session, "E3", home="napoli", name="Cooperativa Logistica Partenope")
        code = factories.tax_code()
        anna = factories.employee(session, book, tax_code=code, first_name="Anna")
        ciro = factories.relative(session, book, code, Kinship.CHILD, birth_date=date(2005, 5, 4), comune="Milano")
        factories.plan(session, book, spend_by=DECEMBER_31)
        factories.funded(session, book, amount=factories.euro(33_332))
        for twelfth in (8_333, 8_333, 8_333, 8_333):
            factories.grant(session, book, "A", anna, twelfth)
    # Credit of the same plan, source and expiry is one lot, however many grants it had.
    assert credit(session, book, anna) == [Credit(DECEMBER_31, 33_332, 0)]

    with on(session, date(2026, 4, 10)):
        talk = buy(session, book, anna, "PSI-MI", relative_id=ciro)
    assert (talk.status, talk.outcome, talk.category) == ("authorized", "EXEMPT", "SOCIAL_UTILITY")
    assert "relative_qualifies" in talk.reasons  # a child, wherever they live
    assert (talk.home_territory, talk.delivery_territory) == ("napoli", "milano")
    assert (talk.amount_minor, talk.vat_minor, talk.vat_regime) == (6_000, 0, "E18")
    assert credit(session, book, anna) == [Credit(DECEMBER_31, 33_332, 6_000)]
    assert balances(session, book, "clearing:") == {}

    with on(session, date(2026, 4, 15)):
        captures.capture(session, book, talk.authorization_id, actor="P18")

    assert credit(session, book, anna) == [Credit(DECEMBER_31, 27_332, 0)]
    # Naples owes, Milan is owed, together nothing.
    assert balances(session, book, "clearing:") == {"clearing:napoli": -6_000, "clearing:milano": 6_000}
    assert balances(session, book, "provider:") == {"provider:P18": -6_000}
    assert fiscal_events(session, book, anna) == [("use", "SOCIAL_UTILITY", 6_000, 0, "voucher_issued")]
    assert_sound(session, book)


def test_a_refund_brings_both_clearing_accounts_back_to_zero(session: Session) -> None:
    with on(session, date(2026, 4, 4)):
        factories.network(session)
        book = factories.employer(session, "E3", home="napoli")
        anna = factories.employee(session, book)
        factories.plan(session, book, spend_by=DECEMBER_31)
        factories.funded(session, book)
        factories.grant(session, book, "A", anna, 10_000)
        talk = buy(session, book, anna, "PSI-MI")
        captures.capture(session, book, talk.authorization_id, actor="P18")

    with on(session, date(2026, 4, 20)):
        captures.refund(session, book, talk.authorization_id, actor="P18", reason="colloquio non tenuto")

    assert balances(session, book, "clearing:") == {}
    assert balances(session, book, "provider:") == {}
    assert credit(session, book, anna) == [Credit(DECEMBER_31, 10_000, 0)]
    assert_sound(session, book)
