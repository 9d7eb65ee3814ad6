"""Applications and vouchers: who gets one, what it pays, and how it ends."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from config import clock
from plans.social import applications, assessments, offer, states, steps
from plans.social.errors import (
    AboveThreshold,
    ActInvalid,
    CaseRefInvalid,
    DsuDatesInvalid,
    DsuMissing,
    InstrumentPaysNoPrice,
    IseeExpired,
    IseeMissing,
    MovedByAssigning,
    NotAMunicipality,
    PersonCodeInvalid,
    ProtocolTaken,
    ReasonNotAllowed,
    RegistryInvalid,
    SelectionMismatch,
    SocialFileChanged,
    SocialFileInvalid,
    StepInFuture,
    TariffNotInForce,
    ThresholdExceeded,
    TransitionNotAllowed,
)
from plans.social.isee import Attestation, complete
from plans.social.words import IseeType, Selection, Standing, State, Why
from tests import factories
from tests.factories import euro
from tests.wallet.scene import Scene
from tests.wallet.social_office import DECEMBER_31, JANUARY_15, OFFER, Office, open_office, rows
from wallet import authorizations, captures, grants, tenders, verification, wallets
from wallet.authorizations import Authorization
from wallet.errors import BudgetNotFunded
from wallet.purchases import Purchase
from wallet.social import claims, purchases, vouchers
from wallet.social.errors import (
    ClaimTaken,
    PartnerNotNamed,
    ReceiptInvalid,
    ReceiptTaken,
    ServiceBudgetExceeded,
    ShareMissing,
    ShareNotNeeded,
    SocialVoucherNotActive,
    TenderInUse,
    TenderSpent,
    VoucherNeedsApplication,
    VoucherOutsidePeriod,
    VoucherOverlaps,
    VoucherPeriodInvalid,
    VoucherStillUsed,
)
from wallet.tenders import TenderKind


@pytest.fixture
def office(empty_scene: Scene) -> Office:
    return open_office(empty_scene.session)


def sound(office: Office) -> bool:
    return verification.verify(office.session, office.book_id) == []


# -- the way of an application -----------------------------------------------------------------------------------------


def test_an_application_at_the_counter_goes_from_presented_to_active_and_every_step_is_kept(office: Office) -> None:
    asked = office.active()

    taken = steps.history(office.session, office.book_id, asked)

    assert [step.to_state for step in taken] == [
        State.SUBMITTED, State.UNDER_REVIEW, State.ADMITTED, State.ASSIGNED, State.PAI_AGREED, State.PROVIDER_CHOSEN,
        State.ACTIVE,
    ]  # fmt: skip
    assert {step.actor for step in taken} == {"ufficio", "assistente sociale", "dirigente"}
    assert applications.get(office.session, office.book_id, asked).state is State.ACTIVE


def test_in_a_ranking_who_waits_is_served_when_a_place_is_free(office: Office) -> None:
    asked = office.applied("SAD", isee=None)
    office.step(asked, State.UNDER_REVIEW, State.ADMITTED, State.RANKED)
    office.step(asked, State.WAITING, why=Why.FUNDS_EXHAUSTED)

    moved, voucher = vouchers.assign(
        office.session, office.book_id, asked, euro(5_000), date(2026, 3, 1), date(2026, 6, 30), why=Why.PLACE_FREED,
        on=clock.today(), actor="dirigente",
    )  # fmt: skip

    assert moved.state is State.ASSIGNED
    assert voucher is not None
    assert voucher.amount_minor == 5_000


def test_a_step_that_is_not_there_is_refused_with_those_that_are(office: Office) -> None:
    asked = office.applied()

    with pytest.raises(TransitionNotAllowed) as refused:
        office.step(asked, State.ACTIVE)

    assert refused.value.details["possible"] == (State.UNDER_REVIEW, State.RENOUNCED)
    assert "istruttoria, rinunciata" in refused.value.text("it")
    assert rows(office.session, office.book_id, "social_step") == 1


@pytest.mark.parametrize("state", [state for state in State if states.terminal(state)])
def test_nothing_comes_after_an_end(state: State) -> None:
    assert state in {State.NOT_ADMITTED, State.EXHAUSTED, State.EXPIRED, State.RENOUNCED, State.REVOKED}


def test_a_reason_has_to_go_with_its_step_and_a_ranking_with_its_service(office: Office) -> None:
    asked = office.applied()
    with pytest.raises(ReasonNotAllowed):
        office.step(asked, State.UNDER_REVIEW, why=Why.FALSE_DECLARATION)
    office.step(asked, State.UNDER_REVIEW, State.ADMITTED)

    with pytest.raises(SelectionMismatch):
        office.step(asked, State.RANKED)
    with pytest.raises(MovedByAssigning):
        office.step(asked, State.ASSIGNED)


@pytest.mark.parametrize("on", [date(2026, 3, 11), date(2026, 3, 9)])
def test_a_step_is_neither_in_the_future_nor_before_the_last_one(office: Office, on: date) -> None:
    asked = office.applied()

    with pytest.raises(StepInFuture):
        applications.advance(office.session, office.book_id, asked, State.UNDER_REVIEW, on=on, actor="x")


@pytest.mark.parametrize(
    "text",
    [
        '[[step]]\nfrom = "DRAFT"\nto = ["SUBMITTED"]\nwhy = ["ORDINARY"]\ncolour = 1',
        '[[step]]\nfrom = "DRAFT"\nto = ["NOWHERE"]\nwhy = ["ORDINARY"]',
        '[[step]]\nfrom = "DRAFT"\nto = ["SUBMITTED", "SUBMITTED"]\nwhy = ["ORDINARY"]',
        '[[step]]\nfrom = "DRAFT"\nto = ["SUBMITTED"]\nwhy = ["ORDINARY"]',
    ],
)
def test_a_table_of_steps_that_is_not_whole_is_refused(text: str) -> None:
    with pytest.raises(SocialFileInvalid):
        states.build(text)


@pytest.mark.parametrize(
    "case_ref",
    ["ALZHEIMER", "ALZHEIMER-2026", "CANCRO-2026-0001", "HIV-2026-0001",
     "G30", "F00.1", "G30-2026", "PAI 2026 0042", "PAI-2026-depressione", "PAI-12",
     "pai-2026-0042",     "PAI-2026-0042-GRAVE", "PAI-20260000000000000000000000000042", "RSSMRA80A01H501U"],
)  # fmt: skip
def test_nothing_of_the_case_gets_into_its_reference(office: Office, case_ref: str) -> None:
    with pytest.raises(CaseRefInvalid) as refused:
        office.applied(case_ref=case_ref)

    assert case_ref not in refused.value.text("it")
    assert rows(office.session, office.book_id, "social_application") == 0


@pytest.mark.parametrize("act_ref", ["Madre con Alzheimer", "DD 45 DEL 2026", "dd-45/2026", "REVOCA", ""])
def test_an_act_is_a_number_and_says_nothing_of_the_case(office: Office, act_ref: str) -> None:
    asked = office.applied()

    with pytest.raises(ActInvalid):
        applications.advance(
            office.session, office.book_id, asked, State.UNDER_REVIEW, on=clock.today(), actor="x", act_ref=act_ref
        )
    with pytest.raises(PersonCodeInvalid):
        applications.advance(
            office.session, office.book_id, asked, State.UNDER_REVIEW, on=clock.today(), actor="x",
            on_behalf_of="il figlio, tossicodipendente",
        )  # fmt: skip

    assert len(steps.history(office.session, office.book_id, asked)) == 1


def test_what_the_register_asks_for_is_written_down_later_and_the_history_says_who(office: Office) -> None:
    asked = office.active(citizenship=None, residence_istat=None)

    found = applications.correct_registry(
        office.session, office.book_id, asked, citizenship="380", residence_istat="019036", actor="anagrafe"
    )

    assert (found.state, found.citizenship, found.residence_istat) == (State.ACTIVE, "380", "019036")
    last = steps.history(office.session, office.book_id, asked)[-1]
    assert (last.from_state, last.to_state, last.why, last.actor) == (
        State.ACTIVE, State.ACTIVE, Why.REGISTRY, "anagrafe",
    )  # fmt: skip


@pytest.mark.parametrize("told", [{}, {"citizenship": "ITA"}, {"residence_istat": "Cremona"}, {"citizenship": "38"}])
def test_a_place_that_the_register_does_not_know_is_refused(office: Office, told: dict[str, str]) -> None:
    asked = office.applied()

    with pytest.raises(RegistryInvalid):
        applications.correct_registry(office.session, office.book_id, asked, actor="x", **told)
    if told:
        with pytest.raises(RegistryInvalid):
            office.applied(**told)


def test_the_database_too_keeps_the_case_out(office: Office) -> None:
    office.applied()

    with pytest.raises(sa.exc.IntegrityError), office.session.begin_nested():
        office.session.execute(sa.text("update social_application set case_ref = 'ALZHEIMER-2026'"))
    with pytest.raises(sa.exc.DBAPIError, match="append only"), office.session.begin_nested():
        office.session.execute(sa.text("update social_step set why = 'X'"))


def test_a_protocol_belongs_to_one_application(office: Office) -> None:
    asked = office.applied()
    protocol = applications.get(office.session, office.book_id, asked).protocol

    with pytest.raises(ProtocolTaken):
        office.applied(protocol=protocol)


# -- the indicator -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("isee", "standing"), [(1_999_999, Standing.BELOW), (2_000_000, Standing.BELOW), (2_000_001, Standing.ABOVE)]
)
def test_of_the_indicator_the_standing_is_kept(office: Office, isee: int, standing: Standing) -> None:
    asked = office.applied(isee=isee)

    assert assessments.latest(office.session, office.book_id, asked).standing is standing


def test_above_the_threshold_or_without_an_attestation_nobody_is_admitted(office: Office) -> None:
    above, without = office.applied(isee=2_000_001), office.applied(isee=None)
    for asked in (above, without):
        office.step(asked, State.UNDER_REVIEW)

    with pytest.raises(ThresholdExceeded):
        office.step(above, State.ADMITTED)
    with pytest.raises(IseeMissing):
        office.step(without, State.ADMITTED)


def test_an_attestation_that_is_over_admits_nobody_and_assigns_nothing(empty_scene: Scene, office: Office) -> None:
    first, second = (office.applied(valid_until=date(2026, 4, 10)) for _ in range(2))
    office.step(first, State.UNDER_REVIEW)
    office.step(second, State.UNDER_REVIEW, State.ADMITTED)
    empty_scene.go_to(date(2026, 4, 11))

    with pytest.raises(IseeExpired):
        office.step(first, State.ADMITTED)
    with pytest.raises(IseeExpired):
        office.assign(second)


def test_a_municipalitys_credit_comes_by_an_application_and_goes_by_its_end(office: Office) -> None:
    asked = office.active()
    voucher = vouchers.require(office.session, office.book_id, asked)
    citizen = applications.get(office.session, office.book_id, asked).employee_id

    with pytest.raises(VoucherNeedsApplication):
        factories.grant(office.session, office.book_id, "PUB", citizen, 5_000, expires_on=voucher.ends_on)
    with pytest.raises(VoucherNeedsApplication):
        grants.correct(
            office.session, office.book_id, voucher.lot_id, euro(100), reason="errore", on=clock.today(), actor="x"
        )

    assert sound(office)


def test_above_the_threshold_nothing_new_is_bought_with_a_voucher(office: Office) -> None:
    asked = office.active()
    risen = Attestation(2_000_001, IseeType.ORDINARIO, "INPS-ISEE-2026-99999999A-00", JANUARY_15, DECEMBER_31)

    applications.record_isee(office.session, office.book_id, asked, risen, on=clock.today(), actor="ufficio")

    with pytest.raises(AboveThreshold) as refused:
        office.buy(asked)
    assert "20.000,00" in refused.value.text("it")


@pytest.mark.parametrize("valid_until", [date(2026, 3, 9), date(2027, 1, 1)])
def test_an_attestation_holds_today_and_to_the_end_of_its_year_at_most(office: Office, valid_until: date) -> None:
    with pytest.raises(DsuDatesInvalid):
        office.applied(valid_until=valid_until)


TARIFF = """
[[tariff]]
id = "breve"
municipality = "Cremona"
service = "Pasti"
unit = "pasto"
kind = "STEP"
sentence_it = "Il 20 % fino a 12.000, poi tutto."
sentence_en = "20 % up to 12,000, then all."
no_isee = "FULL_PRICE"
valid_from = 2026-03-01
valid_to = 2026-03-31
source = "DGC 12/2026"
confidence = "UNC"
checked_on = 2026-03-01
bands = [{ up_to = 12000, percent = 20 }, { full = true }]

