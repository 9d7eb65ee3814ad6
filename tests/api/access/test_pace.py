"""Failures slow down whoever fails, and nobody else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from api.access import pace
from config import clock, fences
from config.fences import Fence, Sight
from tests.api.access.door import Browser, Door
from tests.api.v1.conftest import NOON


def failing(door: Door, browser: Browser, email: str, times: int) -> list[int]:
    return [door.begin(browser, email, "guess").status_code for _ in range(times)]


def test_who_fails_waits_longer_each_time_and_never_for_good(door: Door) -> None:
    email = door.with_password("giulia")
    attacker = door.browser()
    waits, moment = [], NOON

    assert failing(door, attacker, email, 6) == [401] * 6
    for _ in range(14):
        with clock.at(moment):
            refused = door.begin(attacker, email, "guess")
            waits.append(int(refused.headers["Retry-After"]))
        moment += timedelta(seconds=waits[-1])
        with clock.at(moment):
            assert door.begin(attacker, email, "guess").status_code == 401

    assert (refused.status_code, refused.get_json()["code"]) == (429, "try_later")
    assert waits[:4] == [1, 2, 4, 8]
    assert max(waits) == 15 * 60


def test_the_right_password_waits_its_turn_too(door: Door) -> None:
    email = door.with_password("giulia")
    attacker = door.browser()
    failing(door, attacker, email, 6)

    assert door.begin(attacker, email).status_code == 429


def test_an_attackers_failures_do_not_stop_the_owner(door: Door) -> None:
    owner = door.signed_in("giulia")
    email = "giulia@example.it"
    for _ in range(4):
        failing(door, door.browser(), email, 8)

    elsewhere = door.begin(door.browser(), email)
    at_home = door.begin(owner, email)

    assert [elsewhere.status_code, at_home.status_code] == [202, 202]


def test_an_attacker_behind_the_owners_own_address_does_not_stop_a_browser_that_is_known(door: Door) -> None:
    owner = door.signed_in("giulia")
    email = "giulia@example.it"
    owner.ask("DELETE", "/v1/sessions/current")
    neighbour = door.browser(owner.address)

    assert 429 in failing(door, neighbour, email, 40)
    assert door.begin(owner, email).status_code == 202


def test_a_browser_known_for_one_account_is_not_known_for_another(door: Door) -> None:
    attacker = door.signed_in("mario")
    email = door.with_password("giulia")

    assert failing(door, attacker, email, 7)[-1] == 429


def test_a_stolen_browser_is_slowed_down_by_its_own_failures(door: Door) -> None:
    browser = door.signed_in("giulia")

    assert failing(door, browser, "giulia@example.it", 7)[-1] == 429


def test_one_place_that_tries_many_addresses_is_slowed_down(door: Door) -> None:
    attacker = door.browser()

    answers = [door.begin(attacker, f"someone{number}@example.it", "guess").status_code for number in range(32)]

    assert (answers[:31], answers[31]) == ([401] * 31, 429)


def test_success_forgets_the_failures(door: Door) -> None:
    email = door.with_password("giulia")
    browser = door.browser()
    failing(door, browser, email, 5)

    assert door.begin(browser, email).status_code == 202
    assert failing(door, browser, email, 5) == [401] * 5


def test_failures_are_forgotten_after_an_hour(door: Door) -> None:
    email = door.with_password("giulia")
    browser = door.browser()
    failing(door, browser, email, 6)

    with clock.at(NOON + timedelta(hours=1, minutes=1)):
        assert failing(door, browser, email, 5) == [401] * 5


def test_of_many_guesses_at_once_few_are_judged(door: Door) -> None:
    email = door.with_password("giulia")
    address = door.browser().address

    def guess(_: int) -> int:
        with clock.at(NOON):
            return door.begin(door.browser(address), email, "guess").status_code

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(guess, range(24)))

    assert answers.count(401) == 6
    assert answers.count(429) == 18


def test_codes_are_guessed_at_no_better_with_many_challenges(door: Door) -> None:
    email = door.with_password("giulia")
    answers = []

    for _ in range(3):
        browser = door.browser()
        challenge = door.begin(browser, email).get_json()["challenge"]
        wrong = "000000" if door.letter(email)["code"] != "000000" else "111111"
        answers += [
            browser.post("/v1/sessions/confirm", {"challenge": challenge, "code": wrong}).status_code for _ in range(5)
        ]

    assert answers == [401] * 11 + [429] * 4


def test_a_place_is_an_address_or_the_network_that_one_customer_has() -> None:
    assert pace.place("198.51.100.7") == "198.51.100.7"
    assert pace.place("2001:db8:1:2:3:4:5:6") == pace.place("2001:db8:1:2::1") == "2001:db8:1:2::/64"
    assert pace.place("::ffff:198.51.100.7") == "198.51.100.7"
    assert pace.place(None) == pace.place("nonsense") == "unknown"


def test_what_is_counted_names_nobody(door: Door) -> None:
    failing(door, door.browser(), door.with_password("giulia"), 1)

    assert all(len(row.key) == 32 for row in door.rows("select key from pace"))
    with fences.inside(Fence(Sight.NETWORK)):
        assert door.rows("select 1 from pace") == []
