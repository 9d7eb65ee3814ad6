"""Where a service at home is to come, over HTTP: told by its person, read by its provider while it is open."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.counter import Counter
from tests.api.v1.purchasing import refilled  # noqa: F401 - used by its name alone

PLACE = {"comune": "019035", "street": "via Verdi 15", "ask_for": "Ada Neri", "phone": "0373 256781"}


def place_of(made: Any) -> str:
    return f"/v1/authorizations/{made['id']}/place"


def test_it_is_told_changed_and_read_while_the_order_is_open(counter: Counter) -> None:
    made = counter.buy(service="PUL-CR", channel="DIRECT")
    path = place_of(made)
    assert counter.ask("giulia", "GET", path).get_json() == {"authorization_id": made["id"], "place": None}

    told = counter.ask("giulia", "PUT", path, PLACE)
    changed = counter.ask("marta", "PUT", path, PLACE | {"note": "scala B"})

    assert (told.status_code, changed.status_code) == (200, 200)
    assert told.get_json()["place"] | PLACE | {"comune_name": "Crema", "note": ""} == told.get_json()["place"]
    for who in ("giulia", "marta", "p03"):
        assert counter.ask(who, "GET", path).get_json()["place"]["note"] == "scala B"
    counter.ask("p03", "POST", f"/v1/authorizations/{made['id']}/captures", {})
    assert counter.ask("p03", "GET", path).get_json()["place"] is None
    assert counter.ask("giulia", "GET", path).get_json()["place"]["street"] == "via Verdi 15"
    assert counter.ask("giulia", "PUT", path, PLACE).get_json()["code"] == "authorization_not_open"


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"comune": "015146"}, 409, "comune_out_of_territory"),
        ({"comune": "000000"}, 404, "comune_not_found"),
        ({"phone": "chiamare"}, 422, "delivery_place_unclear"),
        ({"street": " "}, 422, "delivery_place_unclear"),
        ({"street": ""}, 422, "fields_invalid"),
        ({"note": "x" * 201}, 422, "fields_invalid"),
        ({"health": "x"}, 422, "fields_invalid"),
    ],
)
def test_what_nobody_could_find_is_refused(counter: Counter, wrong: dict[str, str], status: int, code: str) -> None:
    answer = counter.ask("giulia", "PUT", place_of(counter.buy(service="PUL-CR")), PLACE | wrong)

    assert (answer.status_code, answer.get_json()["code"]) == (status, code)


def test_what_comes_to_nobodys_home_has_no_place(counter: Counter) -> None:
    answer = counter.ask("giulia", "PUT", place_of(counter.buy()), PLACE)

    assert (answer.status_code, answer.get_json()["code"]) == (409, "service_not_at_home")


@pytest.mark.parametrize(("who", "status"), [("mario", 404), ("p04", 404), ("hr", 403), ("operator", 403)])
def test_nobody_else_reads_it(counter: Counter, who: str, status: int) -> None:
    made = counter.buy(service="PUL-CR")
    counter.ask("giulia", "PUT", place_of(made), PLACE)

    assert counter.ask(who, "GET", place_of(made)).status_code == status
