"""Authenticators: set up with proof, taken away with proof, and the codes for when the telephone is lost."""

from __future__ import annotations

from datetime import timedelta

import pyotp

from config import clock
from tests.api.access.door import PASSWORD, Browser, Door
from tests.api.v1.conftest import NOON


def set_up(browser: Browser) -> tuple[pyotp.TOTP, list[str]]:
    begun = browser.post("/v1/me/authenticator", {"password": PASSWORD}).get_json()
    authenticator = pyotp.TOTP(begun["secret"])
    answer = browser.post("/v1/me/authenticator/confirm", {"code": authenticator.at(NOON)})
    assert answer.status_code == 201, answer.text
    return authenticator, answer.get_json()["codes"]


def test_an_authenticator_is_in_use_once_it_has_shown_a_code(door: Door) -> None:
    browser = door.signed_in("giulia")
    none = browser.post("/v1/me/authenticator/confirm", {"code": "123456"})
    begun = browser.post("/v1/me/authenticator", {"password": PASSWORD})
    wrong = browser.post("/v1/me/authenticator/confirm", {"code": "000000"})
    before = browser.ask("GET", "/v1/me").get_json()["authenticator"]
    right = browser.post("/v1/me/authenticator/confirm", {"code": pyotp.TOTP(begun.get_json()["secret"]).at(NOON)})

    assert (none.status_code, none.get_json()["code"]) == (409, "totp_not_pending")
    assert begun.get_json()["uri"].startswith("otpauth://totp/borsellino:giulia%40example.it")
    assert (wrong.status_code, before, right.status_code) == (401, False, 201)
    me = browser.ask("GET", "/v1/me").get_json()
    assert (me["authenticator"], me["recovery_codes"]) == (True, 10)
    assert door.begin(door.browser(), "giulia@example.it").get_json()["factor"] == "totp"


def test_the_code_that_set_it_up_signs_nobody_in(door: Door) -> None:
    authenticator, _ = set_up(door.signed_in("giulia"))
    browser = door.browser()
    challenge = door.begin(browser, "giulia@example.it").get_json()["challenge"]

    used = browser.post("/v1/sessions/confirm", {"challenge": challenge, "code": authenticator.at(NOON)})
    with clock.at(NOON + timedelta(seconds=30)):
        next_one = browser.post(
            "/v1/sessions/confirm", {"challenge": challenge, "code": authenticator.at(NOON + timedelta(seconds=30))}
        )

    assert (used.status_code, next_one.status_code) == (401, 201)


def test_it_takes_the_password_to_set_one_up_or_renew_the_codes(door: Door) -> None:
    browser = door.signed_in("giulia")
    set_up(browser)

    for path in ("authenticator", "recovery-codes"):
        assert browser.post(f"/v1/me/{path}", {"password": "not the password"}).status_code == 401


def test_a_recovery_code_stands_in_once(door: Door) -> None:
    _, recovery = set_up(door.signed_in("giulia"))
    statuses = []

    for _ in range(2):
        browser = door.browser()
        challenge = door.begin(browser, "giulia@example.it").get_json()["challenge"]
        body = {"challenge": challenge, "code": recovery[0].upper()}
        statuses.append(browser.post("/v1/sessions/confirm", body).status_code)

    assert statuses == [201, 401]
    assert all(code not in str(door.rows("select to_jsonb(r) from recovery_code r")) for code in recovery)


def test_fresh_recovery_codes_end_the_old_ones(door: Door) -> None:
    browser = door.signed_in("giulia")
    _, old = set_up(browser)
    fresh = browser.post("/v1/me/recovery-codes", {"password": PASSWORD}).get_json()["codes"]
    other = door.browser()
    challenge = door.begin(other, "giulia@example.it").get_json()["challenge"]

    statuses = [
        other.post("/v1/sessions/confirm", {"challenge": challenge, "code": code}).status_code
        for code in (old[1], fresh[0])
    ]

    assert statuses == [401, 201]


def test_it_is_taken_away_with_the_password_and_a_code(door: Door) -> None:
    browser = door.signed_in("giulia")
    none = browser.post("/v1/me/authenticator/remove", {"password": PASSWORD, "code": "123456"})
    _, recovery = set_up(browser)

    wrong_code = browser.post("/v1/me/authenticator/remove", {"password": PASSWORD, "code": "000000"})
    wrong_password = browser.post("/v1/me/authenticator/remove", {"password": "not it", "code": recovery[0]})
    right = browser.post("/v1/me/authenticator/remove", {"password": PASSWORD, "code": recovery[0]})

    assert (none.status_code, none.get_json()["code"]) == (409, "totp_not_set")
    assert (wrong_code.status_code, wrong_password.status_code, right.status_code) == (401, 401, 204)
    begun = door.begin(door.browser(), "giulia@example.it").get_json()
    left = {"challenge": begun["challenge"], "code": recovery[1]}
    assert begun["factor"] == "email"
    assert door.browser().post("/v1/sessions/confirm", left).status_code == 401
    assert door.rows("select from recovery_code") == []


def test_without_an_authenticator_there_are_no_recovery_codes(door: Door) -> None:
    answer = door.signed_in("giulia").post("/v1/me/recovery-codes", {"password": PASSWORD})

    assert (answer.status_code, answer.get_json()["code"]) == (409, "totp_not_set")


def test_whoever_knows_the_password_cannot_try_all_codes_to_take_it_away(door: Door) -> None:
    browser = door.signed_in("giulia")
    set_up(browser)
    body = {"password": PASSWORD, "code": "000000"}

    answers = [browser.post("/v1/me/authenticator/remove", body).status_code for _ in range(12)]

    assert answers == [401] * 11 + [429]
