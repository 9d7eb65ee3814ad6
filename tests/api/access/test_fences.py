"""The database shows each role its rows and no others, whatever is asked of it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import database, fences
from config.fences import Fence, Sight
from tests.api.counter import Counter


def seen(fence: Fence, statement: str) -> list[object]:
    with fences.inside(fence):
        return database.transact(lambda session: list(session.scalars(sa.text(statement))))


def test_a_person_sees_themself_and_what_is_theirs(counter: Counter) -> None:
    counter.buy("giulia")
    counter.buy("mario")
    giulia = Fence(Sight.EMPLOYEE, counter.books["E1"], counter.people["giulia"])

    for table in ("employee", "lot", "authorization", "wallet"):
        assert set(seen(giulia, f'select employee_id from "{table}"')) == {counter.people["giulia"]}
    assert seen(giulia, "select distinct book_id from funder") == [counter.books["E1"]]


def test_a_provider_sees_what_was_bought_of_it_and_nobodys_name(counter: Counter) -> None:
    counter.buy("giulia")
    provider = Fence(Sight.PROVIDER, provider_code="P04")

    assert set(seen(provider, 'select provider_code from "authorization"')) == {"P04"}
    for table in ("employee", "relative", "lot", "posting"):
        assert seen(provider, f"select 1 from {table}") == []


def test_a_funder_sees_its_book_and_not_what_people_bought(counter: Counter) -> None:
    counter.buy("giulia")
    employer = Fence(Sight.FUNDER, counter.books["E1"])

    assert set(seen(employer, "select book_id from employee")) == {counter.books["E1"]}
    for table in ("authorization", "fiscal_event", "lot", "relative", "posting", "account", "payout_line"):
        assert seen(employer, f'select 1 from "{table}"') == []


def test_before_it_is_known_who_asks_there_is_nothing_but_the_network(counter: Counter) -> None:
    nobody = Fence(Sight.NOBODY)

    for table in ("employee", "funder", "authorization", "member", "appointment", "token", "plan"):
        assert seen(nobody, f'select 1 from "{table}"') == []
    assert seen(nobody, "select 1 from territory") != []


@pytest.mark.parametrize(
    "statement",
    [
        "update employee set first_name = 'X'",
        "delete from lot",
        "insert into wallet (book_id, employee_id) values (2, 'emp_x')",
        "alter table employee disable row level security",
        "drop table token",
        "set role postgres",
        "set session authorization postgres",
        "create role other superuser",
        "copy employee to program 'true'",
    ],
)
def test_nothing_of_anothers_is_changed_and_no_fence_is_taken_down(counter: Counter, statement: str) -> None:
    stranger = Fence(Sight.EMPLOYEE, counter.books["E2"], counter.people["anna"])

    def attack(session: Session) -> int:
        result = session.execute(sa.text(statement))
        session.rollback()
        return int(result.rowcount)  # type: ignore[attr-defined]

    try:
        with fences.inside(stranger):
            touched = database.transact(attack)
    except sa.exc.DBAPIError:
        touched = 0
    # An own row may be touched, and is rolled back here.
    assert touched <= 1
    mine = Fence(Sight.EMPLOYEE, counter.books["E1"], counter.people["giulia"])
    assert seen(mine, "select first_name from employee") == ["Giulia"]
