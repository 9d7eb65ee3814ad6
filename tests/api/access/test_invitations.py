"""Who invites whom to what, and how the invitation is taken."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from werkzeug.test import TestResponse

from api.access import members
from config import clock, database
from tests import factories
from tests.api.access.door import PASSWORD, Door
from tests.api.v1.conftest import NOON

_numbers = iter(range(1, 10_000))


def address() -> str:
    return f"guest{next(_numbers)}@example.org"


def newcomer(door: Door, code: str = "E1") -> str:
    """A person of a book who is no member."""
    return database.transact(lambda session: factories.employee(session, door.counter.books[code]))


def invite(door: Door, who: str, role: str, email: str | None = None, **more: Any) -> TestResponse:
    body = {"email": email or address(), "name": "Guest", "role": role} | more
    return door.counter.ask(who, "POST", "/v1/invitations", body)


@pytest.mark.parametrize(
    ("who", "role", "more", "status"),
    [
        ("hr", "employer", {}, 201),
        ("hr", "payroll", {}, 201),
        ("hr", "accountant", {}, 201),
        ("hr", "payroll", {"employer": "E1"}, 201),
        ("hr", "payroll", {"employer": "E2"}, 404),
        ("hr", "provider", {"provider": "P04"}, 403),
        ("hr", "municipality", {}, 403),
        ("hr", "welfare_manager", {}, 403),
        ("hr", "operator", {}, 403),
        ("hr", "payroll", {"provider": "P04"}, 422),
        ("hr", "payroll", {"employee_id": "emp_x"}, 422),
        ("hr", "employee", {}, 422),
        ("hr", "employee", {"employee_id": "emp_x"}, 404),
        ("comune", "municipality", {}, 201),
        ("comune", "accountant", {}, 201),
        ("comune", "payroll", {}, 403),
        ("marta", "provider", {"provider": "P04"}, 201),
        ("marta", "provider", {"provider": "PXX"}, 404),
        ("marta", "provider", {}, 422),
        ("marta", "employer", {"employer": "E1"}, 403),
        ("marta", "operator", {}, 403),
        ("operator", "operator", {}, 201),
        ("operator", "welfare_manager", {}, 201),
        ("operator", "employer", {"employer": "E2"}, 201),
        ("operator", "employer", {"employer": "EXX"}, 404),
        ("operator", "employer", {}, 422),
        ("operator", "operator", {"employer": "E1"}, 422),
        ("operator", "provider", {"provider": "P03"}, 201),
        ("payroll", "payroll", {}, 403),
        ("accountant", "accountant", {}, 403),
        ("giulia", "employee", {}, 403),
        ("p04", "provider", {}, 403),
    ],
)
def test_each_role_gives_the_roles_of_its_own_reach(
    door: Door, who: str, role: str, more: dict[str, str], status: int
) -> None:
    answer = invite(door, who, role, **more)

    assert answer.status_code == status, answer.text
    if status == 201:
        assert answer.get_json()["status"] == "open"
        assert answer.headers["Location"] == f"/v1/invitations/{answer.get_json()['id']}"


def test_an_employer_invites_its_own_people_and_no_others(door: Door) -> None:
    own = invite(door, "hr", "employee", employee_id=newcomer(door))
    foreign = invite(door, "hr", "employee", employee_id=newcomer(door, "E2"))

    assert own.status_code == 201
    assert (foreign.status_code, foreign.get_json()["code"]) == (404, "employee_not_found")


def test_the_link_lets_somebody_new_choose_a_password_and_sign_in(door: Door) -> None:
    email, person = address(), newcomer(door)
    made = invite(door, "hr", "employee", email, employee_id=person).get_json()
    letter = door.letter(email, "invitation")
    secret = door.secret_of(letter["link"])
    browser = door.browser()

    seen = browser.post("/v1/invitations/look", {"token": secret}).get_json()
    taken = browser.post("/v1/invitations/accept", {"token": secret, "password": PASSWORD, "name": "Zoë Nuova"})
    again = browser.post("/v1/invitations/accept", {"token": secret, "password": PASSWORD})
    session = door.confirm(browser, email)

    assert "?" not in letter["link"].partition("#")[0]
    assert secret not in str(door.rows("select to_jsonb(i) from invitation i"))
    assert (seen["role"], seen["choose_password"]) == ("employee", True)
    assert (taken.status_code, taken.get_json()["new"]) == (201, True)
    assert (again.status_code, again.get_json()["code"]) == (404, "link_not_found")
    assert session.get_json()["appointment"]["employee_id"] == person
    assert browser.ask("GET", "/v1/me").get_json()["name"] == "Zoë Nuova"
    shown = door.counter.ask("hr", "GET", f"/v1/invitations/{made['id']}").get_json()
    assert shown["status"] == "accepted"


def test_a_link_does_not_change_a_members_password(door: Door) -> None:
    email = door.with_password("mario")
    invite(door, "operator", "provider", email, provider="P03")
    secret = door.secret_of(door.letter(email, "invitation")["link"])

    seen = door.browser().post("/v1/invitations/look", {"token": secret}).get_json()
    taken = door.browser().post("/v1/invitations/accept", {"token": secret, "password": "another-pass-word"})

    assert seen["choose_password"] is False
    assert (taken.status_code, taken.get_json()["new"]) == (201, False)
    assert door.begin(door.browser(), email, "another-pass-word").status_code == 401
    assert door.begin(door.browser(), email).status_code == 202


def test_a_wallet_has_one_owner(door: Door) -> None:
    first, second, person = address(), address(), newcomer(door)
    for email in (first, second):
        assert invite(door, "hr", "employee", email, employee_id=person).status_code == 201
    secrets = [door.secret_of(door.letter(email, "invitation")["link"]) for email in (first, second)]

    answers = [
        door.browser().post("/v1/invitations/accept", {"token": secret, "password": PASSWORD}) for secret in secrets
    ]
    third = invite(door, "hr", "employee", employee_id=person)

    assert [answer.status_code for answer in answers] == [201, 409]
    assert (third.status_code, third.get_json()["code"]) == (409, "appointment_held")
    assert door.rows("select 1 from member where email = :email", email=second) == []


def test_of_two_who_take_one_wallet_at_once_one_has_it(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    person, links = newcomer(door), []
    for email in (address(), address()):
        invite(door, "hr", "employee", email, employee_id=person)
        links.append(door.secret_of(door.letter(email, "invitation")["link"]))
    usual, both = members.appoint, Barrier(2)

    def appoint(*args: Any, **kwargs: Any) -> str:
        # Whoever comes so far waits for the other a while: nobody else gets here meanwhile.
        with suppress(BrokenBarrierError):
            both.wait(0.5)
        return usual(*args, **kwargs)

    monkeypatch.setattr(members, "appoint", appoint)

    def take(secret: str) -> int:
        with clock.at(NOON):
            body = {"token": secret, "password": PASSWORD}
            return door.browser().post("/v1/invitations/accept", body).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(take, links)) == [201, 409]


def test_an_open_invitation_is_not_doubled(door: Door) -> None:
    email = address()
    first = invite(door, "hr", "payroll", email)
    letters = door.letters(email)

    again = invite(door, "hr", "payroll", email.upper())
    with clock.at(NOON + timedelta(days=8)):
        later = door.browser().post(
            "/v1/invitations/accept",
            {"token": door.secret_of(door.letter(email)["link"]), "password": PASSWORD},
        )

    assert (again.status_code, again.get_json()["code"]) == (409, "invitation_open")
    assert first.get_json()["id"] in again.get_json()["detail"]
    assert door.letters(email) == letters
    assert later.status_code == 404


def test_a_new_letter_ends_the_old_link(door: Door) -> None:
    email = address()
    made = invite(door, "hr", "payroll", email).get_json()
    old = door.secret_of(door.letter(email)["link"])

    sent = door.counter.ask("hr", "POST", f"/v1/invitations/{made['id']}/letters")
    new = door.secret_of(door.letter(email)["link"])

    assert sent.status_code == 201
    assert door.browser().post("/v1/invitations/look", {"token": old}).status_code == 404
    assert door.browser().post("/v1/invitations/look", {"token": new}).status_code == 200


def test_nobodys_mailbox_is_filled_with_letters(door: Door) -> None:
    made = invite(door, "hr", "payroll").get_json()

    answers = [door.counter.ask("hr", "POST", f"/v1/invitations/{made['id']}/letters").status_code for _ in range(6)]

    assert answers[-1] == 429


def test_a_revoked_invitation_is_taken_by_nobody_and_may_be_made_again(door: Door) -> None:
    email = address()
    made = invite(door, "hr", "payroll", email).get_json()
    secret = door.secret_of(door.letter(email)["link"])
    path = f"/v1/invitations/{made['id']}"

    assert door.counter.ask("hr", "DELETE", path).status_code == 204
    assert door.browser().post("/v1/invitations/accept", {"token": secret, "password": PASSWORD}).status_code == 404
    assert door.counter.ask("hr", "DELETE", path).get_json()["code"] == "invitation_closed"
    assert invite(door, "hr", "payroll", email).status_code == 201


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("DELETE", ""), ("POST", "/letters")])
def test_another_employers_invitation_is_not_found(door: Door, method: str, path: str) -> None:
    made = invite(door, "operator", "employer", employer="E2").get_json()

    answer = door.counter.ask("hr", method, f"/v1/invitations/{made['id']}{path}")

    assert (answer.status_code, answer.get_json()["code"]) == (404, "invitation_not_found")


def test_a_welfare_manager_sees_no_invitation_to_roles_that_are_not_theirs_to_give(door: Door) -> None:
    made = invite(door, "operator", "operator").get_json()

    assert door.counter.ask("marta", "GET", f"/v1/invitations/{made['id']}").status_code == 404
    assert door.counter.ask("operator", "GET", f"/v1/invitations/{made['id']}").status_code == 200


def test_the_list_is_of_ones_own_reach_and_in_pages(door: Door) -> None:
    mine = [invite(door, "hr", "payroll").get_json()["id"] for _ in range(3)]
    foreign = invite(door, "operator", "employer", employer="E2").get_json()["id"]

    first = door.counter.ask("hr", "GET", "/v1/invitations?limit=2").get_json()
    rest = door.counter.ask(
        "hr", "GET", f"/v1/invitations?limit=100&starting_after={first['data'][1]['id']}"
    ).get_json()

    ids = [one["id"] for page in (first, rest) for one in page["data"]]
    assert ids[:3] == mine[::-1]
    assert foreign not in ids
    assert first["has_more"]


@pytest.mark.parametrize(
    "password",
    ["short", "aaaaaaaaaaaaaaaa", "abababababababab", "x" * 201],
)
def test_a_password_that_is_guessed_too_soon_is_refused(door: Door, password: str) -> None:
    email = address()
    invite(door, "hr", "payroll", email)
    body = {"token": door.secret_of(door.letter(email)["link"]), "password": password}

    answer = door.browser().post("/v1/invitations/accept", body)

    assert answer.status_code == 422
    assert door.browser().post("/v1/invitations/look", {"token": body["token"]}).status_code == 200


@pytest.mark.parametrize(
    "email", ["no address", "a@b", "a@example.org\r\nBcc: x@example.org", "a,b@example.org", "<a@example.org>"]
)
def test_what_is_no_address_is_refused(door: Door, email: str) -> None:
    assert invite(door, "hr", "payroll", email).status_code == 422
