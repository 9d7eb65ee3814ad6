"""A purchase is asked again on what it stood on: the facts of its decision, or of its delivery in another year."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from plans.rulebook.words import Kinship, Outcome
from plans.words import Fact
from tests.wallet.scene import CONSENT, DIRECT, Scene
from wallet import recheck as module
from wallet.authorizations import Authorization
from wallet.recheck import recheck


@pytest.fixture
def scene(empty_scene: Scene) -> Scene:
    """The end of 2026, with a plan for two years that admits what is taxable."""
    empty_scene.keep_qualified()
    empty_scene.plan(starts_on=date(2026, 1, 1), ends_on=date(2027, 12, 31), spend_by=date(2027, 11, 30), **CONSENT)
    empty_scene.grant(400_000)
    empty_scene.go_to(date(2026, 12, 28))
    return empty_scene


def maintained_until_new_year(scene: Scene) -> Authorization:
    """A mother maintained in 2026 is served in 2027, when nobody has declared it: what was exempt is taxable."""
    mother = scene.relative(Kinship.PARENT, birth_date=date(1970, 1, 1))
    scene.declare(mother, Fact.MAINTENANCE, year=2026)
    found = scene.buy("PSI-CR", relative_id=mother, channel=DIRECT, service_on=date(2026, 12, 30))
    assert found.outcome == Outcome.EXEMPT_ON_DECLARATION
    scene.go_to(date(2027, 1, 2))
    scene.capture(found)
    assert scene.taxed(found, 2027) == (0, 5_500)
    return found


def past_the_threshold_of_the_old_year(scene: Scene) -> Authorization:
    """990,00 in 2026; 90,00 more, decided as taxable, are given in 2027 and are exempt there."""
    scene.capture(scene.buy("FAC-CR", quantity=22, channel=DIRECT))
    found = scene.buy("FAC-CR", quantity=2, channel=DIRECT, service_on=date(2026, 12, 30), consent=True)
    assert found.outcome == Outcome.TAXABLE
    scene.go_to(date(2027, 1, 2))
    scene.capture(found, 4_500)
    scene.capture(found)
    assert scene.taxed(found, 2027) == (9_000, 0)
    return found


@pytest.mark.parametrize("story", [maintained_until_new_year, past_the_threshold_of_the_old_year])
def test_what_was_given_in_another_year_changes_only_with_the_law(
    scene: Scene, story: Callable[[Scene], Authorization]
) -> None:
    story(scene)

    assert recheck(scene.session, scene.book_id, 2026) == []
    assert recheck(scene.session, scene.book_id, 2027) == []
    assert scene.differences() == []


def test_when_the_law_changes_what_is_left_of_the_delivery_is_corrected(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = maintained_until_new_year(scene)
    scene.refund(found, 1_500)
    decide = module.decide

    # As if whoever was maintained the year before went on to qualify.
    def generous(facts: Any, *rest: Any) -> Any:
        return decide(replace(facts, relative=replace(facts.relative, maintenance_declared=True)), *rest)

    monkeypatch.setattr(module, "decide", generous)
    [changed] = recheck(scene.session, scene.book_id, 2027)

    assert (changed.authorization_id, changed.tax_on) == (found.authorization_id, date(2027, 1, 2))
    assert (changed.outcome_then, changed.outcome_now) == (Outcome.TAXABLE, Outcome.EXEMPT_ON_DECLARATION)
    assert (changed.used_minor, changed.taxable_then_minor, changed.correction_minor) == (4_000, 5_500, -4_000)
