"""The audit trail: written with what was done, changed by nobody, read by each within their own reach."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from api.access.audit import is_personal
from api.access.roles import Role
from config import database, fences
from config.fences import Fence, Sight
from tests import factories
from tests.api.access.door import Door
from tests.api.counter import Counter


@pytest.fixture(autouse=True)
def credit(counter: Counter) -> None:
    """Enough to buy something in each test."""
    for code, name in (("E1", "giulia"), ("E1", "mario"), ("E2", "anna")):
        book_id, person = counter.books[code], counter.people[name]
        database.transact(lambda s, b=book_id, p=person: factories.grant(s, b, "A", p, 30_000))  # type: ignore[misc]


def trail(counter: Counter, who: str, query: str = "") -> list[dict[str, Any]]:
    answer = counter.ask(who, "GET", f"/v1/audit?limit=100{query}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.get_json()["data"]
    return found


def test_what_a_request_does_is_written_with_it(door: Door) -> None:
    counter = door.counter
    answer = counter.ask("giulia", "POST", "/v1/authorizations", {"service": "PSI-CR", "quantity": 1})

    rows = door.trail(request_id=answer.headers["Request-Id"])

    assert len(rows) == 1
    row = rows[0]
    assert (row.action, row.operation, row.outcome) == ("authorizations:create", "authorizations.create", "done")
    assert (row.member_id, row.role) == (door.member_id("giulia"), "employee")
    assert (row.book_id, row.employee_id) == (counter.books["E1"], counter.people["giulia"])
    assert row.target == answer.get_json()["id"]
    assert row.personal


def test_an_answer_given_again_a_trial_a_refusal_and_a_look_are_no_deeds(door: Door) -> None:
    counter = door.counter
    body = {"service": "PSI-CR", "quantity": 1}
    counter.ask("mario", "POST", "/v1/authorizations", body, key="trail")
    answers = [
        counter.ask("mario", "POST", "/v1/authorizations", body, key="trail"),
        counter.ask("mario", "POST", "/v1/authorizations", body | {"quantity": 2}, key="trail"),
        counter.ask("mario", "POST", "/v1/authorizations/simulate", body),
        counter.ask("mario", "POST", "/v1/authorizations", body | {"employee_id": counter.people["giulia"]}),
        counter.ask("mario", "POST", "/v1/authorizations/aut_x/voids", {}),
        counter.ask("hr", "POST", "/v1/authorizations", body),
        counter.ask("mario", "GET", "/v1/me"),
    ]

    assert [answer.status_code for answer in answers] == [201, 422, 200, 404, 404, 403, 200]
    for answer in answers:
        assert door.trail(request_id=answer.headers["Request-Id"]) == []


def test_a_declined_purchase_is_written_as_declined(door: Door) -> None:
    answer = door.counter.ask("mario", "POST", "/v1/authorizations", {"service": "PSI-CR", "quantity": 10_000})

    assert [row.outcome for row in door.trail(request_id=answer.headers["Request-Id"])] == ["declined"]


def test_a_providers_capture_says_whose_purchase_it_was(door: Door) -> None:
    made = door.counter.buy("giulia")

    answer = door.counter.ask("p04", "POST", f"/v1/authorizations/{made['id']}/captures", {})

    (row,) = door.trail(request_id=answer.headers["Request-Id"])
    assert (row.role, row.employee_id, row.target) == ("provider", door.counter.people["giulia"], made["id"])
    assert row.book_id == door.counter.books["E1"]


def test_whatever_is_answered_the_trail_says_about_whom(door: Door) -> None:
    counter = door.counter
    giulia = counter.people["giulia"]
    made = counter.buy("giulia", channel="DIRECT")
    captured = counter.ask("p04", "POST", f"/v1/authorizations/{made['id']}/captures", {})
    disputed = counter.ask("marta", "POST", "/v1/disputes", {"authorization_id": made["id"], "reason": "NOT_DELIVERED"})
    dispute = disputed.get_json()
    answered = counter.ask("p04", "POST", f"/v1/disputes/{dispute['id']}/answers", {"note": "reso"})
    settled = counter.ask(
        "marta", "POST", f"/v1/disputes/{dispute['id']}/settlements", {"state": "dismissed", "note": "reso"}
    )
    code = counter.buy("giulia")["code"]
    redeemed = counter.ask("p04", "POST", "/v1/redemptions", {"code": code, "nonce": "cassa-1"})
    declared = counter.ask(
        "marta",
        "POST",
        f"/v1/employees/{giulia}/relatives",
        {"kinship": "CHILD", "first_name": "Ada", "last_name": "Prova", "birth_date": "2018-05-05"},
    )

    for answer in (captured, disputed, answered, settled, redeemed, declared):
        assert answer.status_code == 201, answer.text
        rows = [row for row in door.trail(request_id=answer.headers["Request-Id"]) if row.outcome == "done"]
        assert {row.employee_id for row in rows} == {giulia}, rows
        assert {row.book_id for row in rows} == {counter.books["E1"]}
        assert all(row.target and row.personal for row in rows), rows


def test_signing_in_and_failing_to_are_written(door: Door) -> None:
    member_id = door.member_id("mario")
    before = len(door.trail(member_id=member_id))
    browser = door.signed_in("mario")
    door.begin(door.browser(), "mario@example.it", "wrong")
    door.begin(door.browser(), "nobody@example.it", "wrong")
    browser.ask("DELETE", "/v1/sessions/current")

    rows = door.trail(member_id=member_id)[before:]

    assert [(row.action, row.outcome) for row in rows] == [
        ("sessions:create", "done"),
        ("sessions:create", "refused"),
        ("sessions:end", "done"),
    ]
    assert "nobody" not in str(door.trail())


def test_the_trail_is_changed_by_nobody(door: Door) -> None:
    door.counter.buy("giulia")

    for statement in ("update audit_event set outcome = 'refused'", "delete from audit_event", "truncate audit_event"):
        with pytest.raises(sa.exc.DBAPIError, match="append only"):
            door.run(statement)
        with fences.inside(Fence(Sight.NETWORK)), pytest.raises(sa.exc.DBAPIError, match="permission denied"):
            door.run(statement)


def test_a_person_reads_what_was_done_in_their_wallet_and_by_whom(door: Door) -> None:
    counter = door.counter
    mine = counter.buy("giulia")
    counter.ask("p04", "POST", f"/v1/authorizations/{mine['id']}/captures", {})
    other = counter.buy("mario")

    rows = trail(counter, "giulia")

    targets = {row["target"] for row in rows}
    assert mine["id"] in targets
    assert other["id"] not in targets
    assert {row["employee_id"] for row in rows} == {counter.people["giulia"]}
    assert ("P04", "provider") in {(row["actor"]["name"], row["role"]) for row in rows}


def test_a_funder_reads_its_own_offices_and_nothing_of_what_persons_do(door: Door) -> None:
    counter = door.counter
    bought = counter.buy("giulia")
    counter.ask("p04", "POST", f"/v1/authorizations/{bought['id']}/captures", {})
    counter.ask(
        "marta",
        "POST",
        "/v1/authorizations",
        {"service": "PSI-CR", "quantity": 1, "employee_id": counter.people["giulia"]},
    )
    door.signed_in("giulia")
    invited = counter.ask(
        "hr", "POST", "/v1/invitations", {"email": "paghe@example.org", "name": "Paghe", "role": "payroll"}
    ).get_json()

    for who in ("hr", "accountant"):
        rows = trail(counter, who)
        assert invited["id"] in {row["target"] for row in rows}
        assert {row["action"].partition(":")[0] for row in rows} <= {"members", "tokens", "people", "plans", "budgets"}
        assert not {row["role"] for row in rows} & {"employee", "provider"}
        assert bought["id"] not in str(rows)
    assert invited["id"] not in str(trail(counter, "comune"))
    assert bought["id"] not in str(trail(counter, "comune"))


def test_the_network_reads_all_of_it_with_filters(door: Door) -> None:
    counter = door.counter
    counter.buy("giulia")
    counter.buy("anna")
    giulia, anna = door.member_id("giulia"), counter.people["anna"]

    assert {row["actor"]["id"] for row in trail(counter, "operator", f"&actor={giulia}")} == {giulia}
    assert {row["employee_id"] for row in trail(counter, "marta", f"&employee_id={anna}")} == {anna}
    created = trail(counter, "operator", "&action=authorizations:create")
    assert {row["action"] for row in created} == {"authorizations:create"}
    assert trail(counter, "operator", "&until=2020-01-01T00:00:00Z") == []
    assert trail(counter, "operator", "&since=2026-03-02T00:00:00%2B01:00") != []
    assert trail(counter, "operator", "&since=2030-01-01T00:00:00Z") == []


def test_it_comes_in_pages(door: Door) -> None:
    counter = door.counter
    for _ in range(3):
        counter.buy("giulia")

    first = counter.ask("giulia", "GET", "/v1/audit?limit=2").get_json()
    second = counter.ask("giulia", "GET", f"/v1/audit?limit=2&starting_after={first['data'][1]['id']}").get_json()
    ids = [row["id"] for page in (first, second) for row in page["data"]]

    assert first["has_more"]
    assert ids == sorted(ids, reverse=True)
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("query", ["since=yesterday", "since=2026-01-01", "limit=0", "limit=101", "who=me"])
def test_what_cannot_be_read_is_refused(counter: Counter, query: str) -> None:
    assert counter.ask("operator", "GET", f"/v1/audit?{query}").status_code == 422


@pytest.mark.parametrize("who", ["p04", "payroll"])
def test_it_is_not_for_everybody(counter: Counter, who: str) -> None:
    assert counter.ask(who, "GET", "/v1/audit").status_code == 403


def test_another_persons_cursor_is_unknown(counter: Counter) -> None:
    counter.buy("mario")
    theirs = counter.ask("mario", "GET", "/v1/audit?limit=1").get_json()["data"][0]["id"]

    answer = counter.ask("giulia", "GET", f"/v1/audit?starting_after={theirs}")

    assert (answer.status_code, answer.get_json()["code"]) == (422, "cursor_unknown")


def test_no_name_and_no_address_is_kept_in_it(door: Door) -> None:
    door.counter.buy("giulia")
    door.signed_in("giulia")

    text = str([tuple(row) for row in door.trail()])

    assert "Giulia" not in text
    assert "@" not in text


@pytest.mark.parametrize(
    ("role", "action", "somebody", "personal"),
    [
        (Role.EMPLOYER, "budgets:load", False, False),
        (Role.EMPLOYER, "people:write", True, False),
        (Role.EMPLOYER, "members:invite", True, False),
        (Role.PAYROLL, "elsewhere:declare", True, False),
        (Role.WELFARE_MANAGER, "people:write", True, False),
        (Role.WELFARE_MANAGER, "people:declare", True, True),
        (Role.WELFARE_MANAGER, "statements:create", True, True),
        (Role.WELFARE_MANAGER, "statements:create", False, False),
        (Role.WELFARE_MANAGER, "authorizations:create", True, True),
        (Role.WELFARE_MANAGER, "reimbursements:review", True, True),
        (Role.OPERATOR, "data:export", True, True),
        (Role.OPERATOR, "anything:new", False, True),
        (Role.PAYROLL, "reimbursements:pay", True, True),
        (Role.EMPLOYEE, "statements:create", False, True),
        (Role.PROVIDER, "statements:create", False, True),
        (None, "sessions:create", False, True),
    ],
)
def test_what_a_funder_must_not_read_of(role: Role | None, action: str, somebody: bool, personal: bool) -> None:
    assert is_personal(role, action, about_somebody=somebody) is personal


def test_the_trail_is_written_whatever_the_sight_and_read_by_few(counter: Counter) -> None:
    counter.buy("giulia")
    for sight, reads in (
        (Sight.NOBODY, False),
        (Sight.DOOR, False),
        (Sight.PROVIDER, False),
        (Sight.BOOK, False),
        (Sight.NETWORK, True),
    ):
        with fences.inside(Fence(sight, counter.books["E1"], None, "P04", "mbr_x")):
            seen = database.transact(lambda s: s.scalars(sa.text("select event_id from audit_event")).all())
        assert bool(seen) is reads, sight
