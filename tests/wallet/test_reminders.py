"""What ends soon is told in time: each step of the ladder once, the nearest after a time without looking."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from ledger import books
from network import qualification
from plans import people
from tests.wallet.scene import Scene
from wallet import reminders
from wallet.outbox import Event

LAST = date(2026, 11, 30)


def remind(scene: Scene, days_before: int, last: date = LAST) -> int:
    on = last - timedelta(days=days_before)
    scene.go_to(on)
    return reminders.remind_of_lots(scene.session, scene.book_id, on=on)


def told(scene: Scene, *, personal: bool = True) -> list[dict[str, Any]]:
    found = scene.session.execute(
        sa.text("select facts from event where book_id = :book and type = :type and personal = :personal order by seq"),
        {"book": scene.book_id, "type": str(Event.LOT_EXPIRING), "personal": personal},
    )
    return [dict(facts) for (facts,) in found]


def test_each_step_is_told_once_on_its_day(scene: Scene) -> None:
    scene.grant(60_000)

    steps = [(days, remind(scene, days)) for days in range(95, -3, -1)]

    assert [days for days, count in steps if count] == [90, 60, 30, 7]
    assert [(facts["step"], facts["days_left"]) for facts in told(scene)] == [(90, 90), (60, 60), (30, 30), (7, 7)]
    assert {facts["amount_minor"] for facts in told(scene)} == {60_000}


@pytest.mark.parametrize(("days", "step"), [(90, 90), (61, 90), (60, 60), (45, 60), (29, 30), (8, 30), (7, 7), (0, 7)])
def test_after_a_time_without_looking_only_the_nearest_step_is_told(scene: Scene, days: int, step: int) -> None:
    scene.grant(60_000)

    assert remind(scene, days) == 1
    assert remind(scene, days) == 0
    assert [(facts["step"], facts["days_left"]) for facts in told(scene)] == [(step, days)]


@pytest.mark.parametrize("days", [91, -1])
def test_what_ends_later_or_has_ended_is_not_told(scene: Scene, days: int) -> None:
    scene.grant(60_000)

    assert remind(scene, days) == 0


def test_what_is_free_is_told_and_nothing_of_an_empty_lot(scene: Scene) -> None:
    scene.grant(60_000)
    scene.grant(5_500, worker=scene.person())
    empty = scene.person()
    scene.grant(5_500, worker=empty)
    # Held until the fifth day after the service.
    scene.go_to(LAST - timedelta(days=30))
    for worker in (None, empty):
        scene.buy("PSI-CR", worker, service_on=LAST)

    assert remind(scene, 30) == 2
    assert sorted(facts["amount_minor"] for facts in told(scene)) == [5_500, 54_500]


@pytest.mark.parametrize(("people", "said"), [(1, None), (4, None), (5, (5, 50_000)), (9, (5, 90_000))])
def test_the_funder_is_told_a_plans_sum_of_five_people_or_more(
    scene: Scene, people: int, said: tuple[int, int] | None
) -> None:
    for _ in range(people):
        scene.grant(10_000, worker=scene.person())

    remind(scene, 60)

    (whole,) = told(scene, personal=False)
    assert (whole["plan"], whole["last_day"]) == ("A", LAST.isoformat())
    assert (whole["people"], whole["amount_minor"]) == (said or (None, None))
    assert not whole.keys() & {"employee_id", "lot_id", "lots"}


def test_many_lots_of_few_people_are_no_larger_group(scene: Scene) -> None:
    for worker in (scene.worker, scene.person()):
        for _ in range(3):
            scene.grant(1_000, worker=worker)

    remind(scene, 60)

    (whole,) = told(scene, personal=False)
    assert (whole["people"], whole["amount_minor"]) == (None, None)


def test_a_refund_that_opens_a_lot_again_begins_another_ladder(scene: Scene) -> None:
    scene.grant(60_000)
    scene.go_to(LAST)
    found = scene.buy("PSI-CR", service_on=LAST)
    scene.capture(found)
    remind(scene, 0)
    scene.go_to(LAST + timedelta(days=2))
    scene.refund(found)

    reopened = LAST + timedelta(days=32)
    assert remind(scene, 30, reopened) == 1
    assert remind(scene, 7, reopened) == 1
    assert [facts["amount_minor"] for facts in told(scene)][-2:] == [5_500, 5_500]


def test_a_leaver_is_reminded_of_their_own_last_day(scene: Scene) -> None:
    scene.grant(60_000)
    scene.go_to(date(2026, 6, 1))
    people.leave(scene.session, scene.book_id, scene.worker, on=date(2026, 5, 31))
    grace = scene.session.execute(
        sa.text("select leaver_grace_days from plan where book_id = :book"), {"book": scene.book_id}
    ).scalar_one()
    last = date(2026, 5, 31) + timedelta(days=grace)

    assert remind(scene, 7, last) == 1
    assert told(scene)[0]["last_day"] == last.isoformat()


def test_a_provider_is_told_once_of_what_ends_on_one_day(scene: Scene) -> None:
    def qualifications(on: date) -> list[Any]:
        scene.go_to(on)
        reminders.remind_providers(scene.session, on=on)
        found = scene.session.execute(
            sa.text("select facts from event where type = :type and provider_code = 'P03' order by seq"),
            {"type": str(Event.QUALIFICATION_EXPIRING)},
        )
        return [facts for (facts,) in found if facts["expires_on"] == "2026-12-01"]

    before, first, again = (qualifications(day) for day in (date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 2)))

    assert before == []
    assert again == first
    (facts,) = first
    assert facts["qualification"] is True
    assert [one["family"] for one in facts["documents"]] == ["AUTHORISATION"]


def test_a_provider_that_renewed_in_time_is_told_nothing(scene: Scene) -> None:
    on = date(2026, 11, 1)
    scene.go_to(on)
    scene.session.execute(
        sa.text(
            "insert into provider_state (provider_code, state, valid_from, valid_to, reason, recorded_at)"
            " values ('P03', 'QUALIFIED', '2026-12-02', '2027-12-01', 'rinnovo', ledger_now())"
        )
    )

    reminders.remind_providers(scene.session, on=on)

    found = scene.session.execute(
        sa.text("select facts from event where type = :type and provider_code = 'P03'"),
        {"type": str(Event.QUALIFICATION_EXPIRING)},
    )
    assert all(not facts["qualification"] for (facts,) in found)
    assert not any(
        one.provider_code == "P03" and one.family is None for one in qualification.expiring(scene.session, on)
    )


def months_told(scene: Scene, *days: date) -> list[int]:
    found = []
    for on in days:
        scene.go_to(on)
        found.append(reminders.remind_of_closing(scene.session, scene.book_id, on=on))
    return found


def test_a_month_that_is_not_closed_is_told_once_from_the_fifth_of_the_next(scene: Scene) -> None:
    scene.go_to(date(2026, 3, 10))
    scene.grant(60_000)

    told = months_told(scene, date(2026, 4, 4), date(2026, 4, 5), date(2026, 4, 6), date(2026, 5, 5))

    # In April nothing was posted: there is nothing to close.
    assert told == [0, 1, 0, 0]
    facts = scene.session.scalar(
        sa.text("select facts from event where type = :type"), {"type": str(Event.PERIOD_OPEN)}
    )
    assert facts == {"starts_on": "2026-03-01", "ends_on": "2026-03-31"}


def test_a_month_that_is_closed_is_not_told(scene: Scene) -> None:
    scene.go_to(date(2026, 3, 10))
    scene.grant(60_000)
    scene.go_to(date(2026, 4, 2))
    books.close_period(scene.session, scene.book_id, date(2026, 3, 1), date(2026, 3, 31))

    assert months_told(scene, date(2026, 4, 5)) == [0]
