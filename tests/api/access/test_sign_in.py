"""Signing in: a password, a second thing, a session; and what is not let in."""

from __future__ import annotations

from datetime import timedelta

import argon2
import pyotp
import pytest

from api.access import members, passwords
from api.access.roles import Role
from config import clock, database, settings
from tests.api.access.door import PASSWORD, Door
from tests.api.counter import Counter, appoint
from tests.api.v1.conftest import NOON


def test_a_password_and_the_code_by_mail_open_a_session_in_a_cookie(door: Door) -> None:
    browser = door.browser()

    answer = door.confirm(browser, door.with_password("giulia"))

    assert answer.status_code == 201
    assert answer.get_json()["token"] is None
    assert answer.get_json()["appointment"]["employee_id"] == door.counter.people["giulia"]
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    me = browser.ask("GET", "/v1/me").get_json()
    assert (me["name"], me["role"], me["session"]) == ("Giulia", "employee", answer.get_json()["id"])


def test_over_tls_the_cookies_belong_to_this_host_alone(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BORSELLINO_PUBLIC_URL", "https://welfare.example.it")
    settings.load.cache_clear()
    try:
        browser = door.browser()
        answer = door.confirm(browser, door.with_password("giulia"))
        cookies = answer.headers.getlist("Set-Cookie")
    finally:
        monkeypatch.delenv("BORSELLINO_PUBLIC_URL")
        settings.load.cache_clear()

    assert [cookie.partition("=")[0] for cookie in cookies] == ["__Host-borsellino", "__Host-borsellino_device"]
    assert all("Secure" in cookie and "HttpOnly" in cookie and "Domain" not in cookie for cookie in cookies)


def test_a_program_gets_a_bearer_token_of_the_session_and_no_cookie(door: Door) -> None:
    browser = door.browser()

    answer = door.confirm(browser, door.with_password("giulia"), kind="bearer")

    token = answer.get_json()["token"]
    assert "Set-Cookie" not in answer.headers
    assert door.browser().ask("GET", "/v1/me", Authorization=f"Bearer {token}").get_json()["name"] == "Giulia"


@pytest.mark.parametrize("email", ["giulia@example.it", "nobody@example.it", "hr@example.it"])
def test_a_wrong_password_an_unknown_address_and_a_person_without_one_are_answered_alike(
    door: Door, email: str
) -> None:
    door.with_password("giulia")
    letters = door.letters(email)

    answer = door.begin(door.browser(), email, "not the password")

    problem = answer.get_json()
    assert (answer.status_code, problem["code"]) == (401, "sign_in_refused")
    assert email not in answer.text
    assert door.letters(email) == letters


def test_the_address_may_be_written_in_capitals(door: Door) -> None:
    door.with_password("giulia")

    assert door.begin(door.browser(), "GIULIA@Example.it").status_code == 202


def test_a_code_is_good_once_and_with_its_own_challenge(door: Door) -> None:
    email = door.with_password("giulia")
    browser = door.browser()
    first = door.begin(browser, email).get_json()["challenge"]
    code = door.letter(email)["code"]
    second = door.begin(browser, email).get_json()["challenge"]

    crossed = browser.post("/v1/sessions/confirm", {"challenge": second, "code": code})
    right = browser.post("/v1/sessions/confirm", {"challenge": first, "code": code})
    again = browser.post("/v1/sessions/confirm", {"challenge": first, "code": code})

    assert [answer.status_code for answer in (crossed, right, again)] == [401, 201, 401]


def test_a_challenge_ends_after_five_wrong_codes_and_after_ten_minutes(door: Door) -> None:
    email = door.with_password("giulia")
    browser = door.browser()
    guessed = door.begin(browser, email).get_json()["challenge"]
    code = door.letter(email)["code"]
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"

    for _ in range(5):
        assert browser.post("/v1/sessions/confirm", {"challenge": guessed, "code": wrong}).status_code == 401
    late = door.begin(browser, email).get_json()["challenge"]
    late_code = door.letter(email)["code"]
    with clock.at(NOON + timedelta(minutes=11)):
        too_late = browser.post("/v1/sessions/confirm", {"challenge": late, "code": late_code})

    assert browser.post("/v1/sessions/confirm", {"challenge": guessed, "code": code}).status_code == 401
    assert too_late.status_code == 401


def test_an_authenticators_code_is_good_once(door: Door) -> None:
    email = door.with_password("giulia")
    secret = pyotp.random_base32()
    door.run("update member set totp_secret = :secret where email = :email", secret=secret, email=email)
    code = pyotp.TOTP(secret).at(NOON)
    letters = door.letters(email)
    statuses = []

    for _ in range(2):
        browser = door.browser()
        begun = door.begin(browser, email).get_json()
        assert begun["factor"] == "totp"
        statuses.append(
            browser.post("/v1/sessions/confirm", {"challenge": begun["challenge"], "code": code}).status_code
        )

    assert statuses == [201, 401]
    assert door.letters(email) == letters


def test_a_session_ends_when_it_is_not_used_and_after_a_day_in_any_case(door: Door) -> None:
    browser = door.signed_in("giulia")

    with clock.at(NOON + timedelta(minutes=29)):
        assert browser.ask("GET", "/v1/me").status_code == 200
    with clock.at(NOON + timedelta(minutes=58)):
        assert browser.ask("GET", "/v1/me").status_code == 200
    with clock.at(NOON + timedelta(minutes=89)):
        assert browser.ask("GET", "/v1/me").status_code == 401
    busy = door.signed_in("giulia")
    for minutes in range(0, 12 * 60, 29):
        with clock.at(NOON + timedelta(minutes=minutes)):
            assert busy.ask("GET", "/v1/me").status_code == 200
    with clock.at(NOON + timedelta(hours=12, seconds=1)):
        assert busy.ask("GET", "/v1/me").status_code == 401


def test_the_secret_of_a_cookie_is_no_bearer_token_and_the_other_way_round(door: Door) -> None:
    browser = door.signed_in("giulia")
    cookie = browser.client.get_cookie("borsellino")
    assert cookie is not None
    stranger = door.browser()
    stranger.client.set_cookie("borsellino", door.counter.secrets["giulia"])

    assert door.browser().ask("GET", "/v1/me", Authorization=f"Bearer {cookie.value}").status_code == 401
    assert stranger.ask("GET", "/v1/me").status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 204),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Origin": "http://localhost"}, 204),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
