"""
Rosa pays a meal at home with her own card; Bruno (ISEE 9,500) pays a fifth of the same, and his Comune the rest.

A meal of PAS-CR costs 8,50. Bruno's share is 20 %: 1,70; the municipality's 80 %: 6,80. Amounts are cents.
"""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger import books
from plans import funders
from plans.rulebook.words import Entitlement, PlanSource
from plans.social import applications, assessments, offer
from plans.social.isee import Attestation
from plans.social.words import IseeType, State, Why
from plans.words import FunderKind
from tests import factories
from tests.stories.reading import assert_sound, balances, buy, credit, fiscal_events, on
from wallet import captures, tenders
from wallet.social import purchases, vouchers
from wallet.social.errors import ShareMissing
from wallet.tenders import Receipt, TenderKind

DECEMBER_31 = date(2026, 12, 31)
MARCH_2, MARCH_9 = date(2026, 3, 2), date(2026, 3, 9)
OFFER = """
[[municipality]]
istat_code = "019036"

[[service]]
code = "PASTI"
name = "Pasti a domicilio"
instrument = "ACCREDITAMENTO_VOUCHER"
selection = "COUNTER"
services = ["PAS-CR"]
plan = "PUB"
tariff = "cremona-demo"
isee_threshold = 20000
benefit_code = "A2.01"
act_ref = "DGC 12/2026"
starts_on = 2026-01-01
ends_on = 2026-12-31
"""


def open_book(session: Session, code: str, name: str, kind: FunderKind) -> int:
    book_id = books.open_book(session, code, name)
    funders.record(session, book_id, code=code, name=name, kind=kind, home_territory="cremona")
    return book_id


def citizens_plan(session: Session, book_id: int, code: str, source: PlanSource) -> None:
    factories.plan(
        session, book_id, code, source=source, entitlement=Entitlement.AD_PERSONAM, act=None, spend_by=DECEMBER_31
    )


def test_rosa_buys_a_meal_with_her_own_card(session: Session) -> None:
    with on(session, MARCH_2):
        factories.network(session)
        book = open_book(session, "PRV", "Cittadini di Cremona", FunderKind.PRIVATE)
        citizens_plan(session, book, "PRV", PlanSource.PRIVATE)
        rosa = factories.employee(session, book, first_name="Rosa", hired_on=None, cluster=None)
        receipt = Receipt(TenderKind.CARD, "POS-000123")
        paid = tenders.record(session, book, rosa, "PRV", receipt, factories.euro(850), on=MARCH_2, actor="sportello")
    assert paid.amount_minor == 850
    assert balances(session, book, "tender:") == {"tender:card": 850}
    assert [(lot.posted, lot.held) for lot in credit(session, book, rosa)] == [(850, 0)]

    with on(session, MARCH_9):
        meal = buy(session, book, rosa, "PAS-CR")
        captures.capture(session, book, meal.authorization_id, actor="P05")

    assert (meal.status, meal.amount_minor, meal.outcome) == ("authorized", 850, "EXEMPT")
    assert balances(session, book, "provider:") == {"provider:P05": -850}
    assert balances(session, book, "tender:") == {"tender:card": 850}
    assert {event[2:4] for event in fiscal_events(session, book, rosa)} == {(850, 0)}
    assert_sound(session, book)


def bruno_with_a_voucher(session: Session, isee_minor: int = 950_000) -> tuple[int, str, str]:
    """Bruno's application, admitted and active, with a voucher of 100 euro until the end of the year."""
    with on(session, MARCH_2):
        factories.network(session)
        book = open_book(session, "PUB", "Comune di Cremona", FunderKind.MUNICIPALITY)
        citizens_plan(session, book, "PUB", PlanSource.MUNICIPAL)
        factories.funded(session, book, "PUB", factories.euro(3_000_000))
        offer.load_text(session, book, OFFER, "cremona.toml", actor="ufficio")
        bruno = factories.employee(session, book, first_name="Bruno", hired_on=None, cluster=None)
        draft = applications.Draft(
            employee_id=bruno,
            entrusted_code="PASTI",
            protocol="2026/000417",
            submitted_on=MARCH_2,
            case_ref="PAI-2026-0042",
        )
        shown = Attestation(isee_minor, IseeType.ORDINARIO, "INPS-ISEE-2026-01234567A-00", MARCH_2, DECEMBER_31)
        asked = applications.apply(session, book, draft, shown, actor="ufficio").application_id

        def step(to: State) -> None:
            applications.advance(session, book, asked, to, on=MARCH_2, actor="assistente sociale")

        step(State.UNDER_REVIEW)
        step(State.ADMITTED)
        vouchers.assign(
            session, book, asked, factories.euro(10_000), MARCH_2, DECEMBER_31, on=MARCH_2, actor="dirigente"
        )
        for state in (State.PAI_AGREED, State.PROVIDER_CHOSEN, State.ACTIVE):
            step(state)
    return book, bruno, asked


