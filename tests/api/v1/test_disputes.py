"""Disputes over HTTP: opened by the person, answered by the provider, settled by the office; each sees their side."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from config import database
from tests import factories
from tests.api.counter import Counter

PATH = "/v1/disputes"


@pytest.fixture(autouse=True)
def credit(counter: Counter) -> None:
    """Whoever buys has enough for a test of theirs."""
    for name, book in (("giulia", "E1"), ("anna", "E2")):
        person, book_id = counter.people[name], counter.books[book]
        database.transact(lambda session, who=person, book=book_id: factories.grant(session, book, "A", who, 30_000))


def delivered(counter: Counter, who: str = "giulia", **more: Any) -> str:
    """A purchase that P04 captured."""
    made = counter.buy(who, **({"channel": "DIRECT"} | more))
    counter.ask("p04", "POST", f"/v1/authorizations/{made['id']}/captures", {})
    return str(made["id"])


def dispute(counter: Counter, authorization_id: str, who: str = "giulia", **more: Any) -> TestResponse:
    body = {"authorization_id": authorization_id, "reason": "NOT_DELIVERED", "note": "non è venuta Maria"}
    key = more.pop("key", True)
    return counter.ask(who, "POST", PATH, body | more, key=key)


def act(counter: Counter, found: dict[str, Any], verb: str, who: str, **body: Any) -> TestResponse:
    return counter.ask(who, "POST", f"{PATH}/{found['id']}/{verb}", {"note": "sentite le parti"} | body)


def test_a_person_disputes_what_was_captured(counter: Counter) -> None:
    answer = dispute(counter, delivered(counter))

    made = answer.get_json()
    assert (answer.status_code, answer.headers["Location"]) == (201, f"{PATH}/{made['id']}")
    assert (made["state"], made["reason"]["code"], made["left_minor"]) == ("open", "NOT_DELIVERED", 5_500)
    assert [(each["kind"], each["role"], each["on_behalf"]) for each in made["events"]] == [
        ("opened", "EMPLOYEE", False)
    ]
    assert counter.ask("giulia", "GET", answer.headers["Location"]).get_json() == made


def test_the_same_key_disputes_once(counter: Counter) -> None:
    bought = delivered(counter)

    first, again = (dispute(counter, bought, key="contesto") for _ in range(2))
    other = dispute(counter, bought, key="contesto", reason="POOR_QUALITY")
    anew = dispute(counter, bought)

    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (201, "true")
    assert again.data == first.data
    assert (other.status_code, other.get_json()["code"]) == (422, "key_reused")
    assert (anew.status_code, anew.get_json()["code"]) == (409, "nothing_to_dispute")


def test_the_provider_answers_and_reads_nobodys_notes_but_its_own(counter: Counter) -> None:
    made = dispute(counter, delivered(counter)).get_json()

    answered = act(counter, made, "answers", "p04", note="c'eravamo alle nove")
    settled = act(counter, made, "settlements", "marta", state="dismissed", note="Maria conferma")
    theirs = counter.ask("p04", "GET", f"{PATH}/{made['id']}").get_json()
    hers = counter.ask("giulia", "GET", f"{PATH}/{made['id']}").get_json()

    assert answered.status_code == settled.status_code == 201
    assert [each["kind"] for each in theirs["events"]] == ["opened", "answered", "dismissed"]
    assert [each["note"] for each in theirs["events"]] == ["", "c'eravamo alle nove", ""]
    assert [each["note"] for each in hers["events"]] == ["non è venuta Maria", "c'eravamo alle nove", "Maria conferma"]
    assert counter.people["giulia"] not in str(theirs)
    late = act(counter, made, "answers", "p04")
    assert (late.status_code, late.get_json()["code"]) == (409, "dispute_settled")


def test_upheld_the_money_goes_back_whole_or_in_part(counter: Counter) -> None:
    bought = delivered(counter)
    made = dispute(counter, bought).get_json()

    too_much = act(counter, made, "settlements", "operator", state="upheld", amount={"minor": 5_501})
    part = act(counter, made, "settlements", "operator", state="upheld", amount={"minor": 2_000})

    assert (too_much.status_code, too_much.get_json()["code"]) == (409, "dispute_amount")
    assert (part.get_json()["state"], part.get_json()["left_minor"]) == ("upheld", 3_500)
    assert part.get_json()["events"][-1]["role"] == "OPERATOR"
    assert counter.ask("giulia", "GET", f"/v1/authorizations/{bought}").get_json()["refunded_minor"] == 2_000


def test_a_welfare_manager_disputes_for_somebody(counter: Counter) -> None:
    made = dispute(counter, delivered(counter, "anna"), "marta").get_json()

    seen = counter.ask("anna", "GET", f"{PATH}/{made['id']}").get_json()

    assert [(each["role"], each["on_behalf"]) for each in seen["events"]] == [("WELFARE_MANAGER", True)]


def test_each_lists_their_own(counter: Counter) -> None:
    hers, annas = (dispute(counter, delivered(counter, who), who).get_json()["id"] for who in ("giulia", "anna"))

    def listed(who: str, query: str = "") -> list[str]:
        return [each["id"] for each in counter.ask(who, "GET", f"{PATH}?limit=100{query}").get_json()["data"]]

    assert hers in listed("giulia")
    assert annas not in listed("giulia")
    assert listed("marta")[:2] == listed("p04")[:2] == [annas, hers]
    assert listed("p03") == []
    assert hers in listed("operator", "&state=open")
    assert hers not in listed("operator", "&state=upheld")


@pytest.mark.parametrize("who", ["mario", "anna", "p03"])
def test_nobody_else_finds_it(counter: Counter, who: str) -> None:
    bought = delivered(counter)
    made = dispute(counter, bought).get_json()

    assert counter.ask(who, "GET", f"{PATH}/{made['id']}").status_code == 404
    if who != "p03":
        assert dispute(counter, bought, who).status_code == 404


@pytest.mark.parametrize(
    ("who", "verb", "status"),
    [
        (None, "", 401),
        ("hr", "", 403),
        ("payroll", "", 403),
        ("p04", "", 403),
        ("giulia", "/dis_x/answers", 403),
        ("giulia", "/dis_x/settlements", 403),
        ("p04", "/dis_x/settlements", 403),
        ("p04", "/dis_x/answers", 404),
        ("marta", "/dis_x/settlements", 404),
    ],
)
def test_who_may_not_is_told_so(counter: Counter, who: str | None, verb: str, status: int) -> None:
    body: dict[str, Any] = {"": {}, "answers": {"note": "x"}, "settlements": {"note": "x", "state": "upheld"}}[
        verb.rpartition("/")[2]
    ]

    assert counter.ask(who, "POST", PATH + verb, body).status_code == status


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"state": "open"}, "#/state"),
        ({"state": "dismissed", "amount": {"minor": 1}}, "#/amount"),
        ({"state": "upheld", "note": ""}, "#/note"),
        ({"state": "upheld", "name": "x"}, "#/name"),
    ],
)
def test_a_field_that_is_wrong_is_named(counter: Counter, body: dict[str, Any], pointer: str) -> None:
    answer = act(counter, {"id": "dis_x"}, "settlements", "marta", **body)

    assert answer.status_code == 422
    assert pointer in [each["pointer"] for each in answer.get_json()["errors"]]
