"""A capture can be disputed until it is paid, and settled either way."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from tests.factories import euro
from tests.wallet.scene import Scene
from tests.wallet.settlement.acts import amounts, count, delivered, pay
from wallet.errors import AuthorizationNotFound, PartialRefundNotAllowed, ReasonRequired
from wallet.settlement import disputes, payments
from wallet.settlement.disputes import By, Reason, Role, State
from wallet.settlement.errors import (
    CapturePaid,
    DisputeAmount,
    DisputeNotFound,
    DisputeSettled,
    DisputeWhichCapture,
    NothingToDispute,
    PayoutEmpty,
)

GIULIA = By("giulia", Role.EMPLOYEE)
MANAGER = By("marta", Role.WELFARE_MANAGER, "Giulia Prova")


@pytest.fixture
def funded(scene: Scene) -> Scene:
    scene.grant(300_000)
    return scene


def dispute(scene: Scene, authorization_id: str, by: By = GIULIA, **rest: object) -> disputes.Dispute:
    reason = rest.pop("reason", Reason.NOT_DELIVERED)
    return disputes.open_dispute(scene.session, scene.book_id, authorization_id, reason, by=by, **rest)  # type: ignore[arg-type]


def test_a_disputed_capture_is_not_paid(funded: Scene) -> None:
    contested = delivered(funded)
    delivered(funded, "PSI-CR", quantity=2)

    opened = dispute(funded, contested.authorization_id)

    assert opened.state is State.OPEN
    assert opened.left_minor == 5_500
    assert amounts(pay(funded)) == {"P04": 11_000}


def test_what_was_refused_can_be_settled_another_way(funded: Scene) -> None:
    contested = delivered(funded, channel="VOUCHER")
    opened = dispute(funded, contested.authorization_id)
    with pytest.raises(PartialRefundNotAllowed) as refused, funded.session.begin_nested():
        disputes.uphold(funded.session, funded.book_id, opened.dispute_id, by=MANAGER, amount=euro(2_000), note="metà")

    # Kept under a key, the refusal would be the only answer for a month.
    assert not refused.value.recorded
    settled = disputes.uphold(funded.session, funded.book_id, opened.dispute_id, by=MANAGER, note="tutto")

    assert settled.state is State.UPHELD


def test_a_dismissed_capture_is_payable_again(funded: Scene) -> None:
    contested = delivered(funded)
    opened = dispute(funded, contested.authorization_id)

    settled = disputes.dismiss(funded.session, funded.book_id, opened.dispute_id, by=MANAGER, note="reso il 12")

    assert settled.state is State.DISMISSED
    assert amounts(pay(funded)) == {"P04": 5_500}
    assert funded.differences() == []


def test_an_upheld_dispute_gives_the_money_back_to_the_lot(funded: Scene) -> None:
    contested = delivered(funded)
    opened = dispute(funded, contested.authorization_id)

    settled = disputes.uphold(funded.session, funded.book_id, opened.dispute_id, by=MANAGER, note="non reso")

    assert settled.state is State.UPHELD
    assert settled.left_minor == 0
    assert settled.events[-1].refunded_minor == 5_500
    assert funded.get(contested).status == "refunded"
    assert funded.posted("provider:P04") == 0
    with pytest.raises(PayoutEmpty):
        pay(funded)
    assert funded.differences() == []


def test_what_is_upheld_in_part_is_payable_in_part(funded: Scene) -> None:
    contested = delivered(funded, channel="DIRECT")
    opened = dispute(funded, contested.authorization_id, reason=Reason.PARTLY_DELIVERED)

    settled = disputes.uphold(
        funded.session, funded.book_id, opened.dispute_id, by=MANAGER, amount=euro(2_000), note="metà"
    )

    assert settled.left_minor == 3_500
    assert amounts(pay(funded)) == {"P04": 3_500}
    assert funded.differences() == []


def test_a_voucher_is_given_back_whole_or_not_at_all(funded: Scene) -> None:
    contested = delivered(funded, channel="VOUCHER")
    opened = dispute(funded, contested.authorization_id)

    with pytest.raises(PartialRefundNotAllowed), funded.session.begin_nested():
        disputes.uphold(funded.session, funded.book_id, opened.dispute_id, by=MANAGER, amount=euro(1), note="metà")

    assert disputes.get(funded.session, funded.book_id, opened.dispute_id).state is State.OPEN


def test_the_history_keeps_who_acted_and_for_whom(funded: Scene) -> None:
    contested = delivered(funded)
    opened = dispute(funded, contested.authorization_id, by=MANAGER, note="telefonata")

    disputes.dismiss(funded.session, funded.book_id, opened.dispute_id, by=GIULIA, note="chiarito")

    (found,) = disputes.listed(funded.session, funded.book_id)
    assert [(event.kind, event.by, event.note) for event in found.events] == [
        ("opened", MANAGER, "telefonata"),
        ("dismissed", GIULIA, "chiarito"),
    ]


@pytest.mark.parametrize("statement", ["update dispute_event set actor = 'x'", "delete from dispute_event"])
def test_the_history_only_grows(funded: Scene, statement: str) -> None:
    dispute(funded, delivered(funded).authorization_id)

    with pytest.raises(sa.exc.DBAPIError, match="append"), funded.session.begin_nested():
        funded.session.execute(sa.text(statement))


def test_a_capture_in_a_run_is_refunded_and_not_disputed(funded: Scene) -> None:
    paid = delivered(funded)
    pay(funded)

    with pytest.raises(CapturePaid) as refusal:
        dispute(funded, paid.authorization_id)

    assert "refunded" in refusal.value.text("en")
    assert refusal.value.details["reference"] == "R1"


def test_a_capture_whose_payment_failed_can_be_disputed(funded: Scene) -> None:
    unpaid = delivered(funded)
    run = pay(funded)
    payments.fail(funded.session, run.payments[0].end_to_end_id, on=run.prepared_at.date(), actor="op")

    assert dispute(funded, unpaid.authorization_id).state is State.OPEN


def test_one_capture_of_several_has_to_be_named(funded: Scene) -> None:
    course = funded.buy("PSI-CR", quantity=3, channel="DIRECT")
    for _ in range(3):
        funded.capture(course, 5_500)

    with pytest.raises(DisputeWhichCapture) as refusal:
        dispute(funded, course.authorization_id)
    last = refusal.value.details["captures"][-1]
    opened = dispute(funded, course.authorization_id, entry_id=last)

    assert opened.entry_id == last
    assert amounts(pay(funded)) == {"P04": 11_000}
    disputes.uphold(funded.session, funded.book_id, opened.dispute_id, by=MANAGER, note="non resa")
    assert funded.posted("provider:P04") == 0
    assert funded.differences() == []


def test_an_upheld_dispute_refunds_the_disputed_capture_and_none_after_it(empty_scene: Scene) -> None:
    empty_scene.plan(ends_on=date(2027, 12, 31), spend_by=date(2027, 6, 30))
    early, late = empty_scene.grant(10_000, expires_on=date(2027, 1, 31)), empty_scene.grant(30_000)
    empty_scene.keep_qualified()
    empty_scene.go_to(date(2026, 12, 30))
    course = empty_scene.buy("FIS-NA")
    contested = empty_scene.capture(course, 10_000, on=date(2026, 12, 30)).entry_ids[0]
    empty_scene.go_to(date(2027, 1, 3))
    empty_scene.capture(course, 20_000, on=date(2027, 1, 3))
    assert (empty_scene.taxed(year=2026), empty_scene.taxed(year=2027)) == ((10_000, 0), (20_000, 0))
    opened = dispute(empty_scene, course.authorization_id, entry_id=contested)

    settled = disputes.uphold(
        empty_scene.session, empty_scene.book_id, opened.dispute_id, by=MANAGER, amount=euro(4_000), note="in parte"
    )

    assert (settled.entry_id, settled.left_minor) == (contested, 6_000)
    assert (empty_scene.left(early), empty_scene.left(late)) == (4_000, 5_000)
    assert (empty_scene.taxed(year=2026), empty_scene.taxed(year=2027)) == ((6_000, 0), (20_000, 0))
    assert empty_scene.differences() == []


def test_nothing_is_disputed_twice_at_a_time(funded: Scene) -> None:
    contested = delivered(funded)
    dispute(funded, contested.authorization_id)
    before = count(funded, "dispute")

    with pytest.raises(NothingToDispute):
        dispute(funded, contested.authorization_id)

    assert count(funded, "dispute") == before


def test_what_was_never_captured_cannot_be_disputed(funded: Scene) -> None:
    with pytest.raises(NothingToDispute):
        dispute(funded, funded.buy("PSI-CR").authorization_id)


def test_a_settled_dispute_stays_settled(funded: Scene) -> None:
    opened = dispute(funded, delivered(funded).authorization_id)
    disputes.dismiss(funded.session, funded.book_id, opened.dispute_id, by=MANAGER, note="reso")

    for settle in (disputes.dismiss, disputes.uphold):
        with pytest.raises(DisputeSettled):
            settle(funded.session, funded.book_id, opened.dispute_id, by=MANAGER, note="ancora")


def test_a_settlement_needs_a_reason(funded: Scene) -> None:
    opened = dispute(funded, delivered(funded).authorization_id)

    with pytest.raises(ReasonRequired):
        disputes.dismiss(funded.session, funded.book_id, opened.dispute_id, by=MANAGER, note="  ")


@pytest.mark.parametrize("amount", [0, 5_501])
def test_no_more_is_given_back_than_was_captured(funded: Scene, amount: int) -> None:
    opened = dispute(funded, delivered(funded).authorization_id)

    with pytest.raises(DisputeAmount):
        disputes.uphold(funded.session, funded.book_id, opened.dispute_id, by=MANAGER, amount=euro(amount), note="x")


def test_what_does_not_exist_is_not_found(funded: Scene) -> None:
    with pytest.raises(AuthorizationNotFound):
        dispute(funded, "aut_none")
    with pytest.raises(DisputeNotFound):
        disputes.get(funded.session, funded.book_id, "dis_none")