def test_bruno_pays_a_fifth_and_the_municipality_the_rest_in_one_purchase(session: Session) -> None:
    book, bruno, asked = bruno_with_a_voucher(session)

    with on(session, MARCH_9):
        bought = purchases.buy(
            session, book, asked, "PAS-CR", 1, Receipt(TenderKind.CARD, "POS-000124"), actor="sportello"
        )
    assert (bought.municipal_minor, bought.citizen_minor) == (680, 170)
    assert bought.authorization.amount_minor == 850
    assert sorted((lot.posted, lot.held) for lot in credit(session, book, bruno)) == [(170, 170), (10_000, 680)]

    with on(session, MARCH_9):
        captures.capture(session, book, bought.authorization.authorization_id, actor="P05")

    assert balances(session, book, "provider:") == {"provider:P05": -850}
    assert balances(session, book, "tender:") == {"tender:card": 170}
    assert sorted((lot.posted, lot.held) for lot in credit(session, book, bruno)) == [(0, 0), (9_320, 0)]
    assert sorted(event[2:4] for event in fiscal_events(session, book, bruno)) == [(170, 0), (680, 0)]
    assert_sound(session, book)


def test_both_parts_are_voided_together_and_the_card_gets_its_part_back(session: Session) -> None:
    book, bruno, asked = bruno_with_a_voucher(session)
    with on(session, MARCH_9):
        bought = purchases.buy(
            session, book, asked, "PAS-CR", 1, Receipt(TenderKind.CARD, "POS-000125"), actor="sportello"
        )

        undone = purchases.void(session, book, bought.authorization.authorization_id, actor="sportello")

    assert undone.change.amount_minor == 850
    assert undone.returned is not None
    assert undone.returned.amount_minor == 170
    assert balances(session, book, "tender:") == {}
    assert sorted((lot.posted, lot.held) for lot in credit(session, book, bruno)) == [(0, 0), (10_000, 0)]
    assert_sound(session, book)


def test_both_parts_are_refunded_together_after_the_meal_was_charged(session: Session) -> None:
    book, bruno, asked = bruno_with_a_voucher(session)
    with on(session, MARCH_9):
        bought = purchases.buy(
            session, book, asked, "PAS-CR", 1, Receipt(TenderKind.CARD, "POS-000126"), actor="sportello"
        )
        captures.capture(session, book, bought.authorization.authorization_id, actor="P05")

        undone = purchases.refund(
            session, book, bought.authorization.authorization_id, actor="sportello", reason="non reso"
        )

    assert undone.change.amount_minor == 850
    assert undone.returned is not None
    assert undone.returned.amount_minor == 170
    assert balances(session, book, "provider:") == {}
    assert balances(session, book, "tender:") == {}
    assert sorted((lot.posted, lot.held) for lot in credit(session, book, bruno)) == [(0, 0), (10_000, 0)]
    assert_sound(session, book)


def test_without_his_part_nothing_is_bought(session: Session) -> None:
    book, _, asked = bruno_with_a_voucher(session)

    with on(session, MARCH_9), pytest.raises(ShareMissing) as refused:
        purchases.buy(session, book, asked, "PAS-CR", 1, None, actor="sportello")

    assert refused.value.details["share"] == factories.euro(170)
    assert session.scalar(sa.text('select count(*) from "authorization" where book_id = :b'), {"b": book}) == 0


def test_the_indicator_is_nowhere_in_the_database(session: Session) -> None:
    # An amount that is nobody's price.
    book, _, asked = bruno_with_a_voucher(session, 951_237)

    tables = session.scalars(sa.text("select tablename from pg_tables where schemaname = 'public'")).all()
    found = [
        name
        for name in tables
        if session.scalar(sa.text(f"select exists (select from \"{name}\" t where t::text ~ '951237|9512.37')"))
    ]

    assert found == []
    assert assessments.latest(session, book, asked).quota.value == 2_000


def test_a_voucher_pays_nothing_outside_its_own_way_of_buying(session: Session) -> None:
    book, bruno, _ = bruno_with_a_voucher(session)

    with on(session, MARCH_9):
        whole = buy(session, book, bruno, "PAS-CR")

    assert (whole.status, whole.decline_code) == ("declined", "municipal_voucher")


def test_a_suspended_voucher_and_one_whose_isee_has_ended_buy_nothing(session: Session) -> None:
    from plans.social.errors import IseeExpired
    from wallet.social.errors import SocialVoucherNotActive

    book, _, asked = bruno_with_a_voucher(session)
    with on(session, MARCH_9):
        applications.advance(
            session, book, asked, State.SUSPENDED, why=Why.TEMPORARY_ABSENCE, on=MARCH_9, actor="assistente sociale"
        )
        with pytest.raises(SocialVoucherNotActive):
            purchases.buy(session, book, asked, "PAS-CR", 1, Receipt(TenderKind.CARD, "POS-9"), actor="sportello")
        applications.advance(
            session, book, asked, State.ACTIVE, why=Why.RESUMED, on=MARCH_9, actor="assistente sociale"
        )
        shorter = Attestation(950_000, IseeType.ORDINARIO, "INPS-ISEE-2026-01234567B-00", MARCH_2, date(2026, 3, 10))
        applications.record_isee(session, book, asked, shorter, on=MARCH_9, actor="ufficio")

    with on(session, date(2026, 3, 11)), pytest.raises(IseeExpired):
        purchases.buy(session, book, asked, "PAS-CR", 1, Receipt(TenderKind.CARD, "POS-9"), actor="sportello")
