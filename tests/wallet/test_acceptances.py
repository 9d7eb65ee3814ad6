"""A purchase that its provider has to accept holds its money, has no code, and is taxed only when it is issued."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from config import clock
from network import acceptance
from network.acceptance import Terms
from network.errors import ServiceNotFound
from plans.rulebook.words import Channel
from tests.wallet.scene import NOON, Scene, at
from wallet import authorizations, captures, expiry, fiscal, verification
from wallet.acceptances import answering, awaited
from wallet.acceptances.errors import AcceptanceAnswered, AcceptanceNotFound, ProviderNotQualifiedNow
from wallet.acceptances.words import Reason, State
from wallet.authorizations import Authorization
from wallet.errors import AcceptanceAwaited
from wallet.purchases import Purchase

PRICE = 5_500


@pytest.fixture
def asking(scene: Scene) -> Scene:
    """P04 wants two days to accept."""
    scene.grant(60_000)
    acceptance.change(scene.session, Terms("P04", 48))
    return scene


def buy(scene: Scene, channel: Channel = Channel.VOUCHER) -> Authorization:
    purchase = Purchase(scene.worker, "PSI-CR", quantity=1, channel=channel)
    return authorizations.authorize(scene.session, scene.book_id, purchase, actor="giulia")


def now(scene: Scene, authorization_id: str) -> Authorization:
    return authorizations.get(scene.session, scene.book_id, authorization_id)


def accept(scene: Scene, found: Authorization, key: str | None = None) -> awaited.Acceptance:
    return answering.accept(scene.session, scene.book_id, found.authorization_id, actor="p04", key=key)


def refuse(scene: Scene, found: Authorization) -> awaited.Acceptance:
    return answering.refuse(scene.session, scene.book_id, found.authorization_id, Reason.FULLY_BOOKED, actor="p04")


def used(scene: Scene) -> int:
    events = scene.session.execute(
        sa.text(
            "select coalesce(sum(case kind when 'use' then amount_minor else -amount_minor end), 0)"
            " from fiscal_event where book_id = :book"
        ),
        {"book": scene.book_id},
    )
    return int(events.scalar_one())


def reserved(scene: Scene) -> int:
    year = fiscal.year_use(scene.session, scene.book_id, scene.worker, 2026)
    return sum(use.used_minor for use in year.by_category.values())


def sound(scene: Scene) -> None:
    assert verification.verify(scene.session, scene.book_id) == []


def test_nobody_is_asked_unless_the_provider_wants_to_be(scene: Scene) -> None:
    scene.grant(60_000)

    found = buy(scene)

    assert found.code is not None
    assert found.answer_by is None
    with pytest.raises(AcceptanceNotFound):
        awaited.get(scene.session, found.authorization_id)


@pytest.mark.parametrize("channel", [Channel.VOUCHER, Channel.DIRECT])
def test_until_it_is_accepted_the_money_is_held_and_nothing_can_be_captured(asking: Scene, channel: Channel) -> None:
    found = buy(asking, channel)

    assert (found.status, found.code) == ("authorized", None)
    assert found.answer_by == found.expires_at == NOON + timedelta(hours=48)
    assert (used(asking), reserved(asking)) == (0, PRICE)
    with pytest.raises(AcceptanceAwaited):
        captures.capture(asking.session, asking.book_id, found.authorization_id, actor="p04")
    sound(asking)


def test_accepted_it_has_a_code_and_the_time_of_any_other(asking: Scene) -> None:
    found = buy(asking)
    with at(asking.session, NOON + timedelta(days=1)):
        done = accept(asking, found)

        given = now(asking, found.authorization_id)
        assert (done.state, given.status, given.answer_by) == (State.ACCEPTED, "authorized", None)
        assert given.code is not None
        assert given.expires_at == NOON + timedelta(days=7)
        assert given.tax_on == date(2026, 3, 11)
        assert (used(asking), reserved(asking)) == (PRICE, PRICE)
        sound(asking)
        captures.capture(asking.session, asking.book_id, found.authorization_id, actor="p04")
        sound(asking)


@pytest.mark.parametrize(
    ("kind", "tampering"),
    [
        ("acceptance_code", "update \"authorization\" set code = 'XXXX' where code is null"),
        ("acceptance_code", "update acceptance set state = 'accepted', answered_at = asked_at, actor = 'x'"),
        ("acceptance_missing", "delete from acceptance"),
    ],
)
def test_what_was_tampered_with_is_named(asking: Scene, kind: str, tampering: str) -> None:
    buy(asking)
    asking.session.execute(sa.text(tampering))

    found = verification.verify(asking.session, asking.book_id)

    assert kind in {difference.kind for difference in found}
    assert all(difference.text("it") and difference.text("en") for difference in found)


def test_a_direct_purchase_is_taxed_when_it_is_given_and_not_before(asking: Scene) -> None:
    found = buy(asking, Channel.DIRECT)

    accept(asking, found)

    assert used(asking) == 0
    captures.capture(asking.session, asking.book_id, found.authorization_id, actor="p04")
    assert used(asking) == PRICE
    sound(asking)


def test_refused_the_money_is_free_and_nothing_was_taxed(asking: Scene) -> None:
    found = buy(asking)

    done = refuse(asking, found)

    assert (done.state, done.reason) == (State.REFUSED, Reason.FULLY_BOOKED)
    assert now(asking, found.authorization_id).status == "voided"
    assert (used(asking), reserved(asking)) == (0, 0)
    sound(asking)


def test_silence_lets_it_go(asking: Scene) -> None:
    found = buy(asking)

    with at(asking.session, NOON + timedelta(hours=48)):
        assert reserved(asking) == 0
        assert awaited.get(asking.session, found.authorization_id).state is State.LAPSED
        with pytest.raises(AcceptanceAnswered):
            accept(asking, found)
        expiry.expire(asking.session, asking.book_id, on=clock.today(), actor="clock")
        assert now(asking, found.authorization_id).status == "expired"
        assert used(asking) == 0
        sound(asking)


def test_the_person_may_change_their_mind_first(asking: Scene) -> None:
    found = buy(asking)

    captures.void(asking.session, asking.book_id, found.authorization_id, actor="giulia")

    assert awaited.get(asking.session, found.authorization_id).state is State.WITHDRAWN
    for answer in (accept, refuse):
        with pytest.raises(AcceptanceAnswered):
            answer(asking, found)
    sound(asking)


def test_an_answer_is_given_once_and_again_under_its_key(asking: Scene) -> None:
    found = buy(asking)
    first = accept(asking, found, "sì")

    again = accept(asking, found, "sì")

    assert (again.state, again.replayed) == (first.state, True)
    with pytest.raises(AcceptanceAnswered):
        refuse(asking, found)


def test_a_provider_that_is_not_qualified_any_more_issues_nothing(asking: Scene) -> None:
    found = buy(asking)
    asking.session.execute(sa.text("update provider_state set state = 'EXPIRED' where provider_code = 'P04'"))

    with pytest.raises(ProviderNotQualifiedNow):
        accept(asking, found)


def test_a_voucher_is_issued_in_the_tax_year_it_was_decided_for(empty_scene: Scene) -> None:
    empty_scene.plan(spend_by=date(2027, 6, 30), ends_on=date(2027, 6, 30))
    empty_scene.grant(60_000)
    acceptance.change(empty_scene.session, Terms("P04", 48))

    with at(empty_scene.session, datetime(2026, 12, 31, 12, tzinfo=clock.ROME)):
        voucher, direct = buy(empty_scene), buy(empty_scene, Channel.DIRECT)

    assert voucher.answer_by == datetime(2027, 1, 1, tzinfo=clock.ROME)
    assert direct.answer_by == datetime(2027, 1, 2, 12, tzinfo=clock.ROME)


def test_a_service_may_differ_from_its_provider(asking: Scene) -> None:
    acceptance.change(asking.session, Terms("P04", 48, {"PSI-CR": 0}))
    assert buy(asking).code is not None

    acceptance.change(asking.session, Terms("P04", None, {"PSI-CR": 2}))

    assert buy(asking).answer_by == NOON + timedelta(hours=2)
    assert acceptance.terms(asking.session, "P04") == Terms("P04", None, {"PSI-CR": 2})
    with pytest.raises(ServiceNotFound):
        acceptance.change(asking.session, Terms("P03", 24, {"PSI-CR": 2}))


def test_what_would_be_asked_is_told_before(asking: Scene) -> None:
    purchase = Purchase(asking.worker, "PSI-CR", quantity=1, channel=Channel.VOUCHER)

    told = authorizations.simulate(asking.session, asking.book_id, purchase)

    assert told.answer_by == NOON + timedelta(hours=48)
