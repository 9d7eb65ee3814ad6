"""The extended cash principle: a voucher of January that belongs to the year before, by the employer's document."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from config.errors import DomainError
from plans.rulebook.words import Category, PlanSource
from tests.wallet.scene import CONSENT, DIRECT, Scene
from tests.wallet.test_conversions import ACT
from wallet import position as positions
from wallet.authorizations import Authorization
from wallet.position import hand_over
from wallet.position.errors import (
    HandOverBonus,
    HandOverChannel,
    HandOverDocument,
    HandOverDone,
    HandOverLate,
    HandOverNewPlan,
    HandOverNotDone,
    HandOverNothing,
    HandOverTaxed,
)
from wallet.position.hand_over import HandOver

OLD_PLAN = {"starts_on": date(2026, 1, 1), "ends_on": date(2027, 6, 30), "spend_by": date(2027, 6, 30)}


@pytest.fixture
def january(empty_scene: Scene) -> Scene:
    """The 8th of January 2027, with credit of a plan of 2026 that lasts to June."""
    scene = empty_scene
    scene.keep_qualified()
    scene.plan(**(OLD_PLAN | CONSENT))
    scene.grant(500_000)
    scene.go_to(date(2027, 1, 8))
    return scene


def attribute(scene: Scene, found: Authorization, **told: Any) -> HandOver:
    document = {"document_ref": "delibera 41", "document_on": date(2026, 12, 18)}
    return hand_over.attribute(scene.session, scene.book_id, found.authorization_id, actor="test", **(document | told))


def used(scene: Scene, year: int) -> tuple[int, int]:
    found = positions.position(scene.session, scene.book_id, scene.worker, year)
    assert found.settled
    return sum(x.exempt_minor + x.unknown_minor for x in found.categories), found.taxable_minor


def test_what_the_worker_chooses_in_january_stays_in_the_new_year(january: Scene) -> None:
    january.buy("BUO-CR", quantity=20)

    assert (used(january, 2026), used(january, 2027)) == ((0, 0), (50_000, 0))


def test_what_takes_the_place_of_a_bonus_stays_in_the_year_of_the_choice(empty_scene: Scene) -> None:
    scene = empty_scene
    scene.keep_qualified()
    scene.plan("B", source=PlanSource.PDR, act=ACT, **OLD_PLAN)
    scene.grant(50_000, "B")
    scene.go_to(date(2027, 1, 8))
    found = scene.buy("PSI-CR")

    with pytest.raises(HandOverBonus):
        attribute(scene, found)

    assert (used(scene, 2026), used(scene, 2027)) == ((0, 0), (5_500, 0))


def test_what_the_employer_hands_over_for_the_old_year_moves_there(january: Scene) -> None:
    found = january.buy("BUO-CR", quantity=20)

    done = attribute(january, found)

    assert (used(january, 2026), used(january, 2027)) == ((50_000, 0), (0, 0))
    assert (done.fiscal_year, done.handed_over_on, done.rule_id) == (2026, date(2027, 1, 8), "extended-cash-january")
    lines = positions.position(january.session, january.book_id, january.worker, 2026).lines
    assert [(x.kind, x.reason, x.fiscal_on) for x in lines] == [("use", "extended_cash", date(2027, 1, 8))]
    assert "extended-cash-january" in lines[0].rule_ids
    assert january.differences() == []


def test_the_same_document_again_changes_nothing_and_another_is_refused(january: Scene) -> None:
    found = january.buy("BUO-CR")
    attribute(january, found)
    before = january.events()

    again = attribute(january, found)

    assert (again.changed, january.events()) == (False, before)
    with pytest.raises(HandOverDone):
        attribute(january, found, document_ref="delibera 42")


def test_taken_back_it_counts_in_january_again_and_can_be_attributed_anew(january: Scene) -> None:
    found = january.buy("BUO-CR", quantity=20)
    attribute(january, found)

    hand_over.withdraw(january.session, january.book_id, found.authorization_id, actor="test")
    back = used(january, 2026), used(january, 2027)
    attribute(january, found, document_ref="delibera 42")

    assert back == ((0, 0), (50_000, 0))
    assert (used(january, 2026), used(january, 2027)) == ((50_000, 0), (0, 0))
    assert january.differences() == []


def test_void_after_it_leaves_nothing_in_either_year(january: Scene) -> None:
    found = january.buy("BUO-CR", quantity=20)
    attribute(january, found)

    january.void(found)

    assert (used(january, 2026), used(january, 2027)) == ((0, 0), (0, 0))
    assert january.differences() == []


def test_the_old_years_cliff_is_looked_at_and_nobody_is_taxed_without_consent(january: Scene) -> None:
    scene = january
    scene.go_to(date(2026, 12, 20))
    scene.buy("BUO-CR", quantity=36, service_on=date(2027, 2, 1))
    scene.go_to(date(2027, 1, 8))
    within, over = scene.buy("BUO-CR", quantity=4), scene.buy("BUO-CR")

    # 900,00 and 100,00 are the threshold itself; 25,00 more would tax the whole of 2026.
    attribute(scene, within)
    assert (used(scene, 2026), used(scene, 2027)) == ((100_000, 0), (2_500, 0))
    with pytest.raises(HandOverTaxed):
        attribute(scene, over)

    assert (used(scene, 2026), used(scene, 2027)) == ((100_000, 0), (2_500, 0))
    assert scene.differences() == []


def test_leaving_the_new_year_may_bring_it_back_under_its_cliff(january: Scene) -> None:
    scene = january
    first = scene.buy("BUO-CR", quantity=20)
    scene.buy("BUO-CR", quantity=21, consent=True)
    assert used(scene, 2027) == (0, 102_500)

    attribute(scene, first)

    assert (used(scene, 2026), used(scene, 2027)) == ((50_000, 0), (52_500, 0))
    assert scene.differences() == []


def test_a_category_without_a_limit_moves_too(january: Scene) -> None:
    found = january.buy("PSI-CR")
    assert found.category == Category.SOCIAL_UTILITY

    attribute(january, found)

    assert (used(january, 2026), used(january, 2027)) == ((5_500, 0), (0, 0))
    assert january.differences() == []


@pytest.mark.parametrize(("day", "moves"), [(1, True), (12, True), (13, False), (31, False)])
def test_the_twelfth_of_january_is_the_last_day(january: Scene, day: int, moves: bool) -> None:
    january.go_to(date(2027, 1, day))
    found = january.buy("BUO-CR")
    # Recorded in February, when the document is found: what counts is the day of the hand-over.
    january.go_to(date(2027, 2, 3))
    january.session.execute(
        sa.text("update \"authorization\" set expires_at = expires_at + interval '60 days' where book_id = :book"),
        {"book": january.book_id},
    )

    if moves:
        attribute(january, found)
        assert used(january, 2026) == (2_500, 0)
    else:
        with pytest.raises(HandOverLate):
            attribute(january, found)


def refused(scene: Scene, error: type[DomainError], found: Authorization, **told: Any) -> None:
    before = scene.image()
    with pytest.raises(error) as refusal:
        attribute(scene, found, **told)
    assert refusal.value.text("it")
    assert scene.image() == before


def test_bad_input_is_refused_and_changes_nothing(january: Scene) -> None:
    scene = january
    voucher = scene.buy("BUO-CR")
    direct = scene.buy("PSI-CR", channel=DIRECT)
    gone = scene.buy("BUO-CR")
    scene.void(gone)

    refused(scene, HandOverChannel, direct)
    refused(scene, HandOverNothing, gone)
    refused(scene, HandOverDocument, voucher, document_ref="  ")
    refused(scene, HandOverDocument, voucher, document_on=date(2027, 1, 9))
    with pytest.raises(HandOverNotDone):
        hand_over.withdraw(scene.session, scene.book_id, voucher.authorization_id, actor="test")


def test_credit_of_a_plan_of_the_new_year_cannot_refer_to_the_old_one(empty_scene: Scene) -> None:
    scene = empty_scene
    scene.keep_qualified()
    scene.go_to(date(2027, 1, 8))
    days = {"starts_on": date(2027, 1, 1), "ends_on": date(2027, 12, 31), "spend_by": date(2027, 11, 30)}
    scene.plan("N", **(days | CONSENT))
    scene.grant(50_000, "N")

    refused(scene, HandOverNewPlan, scene.buy("BUO-CR"))


def test_what_was_recorded_cannot_be_changed(january: Scene) -> None:
    attribute(january, january.buy("BUO-CR"))

    with pytest.raises(sa.exc.DBAPIError, match="append"):
        january.session.execute(sa.text("update hand_over set document_ref = 'x'"))
