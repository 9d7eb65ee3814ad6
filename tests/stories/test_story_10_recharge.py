"""P25 works under the flat-rate scheme: the wallet pays 40,00 euro, the VAT of the recharge is never taken from it."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from tests import factories
from tests.stories.reading import Credit, assert_sound, balances, buy, credit, fiscal_events, on
from wallet import captures

DECEMBER_31 = date(2026, 12, 31)


def test_forty_euro_are_held_captured_and_owed_whatever_the_recharge_adds(session: Session) -> None:
    with on(session, date(2026, 5, 4)):
        factories.network(session)
        book = factories.employer(session, "E3", home="napoli", name="Cooperativa Logistica Partenope")
        worker = factories.employee(session, book)
        factories.plan(session, book, spend_by=DECEMBER_31)
        factories.funded(session, book)
        factories.grant(session, book, "A", worker, 10_000)

    with on(session, date(2026, 5, 6)):
        therapy = buy(session, book, worker, "LOG-TP", service_on=date(2026, 5, 13))
    assert (therapy.vat_regime, therapy.amount_minor, therapy.net_minor, therapy.vat_minor) == ("FORF", 4_000, 4_000, 0)
    assert credit(session, book, worker) == [Credit(DECEMBER_31, 10_000, 4_000)]

    with on(session, date(2026, 5, 13)):
        captures.capture(session, book, therapy.authorization_id, actor="P25")

    assert credit(session, book, worker) == [Credit(DECEMBER_31, 6_000, 0)]
    assert balances(session, book, "provider:") == {"provider:P25": -4_000}
    assert balances(session, book, "clearing:") == {"clearing:napoli": -4_000, "clearing:trapani": 4_000}
    assert fiscal_events(session, book, worker) == [("use", "SOCIAL_UTILITY", 4_000, 0, "delivered")]
    assert_sound(session, book)
