"""Requests over HTTP: asked by the person, answered by a welfare manager, seen by nobody else."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from config import database, fences
from config.fences import Fence, Sight
from tests.api.counter import Counter

PATH = "/v1/requests"
TEXT = "Chi può stare con mia madre Zelinda il mattino?"


def ask(counter: Counter, who: str = "giulia", *, key: str | bool = True, **body: Any) -> TestResponse:
    return counter.ask(who, "POST", PATH, {"text": TEXT} | body, key=key)


def answer(counter: Counter, request: str, who: str = "marta", **body: Any) -> TestResponse:
    return counter.ask(who, "POST", f"{PATH}/{request}/answers", {"text": "Il centro diurno"} | body)


def close(counter: Counter, request: str, who: str = "marta", **body: Any) -> TestResponse:
    return counter.ask(who, "POST", f"{PATH}/{request}/closures", {"outcome": "oriented"} | body)


def test_a_person_asks_and_reads_what_is_answered(counter: Counter) -> None:
    made = ask(counter, service="CON-CR")
    request = made.get_json()
    answered = answer(counter, request["id"], services=["PSI-CR"])
    closed = close(counter, request["id"]).get_json()

    assert (made.status_code, made.headers["Location"]) == (201, f"{PATH}/{request['id']}")
    assert (request["state"], request["territory"], request["service"]) == ("open", "cremona", "CON-CR")
    assert answered.status_code == 201, answered.text
    assert counter.ask("giulia", "GET", made.headers["Location"]).get_json() == closed
    assert (closed["state"], closed["outcome"]["code"]) == ("closed", "oriented")
    assert [(one["kind"], one["role"], one["text"], one["services"]) for one in closed["events"]] == [
        ("asked", "EMPLOYEE", TEXT, []),
        ("answered", "WELFARE_MANAGER", "Il centro diurno", ["PSI-CR"]),
        ("closed", "WELFARE_MANAGER", "", []),
    ]


def test_what_is_closed_is_neither_answered_nor_closed_again(counter: Counter) -> None:
    request = ask(counter).get_json()["id"]
    withdrawn = counter.ask("giulia", "POST", f"{PATH}/{request}/withdrawals", {})

    assert (withdrawn.status_code, withdrawn.get_json()["outcome"]["code"]) == (201, "withdrawn")
    for refused in (answer(counter, request), close(counter, request)):
        assert (refused.status_code, refused.get_json()["code"]) == (409, "request_closed")


def test_the_same_key_asks_once(counter: Counter) -> None:
    first, again = (ask(counter, key="orientamento") for _ in range(2))
    other = ask(counter, key="orientamento", text="Altro")

    assert again.data == first.data
    assert (other.status_code, other.get_json()["code"]) == (422, "key_reused")


def test_a_welfare_manager_lists_what_waits_in_a_territory(counter: Counter) -> None:
    near, far = ask(counter).get_json()["id"], ask(counter, "anna", territory="napoli").get_json()["id"]
    answer(counter, near)

    def listed(query: str, who: str = "marta") -> set[str]:
        found = counter.ask(who, "GET", f"{PATH}?limit=100&{query}").get_json()["data"]
        return {one["id"] for one in found}

    assert far in listed("state=open&territory=napoli")
    assert near in listed("state=answered&territory=cremona")
    assert not {near, far} & listed("state=open&territory=cremona")
    assert near in listed("", "giulia")
    assert far not in listed("", "giulia")


def test_a_welfare_manager_asks_for_somebody_and_says_so(counter: Counter) -> None:
    refused = ask(counter, "marta")
    made = ask(counter, "marta", employee_id=counter.people["giulia"]).get_json()

    assert (refused.status_code, refused.get_json()["errors"][0]["pointer"]) == (422, "#/employee_id")
    assert (made["events"][0]["role"], made["events"][0]["on_behalf"]) == ("WELFARE_MANAGER", True)
    assert counter.ask("giulia", "GET", f"{PATH}/{made['id']}").status_code == 200


@pytest.mark.parametrize("who", ["hr", "payroll", "accountant", "comune", "p04", "operator"])
def test_nobody_else_reads_or_answers(counter: Counter, who: str) -> None:
    request = ask(counter).get_json()["id"]

    for refused in (
        counter.ask(who, "GET", PATH),
        counter.ask(who, "GET", f"{PATH}/{request}"),
        answer(counter, request, who),
    ):
        assert (refused.status_code, refused.get_json()["code"]) == (403, "not_allowed")


def test_another_persons_request_is_not_there(counter: Counter) -> None:
    request = ask(counter).get_json()["id"]

    for who in ("mario", "anna"):
        assert counter.ask(who, "GET", f"{PATH}/{request}").status_code == 404
        assert counter.ask(who, "POST", f"{PATH}/{request}/withdrawals", {}).status_code == 404
    assert ask(counter, employee_id=counter.people["mario"]).status_code == 404


def test_the_funder_reads_nothing_of_it_in_the_trail_or_in_any_list(counter: Counter) -> None:
    request = ask(counter).get_json()["id"]
    answer(counter, request)

    trail = counter.ask("hr", "GET", "/v1/audit?limit=100").get_json()["data"]
    own = counter.ask("giulia", "GET", "/v1/audit?limit=100").get_json()["data"]

    assert not [one for one in trail if request in str(one)]
    assert {one["action"] for one in own if request in str(one)} == {"requests:create", "requests:answer"}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"text": ""}, 422, "fields_invalid"),
        ({"text": "   "}, 422, "request_text_missing"),
        ({"text": "x" * 2_001}, 422, "fields_invalid"),
        ({"service": "NOBODY"}, 404, "service_not_found"),
        ({"territory": "atlantide"}, 404, "territory_not_found"),
        ({"urgent": True}, 422, "fields_invalid"),
    ],
)
def test_what_cannot_be_asked_is_refused(counter: Counter, body: dict[str, Any], status: int, code: str) -> None:
    refused = ask(counter, **body)

    assert (refused.status_code, refused.get_json()["code"]) == (status, code)


def test_the_database_shows_the_words_to_their_person_and_to_the_network_alone(counter: Counter) -> None:
    answer(counter, ask(counter).get_json()["id"])
    book_id = counter.books["E1"]
    seeing = {
        Fence(Sight.EMPLOYEE, book_id, counter.people["giulia"]): True,
        Fence(Sight.NETWORK): True,
        Fence(Sight.EMPLOYEE, book_id, counter.people["mario"]): False,
        Fence(Sight.FUNDER, book_id): False,
        Fence(Sight.PROVIDER, provider_code="P04"): False,
        Fence(Sight.NOBODY): False,
    }

    for fence, seen in seeing.items():
        for table in ("request", "request_event"):
            with fences.inside(fence):
                rows = database.transact(
                    lambda session, of=table: session.scalar(sa.text(f"select count(*) from {of}"))
                )
            assert bool(rows) is seen, (fence, table)


def test_the_trail_holds_no_word_of_it(counter: Counter) -> None:
    answer(counter, ask(counter).get_json()["id"])

    with database.transaction() as session:
        assert "Zelinda" not in str(session.scalar(sa.text("select string_agg(t::text, '') from audit_event t")))
