"""The countdown of people who left: days, euro, what can be done, and what the personnel office does not see."""

from __future__ import annotations

from dataclasses import fields
from datetime import date

import pytest

from plans import people
from plans.errors import EmployeeNotFound
from plans.rulebook.words import Category, Channel
from plans.words import Residual
from tests.factories import ALL_CATEGORIES
from tests.wallet.scene import Scene
from wallet import leavers
from wallet.leavers import Credit, Leaver, Way

LEFT = date(2026, 3, 1)
# Sixty days after 1 March are 30 April.
LAST_DAY = date(2026, 4, 30)


@pytest.fixture
def left(empty_scene: Scene) -> Scene:
    """A worker with 100 euro under plan A, who left on 1 March and has sixty days."""
    empty_scene.plan(leaver_grace_days=60)
    empty_scene.grant(10_000)
    people.leave(empty_scene.session, empty_scene.book_id, empty_scene.worker, on=LEFT)
    return empty_scene


def show(scene: Scene, on: date, worker: str | None = None) -> Leaver | None:
    return leavers.of_person(scene.session, scene.book_id, worker or scene.worker, on=on)


def one(scene: Scene, on: date) -> Credit:
    found = show(scene, on)
    assert found is not None
    (credit,) = found.credits
    return credit


@pytest.mark.parametrize(
    ("on", "days"),
    [(date(2026, 3, 10), 52), (date(2026, 4, 29), 2), (LAST_DAY, 1), (date(2026, 5, 1), 0), (date(2026, 6, 1), 0)],
)
def test_the_countdown_counts_today_and_the_last_day(left: Scene, on: date, days: int) -> None:
    credit = one(left, on)

    assert (credit.last_day, credit.days_left, credit.left_minor) == (LAST_DAY, days, 10_000)


def test_the_credits_own_expiry_comes_first_where_it_is_earlier(left: Scene) -> None:
    left.grant(2_000, expires_on=date(2026, 3, 31))

    found = show(left, date(2026, 3, 10))

    assert found is not None
    assert [(c.last_day, c.left_minor) for c in found.credits] == [(date(2026, 3, 31), 2_000), (LAST_DAY, 10_000)]
    assert found.left_minor == 12_000


def test_what_is_held_can_still_be_delivered_and_is_not_to_spend(left: Scene) -> None:
    left.buy("PSI-CR")

    credit = one(left, date(2026, 3, 10))

    assert (credit.left_minor, credit.held_minor, credit.available_minor) == (10_000, 5_500, 4_500)
    assert credit.ways == (Way.SPEND, Way.WAIT_FOR_CAPTURE, Way.ENDS_TO_FUNDER)


def test_when_the_time_is_over_nothing_is_to_spend_and_what_is_left_is_told(left: Scene) -> None:
    credit = one(left, date(2026, 5, 1))

    assert (credit.available_minor, credit.left_minor, credit.ways) == (0, 10_000, (Way.ENDS_TO_FUNDER,))


@pytest.mark.parametrize(
    ("destination", "way"),
    [
        (Residual.EMPLOYER, Way.ENDS_TO_FUNDER),
        (Residual.COMMUNITY_FUND, Way.ENDS_TO_COMMUNITY),
        (Residual.PENSION_FUND, Way.ENDS_TO_PENSION),
    ],
)
def test_the_ways_are_those_of_the_plan(empty_scene: Scene, destination: Residual, way: Way) -> None:
    empty_scene.plan(
        leaver_grace_days=60,
        residual_destination=destination,
        categories=ALL_CATEGORIES | {Category.PENSION},
        channels=frozenset(Channel),
    )
    empty_scene.grant(10_000)
    people.leave(empty_scene.session, empty_scene.book_id, empty_scene.worker, on=LEFT)

    assert one(empty_scene, date(2026, 3, 10)).ways == (Way.SPEND, Way.SUBMIT, Way.PENSION, way)


def test_the_office_has_everybody_who_left_with_credit_the_most_urgent_first(left: Scene) -> None:
    urgent, stays, spent = left.person(last_name="Prima"), left.person(), left.person()
    for worker in (urgent, stays):
        left.grant(5_000, worker=worker)
    people.leave(left.session, left.book_id, urgent, on=date(2026, 2, 1))
    people.leave(left.session, left.book_id, spent, on=LEFT)

    found = leavers.of_book(left.session, left.book_id, on=date(2026, 3, 10))

    assert [each.employee.employee_id for each in found] == [urgent, left.worker]


def test_after_expiry_nobody_is_listed(left: Scene) -> None:
    left.go_to(date(2026, 5, 1))
    assert len(leavers.of_book(left.session, left.book_id, on=date(2026, 5, 1))) == 1

    left.expire()

    assert leavers.of_book(left.session, left.book_id, on=date(2026, 5, 1)) == ()


def test_credit_given_back_after_the_end_has_the_days_of_the_refund(left: Scene) -> None:
    found = left.buy("PSI-CR")
    left.capture(found)
    left.go_to(date(2026, 5, 4))
    left.expire()
    left.refund(found)

    credit = one(left, date(2026, 5, 4))

    # Thirty days after 4 May are 3 June.
    assert (credit.last_day, credit.days_left, credit.left_minor) == (date(2026, 6, 3), 31, 5_500)


def test_somebody_who_works_here_has_no_countdown_and_a_stranger_is_refused(scene: Scene) -> None:
    assert show(scene, date(2026, 3, 10)) is None
    with pytest.raises(EmployeeNotFound):
        show(scene, date(2026, 3, 10), "emp_no")


def test_no_value_of_the_countdown_has_a_place_for_what_was_bought() -> None:
    names = {field.name for shape in (Leaver, Credit) for field in fields(shape)}

    assert names.isdisjoint({"provider", "service", "category", "relative", "authorization", "purchases"})


def test_every_way_has_its_sentences() -> None:
    assert set(leavers.SENTENCES) == set(Way)
