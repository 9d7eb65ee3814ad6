"""What the door shows: members and what lets them in, nothing of a book; to somebody, only what is in their reach."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from config import database, fences
from config.fences import Fence, Sight
from tests.api.access.door import Door
from tests.api.counter import Counter

ACCESS = ("member", "appointment", "token", "invitation", "proof", "recovery_code", "device", "linked_identity", "pace")


def seen(fence: Fence, statement: str) -> list[object]:
    with fences.inside(fence):
        return database.transact(lambda session: list(session.scalars(sa.text(statement))))


def test_the_door_shows_no_table_with_a_book_or_a_person(counter: Counter) -> None:
    with database.transaction() as session:
        tables = session.scalars(
            sa.text(
                "select distinct table_name from information_schema.columns where table_schema = 'public'"
                " and column_name in ('book_id', 'employee_id') and table_name not in ('appointment', 'invitation')"
            )
        ).all()

    for table in tables:
        assert seen(Fence(Sight.DOOR, counter.books["E1"]), f'select 1 from "{table}" limit 1') == [], table


@pytest.mark.parametrize("sight", [sight for sight in Sight if sight is not Sight.DOOR])
def test_no_other_sight_shows_what_lets_somebody_in(door: Door, sight: Sight) -> None:
    door.signed_in("giulia")
    counter = door.counter
    fence = Fence(sight, counter.books["E1"], counter.people["giulia"], "P04", door.member_id("giulia"))

    for table in ACCESS:
        assert seen(fence, f'select 1 from "{table}" limit 1') == [], table


def test_with_somebody_in_the_fence_the_door_shows_their_reach(door: Door) -> None:
    door.signed_in("giulia")
    door.signed_in("anna")
    counter = door.counter
    names = "select name from member order by name"
    devices = "select distinct member_id from device"
    giulia, hr, till = (door.member_id(name) for name in ("giulia", "hr", "p04"))

    assert seen(Fence(Sight.DOOR, member_id=giulia), names) == ["Giulia"]
    assert set(seen(Fence(Sight.DOOR, counter.books["E1"], member_id=hr), names)) >= {"Giulia", "Mario", "Payroll"}
    assert not set(seen(Fence(Sight.DOOR, counter.books["E1"], member_id=hr), names)) & {"Anna", "P04", "Operator"}
    assert "P03" not in seen(Fence(Sight.DOOR, provider_code="P04", member_id=till), names)
    assert seen(Fence(Sight.DOOR, counter.books["E1"], member_id=hr), devices) == []
    assert seen(Fence(Sight.DOOR, member_id=giulia), devices) == [giulia]


def test_the_functions_of_the_owner_answer_one_narrow_question_each(counter: Counter) -> None:
    with database.transaction() as session:
        ours = session.scalars(
            sa.text("select proname from pg_proc where prosecdef and proname like 'access%' order by proname")
        ).all()

    assert ours == ["access_employer", "access_identify", "access_member_name", "access_members_of_tax_code"]
