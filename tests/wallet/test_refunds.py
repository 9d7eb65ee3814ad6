"""Refunds: back to the lots that paid, and out of the tax in proportion."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa
from moneyed import Money

from ledger.errors import AmountNotPositive, CurrencyMismatch, KeyReused
from plans import people
from plans.rulebook.words import Category
from tests.wallet.scene import CONSENT, DIRECT, Scene
from wallet import captures
from wallet.declines import Decline
from wallet.errors import CaptureNotOfAuthorization, NothingToRefund, RefundBeforeCapture, RefundExceedsCaptures

SPRING = date(2026, 4, 30)


def test_a_refund_gives_back_to_the_lot_charged_last_first(scene: Scene) -> None:
    early = scene.grant(2_000, expires_on=SPRING)
    late = scene.grant(4_000)
    found = scene.buy("PSI-CR", channel=DIRECT)
    scene.capture(found)
    assert (scene.left(early), scene.left(late)) == (0, 500)

    first = scene.refund(found, 3_000)
    assert (scene.left(early), scene.left(late)) == (0, 3_500)
    second = scene.refund(found, 1_500)
    assert (scene.left(early), scene.left(late)) == (1_000, 4_000)
    third = scene.refund(found)

    assert [change.authorization.status for change in (first, second, third)] == [
        "partially_refunded",
        "partially_refunded",
        "refunded",
    ]
    assert third.amount_minor == 1_000
    assert (scene.left(early), scene.left(late), scene.posted("provider:P04")) == (2_000, 4_000, 0)
    assert scene.differences() == []


def test_of_several_captures_the_last_is_given_back_first(scene: Scene) -> None:
    first_plan = scene.grant(20_000, expires_on=SPRING)
    second_plan = scene.grant(20_000)
    found = scene.buy("FIS-NA")
    scene.capture(found, 20_000)
    scene.capture(found, 15_000)

    change = scene.refund(found, 16_000)

    assert len(change.entry_ids) == 2
    assert (scene.left(first_plan), scene.left(second_plan)) == (1_000, 20_000)
    assert scene.posted("clearing:napoli") == 19_000
    assert scene.posted("clearing:cremona") == -19_000
    assert scene.differences() == []


def test_a_refund_that_names_a_capture_undoes_that_one(scene: Scene) -> None:
    first_lot = scene.grant(20_000, expires_on=SPRING)
    second_lot = scene.grant(20_000)
    found = scene.buy("FIS-NA")
    first, second = (scene.capture(found, amount).entry_ids[0] for amount in (20_000, 15_000))

    change = scene.refund(found, 6_000, capture_id=first)

    assert len(change.entry_ids) == 1
    assert (scene.left(first_lot), scene.left(second_lot)) == (6_000, 5_000)
    with pytest.raises(RefundExceedsCaptures) as refusal:
        scene.refund(found, 14_001, capture_id=first)
    assert refusal.value.details["refundable"] == Money("140", "EUR")
    assert scene.refund(found, capture_id=first).amount_minor == 14_000
    with pytest.raises(NothingToRefund):
        scene.refund(found, capture_id=first)
    assert scene.get(found).refunded_minor == 20_000
    assert scene.refund(found, 15_000, capture_id=second).authorization.status == "refunded"
    assert scene.differences() == []


def test_a_capture_of_another_authorization_is_not_refunded(scene: Scene) -> None:
    scene.grant(70_000)
    mine, other = scene.buy("FIS-NA"), scene.buy("PSI-CR")
    scene.capture(mine, 10_000)
    elsewhere = scene.capture(other).entry_ids[0]
    before = scene.image()

    with pytest.raises(CaptureNotOfAuthorization):
        scene.refund(mine, 1_000, capture_id=elsewhere)

    assert scene.image() == before


def test_a_key_is_for_the_same_capture(scene: Scene) -> None:
    scene.grant(35_000)
    found = scene.buy("FIS-NA")
    first, second = (scene.capture(found, 10_000).entry_ids[0] for _ in range(2))
    scene.refund(found, 1_000, capture_id=first, key="r")

    assert scene.refund(found, 1_000, capture_id=first, key="r").authorization.replayed
    for other in (second, None):
        with pytest.raises(KeyReused):
            scene.refund(found, 1_000, capture_id=other, key="r")


def test_all_refunds_together_never_exceed_the_captures(scene: Scene) -> None:
    scene.grant(35_000)
    found = scene.buy("FIS-NA")
    with pytest.raises(NothingToRefund):
        scene.refund(found)
    scene.capture(found, 10_000)
    scene.refund(found, 4_000)
    before = scene.image()

    with pytest.raises(RefundExceedsCaptures) as refusal:
        scene.refund(found, 6_001)

    assert refusal.value.details["refundable"] == Money("60", "EUR")
    assert scene.image() == before
    scene.refund(found, 6_000)
    with pytest.raises(NothingToRefund):
        scene.refund(found, 1)


@pytest.mark.parametrize("captured", [False, True])
@pytest.mark.parametrize("amount", [0, -1])
def test_nothing_or_less_is_refused(scene: Scene, amount: int, captured: bool) -> None:
    scene.grant(10_000)
    found = scene.buy("PSI-CR", channel=DIRECT)
    if captured:
        scene.capture(found)

    with pytest.raises(AmountNotPositive):
        scene.refund(found, amount)


def test_a_refund_dated_before_one_of_its_captures_writes_nothing_at_all(scene: Scene) -> None:
    scene.grant(35_000)
    found = scene.buy("FIS-NA")
    scene.go_to(date(2026, 3, 14))
    scene.capture(found, 10_000, on=date(2026, 3, 13))
    scene.capture(found, 10_000, on=date(2026, 3, 11))
    before = scene.image()

    with pytest.raises(RefundBeforeCapture):
        scene.refund(found, 15_000, on=date(2026, 3, 12))

    assert scene.image() == before


def test_another_currency_is_refused(scene: Scene) -> None:
    scene.grant(10_000)
    found = scene.buy("PSI-CR", channel=DIRECT)
    scene.capture(found)

    with pytest.raises(CurrencyMismatch):
        captures.refund(scene.session, scene.book_id, found.authorization_id, Money("10", "USD"), actor="test")


def test_what_is_still_open_stays_open_after_a_refund(scene: Scene) -> None:
    scene.grant(35_000)
    found = scene.buy("FIS-NA")
    scene.capture(found, 10_000)

    assert scene.refund(found, 10_000).authorization.status == "partially_captured"
    assert scene.capture(found, 25_000).authorization.status == "partially_refunded"
    assert scene.differences() == []


def test_a_refund_takes_exempt_and_taxable_back_in_proportion(scene: Scene) -> None:
    # 3.960,00 of which 344,80 taxable; 1.000,00 of it are 87,07 taxable. What is left of the year, 2.960,00, is within
    # the cap of 3.615,20: nothing of it stays taxable.
    scene.session.execute(sa.text("update service set categories = '{HEALTH_FUND}' where code = 'LIN-MI'"))
    scene.plan("H", categories=frozenset({Category.HEALTH_FUND}), **CONSENT)
    scene.grant(396_000, "H")
    found = scene.buy("LIN-MI", quantity=11, channel=DIRECT, consent=True)
    scene.capture(found)

    scene.refund(found, 100_000)
    assert scene.events(found)[1:] == [
        ("reversal", 91_293, 8_707, "refund", 2026),
        ("reversal", 0, 25_773, "annual_cap_settled", 2026),
        ("use", 25_773, 0, "annual_cap_settled", 2026),
    ]
    scene.refund(found)

    assert scene.events(found)[4:] == [("reversal", 296_000, 0, "refund", 2026)]
    assert scene.taxed(found) == (0, 0)
    assert scene.differences() == []


# -- after the credit expired ----------------------------------------------------------------------------------------


def test_a_lot_that_expired_opens_again_for_thirty_days(scene: Scene) -> None:
    lot = scene.grant(5_500, expires_on=SPRING)
    found = scene.buy("PSI-CR", channel=DIRECT)
    scene.capture(found)
    scene.go_to(date(2026, 5, 10))

    scene.refund(found)

    # Thirty days after 10 May is 9 June.
    scene.go_to(date(2026, 6, 9))
    assert scene.expire().lots == 0
    assert scene.paid_from(scene.buy("PSI-CR")) == [(lot, 5_500)]
    assert scene.differences() == []


def test_after_the_thirty_days_it_is_over(scene: Scene) -> None:
    scene.grant(5_500, expires_on=SPRING)
    found = scene.buy("PSI-CR", channel=DIRECT)
    scene.capture(found)
    scene.go_to(date(2026, 5, 10))
    scene.refund(found)

    scene.go_to(date(2026, 6, 10))

    assert scene.ask("PSI-CR").decline_code == Decline.LOT_EXPIRED
    assert scene.expire().returned_minor == 5_500
    assert scene.differences() == []


def test_a_lot_that_lives_longer_than_thirty_days_keeps_its_own_last_day(scene: Scene) -> None:
    scene.grant(5_500)
    found = scene.buy("PSI-CR", channel=DIRECT)
    scene.capture(found)

    scene.refund(found)

    assert [lot.last_day for lot in scene.lots()] == [date(2026, 11, 30)]


def test_the_thirty_days_count_from_the_day_the_refund_is_written(scene: Scene) -> None:
    scene.grant(5_500, expires_on=SPRING)
    found = scene.buy("PSI-CR", channel=DIRECT)
    scene.capture(found)
    scene.go_to(date(2026, 7, 1))

    scene.refund(found, on=date(2026, 4, 1))

    assert [lot.last_day for lot in scene.lots()] == [date(2026, 7, 31)]


def test_a_lot_that_ends_tomorrow_keeps_its_last_day(scene: Scene) -> None:
    scene.grant(5_500, expires_on=SPRING)
    found = scene.buy("PSI-CR", channel=DIRECT)
    scene.capture(found)
    scene.go_to(date(2026, 4, 30))

    scene.refund(found)

    assert [lot.last_day for lot in scene.lots()] == [SPRING]


def test_what_was_left_in_the_lot_ends_and_only_what_is_given_back_is_spent_again(scene: Scene) -> None:
    lot = scene.grant(20_000, expires_on=SPRING)
    found = scene.buy("PSI-CR", channel=DIRECT)
    scene.capture(found)
    scene.go_to(date(2026, 5, 10))

    # Nobody swept the 145,00 that were left.
    scene.refund(found, 1_000)

    assert (scene.left(lot), scene.posted("plan:A:returned")) == (1_000, 14_500)
    scene.refund(found, 500)
    assert (scene.left(lot), scene.posted("plan:A:returned")) == (1_500, 14_500)
    assert scene.differences() == []


def test_what_is_left_is_carried_over_where_the_plan_says(empty_scene: Scene) -> None:
    scene = empty_scene
    scene.plan(carry_over_months=12)
    scene.grant(20_000)
    found = scene.buy("PSI-CR", channel=DIRECT)
    scene.capture(found)
    scene.go_to(date(2026, 12, 10))

    scene.refund(found)

    assert sorted((lot.carried, lot.available_minor) for lot in scene.lots()) == [(False, 5_500), (True, 14_500)]
    assert scene.expire().lots == 0
    assert scene.differences() == []


def test_what_is_bought_in_the_thirty_days_and_given_back_has_no_new_ones(scene: Scene) -> None:
    lot = scene.grant(5_500, expires_on=SPRING)
    found = scene.buy("PSI-CR", channel=DIRECT)
    scene.capture(found)
    scene.go_to(date(2026, 5, 10))
    scene.refund(found)

    scene.go_to(date(2026, 6, 8))
    again = scene.buy("PSI-CR", channel=DIRECT)
    scene.capture(again)
    scene.refund(again)

    assert [(one.available_minor, one.last_day) for one in scene.lots()] == [(5_500, date(2026, 6, 9))]
    last = scene.buy("PSI-CR", channel=DIRECT)
    scene.capture(last)
    scene.go_to(date(2026, 6, 12))
    scene.refund(last)
    assert scene.ask("PSI-CR").decline_code == Decline.LOT_EXPIRED
    assert scene.expire().returned_minor == 5_500
    assert scene.left(lot) == 0
    assert scene.differences() == []


def test_a_leaver_can_spend_what_a_refund_gave_back_as_long_as_the_clock_leaves_it(scene: Scene) -> None:
    scene.grant(5_500)
    found = scene.buy("PSI-CR", channel=DIRECT)
    scene.capture(found)
    people.leave(scene.session, scene.book_id, scene.worker, on=date(2026, 3, 31))
    scene.go_to(date(2026, 5, 10))
    scene.refund(found)

    scene.go_to(date(2026, 6, 9))
    assert scene.expire().lots == 0
    assert scene.ask("PSI-CR").status == "authorized"
    scene.go_to(date(2026, 6, 20))
    assert scene.expire().returned_minor == 5_500
    assert scene.ask("PSI-CR").decline_code == Decline.EMPLOYEE_LEFT


# -- keys ------------------------------------------------------------------------------------------------------------


def test_the_same_key_refunds_once(scene: Scene) -> None:
    scene.grant(5_500)
    found = scene.buy("PSI-CR", channel=DIRECT)
    scene.capture(found)
    first = scene.refund(found, 1_000, key="k")

    again = scene.refund(found, 1_000, key="k")

    assert (again.entry_ids, again.authorization.replayed) == (first.entry_ids, True)
    assert scene.get(found).refunded_minor == 1_000
    with pytest.raises(KeyReused):
        scene.refund(found, 2_000, key="k")
