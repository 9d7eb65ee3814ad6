"""What time ends, and where the credit goes."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.errors import OccurredInFuture
from plans import people
from plans.rulebook.words import Kinship
from plans.words import Residual
from tests.wallet.scene import DIRECT, VOUCHER, Scene
from wallet.declines import Decline
from wallet.expiry import Expired

SPRING, AFTER_SPRING = date(2026, 4, 30), date(2026, 5, 1)
LAST_DAY, DAY_AFTER = date(2026, 11, 30), date(2026, 12, 1)


def test_nothing_ends_on_the_last_day(scene: Scene) -> None:
    scene.grant(10_000)
    scene.go_to(LAST_DAY)

    assert scene.expire() == Expired()


def test_unspent_credit_goes_back_to_the_funder(scene: Scene) -> None:
    lot = scene.grant(10_000)
    scene.capture(scene.buy("PSI-CR"))
    scene.go_to(DAY_AFTER)

    assert scene.expire() == Expired(lots=1, returned_minor=4_500)
    assert (scene.left(lot), scene.posted("plan:A:returned")) == (0, 4_500)
    assert scene.differences() == []


def test_unspent_credit_goes_to_the_community_fund_of_the_home_territory(empty_scene: Scene) -> None:
    scene = empty_scene
    scene.plan(residual_destination=Residual.COMMUNITY_FUND)
    scene.grant(10_000)
    scene.go_to(DAY_AFTER)

    assert scene.expire() == Expired(lots=1, community_minor=10_000)
    assert scene.posted("community:cremona") == 10_000
    assert scene.differences() == []


def test_a_second_run_finds_nothing(scene: Scene) -> None:
    scene.grant(10_000)
    scene.buy("PSI-CR")
    scene.go_to(DAY_AFTER)
    scene.expire()
    before = scene.image()

    assert scene.expire() == Expired()
    assert scene.image() == before


def test_credit_is_carried_over_once_and_then_goes_where_the_plan_says(empty_scene: Scene) -> None:
    scene = empty_scene
    scene.plan(carry_over_months=12, residual_destination=Residual.COMMUNITY_FUND)
    old = scene.grant(10_000)
    scene.go_to(DAY_AFTER)

    assert scene.expire() == Expired(lots=1, carried_minor=10_000)
    (carried,) = [lot for lot in scene.lots() if lot.carried]
    assert (carried.expires_on, carried.available_minor, scene.left(old)) == (date(2027, 11, 30), 10_000, 0)
    assert scene.expire() == Expired()

    scene.go_to(date(2027, 11, 30))
    assert scene.paid_from(scene.buy("PSI-CR", channel=DIRECT)) == [(carried.lot_id, 5_500)]
    scene.go_to(date(2027, 12, 1))
    assert scene.expire() == Expired(lots=1, community_minor=4_500)
    # The hold was for seven days: a later run ends what it gave back.
    scene.go_to(date(2027, 12, 8))
    assert scene.expire() == Expired(holds=1, lots=1, community_minor=5_500)
    assert scene.differences() == []


def test_carried_credit_is_spent_after_what_expires_before_it(empty_scene: Scene) -> None:
    scene = empty_scene
    scene.plan(carry_over_months=12)
    scene.grant(10_000)
    scene.plan("N", starts_on=date(2026, 1, 1), ends_on=date(2027, 12, 31), spend_by=date(2027, 6, 30))
    newer = scene.grant(10_000, "N")
    scene.go_to(DAY_AFTER)
    scene.expire()

    assert scene.paid_from(scene.buy("PSI-CR")) == [(newer, 5_500)]


def test_two_lots_of_one_plan_are_carried_into_one(empty_scene: Scene) -> None:
    scene = empty_scene
    scene.plan(carry_over_months=12)
    scene.grant(1_000, expires_on=SPRING)
    scene.grant(2_000, expires_on=date(2026, 6, 30))
    scene.grant(4_000)

    scene.go_to(AFTER_SPRING)
    assert scene.expire().carried_minor == 1_000
    scene.go_to(DAY_AFTER)
    assert scene.expire() == Expired(lots=2, carried_minor=6_000)

    assert [lot.available_minor for lot in scene.lots() if lot.carried] == [7_000]
    assert scene.differences() == []


def test_credit_that_was_carried_and_given_back_is_carried_into_the_same_lot(empty_scene: Scene) -> None:
    scene = empty_scene
    scene.plan(carry_over_months=12)
    scene.grant(10_000, expires_on=SPRING)
    found = scene.buy("PSI-CR")
    scene.capture(found)
    scene.go_to(AFTER_SPRING)
    scene.expire()
    scene.refund(found)
    # Given back on 1 May: spendable until 31 May.
    scene.go_to(date(2026, 5, 31))
    assert scene.expire() == Expired()

    scene.go_to(date(2026, 6, 1))

    assert scene.expire() == Expired(lots=1, carried_minor=5_500)
    assert [lot.available_minor for lot in scene.lots() if lot.carried] == [10_000]
    assert scene.differences() == []


def test_a_leavers_credit_ends_at_once_where_the_plan_says_and_is_not_carried(empty_scene: Scene) -> None:
    scene = empty_scene
    scene.plan(carry_over_months=12, leaver_grace_days=60)
    leaver, stays = scene.person(), scene.worker
    scene.grant(10_000, worker=leaver)
    scene.grant(10_000, worker=stays)
    people.leave(scene.session, scene.book_id, leaver, on=date(2026, 3, 31))
    scene.go_to(date(2026, 5, 30))
    assert scene.expire() == Expired()

    scene.go_to(date(2026, 5, 31))

    assert scene.expire() == Expired(lots=1, returned_minor=10_000)
    assert scene.expire() == Expired()
    assert scene.lots(stays)[0].available_minor == 10_000
    assert scene.differences() == []


def test_somebody_who_left_late_keeps_what_is_carried_for_the_days_that_remain(empty_scene: Scene) -> None:
    scene = empty_scene
    scene.plan(carry_over_months=12, leaver_grace_days=60)
    scene.grant(10_000)
    people.leave(scene.session, scene.book_id, scene.worker, on=date(2026, 11, 15))
    scene.go_to(DAY_AFTER)

    assert scene.expire().carried_minor == 10_000
    # Sixty days after 15 November are 14 January.
    scene.go_to(date(2027, 1, 14))
    assert scene.ask("PSI-CR").status == "authorized"
    scene.go_to(date(2027, 1, 15))
    assert scene.ask("PSI-CR").decline_code == Decline.EMPLOYEE_LEFT
    assert scene.expire().returned_minor == 4_500


def test_what_is_held_stays_until_its_hold_ends_and_goes_then(scene: Scene) -> None:
    lot = scene.grant(10_000, expires_on=SPRING)
    scene.go_to(date(2026, 4, 28))
    found = scene.buy("PSI-CR")
    scene.go_to(AFTER_SPRING)

    assert scene.expire() == Expired(lots=1, returned_minor=4_500)
    assert scene.posted(f"lot:{lot}") == 5_500
    scene.go_to(date(2026, 5, 5))
    assert scene.expire() == Expired(holds=1, lots=1, returned_minor=5_500)

    assert scene.get(found).status == "expired"
    assert scene.posted(f"lot:{lot}") == 0
    assert scene.differences() == []


def test_a_hold_that_was_captured_in_part_ends_as_captured(scene: Scene) -> None:
    lot = scene.grant(35_000)
    found = scene.buy("FIS-NA")
    scene.capture(found, 3_500)
    scene.go_to(date(2026, 3, 17))

    assert scene.expire() == Expired(holds=1)
    assert (scene.get(found).status, scene.left(lot)) == ("captured", 31_500)
    assert scene.taxed(found) == (3_500, 0)
    assert scene.differences() == []


def test_an_expired_voucher_is_no_use_for_the_tax(scene: Scene) -> None:
    child = scene.relative(Kinship.CHILD)
    scene.grant(35_000)
    found = scene.buy("DOP-CR", relative_id=child, channel=VOUCHER)
    scene.go_to(date(2026, 3, 17))

    scene.expire()

    assert scene.taxed(found) == (0, 0)
    assert scene.events(found)[1:] == [("reversal", 13_000, 0, "hold_expired", 2026)]


def test_a_run_for_a_day_to_come_is_refused(scene: Scene) -> None:
    scene.grant(10_000)

    with pytest.raises(OccurredInFuture):
        scene.expire(on=DAY_AFTER)


def test_progress_counts_every_lot(scene: Scene) -> None:
    from wallet import expiry

    for _ in range(3):
        scene.grant(1_000, worker=scene.person())
    scene.go_to(DAY_AFTER)
    told: list[tuple[int, int]] = []

    expiry.expire(
        scene.session,
        scene.book_id,
        on=DAY_AFTER,
        actor="test",
        on_progress=lambda done, all_of_them: told.append((done, all_of_them)),
    )

    assert told == [(3, 3)]
