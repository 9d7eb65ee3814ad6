"""What an authorization decides, reserves and keeps."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from moneyed import Money

from config import clock
from ledger.errors import AmountTooLarge, CurrencyMismatch, KeyReused
from network import services as catalogue
from network.errors import ServiceIsARequest, ServiceNotFound
from plans.errors import EmployeeNotFound, RelativeNotFound
from plans.rulebook.errors import RulebookInvalid
from plans.rulebook.words import Category, Kinship
from plans.words import Fact
from tests import factories
from tests.wallet.scene import CONSENT, DIRECT, VOUCHER, Scene
from wallet import authorizations
from wallet.declines import Decline
from wallet.errors import AuthorizationNotFound, CodeInvalid, QuantityOrAmount, ServiceDatePast
from wallet.purchases import Purchase


def test_an_authorization_freezes_price_amount_and_vat(scene: Scene) -> None:
    scene.grant(100_000)

    # Mediation costs 65,00 with 22 % VAT: three are 195,00, of which 159,84 net and 35,16 VAT.
    found = scene.buy("MED-CR", quantity=3)

    assert (found.quantity, found.unit_price_minor, found.amount_minor) == (3, 6_500, 19_500)
    assert (found.vat_regime, found.net_minor, found.vat_minor) == ("V22", 15_984, 3_516)
    assert (found.exempt_minor, found.taxable_minor, found.outcome) == (19_500, 0, "EXEMPT")
    assert (found.home_territory, found.delivery_territory, found.provider_code) == ("cremona", "cremona", "P04")


def test_an_amount_is_turned_into_units_of_the_price(scene: Scene) -> None:
    scene.grant(100_000)

    found = scene.buy("FIS-NA", amount=70_000)

    assert (found.quantity, found.amount_minor) == (2, 70_000)


def test_a_price_that_changes_afterwards_leaves_the_authorization_as_it_was(scene: Scene) -> None:
    scene.grant(100_000)
    before = scene.buy("PSI-CR")
    catalogue.reprice(scene.session, "PSI-CR", price_minor=6_000, vat_regime="E18", valid_from=clock.today())

    after = scene.buy("PSI-CR")

    assert (scene.get(before).amount_minor, after.amount_minor) == (5_500, 6_000)
    assert scene.capture(before).amount_minor == 5_500


@pytest.mark.parametrize(
    "asked", [{"quantity": 0}, {"quantity": -1}, {"amount": 0}, {"amount": -5_500}, {"quantity": 1, "amount": 5_500}]
)
def test_quantity_or_amount_is_asked_for_and_above_zero(scene: Scene, asked: dict[str, int]) -> None:
    scene.grant(10_000)

    with pytest.raises(QuantityOrAmount):
        scene.ask("PSI-CR", **asked)


def test_a_quantity_beyond_any_purchase_is_refused(scene: Scene) -> None:
    with pytest.raises(AmountTooLarge):
        scene.ask("PSI-CR", quantity=10**12)


def test_an_amount_in_another_currency_is_refused(scene: Scene) -> None:
    scene.grant(10_000)

    with pytest.raises(CurrencyMismatch):
        authorizations.authorize(
            scene.session,
            scene.book_id,
            Purchase(scene.worker, "PSI-CR", amount=Money("55", "USD")),
            actor="test",
        )


def test_what_does_not_exist_is_refused(scene: Scene) -> None:
    with pytest.raises(EmployeeNotFound):
        scene.ask("PSI-CR", "emp_nobody")
    with pytest.raises(RelativeNotFound):
        scene.ask("PSI-CR", relative_id="rel_nobody")
    with pytest.raises(ServiceNotFound):
        scene.ask("XXX-YY")
    with pytest.raises(ServiceIsARequest):
        scene.ask("SEG-CR")
    with pytest.raises(AuthorizationNotFound):
        authorizations.get(scene.session, scene.book_id, "aut_nobody")


def test_a_relative_of_somebody_else_is_nobody(scene: Scene) -> None:
    other = scene.person()
    child = scene.relative(worker=other)

    with pytest.raises(RelativeNotFound):
        scene.ask("DOP-CR", relative_id=child)


# -- channels --------------------------------------------------------------------------------------------------------


def test_the_first_channel_that_service_and_plan_share_is_taken(scene: Scene) -> None:
    scene.grant(100_000)
    worker = scene.person()
    scene.plan("D", channels=frozenset({DIRECT}))
    scene.grant(100_000, "D", worker)

    assert scene.buy("PSI-CR").channel == "VOUCHER"
    assert scene.buy("FIS-NA").channel == "DIRECT"
    assert scene.buy("PSI-CR", worker).channel == "DIRECT"


def test_several_units_are_paid_directly_because_a_voucher_is_for_one(scene: Scene) -> None:
    scene.grant(100_000)

    assert scene.buy("PSI-CR", quantity=2).channel == "DIRECT"


# -- VAT -------------------------------------------------------------------------------------------------------------


def test_the_reduced_rate_is_for_those_it_lists(scene: Scene) -> None:
    scene.grant(100_000)
    child = scene.relative()
    old = scene.relative(Kinship.SPOUSE, birth_date=date(1940, 1, 1))

    # 120,00 at 5 % are 114,29 and 5,71; the same visit to the worker is exempt of VAT.
    for who, regime, net, tax in ((child, "V5", 11_429, 571), (old, "V5", 11_429, 571), (None, "E18", 12_000, 0)):
        found = scene.buy("GER-CR", relative_id=who)
        assert (found.vat_regime, found.net_minor, found.vat_minor) == (regime, net, tax)


# -- categories ------------------------------------------------------------------------------------------------------


def test_the_first_category_that_is_exempt_wins(scene: Scene) -> None:
    scene.grant(100_000)
    spouse = scene.relative(Kinship.SPOUSE, birth_date=date(1945, 5, 5))

    found = scene.buy("ADI-CR", relative_id=spouse)

    assert (found.category, found.outcome) == ("CARE", "EXEMPT")


def test_where_the_first_category_is_not_exempt_the_next_one_is_tried_and_both_answers_are_kept(scene: Scene) -> None:
    scene.grant(100_000)
    # Not elderly: assistance would be taxable, a social service is exempt.
    spouse = scene.relative(Kinship.SPOUSE, birth_date=date(1985, 5, 5))

    found = scene.buy("ADI-CR", relative_id=spouse)

    assert (found.category, found.outcome) == ("SOCIAL_UTILITY", "EXEMPT")
    assert scene.get(found).facts["alternatives"] == [
        {"category": "CARE", "outcome": "TAXABLE", "reasons": ["not_elderly_nor_certified"]}
    ]


def test_where_no_category_is_exempt_the_least_harmful_one_answers(scene: Scene) -> None:
    scene.plan("B", categories=frozenset({Category.CARE, Category.SOCIAL_UTILITY}), **CONSENT)
    scene.grant(100_000, "B")
    # No birth date: assistance is blocked until it is known. A brother elsewhere: social services are taxable.
    brother = scene.relative(Kinship.SIBLING)

    found = scene.ask("ADI-CR", relative_id=brother)

    assert (found.category, found.outcome, found.decline_code) == ("CARE", "TAXABLE", Decline.BENEFICIARY_NOT_ELIGIBLE)
    assert [other["category"] for other in found.facts["alternatives"]] == ["SOCIAL_UTILITY"]


# -- taxable ---------------------------------------------------------------------------------------------------------


def test_what_is_taxable_needs_a_plan_that_admits_it_and_the_workers_consent(scene: Scene) -> None:
    brother = scene.relative(Kinship.SIBLING)
    scene.grant(10_000)
    refused = scene.ask("PSI-CR", relative_id=brother, consent=True)
    scene.plan("T", **CONSENT)
    lot = scene.grant(10_000, "T")

    without = scene.ask("PSI-CR", relative_id=brother)
    with_consent = scene.buy("PSI-CR", relative_id=brother, consent=True)

    assert refused.decline_code == without.decline_code == Decline.BENEFICIARY_NOT_ELIGIBLE
    assert (with_consent.exempt_minor, with_consent.taxable_minor, with_consent.consent) == (0, 5_500, True)
    assert scene.paid_from(with_consent) == [(lot, 5_500)]
    assert scene.events(with_consent) == [("use", 0, 5_500, "voucher_issued", 2026)]


def test_fringe_value_that_nobody_declared_is_unknown_and_said_so(scene: Scene) -> None:
    scene.grant(10_000)

    unknown = scene.buy("FAC-CR")
    factories.declare(
        scene.session, scene.book_id, scene.worker, Fact.EXTERNAL_FRINGE, year=2026, amount=factories.euro(0)
    )
    known = scene.buy("FAC-CR")

    assert "external_fringe_unknown" in unknown.warnings
    assert "external_fringe_unknown" not in known.warnings


def test_an_authorization_in_flight_reserves_the_limit_it_uses(scene: Scene) -> None:
    scene.grant(200_000)
    # Twelve hours are 540,00 and eleven 495,00: together 1.035,00, past the 1.000,00 of 2026.
    scene.buy("FAC-CR", quantity=12)

    second = scene.ask("FAC-CR", quantity=11)
    third = scene.ask("FAC-CR", quantity=10)

    assert second.decline_code == Decline.FRINGE_LIMIT_EXCEEDED
    assert third.status == "authorized"


def test_a_reservation_whose_time_is_over_counts_against_no_limit(scene: Scene) -> None:
    scene.grant(200_000)
    scene.buy("FAC-CR", quantity=12)
    scene.go_to(date(2026, 3, 17))
    simulated = authorizations.simulate(scene.session, scene.book_id, Purchase(scene.worker, "FAC-CR", quantity=11))

    assert simulated.status == "authorized"
    assert scene.ask("FAC-CR", quantity=11).status == "authorized"


def test_a_voucher_whose_time_is_over_counts_against_no_limit_before_anybody_swept_it(scene: Scene) -> None:
    scene.grant(200_000)
    # Six times 140,00 are 840,00 in vouchers; 180,00 more pass 1.000,00.
    for _ in range(6):
        scene.buy("SAN-CR", channel=VOUCHER)
    asked = Purchase(scene.worker, "FAC-CR", quantity=4)
    before = authorizations.simulate(scene.session, scene.book_id, asked)
    scene.go_to(date(2026, 3, 17))

    after = authorizations.simulate(scene.session, scene.book_id, asked)

    assert (before.decline_code, after.decline_code) == (Decline.FRINGE_LIMIT_EXCEEDED, None)
    assert scene.buy("FAC-CR", quantity=4).taxable_minor == 0


# -- hold life -------------------------------------------------------------------------------------------------------


def test_without_a_date_money_is_held_for_seven_days(scene: Scene) -> None:
    scene.grant(10_000)

    assert scene.buy("PSI-CR").expires_at == datetime(2026, 3, 17, 11, tzinfo=UTC)


def test_with_a_date_money_is_held_to_the_end_of_the_fifth_day_after_it(scene: Scene) -> None:
    scene.grant(10_000)

    # 20 March and five days end at midnight in Rome of the 26th: still winter time, 23:00 in UTC.
    assert scene.buy("PSI-CR", service_on=date(2026, 3, 20)).expires_at == datetime(2026, 3, 25, 23, tzinfo=UTC)


def test_over_the_change_of_the_clocks_the_day_still_ends_at_midnight_in_rome(scene: Scene) -> None:
    scene.grant(10_000)

    # Clocks go forward on 29 March.
    assert scene.buy("PSI-CR", service_on=date(2026, 3, 27)).expires_at == datetime(2026, 4, 1, 22, tzinfo=UTC)


def test_a_service_of_five_days_ago_can_still_be_authorized_and_of_six_cannot(scene: Scene) -> None:
    scene.grant(20_000)

    assert scene.ask("PSI-CR", service_on=date(2026, 3, 5)).status == "authorized"
    with pytest.raises(ServiceDatePast):
        scene.ask("PSI-CR", service_on=date(2026, 3, 4))


def test_a_hold_past_its_time_is_expired_when_the_wallet_is_next_touched(scene: Scene) -> None:
    lot = scene.grant(5_500)
    first = scene.buy("PSI-CR")
    scene.go_to(datetime(2026, 3, 17, 10, 59, 59, tzinfo=UTC))
    assert scene.ask("PSI-CR").decline_code == Decline.INSUFFICIENT_FUNDS

    scene.go_to(datetime(2026, 3, 17, 11, tzinfo=UTC))
    assert scene.left(lot) == 5_500
    second = scene.buy("PSI-CR")

    assert scene.get(first).status == "expired"
    assert scene.events(first) == [
        ("use", 5_500, 0, "voucher_issued", 2026),
        ("reversal", 5_500, 0, "hold_expired", 2026),
    ]
    assert scene.get(second).status == "authorized"
    assert scene.differences() == []


def test_touching_one_wallet_leaves_what_is_due_to_others_to_them(scene: Scene) -> None:
    other = scene.person()
    scene.grant(5_500)
    scene.grant(5_500, worker=other)
    mine, theirs = scene.buy("PSI-CR"), scene.buy("PSI-CR", other)
    scene.go_to(date(2026, 3, 18))

    scene.buy("PSI-CR")

    states = dict(
        scene.session.execute(
            sa.text("select hold_id, state from hold where book_id = :book"), {"book": scene.book_id}
        ).all()
    )
    assert (scene.get(mine).status, scene.get(theirs).status) == ("expired", "authorized")
    assert (states[mine.hold_id], states[theirs.hold_id]) == ("expired", "open")
    assert scene.differences() == []


# -- leavers ---------------------------------------------------------------------------------------------------------


def test_a_leaver_spends_until_the_plans_grace_ends(empty_scene: Scene) -> None:
    scene = empty_scene
    scene.plan(leaver_grace_days=60)
    leaver = scene.person(left_on=date(2026, 3, 31))
    scene.grant(20_000, worker=leaver)

    # Sixty days after 31 March is 30 May.
    scene.go_to(date(2026, 5, 30))
    assert scene.ask("PSI-CR", leaver).status == "authorized"
    scene.go_to(date(2026, 5, 31))
    assert scene.ask("PSI-CR", leaver).decline_code == Decline.EMPLOYEE_LEFT


# -- what is kept ----------------------------------------------------------------------------------------------------


def test_the_facts_of_the_decision_are_kept_as_they_were(scene: Scene) -> None:
    lot = scene.grant(20_000)
    spouse = scene.relative(Kinship.SPOUSE, birth_date=date(1980, 2, 29))

    found = scene.get(scene.buy("PSI-CR", relative_id=spouse))

    assert found.facts["lots"] == [[lot, 5_500]]
    assert found.facts["relative"]["kinship"] == "SPOUSE"
    assert found.facts["relative"]["birth_date"] == "1980-02-29"
    assert (found.facts["amount_minor"], found.facts["full_price_minor"]) == (5_500, 5_500)
    assert (found.facts["source"], found.facts["entitlement"], found.facts["channel"]) == ("ON_TOP", "ALL", "VOUCHER")
    assert found.rule_ids
    assert found.rulebook_version


def test_a_code_finds_its_authorization_however_it_is_written(scene: Scene) -> None:
    scene.grant(10_000)
    found = scene.buy("PSI-CR")
    assert found.code is not None

    for written in (found.code, found.code.lower(), found.code.replace("-", " ")):
        assert authorizations.by_code(scene.session, written) == (scene.book_id, found)
    for wrong, why in (
        ("0000-0000-0001", "almeno un carattere è sbagliato"),
        ("0000-0000-000", "ha 11 caratteri e non 12"),
        ("0000-0000-000U", "nei codici non c'è «U»"),
    ):
        with pytest.raises(CodeInvalid) as refusal:
            authorizations.by_code(scene.session, wrong)
        assert f"«{wrong}» non è valido: {why}. " in refusal.value.text("it")
    with pytest.raises(AuthorizationNotFound):
        authorizations.by_code(scene.session, "0000-0000-001Y")


def test_a_persons_authorizations_come_the_newest_first(scene: Scene) -> None:
    scene.grant(20_000)
    first = scene.buy("PSI-CR")
    second = scene.ask("FIS-NA")

    assert authorizations.of_employee(scene.session, scene.book_id, scene.worker) == [second, first]


# -- keys ------------------------------------------------------------------------------------------------------------


def test_the_same_key_and_request_give_the_first_answer(scene: Scene) -> None:
    scene.grant(20_000)
    first = scene.ask("PSI-CR", key="k1")

    again = scene.ask("PSI-CR", key="k1")

    assert (again.authorization_id, again.replayed, first.replayed) == (first.authorization_id, True, False)
    assert scene.lots()[0].available_minor == 14_500


def test_a_decline_is_replayed_even_when_there_is_credit_by_then(scene: Scene) -> None:
    scene.grant(1_000)
    first = scene.ask("PSI-CR", key="k1")
    scene.grant(50_000)

    again = scene.ask("PSI-CR", key="k1")

    assert (again.status, again.authorization_id) == ("declined", first.authorization_id)


def test_a_key_with_another_request_is_refused(scene: Scene) -> None:
    scene.grant(20_000)
    scene.ask("PSI-CR", key="k1")

    with pytest.raises(KeyReused):
        scene.ask("PSI-CR", key="k1", quantity=2)


def test_a_key_belongs_to_its_actor(scene: Scene) -> None:
    scene.grant(20_000)
    wanted = Purchase(scene.worker, "PSI-CR", quantity=1)

    one = authorizations.authorize(scene.session, scene.book_id, wanted, actor="app", key="k1")
    two = authorizations.authorize(scene.session, scene.book_id, wanted, actor="desk", key="k1")

    assert one.authorization_id != two.authorization_id


def test_a_rule_file_that_was_broken_is_no_answer_under_the_key(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.grant(10_000)

    def broken() -> None:
        raise RulebookInvalid(file="caps.toml", row="1", problem="x")

    with monkeypatch.context() as patch:
        patch.setattr("wallet.purchases.loading.load", broken)
        with pytest.raises(RulebookInvalid):
            scene.ask("PSI-CR", key="k")

    found = scene.ask("PSI-CR", key="k")
    assert (found.status, found.replayed) == ("authorized", False)
