"""Expired credit that goes to pension funds is a contribution: used for the tax, in its ceiling or outside of it."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from plans.plan_file import Act
from plans.rulebook.words import Category, PlanSource
from plans.words import Fact, Residual, SourceType
from reports import cu_lines, payroll_export, personal_statement
from tests.factories import euro
from tests.wallet.scene import Scene
from wallet import authorizations, captures, recheck, residual
from wallet import position as positions
from wallet.errors import ContributionStays

DAY_AFTER = date(2026, 12, 1)
ACT = Act(SourceType.COMPANY_AGREEMENT, "Accordo 2025", date(2026, 1, 15), "ITL-1", False)
INTO_PENSIONS = {"residual_destination": Residual.PENSION_FUND}


@pytest.fixture
def pension(empty_scene: Scene) -> Scene:
    """Two plans that send what is left to pension funds: A on top, B of converted bonuses."""
    empty_scene.plan(**INTO_PENSIONS)
    empty_scene.plan("B", source=PlanSource.PDR, act=ACT, **INTO_PENSIONS)
    return empty_scene


def end(scene: Scene, on: date = DAY_AFTER) -> None:
    scene.go_to(on)
    scene.expire()


def told(scene: Scene) -> list[tuple[object, ...]]:
    rows = scene.session.execute(
        sa.text(
            "select source, category, channel, exempt_minor, taxable_minor, in_limit, reason, fiscal_on, fiscal_year"
            " from fiscal_event where book_id = :book order by event_id"
        ),
        {"book": scene.book_id},
    )
    return [tuple(row) for row in rows]


def test_what_was_on_top_counts_in_the_ceiling_and_what_was_a_bonus_stays_outside(pension: Scene) -> None:
    pension.grant(10_000)
    pension.grant(3_000, "B")

    end(pension)

    same = ("pension_fund", DAY_AFTER, 2026)
    assert sorted(told(pension)) == [
        ("ON_TOP", "PENSION", "DIRECT", 10_000, 0, True, *same),
        ("PDR", "PENSION", "DIRECT", 3_000, 0, False, *same),
    ]
    assert residual.pension_balance(pension.session, pension.book_id) == 13_000
    gauge = next(
        one
        for one in positions.position(pension.session, pension.book_id, pension.worker, 2026).gauges
        if one.category is Category.PENSION
    )
    assert gauge.used_minor == 10_000
    assert pension.differences() == []


def test_what_passes_the_ceiling_is_taxable_and_a_bonus_is_not(pension: Scene) -> None:
    """5.300,00 in 2026: 5.250,00 were paid elsewhere, so that 50,00 of 100,00 are exempt."""
    pension.declare(pension.worker, Fact.EXTERNAL_PENSION, year=2026, amount=euro(525_000))
    pension.grant(10_000)
    pension.grant(3_000, "B")

    end(pension)

    assert pension.taxed() == (8_000, 5_000)
    position = positions.position(pension.session, pension.book_id, pension.worker, 2026)
    assert (position.taxable_minor, position.settled) == (5_000, True)
    assert pension.differences() == []


def test_a_contribution_is_no_purchase_and_is_not_refunded(pension: Scene) -> None:
    pension.grant(10_000)
    end(pension)
    contributions = [x for x in authorizations.of_employee(pension.session, pension.book_id, pension.worker)
                     if x.service_code == "PENSION_FUND"]  # fmt: skip
    before = pension.image()

    (one,) = contributions
    with pytest.raises(ContributionStays):
        captures.refund(pension.session, pension.book_id, one.authorization_id, actor="x", reason="x")

    assert pension.image() == before


def test_nothing_is_written_twice_nor_for_what_goes_elsewhere(pension: Scene) -> None:
    pension.plan("C")
    pension.grant(10_000)
    pension.grant(4_000, "C")
    end(pension)
    pension.expire()

    assert [event[3] for event in told(pension)] == [10_000]
    assert pension.posted("plan:C:returned") == 4_000


def test_of_credit_that_is_carried_over_only_what_ends_is_a_contribution(empty_scene: Scene) -> None:
    scene = empty_scene
    scene.plan(carry_over_months=12, **INTO_PENSIONS)
    scene.grant(10_000)
    end(scene)
    assert told(scene) == []

    end(scene, date(2027, 12, 1))

    assert [(event[3], event[8]) for event in told(scene)] == [(10_000, 2027)]
    assert scene.differences() == []


def test_payroll_and_accountant_are_told_and_it_agrees_with_the_ledger(pension: Scene) -> None:
    pension.grant(10_000)
    pension.grant(3_000, "B")
    end(pension)

    month = payroll_export.gather(pension.session, pension.book_id, DAY_AFTER, draft=True)
    year = cu_lines.gather(pension.session, pension.book_id, 2026)

    assert sorted((line.source, line.category, line.amount_minor, line.reason) for line in month.lines) == [
        ("ON_TOP", "PENSION", 10_000, "pension_fund"),
        ("PDR", "PENSION", 3_000, "pension_fund"),
    ]
    assert month.proof.holds
    assert (year.amount_minor, year.proof.difference_minor) == (13_000, 0)
    assert sorted((value.source, value.box.number if value.box else "") for value in year.values) == [
        ("ON_TOP", "412"),
        ("PDR", "574"),
    ]


def test_the_worker_reads_where_it_went(pension: Scene) -> None:
    pension.grant(10_000)
    end(pension)

    statement = personal_statement.gather(pension.session, pension.book_id, pension.worker, 2026)

    assert statement.holds
    (line,) = statement.purchases
    assert (line.charged_minor, line.exempt_minor, line.category) == (0, 10_000, Category.PENSION)
    assert recheck.recheck(pension.session, pension.book_id, 2026) == []
