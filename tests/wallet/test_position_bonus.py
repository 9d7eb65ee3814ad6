"""A converted bonus in the position: unknown while nobody said what was converted elsewhere, and over the cap."""

from __future__ import annotations

from datetime import date

import pytest

from plans.rulebook.words import Category, PlanSource
from plans.words import Fact
from tests.factories import euro
from tests.wallet.scene import DIRECT, Scene
from tests.wallet.test_conversions import ACT, agreement, choose
from wallet import position as positions
from wallet.position import Position, Unknown, words


@pytest.fixture
def scene(empty_scene: Scene) -> Scene:
    """3.000,00 converted in 2026, all the law lets; 405,00 of it used for a psychologist and ten sessions."""
    empty_scene.plan("B", source=PlanSource.PDR, act=ACT)
    agreement(empty_scene)
    choose(empty_scene, 300_000)
    for service in ("PSI-CR", "FIS-NA"):
        empty_scene.capture(empty_scene.buy(service, channel=DIRECT))
    return empty_scene


def stand(scene: Scene, year: int = 2026) -> Position:
    return positions.position(scene.session, scene.book_id, scene.worker, year)


def elsewhere(scene: Scene, amount: int) -> None:
    scene.declare(scene.worker, Fact.PDR_ELSEWHERE, year=2026, amount=euro(amount))


def figures(found: Position) -> tuple[int, int, int, tuple[Unknown, ...]]:
    [category] = found.categories
    assert category.category is Category.SOCIAL_UTILITY
    return category.exempt_minor, category.unknown_minor, category.taxable_minor, category.because


def test_until_somebody_says_what_was_converted_elsewhere_it_is_unknown_and_zero_is_an_answer(scene: Scene) -> None:
    before = stand(scene)
    assert figures(before) == (0, 40_500, 0, (Unknown.BONUS_ELSEWHERE,))
    assert before.bonus is not None
    assert (before.bonus.converted_minor, before.bonus.elsewhere_minor, before.bonus.over_minor) == (300_000, None, 0)

    elsewhere(scene, 0)

    assert figures(stand(scene)) == (40_500, 0, 0, ())


@pytest.mark.parametrize(
    ("told", "over", "exempt", "unknown"),
    [(1, 1, 40_499, 1), (30_000, 30_000, 10_500, 30_000), (300_000, 300_000, 0, 40_500)],
)
def test_what_is_over_the_cap_is_not_exempt_for_certain(
    scene: Scene, told: int, over: int, exempt: int, unknown: int
) -> None:
    elsewhere(scene, told)

    found = stand(scene)

    assert figures(found) == (exempt, unknown, 0, (Unknown.BONUS_OVER,))
    assert found.bonus is not None
    assert (found.bonus.cap_minor, found.bonus.over_minor) == (300_000, over)
    said = list(words.bonus(found.bonus, "it"))
    assert said[0].startswith("Premio convertito qui: 3.000,00")
    assert "reddito ordinario" in said[-1]


def test_what_another_source_paid_is_no_matter_of_the_bonus(scene: Scene) -> None:
    scene.plan("A", priority=1)
    scene.grant(10_000, "A")
    scene.capture(scene.buy("PSI-CR", channel=DIRECT))

    assert figures(stand(scene)) == (5_500, 40_500, 0, (Unknown.BONUS_ELSEWHERE,))


def test_who_converted_nothing_has_no_line(empty_scene: Scene) -> None:
    assert stand(empty_scene).bonus is None


def test_the_year_after_stands_on_the_word_of_the_year_of_the_choice(empty_scene: Scene) -> None:
    scene = empty_scene
    scene.keep_qualified()
    scene.plan("B", source=PlanSource.PDR, act=ACT, ends_on=date(2027, 12, 31), spend_by=date(2027, 11, 30))
    agreement(scene)
    choose(scene, 10_000)
    scene.go_to(date(2027, 2, 1))
    scene.capture(scene.buy("PSI-CR", channel=DIRECT))
    assert figures(stand(scene, 2027)) == (0, 5_500, 0, (Unknown.BONUS_ELSEWHERE,))

    elsewhere(scene, 0)

    assert figures(stand(scene, 2027)) == (5_500, 0, 0, ())
    assert stand(scene, 2027).bonus is None