[[service]]
code = "BREVE"
name = "Pasti di marzo"
instrument = "ACCREDITAMENTO_VOUCHER"
selection = "COUNTER"
services = ["PAS-CR"]
plan = "PUB"
tariff = "breve"
benefit_code = "A2.01"
act_ref = "DGC 12/2026"
starts_on = 2026-01-01
ends_on = 2026-06-30
"""


def test_a_tariff_is_asked_from_its_first_day_to_its_last(empty_scene: Scene, office: Office) -> None:
    offer.load_text(office.session, office.book_id, TARIFF, "breve.toml", actor="ufficio")
    asked = office.applied("BREVE")
    office.step(asked, State.UNDER_REVIEW, State.ADMITTED)

    with pytest.raises(VoucherPeriodInvalid) as refused:
        office.assign(asked, ends_on=date(2026, 4, 1))
    assert "31/03/2026" in refused.value.text("it")
    office.assign(asked, ends_on=date(2026, 3, 31))
    empty_scene.go_to(date(2026, 4, 1))
    with pytest.raises(TariffNotInForce) as over:
        office.applied("BREVE")
    assert "dal 01/03/2026 al 31/03/2026" in over.value.text("it")


def test_a_voucher_ends_with_the_agreement_of_its_service(office: Office) -> None:
    text = TARIFF.replace("valid_to = 2026-03-31\n", "")
    offer.load_text(office.session, office.book_id, text, "breve.toml", actor="ufficio")
    asked = office.applied("BREVE")
    office.step(asked, State.UNDER_REVIEW, State.ADMITTED)

    with pytest.raises(VoucherPeriodInvalid):
        office.assign(asked, ends_on=date(2026, 7, 1))
    office.assign(asked, ends_on=date(2026, 6, 30))


def test_an_attestation_is_told_whole_or_not_at_all() -> None:
    assert complete(None, None, None, None, None) is None
    with pytest.raises(DsuMissing):
        complete(950_000, IseeType.ORDINARIO, None, JANUARY_15, None)
    assert "950000" not in repr(complete(950_000, None, "INPS-ISEE-2026-01234567A-00", JANUARY_15, JANUARY_15))


def test_an_attestation_that_outlives_a_year_is_none(office: Office) -> None:
    with pytest.raises(DsuDatesInvalid):
        office.applied(valid_until=date(2027, 12, 31))


# -- the voucher -------------------------------------------------------------------------------------------------------


def test_a_budget_that_is_used_up_assigns_nothing(empty_scene: Scene) -> None:
    office = open_office(empty_scene.session, transferred=10_000)
    office.active(9_999)
    second = office.applied()
    office.step(second, State.UNDER_REVIEW, State.ADMITTED)

    with pytest.raises(BudgetNotFunded) as refused, office.session.begin_nested():
        office.assign(second, 2)

    assert (refused.value.details["available"], refused.value.details["needed"]) == (euro(1), euro(2))
    assert applications.get(office.session, office.book_id, second).state is State.ADMITTED
    office.assign(second, 1)
    assert sound(office)


def test_a_voucher_stays_in_its_plan_and_does_not_mix_with_another(office: Office) -> None:
    citizen = office.citizen()
    office.active(citizen=citizen)
    second = office.applied(citizen=citizen)
    office.step(second, State.UNDER_REVIEW, State.ADMITTED)

    with pytest.raises(VoucherOverlaps):
        office.assign(second)
    with pytest.raises(VoucherPeriodInvalid):
        office.assign(second, ends_on=date(2027, 1, 1))
    with pytest.raises(VoucherPeriodInvalid):
        office.assign(second, starts_on=date(2026, 6, 2), ends_on=date(2026, 6, 1))


def test_revoking_stops_use_and_gives_back_what_is_free_while_what_was_promised_is_owed(office: Office) -> None:
    asked = office.active()
    bought = office.buy(asked, 2)

    given_back = office.end(asked, State.REVOKED, Why.FALSE_DECLARATION)

    assert given_back == 10_000 - 1_360
    with pytest.raises(SocialVoucherNotActive):
        office.buy(asked)
    captures.capture(office.session, office.book_id, bought.authorization.authorization_id, actor="P05")
    assert sound(office)


def test_what_comes_free_after_the_end_goes_back_too(office: Office) -> None:
    asked = office.active()
    bought = office.buy(asked)
    office.end(asked, State.RENOUNCED, Why.AT_REQUEST)
    captures.void(office.session, office.book_id, bought.authorization.authorization_id, actor="x")

    first = vouchers.end_rest(office.session, office.book_id, on=clock.today(), actor="x")
    again = vouchers.end_rest(office.session, office.book_id, on=clock.today(), actor="x")

    assert (first, again) == (680, 0)
    returned = tenders.give_back_all(office.session, office.book_id, actor="x")
    assert [each.amount_minor for each in returned] == [170]
    assert tenders.give_back_all(office.session, office.book_id, actor="x") == []
    assert sound(office)


def test_a_voucher_is_used_up_or_over_only_when_it_is(office: Office) -> None:
    asked = office.active(680)

    with pytest.raises(VoucherStillUsed):
        office.end(asked, State.EXHAUSTED, Why.CREDIT_USED_UP)
    with pytest.raises(VoucherStillUsed):
        office.end(asked, State.EXPIRED, Why.PERIOD_OVER)
    office.captured(asked)
    assert office.end(asked, State.EXHAUSTED, Why.CREDIT_USED_UP) == 0


def test_a_voucher_pays_to_its_last_cent_and_then_declines(office: Office) -> None:
    asked = office.active(1_359)

    declined = office.buy(asked, 2)
    assert (declined.authorization.status, declined.authorization.decline_code) == ("declined", "insufficient_funds")
    assert rows(office.session, office.book_id, "tender") == 0
    assert office.buy(asked).authorization.status == "authorized"
    assert sound(office)


def whole(office: Office, citizen: str, **more: Any) -> Authorization:
    """What the ordinary door answers, which knows of no share."""
    asked = Purchase(citizen, "PAS-CR", **({"quantity": 1} | more))
    return authorizations.authorize(office.session, office.book_id, asked, actor="x")


def test_the_ordinary_door_is_closed_to_a_voucher_and_says_which_one_is_open(office: Office) -> None:
    citizen = office.citizen()
    office.buy(office.active(citizen=citizen))

    declined = whole(office, citizen)

    assert (declined.status, declined.decline_code) == ("declined", "municipal_voucher")
    simulated = authorizations.simulate(office.session, office.book_id, Purchase(citizen, "PAS-CR", quantity=1))
    assert simulated.decline_code == "municipal_voucher"
    assert sound(office)


def test_a_voucher_that_is_over_is_no_reason_any_more(office: Office) -> None:
    citizen = office.citizen()
    office.active(citizen=citizen)

    later = whole(office, citizen, service_on=date(2027, 1, 2))

    assert later.decline_code == "insufficient_funds"


def test_a_share_that_waits_is_spent_by_nobody_else(office: Office) -> None:
    citizen = office.citizen()
    bought = office.buy(office.active(citizen=citizen))
    tenders.record_transfer(
        office.session, office.book_id, TenderKind.CARD, euro(170), reference="CRO-1", on=clock.today(), actor="x"
    )

    undone = purchases.void(office.session, office.book_id, bought.authorization.authorization_id, actor="x")

    assert undone.returned is None
    assert whole(office, citizen).decline_code == "municipal_voucher"
    assert sound(office)


def test_a_suspended_wallet_stops_both_doors(office: Office) -> None:
    citizen = office.citizen()
    asked = office.active(citizen=citizen)
    wallets.set_status(office.session, office.book_id, citizen, "frozen")

    assert office.buy(asked).authorization.decline_code == "wallet_frozen"
    assert whole(office, citizen).decline_code == "wallet_frozen"
    assert rows(office.session, office.book_id, "tender") == 0


def test_a_voucher_is_for_its_days(office: Office) -> None:
    asked = office.active()

    with pytest.raises(VoucherOutsidePeriod):
        office.buy(asked, service_on=date(2027, 1, 2))


def test_the_citizens_share_is_paid_when_there_is_one_and_only_then(office: Office) -> None:
    asked = office.active()
    with pytest.raises(ShareMissing):
        office.buy(asked, receipt=None)

    free = office.applied("SAD", isee=None)
    office.step(free, State.UNDER_REVIEW, State.ADMITTED, State.RANKED)
    office.assign(free, 10_000, ends_on=date(2026, 11, 30))
    office.step(free, State.PAI_AGREED, State.PROVIDER_CHOSEN, State.ACTIVE)
    with pytest.raises(ShareNotNeeded):
        office.buy(free, service="ADI-CR")
    whole = office.buy(free, service="ADI-CR", receipt=None)
    assert (whole.municipal_minor, whole.citizen_minor, whole.paid) == (2_300, 0, None)
    assert sound(office)


def test_a_receipt_pays_once_and_a_cards_number_is_never_kept(office: Office) -> None:
    asked = office.active()
    office.buy(asked, receipt="POS-A")

    with pytest.raises(ReceiptTaken):
        office.buy(asked, receipt="POS-A")
    for number in ("4111111111111111", "4111 1111 1111 1111", "5500-0000-0000-0004"):
        with pytest.raises(ReceiptInvalid):
            office.buy(asked, receipt=number)


def test_the_same_request_under_a_key_buys_once(office: Office) -> None:
    asked = office.active()

    first = office.buy(asked, receipt="POS-K", key="pasto-1")
    again = office.buy(asked, receipt="POS-K", key="pasto-1")

    assert again.authorization.replayed
    assert again.authorization.authorization_id == first.authorization.authorization_id
    assert (again.municipal_minor, again.citizen_minor) == (680, 170)
    assert rows(office.session, office.book_id, "social_use") == 1


def test_own_money_behind_a_purchase_goes_back_only_when_it_ended_unpaid(office: Office) -> None:
    asked = office.active()
    bought = office.buy(asked)
    assert bought.paid is not None

    with pytest.raises(TenderInUse):
        tenders.give_back(office.session, office.book_id, bought.paid.tender_id, on=clock.today(), actor="x")
    captures.capture(office.session, office.book_id, bought.authorization.authorization_id, actor="P05")
    with pytest.raises(TenderSpent):
        tenders.give_back(office.session, office.book_id, bought.paid.tender_id, on=clock.today(), actor="x")


def test_a_hold_that_time_ended_frees_both_parts(office: Office, empty_scene: Scene) -> None:
    asked = office.active()
    office.buy(asked)
    empty_scene.go_to(datetime(2026, 3, 20, 12, tzinfo=clock.ROME))

    returned = tenders.give_back_all(office.session, office.book_id, actor="x")

    assert [each.amount_minor for each in returned] == [170]
    assert sound(office)


# -- partners ----------------------------------------------------------------------------------------------------------


def balance(office: Office, code: str) -> int:
    return Scene(office.session, office.book_id, "").posted(code)


def claim(office: Office, service: str, partner: str, amount: int, reference: str = "REND-1") -> claims.Claim:
    return claims.claim(
        office.session, office.book_id, service, partner, euro(amount), reference=reference,
        period_from=date(2026, 1, 1), period_to=date(2026, 2, 28), on=clock.today(), actor="ragioneria",
    )  # fmt: skip


def test_co_design_gives_back_reported_costs_and_never_owes_a_price(office: Office) -> None:
    claims.fund(office.session, office.book_id, "EDU-COP", euro(100_000), on=clock.today(), actor="x", reference="DD")

    done = claim(office, "EDU-COP", "P01", 60_000)

    assert done.kind == "COST_REPORT"
    assert balance(office, "entrusted:EDU-COP:claims:P01") == 60_000
    assert balance(office, "entrusted:EDU-COP:budget") == 40_000
    assert balance(office, "provider:P01") == 0
    with pytest.raises(ServiceBudgetExceeded):
        claim(office, "EDU-COP", "P01", 40_001, "REND-2")
    with pytest.raises(ClaimTaken):
        claim(office, "EDU-COP", "P01", 1)
    with pytest.raises(PartnerNotNamed):
        claim(office, "EDU-COP", "P09", 1)
    assert sound(office)


def test_each_instrument_owes_in_its_own_way(office: Office) -> None:
    claims.fund(office.session, office.book_id, "TRASP", euro(100_000), on=clock.today(), actor="x", reference="DD")
    assert claim(office, "TRASP", "P05", 5_000).kind == "PRICE"
    with pytest.raises(InstrumentPaysNoPrice):
        claim(office, "PASTI", "P05", 5_000)

    asked = office.applied("EDU-COP", isee=None)
    office.step(asked, State.UNDER_REVIEW, State.ADMITTED)
    with pytest.raises(InstrumentPaysNoPrice):
        office.assign(asked, 1_000)
    moved, voucher = office.assign(asked, None)
    assert (moved.state, voucher) == (State.ASSIGNED, None)
    office.step(asked, State.PAI_AGREED, State.PROVIDER_CHOSEN, State.ACTIVE)
    with pytest.raises(InstrumentPaysNoPrice):
        office.buy(asked)


# -- the municipality's file -------------------------------------------------------------------------------------------


def test_the_same_file_again_changes_nothing_and_another_content_is_refused(office: Office) -> None:
    again = offer.load_text(office.session, office.book_id, OFFER, "cremona.toml", actor="x")
    assert (again.created, again.unchanged) == ((), 4)

    with pytest.raises(SocialFileChanged):
        offer.load_text(office.session, office.book_id, OFFER.replace("20000", "25000"), "cremona.toml", actor="x")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('plan = "PUB"', 'plan = "XXX"'),
        ('benefit_code = "A2.01"', 'benefit_code = "A9.01"'),
        ('code = "PASTI"', 'code = "pasti a casa"'),
        ('istat_code = "019036"', 'istat_code = "19036"'),
        ('instrument = "COPROGETTAZIONE"', 'instrument = "CONVENZIONE"'),
        ('partners = ["P01", "P03"]', 'partners = ["P01", "P01"]'),
        ('cig = "A0123456789"\n', ""),
        ("user_area = 2", "user_area = 9"),
        ("user_area = 2\n", ""),
        ("ends_on = 2026-12-31", "ends_on = 2025-12-31"),
        ("isee_threshold = 20000", 'isee_threshold = "molto"'),
    ],
)
def test_what_nobody_can_have_meant_is_refused_and_nothing_loaded(empty_scene: Scene, old: str, new: str) -> None:
    assert old in OFFER
    office = open_office(empty_scene.session)
    fresh = OFFER.replace('"PASTI"', '"PASTI2"') if old != 'code = "PASTI"' else OFFER

    with pytest.raises(SocialFileInvalid):
        offer.load_text(office.session, office.book_id, fresh.replace(old, new, 1), "x.toml", actor="x")

    assert rows(office.session, office.book_id, "entrusted_service") == 4


def test_an_employers_book_has_no_social_services(scene: Scene) -> None:
    with pytest.raises(NotAMunicipality):
        offer.load_text(scene.session, scene.book_id, OFFER, "x.toml", actor="x")


def test_selection_words_are_italian() -> None:
    assert Selection.COUNTER.label_it == "a sportello"
