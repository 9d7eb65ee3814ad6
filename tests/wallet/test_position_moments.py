"""On which day a benefit counts as received: services when they are given, what replaces a bonus when it is chosen."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from plans.rulebook.words import Kinship, Outcome, PlanSource
from plans.words import Fact
from tests import factories
from tests.factories import euro
from tests.wallet.scene import CONSENT, DIRECT, Scene
from wallet import position as positions
from wallet.declines import Decline

LONG = {"starts_on": date(2026, 1, 1), "ends_on": date(2027, 12, 31), "spend_by": date(2027, 6, 30)}
BONUS: dict[str, Any] = {
    "source": PlanSource.PDR,
    "act": factories.Act(factories.SourceType.COMPANY_AGREEMENT, "Accordo", date(2025, 12, 1), None, False),
}


@pytest.fixture
def december(empty_scene: Scene) -> Scene:
    """The 29th of December 2026, with nothing granted yet."""
    empty_scene.keep_qualified()
    empty_scene.plan("O", **(LONG | CONSENT))
    empty_scene.plan("P", priority=1, **(LONG | BONUS | CONSENT))
    empty_scene.go_to(date(2026, 12, 29))
    return empty_scene


def by_year(scene: Scene) -> dict[int, int]:
    """What counts in each year."""
    found = {}
    for year in (2026, 2027):
        stands = positions.position(scene.session, scene.book_id, scene.worker, year)
        assert stands.settled
        found[year] = sum(line.net_minor for line in stands.lines)
    return found


@pytest.mark.parametrize(("plan", "year"), [("O", 2027), ("P", 2026)])
def test_a_service_of_january_counts_when_it_is_given_but_for_a_bonus_when_it_was_chosen(
    december: Scene, plan: str, year: int
) -> None:
    scene = december
    scene.grant(100_000, plan)
    # Forty-five hours at 12,00 are 540,00.
    found = scene.buy("PET-MI", quantity=45, service_on=date(2027, 1, 4))
    scene.go_to(date(2027, 1, 4))

    scene.capture(found)

    assert by_year(scene) == {2026: 0, 2027: 0} | {year: 54_000}
    assert scene.differences() == []


def test_a_purchase_that_a_bonus_and_another_source_pay_counts_in_both_years(december: Scene) -> None:
    scene = december
    scene.grant(5_000, "P")
    scene.grant(100_000, "O")
    child = scene.relative(Kinship.CHILD)
    found = scene.buy("DOP-CR", relative_id=child, channel=DIRECT, service_on=date(2027, 1, 11))
    assert sorted(amount for _, amount in scene.paid_from(found)) == [5_000, 8_000]
    scene.go_to(date(2027, 1, 11))

    scene.capture(found)
    both = by_year(scene)
    scene.refund(found)

    # 130,00: 50,00 of the bonus chosen in December, 80,00 of what is given in January.
    assert both == {2026: 5_000, 2027: 8_000}
    assert by_year(scene) == {2026: 0, 2027: 0}
    assert scene.differences() == []


def test_a_bonus_is_decided_once_under_the_limits_of_the_year_it_is_chosen_in(december: Scene) -> None:
    scene = december
    scene.grant(300_000, "P")
    scene.buy("BUO-CR", quantity=20)

    # 500,00 and 540,00, both chosen in 2026, are past its 1.000,00: who does not consent to the tax is told at once.
    declined = scene.ask("PET-MI", quantity=45, service_on=date(2027, 1, 4))
    assert declined.decline_code == Decline.FRINGE_LIMIT_EXCEEDED
    found = scene.buy("PET-MI", quantity=45, service_on=date(2027, 1, 4), consent=True)
    assert (found.tax_on, found.outcome, found.taxable_minor) == (date(2026, 12, 29), Outcome.TAXABLE, 54_000)
    scene.go_to(date(2027, 1, 4))

    given = scene.capture(found).authorization

    # Nothing was decided again for the day it was given.
    assert "given" not in given.facts
    stands = positions.position(scene.session, scene.book_id, scene.worker, 2026)
    assert (stands.taxable_minor, stands.settled) == (104_000, True)
    assert by_year(scene) == {2026: 104_000, 2027: 0}
    assert scene.differences() == []


def test_the_limits_of_the_next_year_say_nothing_of_a_bonus_chosen_before_it(december: Scene) -> None:
    """The room of 2027 is used up; what is chosen in 2026 and given then has the room of 2026."""
    scene = december
    scene.grant(300_000, "P")
    scene.grant(300_000, "O")
    scene.declare(scene.worker, Fact.EXTERNAL_FRINGE, year=2027, amount=euro(100_000))

    found = scene.buy("PET-MI", quantity=45, service_on=date(2027, 1, 4))
    scene.go_to(date(2027, 1, 4))
    scene.capture(found)

    assert scene.taxed(found) == (54_000, 0)
    assert by_year(scene) == {2026: 54_000, 2027: 0}
    assert scene.differences() == []
