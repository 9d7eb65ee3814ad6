"""A purchase is asked again on what it stood on: the facts of its decision, or of its delivery in another year."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from importlib.resources import files
from typing import Any

import pytest
import sqlalchemy as sa

from plans.rulebook import loading
from plans.rulebook.words import Category, Kinship, Outcome
from plans.words import Fact
from tests.factories import euro
from tests.wallet.scene import CONSENT, DIRECT, Scene
from wallet import position as positions
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


# -- a yearly limit that moved ---------------------------------------------------------------------------------------
#
# DL 115/2022 (known on 9 August) raised the threshold of 2022 from 258,23 to 600,00; DL 176/2022 (known on 18 November)
# to 3.000,00 for the whole of the same year.


@pytest.fixture
def autumn(empty_scene: Scene) -> Scene:
    """3 October 2022, under the threshold of 600,00; nothing comes from elsewhere, and credit for 6.000,00."""
    for table, whose in (
        ("qualification_record", "provider_code = 'P03'"),
        ("provider_state", "provider_code = 'P03' and valid_from = date '2024-01-01'"),
        ("service_price", "service_code = 'FAC-CR'"),
    ):
        empty_scene.session.execute(sa.text(f"update {table} set valid_from = date '2020-01-01' where {whose}"))
    empty_scene.go_to(date(2022, 10, 3))
    empty_scene.plan(starts_on=date(2022, 1, 1), ends_on=date(2022, 12, 31), spend_by=date(2022, 12, 31), **CONSENT)
    empty_scene.grant(600_000)
    empty_scene.declare(empty_scene.worker, Fact.EXTERNAL_FRINGE, year=2022, amount=euro(0))
    return empty_scene


def porters(scene: Scene, quantity: int = 10) -> Authorization:
    """Porters at 45,00, ordered with consent and given at once."""
    found = scene.buy("FAC-CR", quantity=quantity, channel=DIRECT, consent=True)
    scene.capture(found)
    return found


def told(scene: Scene, year: int = 2022) -> dict[str, tuple[int, int, int, int]]:
    """Of each line of the re-check: what is recorded as taxable, what is due, the correction, and what waits."""
    return {
        one.authorization_id: (one.recorded_minor, one.due_minor, one.correction_minor, one.waiting_minor)
        for one in recheck(scene.session, scene.book_id, year)
    }


def recompute(scene: Scene, year: int = 2022) -> int:
    return positions.recompute(scene.session, scene.book_id, scene.worker, year)


def test_a_cliff_that_the_law_took_away_is_corrected_for_the_whole_year_and_once(autumn: Scene) -> None:
    # 450,00 is exempt; 450,00 more crosses 600,00, and all 900,00 of the year is taxable.
    first, second = porters(autumn), porters(autumn)
    assert (first.outcome, second.outcome) == (Outcome.EXEMPT, Outcome.TAXABLE)
    assert autumn.taxed(year=2022) == (0, 90_000)
    assert told(autumn) == {}

    autumn.go_to(date(2022, 12, 1))

    # Under 3.000,00 nothing is taxable: payroll gives back the tax on all 900,00, which a recomputation would write.
    assert told(autumn) == {
        first.authorization_id: (45_000, 0, -45_000, -45_000),
        second.authorization_id: (45_000, 0, -45_000, -45_000),
    }
    assert recompute(autumn) == 2
    assert autumn.taxed(year=2022) == (90_000, 0)
    # Nothing is left to correct; the decision that today would be another is still told.
    assert told(autumn) == {second.authorization_id: (0, 0, 0, 0)}
    assert autumn.differences() == []


def test_what_is_used_after_the_new_law_corrects_the_year_by_itself(autumn: Scene) -> None:
    porters(autumn)
    second = porters(autumn)
    autumn.go_to(date(2022, 12, 1))

    # 1,045.00 are used now; the wallet held the year against 3.000,00 as it wrote this.
    porters(autumn, 1)

    assert autumn.taxed(year=2022) == (94_500, 0)
    assert told(autumn) == {second.authorization_id: (0, 0, 0, 0)}


def test_a_refund_leaves_only_the_rest_to_correct(autumn: Scene) -> None:
    first, second = porters(autumn), porters(autumn)
    # 200,00 of the second goes back: 700,00 of the year is taxable still.
    autumn.refund(second, 20_000)
    assert autumn.taxed(year=2022) == (0, 70_000)
    autumn.go_to(date(2022, 12, 1))

    assert told(autumn) == {
        first.authorization_id: (45_000, 0, -45_000, -45_000),
        second.authorization_id: (25_000, 0, -25_000, -25_000),
    }


def test_a_year_that_is_over_the_new_limit_too_stays_as_it_is(autumn: Scene) -> None:
    # 3.150,00 is over 600,00 and over 3.000,00.
    porters(autumn, 30)
    second = porters(autumn, 40)
    autumn.go_to(date(2022, 12, 1))

    assert autumn.taxed(year=2022) == (0, 315_000)
    # The first 1.350,00 would have been exempt on its day under 3.000,00; the year takes it back.
    assert {correction for _, _, correction, _ in told(autumn).values()} == {0}
    assert second.authorization_id not in told(autumn)
    assert recompute(autumn) == 0


def test_a_cap_with_an_excess_is_added_up_over_the_year_that_is_known_today(
    empty_scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cap of 5.300,00 on the pensions of 2026, as if it were known on 22 May of that year."""
    folder = files("plans.rulebook") / "data"
    texts = {file.name: file.read_text("utf-8") for file in folder.iterdir() if file.name.endswith(".toml")}
    before, row, after = texts["caps.toml"].partition('id = "pension-cap-2026"')
    texts["caps.toml"] = before + row + after.replace("known_from = 2025-12-30", "known_from = 2026-05-22", 1)
    rulebook = loading.build(texts)
    monkeypatch.setattr(loading, "load", lambda: rulebook)
    scene = empty_scene
    scene.plan(categories=frozenset({Category.PENSION}), **CONSENT)
    scene.session.execute(sa.text("update service set categories = '{PENSION}' where code = 'LIN-MI'"))
    scene.grant(600_000)
    scene.declare(scene.worker, Fact.EXTERNAL_PENSION, year=2026, amount=euro(0))
    first = scene.buy("LIN-MI", quantity=14, channel=DIRECT)
    last = scene.buy("LIN-MI", channel=DIRECT, consent=True)
    for one in (first, last):
        scene.capture(one)
    # 5.040,00 and 360,00 under 5.164,57: 235,43 of the last is taxable.
    assert (scene.taxed(first, 2026), scene.taxed(last, 2026)) == ((504_000, 0), (12_457, 23_543))
    assert told(scene, 2026) == {}

    scene.go_to(date(2026, 5, 22))

    # 5.400,00 less 5.300,00: 100,00 is taxable, and 135,43 less.
    assert told(scene, 2026) == {last.authorization_id: (23_543, 10_000, -13_543, -13_543)}
    assert recompute(scene, 2026) == 1
    assert told(scene, 2026) == {last.authorization_id: (10_000, 10_000, 0, 0)}


