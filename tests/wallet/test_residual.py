"""Unspent credit that a plan sends to pension funds: its own account, a list for payroll, never cash."""

from __future__ import annotations

from datetime import date

import pytest

from plans import people
from plans.errors import PlanNotFound
from plans.plan_file import Act
from plans.rulebook.words import PlanSource
from plans.words import Residual, SourceType
from tests.wallet.scene import Scene
from wallet import residual
from wallet.expiry import Expired
from wallet.residual import PensionDue

DAY_AFTER = date(2026, 12, 1)
ACT = Act(SourceType.COMPANY_AGREEMENT, "Accordo 2025", date(2026, 1, 15), "ITL-1", False)


@pytest.fixture
def pension(empty_scene: Scene) -> Scene:
    """Two plans that send what is left to pension funds: A on top, B of converted bonuses."""
    empty_scene.plan(residual_destination=Residual.PENSION_FUND)
    empty_scene.plan("B", source=PlanSource.PDR, act=ACT, residual_destination=Residual.PENSION_FUND)
    return empty_scene


def due(scene: Scene, **values: object) -> list[tuple[str, str, str, int, bool]]:
    found = residual.pension_due(scene.session, scene.book_id, **values)  # type: ignore[arg-type]
    return [(each.plan_code, each.source, each.employee_id, each.amount_minor, each.outside_ceiling) for each in found]


def test_what_is_left_is_owed_to_pension_funds_and_neither_source_touches_the_other(pension: Scene) -> None:
    other = pension.person(last_name="Altro")
    pension.grant(10_000)
    pension.grant(3_000, "B")
    pension.grant(2_500, "B", other)
    pension.go_to(DAY_AFTER)

    assert pension.expire() == Expired(lots=3, pension_minor=15_500)

    assert pension.posted("plan:A:pension") == 10_000
    assert pension.posted("plan:B:pension") == 5_500
    assert pension.posted("plan:A:returned") == pension.posted("plan:B:returned") == 0
    assert sorted(due(pension)) == sorted(
        [
            ("A", "ON_TOP", pension.worker, 10_000, False),
            ("B", "PDR", pension.worker, 3_000, True),
            ("B", "PDR", other, 2_500, True),
        ]
    )
    assert residual.pension_balance(pension.session, pension.book_id) == 15_500
    assert residual.pension_balance(pension.session, pension.book_id, "B") == 5_500
    assert pension.differences() == []


def test_a_bonus_in_a_pension_fund_names_the_rule_that_spares_it_the_ceiling(pension: Scene) -> None:
    pension.grant(3_000, "B")
    pension.go_to(DAY_AFTER)
    pension.expire()

    (line,) = residual.pension_due(pension.session, pension.book_id)

    assert isinstance(line, PensionDue)
    assert (line.rule_id, line.first_on, line.last_on) == ("pdr-outside-fund-caps", DAY_AFTER, DAY_AFTER)


def test_what_ends_later_joins_the_same_line_and_the_list_still_adds_up_to_the_account(pension: Scene) -> None:
    pension.grant(10_000)
    pension.go_to(date(2026, 11, 30))
    pension.buy("PSI-CR")
    pension.go_to(DAY_AFTER)
    pension.expire()
    assert [line[3] for line in due(pension)] == [4_500]

    # The hold was for seven days.
    pension.go_to(date(2026, 12, 7))
    pension.expire()

    assert [line[3] for line in due(pension)] == [10_000]
    assert [line[3] for line in due(pension, since=date(2026, 12, 2))] == [5_500]
    assert residual.pension_balance(pension.session, pension.book_id) == 10_000
    assert pension.differences() == []


def test_a_leavers_credit_goes_there_too_and_is_carried_over_first_where_the_plan_says(empty_scene: Scene) -> None:
    scene = empty_scene
    scene.plan(residual_destination=Residual.PENSION_FUND, carry_over_months=12, leaver_grace_days=60)
    leaver = scene.person()
    scene.grant(10_000, worker=leaver)
    scene.grant(10_000)
    people.leave(scene.session, scene.book_id, leaver, on=date(2026, 3, 31))

    scene.go_to(date(2026, 5, 31))
    assert scene.expire() == Expired(lots=1, pension_minor=10_000)
    scene.go_to(DAY_AFTER)
    assert scene.expire() == Expired(lots=1, carried_minor=10_000)

    assert [(line[2], line[3]) for line in due(scene)] == [(leaver, 10_000)]
    assert scene.differences() == []


def test_a_plan_that_is_not_there_is_refused_and_one_that_sends_nothing_is_empty(pension: Scene) -> None:
    assert due(pension) == []
    with pytest.raises(PlanNotFound):
        due(pension, plan_code="Z")


def test_a_second_run_sends_nothing_twice(pension: Scene) -> None:
    pension.grant(10_000)
    pension.go_to(DAY_AFTER)
    pension.expire()
    before = pension.image()

    assert pension.expire() == Expired()
    assert pension.image() == before
