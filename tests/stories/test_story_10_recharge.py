"""P25 works under the flat-rate scheme: the wallet pays 40,00 euro, the VAT of the recharge is never taken from it."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from reports import provider_settlement, recharge_list
from reports.recharge_list.model import Amounts
from tests import factories
from tests.stories.reading import Credit, assert_sound, balances, buy, credit, fiscal_events, on
from wallet import captures, recharges

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


def test_the_recharge_adds_ordinary_vat_that_is_the_employers_own_debt(session: Session) -> None:
    with on(session, date(2026, 5, 4)):
        factories.network(session)
        book = factories.employer(session, "E3", home="napoli", name="Cooperativa Logistica Partenope")
        worker = factories.employee(session, book)
        factories.plan(session, book, spend_by=DECEMBER_31)
        factories.funded(session, book)
        factories.grant(session, book, "A", worker, 10_000)
    with on(session, date(2026, 5, 6)):
        therapy = buy(session, book, worker, "LOG-TP", service_on=date(2026, 5, 13))
    with on(session, date(2026, 5, 13)):
        captures.capture(session, book, therapy.authorization_id, actor="P25")

    with on(session, date(2026, 6, 1)):
        before = recharge_list.gather(session, book, date(2026, 5, 1), detail=True)
        recharges.record(session, book, date(2026, 5, 1), actor="operator")
        after = recharge_list.gather(session, book, date(2026, 5, 1), detail=True)
        owed = provider_settlement.gather(session, "P25", date(2026, 5, 1), date(2026, 5, 31))

    (line,) = after.lines
    assert (line.voucher_id, line.regime) == (therapy.authorization_id, "V22")
    # 40,00 + 22 % = 48,80, of which the plan paid 40,00.
    assert line.amounts == Amounts(net_minor=4_000, vat_minor=880, gross_minor=4_880, paid_minor=4_000, added_minor=880)
    assert (before.holds, before.unrecorded_minor) == (False, 880)
    assert (after.holds, after.recorded_minor, after.deductible_minor) == (True, 880, 0)
    assert {note.topic for note in after.notes} >= {"MANDATE", "DEDUCTION"}
    assert balances(session, book, "recharge:") == {"recharge:receivable": 880, "recharge:vat": -880}
    # The credit and the provider know nothing of it.
    assert credit(session, book, worker) == [Credit(DECEMBER_31, 6_000, 0)]
    assert (owed.captured_minor, owed.closing_minor, owed.holds) == (4_000, 4_000, True)
    assert_sound(session, book)
