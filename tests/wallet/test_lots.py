"""Which lot pays first, and what a wallet can spend."""

from __future__ import annotations

from datetime import date

from plans.rulebook.words import Category, PlanSource
from tests.wallet.scene import DIRECT, Scene
from wallet.declines import Decline

SPRING, AUTUMN = date(2026, 4, 30), date(2026, 11, 30)


def test_the_lot_that_expires_first_pays_first(scene: Scene) -> None:
    late = scene.grant(4_000, expires_on=AUTUMN)
    early = scene.grant(2_000, expires_on=SPRING)

    found = scene.buy("PSI-CR")

    assert scene.paid_from(found) == [(early, 2_000), (late, 3_500)]
    assert (scene.left(early), scene.left(late)) == (0, 500)


def test_of_lots_that_expire_together_the_plan_with_the_smaller_priority_pays_first(scene: Scene) -> None:
    ordinary = scene.grant(4_000)
    scene.plan("B", priority=50)
    urgent = scene.grant(4_000, "B")

    assert scene.paid_from(scene.buy("PSI-CR")) == [(urgent, 4_000), (ordinary, 1_500)]


def test_of_equal_lots_the_older_one_pays_first(scene: Scene) -> None:
    older = scene.grant(4_000)
    scene.plan("B")
    younger = scene.grant(4_000, "B")

    assert scene.paid_from(scene.buy("PSI-CR")) == [(older, 4_000), (younger, 1_500)]


def test_expiry_comes_before_priority(scene: Scene) -> None:
    scene.plan("B", priority=1)
    urgent = scene.grant(5_500, "B")
    early = scene.grant(5_500, expires_on=SPRING)

    assert scene.paid_from(scene.buy("PSI-CR")) == [(early, 5_500)]
    assert scene.left(urgent) == 5_500


def test_the_last_day_can_be_spent_and_the_next_cannot(scene: Scene) -> None:
    scene.grant(11_000, expires_on=SPRING)

    scene.go_to(SPRING)
    assert scene.ask("PSI-CR").status == "authorized"

    scene.go_to(date(2026, 5, 1))
    assert scene.ask("PSI-CR").decline_code == Decline.LOT_EXPIRED


def test_an_expired_lot_is_skipped_before_anybody_swept_it(scene: Scene) -> None:
    early = scene.grant(10_000, expires_on=SPRING)
    late = scene.grant(10_000)
    scene.go_to(date(2026, 5, 1))

    assert scene.paid_from(scene.buy("PSI-CR")) == [(late, 5_500)]
    assert scene.left(early) == 10_000


def test_a_plan_that_does_not_include_the_category_is_skipped(scene: Scene) -> None:
    scene.plan("C", categories=frozenset({Category.CARE}), priority=1)
    care = scene.grant(10_000, "C")
    general = scene.grant(10_000)

    assert scene.paid_from(scene.buy("PSI-CR")) == [(general, 5_500)]
    assert scene.left(care) == 10_000


def test_a_plan_that_does_not_pay_in_this_way_is_skipped(scene: Scene) -> None:
    scene.plan("V", channels=frozenset({DIRECT}), priority=1)
    direct_only = scene.grant(10_000, "V")
    both = scene.grant(10_000)

    assert scene.paid_from(scene.buy("PSI-CR")) == [(both, 5_500)]
    assert scene.paid_from(scene.buy("PSI-CR", channel=DIRECT)) == [(direct_only, 5_500)]


def test_what_is_held_is_not_available_a_second_time(scene: Scene) -> None:
    # Of 100,00 the first takes 55,00; 45,00 are not enough for another.
    lot = scene.grant(10_000)
    scene.buy("PSI-CR")

    second = scene.ask("PSI-CR")

    assert second.decline_code == Decline.INSUFFICIENT_FUNDS
    assert second.facts["available_minor"] == 4_500
    assert scene.left(lot) == 4_500


def test_the_exact_credit_can_be_spent_and_one_cent_less_cannot(scene: Scene) -> None:
    scene.grant(5_500)
    poorer = scene.person()
    scene.grant(5_499, worker=poorer)

    assert scene.ask("PSI-CR").status == "authorized"
    assert scene.ask("PSI-CR", poorer).decline_code == Decline.INSUFFICIENT_FUNDS


def test_two_grants_with_the_same_last_day_are_one_lot(scene: Scene) -> None:
    assert scene.grant(1_000) == scene.grant(2_000)
    assert [lot.available_minor for lot in scene.lots()] == [3_000]


def test_sources_are_never_mixed_in_one_lot(scene: Scene) -> None:
    scene.plan("K", source=PlanSource.CCNL)
    on_top, contract = scene.grant(1_000), scene.grant(2_000, "K")

    assert on_top != contract
    assert {lot.lot_id: str(lot.source) for lot in scene.lots()} == {on_top: "ON_TOP", contract: "CCNL"}
    assert scene.differences() == []
