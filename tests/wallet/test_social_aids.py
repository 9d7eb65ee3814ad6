"""A voucher told to its citizen: what is left, what each pays, and why it pays nothing today; nothing is bought yet."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from plans.social import applications
from plans.social.words import State, Why
from tests.statements import statements
from tests.wallet.scene import Scene
from tests.wallet.social_office import DECEMBER_31, Office, open_office
from wallet import wallets
from wallet.social import aids, purchases
from wallet.social.errors import NothingFromMunicipality, SocialVoucherNotActive


@pytest.fixture
def office(empty_scene: Scene) -> Office:
    return open_office(empty_scene.session)


def person(office: Office, asked: str) -> str:
    return applications.get(office.session, office.book_id, asked).employee_id


def test_a_voucher_is_told_with_its_share_its_days_and_what_is_left(office: Office) -> None:
    bruno = office.citizen()
    asked = office.active(citizen=bruno)

    (aid,) = aids.of_person(office.session, office.book_id, bruno)

    assert (aid.application_id, aid.services, aid.left_minor, aid.ends_on) == (asked, ("PAS-CR",), 10_000, DECEMBER_31)
    assert aid.usable
    assert (aid.share(850), aid.share(850, 3)) == (170, 510)
    assert aids.for_service(office.session, office.book_id, bruno, "PAS-CR") == aid
    assert aids.for_service(office.session, office.book_id, bruno, "ADI-CR") is None


def test_what_is_told_before_is_what_is_bought(office: Office) -> None:
    bruno = office.citizen()
    asked = office.active(citizen=bruno)
    count = sa.text('select (select count(*) from "authorization") + (select count(*) from hold)')
    before = office.session.scalar(count)

    told = purchases.simulate(office.session, office.book_id, asked, "PAS-CR", 2)

    assert office.session.scalar(count) == before
    assert (told.possible, told.municipal_minor, told.citizen_minor, told.left_minor) == (True, 1_360, 340, 8_640)
    bought = office.buy(asked, quantity=2)
    assert (bought.municipal_minor, bought.citizen_minor) == (told.municipal_minor, told.citizen_minor)
    assert aids.of_person(office.session, office.book_id, bruno)[0].left_minor == told.left_minor


def test_a_voucher_that_is_short_declines_and_leaves_what_is_there(office: Office) -> None:
    asked = office.active(amount=500)

    told = purchases.simulate(office.session, office.book_id, asked, "PAS-CR", 1)

    assert (told.possible, told.decision.decline_code, told.left_minor) == (False, "insufficient_funds", 500)


def test_a_frozen_wallet_declines(office: Office) -> None:
    asked = office.active()
    wallets.set_status(office.session, office.book_id, person(office, asked), "frozen")

    told = purchases.simulate(office.session, office.book_id, asked, "PAS-CR", 1)
    assert told.decision.decline_code == "wallet_frozen"


def test_a_suspended_voucher_is_told_and_buys_nothing(office: Office) -> None:
    asked = office.active()
    office.step(asked, State.SUSPENDED, why=Why.TEMPORARY_ABSENCE)
    bruno = person(office, asked)

    (aid,) = aids.of_person(office.session, office.book_id, bruno)

    assert (aid.suspended, aid.usable) == (True, False)
    assert aids.for_service(office.session, office.book_id, bruno, "PAS-CR") is None
    with pytest.raises(SocialVoucherNotActive):
        purchases.simulate(office.session, office.book_id, asked, "PAS-CR", 1)


def test_a_voucher_whose_attestation_is_over_waits_for_another(empty_scene: Scene, office: Office) -> None:
    asked = office.active(valid_until=date(2026, 3, 10))
    empty_scene.go_to(date(2026, 3, 11))

    (aid,) = aids.of_person(office.session, office.book_id, person(office, asked))

    assert (aid.isee_over, aid.usable) == (True, False)


def test_who_pays_the_whole_price_is_told_that_the_voucher_pays_nothing(office: Office) -> None:
    asked = office.active()
    applications.record_isee(office.session, office.book_id, asked, None, on=date(2026, 3, 10), actor="ufficio")

    with pytest.raises(NothingFromMunicipality):
        purchases.simulate(office.session, office.book_id, asked, "PAS-CR", 1)


def test_somebody_without_a_voucher_has_no_aid_and_more_of_them_take_no_more_statements(office: Office) -> None:
    bruno = office.citizen()
    office.applied(citizen=bruno)
    assert aids.of_person(office.session, office.book_id, bruno) == ()

    office.active(citizen=bruno)
    with statements() as one:
        assert len(aids.of_person(office.session, office.book_id, bruno)) == 1
    second = office.applied("SAD", citizen=bruno, isee=None)
    office.step(second, State.UNDER_REVIEW, State.ADMITTED, State.RANKED)
    office.assign(second, ends_on=date(2026, 11, 30))
    office.step(second, State.PAI_AGREED, State.PROVIDER_CHOSEN, State.ACTIVE)
    with statements() as two:
        assert len(aids.of_person(office.session, office.book_id, bruno)) == 2
    assert len(two) == len(one)
