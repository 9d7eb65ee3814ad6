"""What a funder commits and transfers, and what may be granted of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from moneyed import Money

from config import clock
from ledger.errors import AmountNotPositive, CurrencyMismatch, DuplicateReference
from plans import plans
from plans.errors import PlanNotFound
from plans.words import FundingPolicy
from tests.factories import euro
from tests.wallet.scene import Scene
from wallet import funding, grants
from wallet.errors import (
    BudgetNotFunded,
    FundingExceedsCommitment,
    FundingLongBeforePlan,
    GrantAlreadySpent,
    LotNotFound,
    ReasonRequired,
)
from wallet.funding import FundingState
from wallet.grants import Grant

ON = date(2026, 3, 10)


def state(scene: Scene, plan: str = "A") -> FundingState:
    return funding.state(scene.session, plans.by_code(scene.session, scene.book_id, plan))


def grant_all(scene: Scene, *amounts: int, plan: str = "A") -> list[int]:
    terms = plans.by_code(scene.session, scene.book_id, plan)
    wanted = [Grant(scene.person(), amount, terms.spend_by) for amount in amounts]
    return grants.grant_many(scene.session, terms, wanted, on=ON, actor="test")


def test_of_a_prefunded_plan_only_what_was_transferred_can_be_granted(empty_scene: Scene) -> None:
    scene = empty_scene
    scene.plan(committed=100_000, transferred=60_000)
    grant_all(scene, 50_000)

    assert state(scene) == FundingState(100_000, 60_000, 50_000, 10_000)
    with pytest.raises(BudgetNotFunded):
        grant_all(scene, 10_001)
    grant_all(scene, 10_000)
    assert state(scene) == FundingState(100_000, 60_000, 60_000, 0)
    assert scene.differences() == []


def test_of_a_plan_on_account_all_that_was_committed_can_be_granted(empty_scene: Scene) -> None:
    scene = empty_scene
    scene.plan(committed=100_000, transferred=0, funding_policy=FundingPolicy.ON_ACCOUNT)
    grant_all(scene, 100_000)

    assert state(scene) == FundingState(100_000, 0, 100_000, 0)
    funding.record_transfer(scene.session, scene.book_id, "A", euro(100_000), on=ON, actor="test")
    assert state(scene) == FundingState(100_000, 100_000, 100_000, 0)
    with pytest.raises(BudgetNotFunded):
        grant_all(scene, 1)
    assert scene.differences() == []


def test_a_transfer_above_what_is_due_is_refused_with_what_is_due(empty_scene: Scene) -> None:
    scene = empty_scene
    scene.plan(committed=100_000, transferred=60_000)
    before = scene.image()

    with pytest.raises(FundingExceedsCommitment) as refusal:
        funding.record_transfer(scene.session, scene.book_id, "A", euro(40_001), on=ON, actor="test")

    assert refusal.value.details["open"] == Money("400", "EUR")
    assert "400,00\xa0€" in refusal.value.text("it")
    assert scene.image() == before
    funding.record_transfer(scene.session, scene.book_id, "A", euro(40_000), on=ON, actor="test")
    assert scene.posted("plan:A:receivable") == 0


def test_money_of_one_plan_pays_no_other(empty_scene: Scene) -> None:
    scene = empty_scene
    scene.plan("A", committed=100_000)
    scene.plan("B", committed=10_000)

    with pytest.raises(BudgetNotFunded):
        grant_all(scene, 10_001, plan="B")


@pytest.mark.parametrize("verb", [funding.commit, funding.record_transfer])
def test_what_is_no_amount_of_this_book_is_refused(scene: Scene, verb: object) -> None:
    assert callable(verb)
    with pytest.raises(AmountNotPositive):
        verb(scene.session, scene.book_id, "A", euro(0), on=ON, actor="test")
    with pytest.raises(CurrencyMismatch):
        verb(scene.session, scene.book_id, "A", Money("10", "USD"), on=ON, actor="test")
    with pytest.raises(PlanNotFound):
        verb(scene.session, scene.book_id, "Z", euro(1), on=ON, actor="test")


@pytest.mark.parametrize("verb", [funding.commit, funding.record_transfer])
def test_money_of_a_day_long_before_the_plan_is_a_mistake(scene: Scene, verb: Any) -> None:
    with pytest.raises(FundingLongBeforePlan):
        verb(scene.session, scene.book_id, "A", euro(1), on=date(1926, 3, 1), actor="test")


def test_a_reference_is_committed_once(scene: Scene) -> None:
    funding.commit(scene.session, scene.book_id, "A", euro(100), on=ON, actor="test", reference="2026/1")

    with pytest.raises(DuplicateReference):
        funding.commit(scene.session, scene.book_id, "A", euro(100), on=ON, actor="test", reference="2026/1")


# -- grants ----------------------------------------------------------------------------------------------------------


def test_grants_are_all_or_nothing_and_say_what_there_was_for_all_of_them(empty_scene: Scene) -> None:
    scene = empty_scene
    scene.plan(committed=10_000)

    with pytest.raises(BudgetNotFunded) as refusal, scene.session.begin_nested():
        grant_all(scene, 8_000, 8_000)

    assert (refusal.value.details["available"], refusal.value.details["needed"]) == (
        Money("100", "EUR"),
        Money("160", "EUR"),
    )
    assert state(scene).granted_minor == 0


def test_a_grant_is_written_in_the_order_asked_for(scene: Scene) -> None:
    entries = grant_all(scene, 100, 200, 300)

    assert entries == sorted(entries)
    assert len(entries) == 3
    assert state(scene).granted_minor == 600


@pytest.mark.parametrize("amount", [0, -100])
def test_nothing_or_less_is_not_granted(scene: Scene, amount: int) -> None:
    with pytest.raises(AmountNotPositive):
        grant_all(scene, amount)


# -- corrections -----------------------------------------------------------------------------------------------------


def correct(scene: Scene, lot_id: str, amount: int, reason: str = "caricato due volte") -> int:
    return grants.correct(
        scene.session, scene.book_id, lot_id, euro(amount), reason=reason, on=clock.today(), actor="test"
    )


def test_a_wrong_grant_is_taken_back_before_it_is_spent(scene: Scene) -> None:
    lot = scene.grant(10_000)

    correct(scene, lot, 4_000)

    assert (scene.left(lot), state(scene).granted_minor) == (6_000, 6_000)
    assert scene.differences() == []


def test_what_is_spent_or_held_is_not_taken_back(scene: Scene) -> None:
    lot = scene.grant(20_000)
    scene.capture(scene.buy("PSI-CR"))
    scene.buy("PSI-CR")

    # 200,00 less 55,00 spent and 55,00 held leave 90,00.
    with pytest.raises(GrantAlreadySpent) as refusal:
        correct(scene, lot, 9_001)

    assert refusal.value.details["available"] == Money("90", "EUR")
    correct(scene, lot, 9_000)
    assert scene.left(lot) == 0
    assert scene.differences() == []


def test_a_correction_needs_a_reason_a_lot_and_an_amount(scene: Scene) -> None:
    lot = scene.grant(10_000)

    with pytest.raises(ReasonRequired):
        correct(scene, lot, 100, reason="  ")
    with pytest.raises(LotNotFound):
        correct(scene, "lot_nobody", 100)
    with pytest.raises(AmountNotPositive):
        correct(scene, lot, 0)