def test_what_comes_into_the_limit_by_law_moves_the_others_and_no_recomputation_writes_it(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fringe benefit for a mother living apart is wages; were she in the circle, it would count to the threshold."""
    scene.go_to(date(2026, 6, 1))
    scene.declare(scene.worker, Fact.EXTERNAL_FRINGE, year=2026, amount=euro(0))
    own = scene.buy("FAC-CR", quantity=20, channel=DIRECT)
    mother = scene.relative(Kinship.PARENT, birth_date=date(1970, 1, 1))
    hers = scene.buy("FAC-CR", quantity=4, channel=DIRECT, relative_id=mother, consent=True)
    for found in (own, hers):
        scene.capture(found)
    # 900,00 exempt, under 1.000,00; 180,00 taxable beside it.
    assert (scene.taxed(own, 2026), scene.taxed(hers, 2026)) == ((90_000, 0), (0, 18_000))
    assert told(scene, 2026) == {}
    decide = module.decide

    def generous(facts: Any, *rest: Any) -> Any:
        if facts.relative is not None:
            facts = replace(facts, relative=replace(facts.relative, maintenance_declared=True))
        return decide(facts, *rest)

    monkeypatch.setattr(module, "decide", generous)

    # 1.080,00 is over the edge: hers stays taxable, and the own 900,00 becomes so; nothing writes that by itself.
    assert told(scene, 2026) == {own.authorization_id: (0, 90_000, 90_000, 0)}
    assert recompute(scene, 2026) == 0


def test_without_a_yearly_limit_what_is_recorded_counts_and_not_what_was_decided(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A voucher that stands for one service too many today: what was given of it is taxable, and nothing of a void."""
    given, voided = (scene.buy("PSI-CR") for _ in range(2))
    scene.capture(given)
    scene.void(voided)
    decide = module.decide
    monkeypatch.setattr(module, "decide", lambda facts, *rest: decide(replace(facts, voucher_items=2), *rest))

    found = {one.authorization_id: one for one in recheck(scene.session, scene.book_id, 2026)}

    assert {one.outcome_now for one in found.values()} == {Outcome.BLOCKED}
    assert (found[given.authorization_id].due_minor, found[given.authorization_id].correction_minor) == (5_500, 5_500)
    assert found[voided.authorization_id].correction_minor == 0
    assert found[given.authorization_id].waiting_minor == 0