def test_a_cookie_changes_something_from_our_own_pages_only(door: Door, headers: dict[str, str], status: int) -> None:
    browser = door.signed_in("giulia")

    answer = browser.client.delete("/v1/sessions/current", headers=headers)

    assert answer.status_code == status
    if status == 403:
        assert answer.get_json()["code"] == "cross_site_refused"
        assert browser.ask("GET", "/v1/me").status_code == 200


def test_a_program_with_a_token_of_its_own_is_not_asked_where_it_comes_from(counter: Counter) -> None:
    answer = counter.ask("giulia", "POST", "/v1/authorizations/simulate", {"service": "PSI-CR", "quantity": 1})

    assert answer.status_code == 200


def test_another_site_signs_nobody_in(door: Door) -> None:
    email = door.with_password("giulia")
    browser = door.browser()
    challenge = door.begin(browser, email).get_json()["challenge"]
    body = {"challenge": challenge, "code": door.letter(email)["code"]}

    answer = browser.client.post("/v1/sessions/confirm", json=body, headers={"Sec-Fetch-Site": "cross-site"})

    assert (answer.status_code, answer.get_json()["code"]) == (403, "cross_site_refused")


def test_signing_in_anew_gives_another_secret_and_ends_the_old_session(door: Door) -> None:
    browser = door.signed_in("giulia")
    old = browser.client.get_cookie("borsellino")
    door.confirm(browser, "giulia@example.it")
    new = browser.client.get_cookie("borsellino")
    assert old is not None
    assert new is not None
    stale = door.browser()
    stale.client.set_cookie("borsellino", old.value)

    assert old.value != new.value
    assert stale.ask("GET", "/v1/me").status_code == 401
    assert browser.ask("GET", "/v1/me").status_code == 200


