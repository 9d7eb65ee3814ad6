"""Tokens of programs: with no more than whoever makes them may do, told once, ended at once."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from config import clock, database, fences
from tests.api.access.door import Door
from tests.api.counter import Counter
from tests.api.v1.conftest import NOON


def make(counter: Counter, who: str, **body: Any) -> TestResponse:
    return counter.ask(who, "POST", "/v1/tokens", {"label": "Program"} | body)


def as_token(counter: Counter, answer: TestResponse, name: str = "program") -> str:
    assert answer.status_code == 201, answer.text
    counter.secrets[name] = answer.get_json()["token"]
    return name


def test_a_token_does_what_its_scopes_say_and_is_told_once(counter: Counter) -> None:
    answer = make(counter, "giulia", scopes=["plans:read", "tokens:manage"])
    program = as_token(counter, answer)
    made = answer.get_json()

    listed = counter.ask("giulia", "GET", "/v1/tokens").get_json()["data"]
    used = counter.ask(program, "POST", "/v1/authorizations", {"service": "PSI-CR", "quantity": 1})

    assert answer.headers["Location"] == f"/v1/tokens/{made['id']}"
    assert made["scopes"] == ["plans:read", "tokens:manage"]
    assert made["token"].startswith("brsl_")
    assert made["id"] in [one["id"] for one in listed]
    assert made["token"] not in str(listed)
    assert (used.status_code, used.get_json()["code"]) == (403, "not_allowed")


@pytest.mark.parametrize(("who", "body"), [("giulia", {}), ("p04", {"machine": {"name": "Cassa breve"}})])
def test_a_programs_token_makes_none_that_outlives_it(door: Door, who: str, body: dict[str, Any]) -> None:
    """A stolen one would renew itself for ever."""
    counter = door.counter
    first = make(counter, who, lifetime_days=1)

    later = make(counter, as_token(counter, first), lifetime_days=366, **body)
    signed_in = door.signed_in(who).post("/v1/tokens", {"label": "Program", "lifetime_days": 366} | body)

    assert later.get_json()["expires_at"] == first.get_json()["expires_at"]
    assert signed_in.get_json()["expires_at"] == (NOON + timedelta(days=366)).astimezone(UTC).isoformat()


def test_nothing_of_the_secret_is_kept(door: Door) -> None:
    secret = make(door.counter, "giulia").get_json()["token"]

    assert secret not in str(door.rows("select to_jsonb(t) from token t"))


@pytest.mark.parametrize(
    ("who", "body"),
    [
        ("giulia", {"scopes": ["people:write"]}),
        ("hr", {"scopes": ["wallets:read"]}),
        ("operator", {"scopes": ["wallets:read"], "machine": {"name": "Robot"}}),
    ],
)
def test_no_token_carries_more_than_its_role(counter: Counter, who: str, body: dict[str, Any]) -> None:
    answer = make(counter, who, **body)

    assert (answer.status_code, answer.get_json()["code"]) == (403, "scopes_too_wide")


def test_a_narrow_token_makes_no_wider_one(counter: Counter) -> None:
    narrow = as_token(counter, make(counter, "hr", scopes=["tokens:manage", "people:read"]), "narrow")

    wider = make(counter, narrow, scopes=["people:write"])
    all_of_it = make(counter, narrow)
    own_machine = make(counter, narrow, machine={"name": "Same"})

    assert (wider.status_code, wider.get_json()["code"]) == (403, "scopes_too_wide")
    assert all_of_it.get_json()["scopes"] == ["people:read", "tokens:manage"]
    assert own_machine.get_json()["scopes"] == ["people:read", "tokens:manage"]


@pytest.mark.parametrize(
    ("who", "machine", "status"),
    [
        ("p04", {"name": "Till"}, 201),
        ("p04", {"name": "Till", "provider": "P04"}, 201),
        ("p04", {"name": "Till", "provider": "P03"}, 403),
        ("p04", {"name": "Till", "role": "operator"}, 403),
        ("hr", {"name": "Personnel"}, 201),
        ("hr", {"name": "Personnel", "employer": "E2"}, 404),
        ("hr", {"name": "Personnel", "provider": "P04"}, 422),
        ("comune", {"name": "Portal"}, 201),
        ("operator", {"name": "Robot", "employer": "E2"}, 422),
        ("operator", {"name": "Robot"}, 201),
        ("marta", {"name": "Robot"}, 403),
        ("payroll", {"name": "Robot"}, 201),
        ("accountant", {"name": "Robot"}, 201),
        ("giulia", {"name": "Robot"}, 403),
    ],
)
def test_machines_are_of_ones_own_reach(counter: Counter, who: str, machine: dict[str, str], status: int) -> None:
    answer = make(counter, who, machine=machine)

    assert answer.status_code == status, answer.text


def test_a_machine_is_the_same_by_name_and_works_in_its_reach(counter: Counter) -> None:
    till = as_token(counter, make(counter, "p04", machine={"name": "Cassa 7"}), "till")
    again = as_token(counter, make(counter, "p04", machine={"name": "Cassa 7"}), "again")
    made = counter.buy("giulia")

    me = [counter.ask(one, "GET", "/v1/me").get_json() for one in (till, again)]
    foreign = counter.ask("p03", "GET", f"/v1/authorizations/{made['id']}")

    assert me[0]["id"] == me[1]["id"]
    assert (me[0]["kind"], me[0]["name"], me[0]["role"]) == ("machine", "Cassa 7", "provider")
    assert counter.ask(till, "GET", f"/v1/authorizations/{made['id']}").status_code == 200
    assert foreign.status_code == 404


def test_who_sees_and_ends_which_token(counter: Counter) -> None:
    till = make(counter, "p04", machine={"name": "Cassa 8"}).get_json()["id"]
    office = make(counter, "hr", machine={"name": "Office"}).get_json()["id"]
    own = make(counter, "giulia").get_json()["id"]
    every = {"p04": {till}, "p03": set(), "hr": {office}, "payroll": set(), "giulia": {own}, "mario": set()}

    for who, expected in every.items():
        seen = {one["id"] for one in counter.ask(who, "GET", "/v1/tokens?limit=100").get_json()["data"]}
        assert seen & {till, office, own} == expected, who
        for token_id in {till, office, own} - expected:
            refused = counter.ask(who, "DELETE", f"/v1/tokens/{token_id}")
            assert (refused.status_code, refused.get_json()["code"]) == (404, "token_not_found")
    assert {till, office} <= {
        one["id"] for one in counter.ask("operator", "GET", "/v1/tokens?limit=100").get_json()["data"]
    }
    assert counter.ask("p04", "DELETE", f"/v1/tokens/{till}").status_code == 204


def test_a_token_ends_when_it_is_revoked_when_its_time_is_over_and_with_its_role(door: Door) -> None:
    counter = door.counter
    revoked = as_token(counter, make(counter, "giulia"), "revoked")
    short = as_token(counter, make(counter, "giulia", lifetime_days=1), "short")
    assert counter.ask(revoked, "GET", "/v1/me").status_code == 200

    listed = counter.ask("giulia", "GET", "/v1/tokens?limit=100").get_json()["data"]
    token_id = next(
        row.token_id
        for row in door.rows("select token_id from token where label = 'Program' order by token_id desc limit 2")[::-1]
    )
    counter.ask("giulia", "DELETE", f"/v1/tokens/{token_id}")

    assert token_id in [one["id"] for one in listed]
    assert counter.ask(revoked, "GET", "/v1/me").status_code == 401
    assert counter.ask(short, "GET", "/v1/me").status_code == 200
    with clock.at(NOON + timedelta(days=1, seconds=1)):
        assert counter.ask(short, "GET", "/v1/me").status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {"label": ""},
        {"lifetime_days": 0},
        {"lifetime_days": 367},
        {"scopes": []},
        {"scopes": ["everything:do"]},
        {"machine": {}},
        {"unknown": 1},
    ],
)
def test_what_cannot_be_read_is_refused(counter: Counter, body: dict[str, Any]) -> None:
    assert make(counter, "hr", **body).status_code == 422


def test_the_use_of_a_token_is_kept_to_the_minute(counter: Counter) -> None:
    program = as_token(counter, make(counter, "giulia"), "seen")
    token_id = counter.ask("giulia", "GET", "/v1/tokens?limit=1").get_json()["data"][0]["id"]

    for seconds in (0, 30, 90):
        with clock.at(NOON + timedelta(seconds=seconds)):
            counter.ask(program, "GET", "/v1/me")
    listed = counter.ask("giulia", "GET", "/v1/tokens?limit=100").get_json()["data"]

    used = next(one["last_used_at"] for one in listed if one["id"] == token_id)
    assert used.startswith("2026-03-02T11:01:30")


def test_no_sight_but_the_door_shows_a_token(counter: Counter) -> None:
    import sqlalchemy as sa

    for sight in fences.Sight:
        with fences.inside(fences.Fence(sight, counter.books["E1"], counter.people["giulia"], "P04", "mbr_x")):
            shown = database.transact(lambda session: session.scalars(sa.text("select hash from token")).all())
        assert bool(shown) == (sight is fences.Sight.DOOR), sight