def test_whoever_holds_two_roles_chooses_and_goes_from_one_to_the_other(door: Door) -> None:
    counter = door.counter
    database.transact(lambda s: appoint(s, counter, "doppia", Role.PAYROLL, book_id=counter.books["E1"]))
    member_id = door.member_id("doppia")
    database.transact(lambda s: members.appoint(s, member_id, Role.PROVIDER, provider_code="P04"))
    browser = door.signed_in("doppia")
    held = {one["role"]: one["id"] for one in browser.ask("GET", "/v1/me").get_json()["appointments"]}

    switched = browser.post("/v1/sessions/switch", {"appointment": held["provider"]})
    foreign = browser.post("/v1/sessions/switch", {"appointment": "app_x"})
    chosen = door.confirm(door.browser(), "doppia@example.it", appointment=held["provider"])

    assert set(held) == {"payroll", "provider"}
    assert switched.status_code == 201
    assert browser.ask("GET", "/v1/me").get_json()["role"] == "provider"
    assert (foreign.status_code, foreign.get_json()["code"]) == (404, "appointment_not_found")
    assert chosen.get_json()["appointment"]["provider"] == "P04"


def test_sessions_are_listed_and_ended_one_by_one_or_all(door: Door) -> None:
    first, second, third = door.signed_in("giulia"), door.signed_in("giulia"), door.signed_in("giulia")
    listed = first.ask("GET", "/v1/sessions").get_json()["data"]
    others = [one["id"] for one in listed if not one["current"]]
    foreign = door.signed_in("mario").ask("DELETE", f"/v1/sessions/{others[0]}")

    assert len(listed) == 3
    assert (foreign.status_code, foreign.get_json()["code"]) == (404, "session_not_found")
    assert first.ask("DELETE", f"/v1/sessions/{others[0]}").status_code == 204
    assert sorted(one.ask("GET", "/v1/me").status_code for one in (first, second, third)) == [200, 200, 401]
    assert first.ask("DELETE", "/v1/sessions").status_code == 204
    assert [one.ask("GET", "/v1/me").status_code for one in (first, second, third)] == [401, 401, 401]
    assert door.counter.ask("giulia", "GET", "/v1/me").status_code == 200


def test_signing_out_ends_the_session_and_the_cookie(door: Door) -> None:
    browser = door.signed_in("giulia")
    cookie = browser.client.get_cookie("borsellino")
    assert cookie is not None

    assert browser.ask("DELETE", "/v1/sessions/current").status_code == 204
    assert browser.client.get_cookie("borsellino") is None
    stolen = door.browser()
    stolen.client.set_cookie("borsellino", cookie.value)
    assert stolen.ask("GET", "/v1/me").status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/sessions", None),
        ("DELETE", "/v1/sessions", None),
        ("DELETE", "/v1/sessions/current", None),
        ("DELETE", "/v1/sessions/tok_x", None),
        ("POST", "/v1/sessions/switch", {"appointment": "app_x"}),
        ("POST", "/v1/passwords/change", {"password": PASSWORD, "new": PASSWORD}),
        ("POST", "/v1/me/authenticator", {"password": PASSWORD}),
        ("POST", "/v1/me/authenticator/confirm", {"code": "123456"}),
        ("POST", "/v1/me/authenticator/remove", {"password": PASSWORD, "code": "123456"}),
        ("POST", "/v1/me/recovery-codes", {"password": PASSWORD}),
    ],
)
def test_a_programs_token_touches_nothing_of_how_somebody_signs_in(
    counter: Counter, method: str, path: str, body: object
) -> None:
    program = counter.ask("giulia", method, path, body)
    nobody = counter.ask(None, method, path, body)

    assert (program.status_code, program.get_json()["code"]) == (403, "session_needed")
    assert (nobody.status_code, nobody.get_json()["code"]) == (401, "access_needed")


def test_a_hash_made_with_other_parameters_is_renewed(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    email = door.with_password("giulia")
    monkeypatch.setattr(passwords, "hasher", argon2.PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))

    door.begin(door.browser(), email)

    kept = door.rows("select password_hash from member where email = :email", email=email)[0][0]
    assert "t=2" in kept
    assert door.begin(door.browser(), email).status_code == 202
