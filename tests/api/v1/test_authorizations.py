"""Purchases over HTTP: decided, captured, voided and refunded by whoever may, and nobody else."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from config import database
from plans.words import Fact
from tests import factories
from tests.api.counter import Counter
from tests.api.v1.purchasing import refilled  # noqa: F401 - used by its name alone


def test_a_purchase_is_authorized_with_its_place(counter: Counter) -> None:
    answer = counter.ask("giulia", "POST", "/v1/authorizations", {"service": "PSI-CR", "quantity": 1})

    made = answer.get_json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/v1/authorizations/{made['id']}"
    assert (made["status"], made["amount_minor"]) == ("authorized", 5_500)
    assert made["employee_id"] == counter.people["giulia"]
    assert made["code"]
    assert counter.ask("giulia", "GET", answer.headers["Location"]).get_json() == made


def test_a_decline_is_created_and_says_why_in_both_languages(counter: Counter) -> None:
    body = {"service": "PSI-CR", "quantity": 10_000}

    italian = counter.ask("mario", "POST", "/v1/authorizations", body, Accept_Language="it")
    english = counter.ask("mario", "POST", "/v1/authorizations", body, Accept_Language="en")

    assert italian.status_code == english.status_code == 201
    assert italian.get_json()["status"] == "declined"
    assert italian.get_json()["decline"]["code"] == english.get_json()["decline"]["code"] == "insufficient_funds"
    assert italian.get_json()["decline"]["hint"] != english.get_json()["decline"]["hint"]


def test_what_would_be_answered_is_told_and_nothing_written(counter: Counter) -> None:
    told = counter.ask("giulia", "POST", "/v1/authorizations/simulate", {"service": "PSI-CR", "quantity": 1}, key=False)

    decision = told.get_json()["decision"]
    assert told.status_code == 200
    assert (decision["status"], decision["amount_minor"], decision["outcome"]) == ("authorized", 5_500, "EXEMPT")
    assert [lot["amount_minor"] for lot in decision["lots"]] == [5_500]
    assert not {"id", "code"} & decision.keys()
    fringe = next(gauge for gauge in told.get_json()["gauges"] if gauge["category"] == "FRINGE")
    assert (fringe["limit_minor"], fringe["external_minor"], fringe["external_known"]) == (100_000, None, False)
    assert fringe["one_more"] == {"crosses": False, "newly_taxable_minor": 0}


def test_a_provider_captures_what_is_its_own_and_finds_nothing_else(counter: Counter) -> None:
    made = counter.buy()
    path = f"/v1/authorizations/{made['id']}/captures"

    foreign = counter.ask("p03", "POST", path, {})
    own = counter.ask("p04", "POST", path, {}, key="reso")
    again = counter.ask("p04", "POST", path, {}, key="reso")

    assert (foreign.status_code, foreign.get_json()["code"]) == (404, "authorization_not_found")
    assert (own.status_code, own.get_json()["amount_minor"]) == (201, 5_500)
    assert own.get_json()["authorization"]["captured_minor"] == 5_500
    assert again.headers["Idempotency-Replayed"] == "true"


def test_a_capture_of_more_than_is_reserved_is_refused_with_its_code(counter: Counter) -> None:
    made = counter.buy(channel="DIRECT")

    answer = counter.ask("p04", "POST", f"/v1/authorizations/{made['id']}/captures", {"amount": {"minor": 5_501}})

    assert (answer.status_code, answer.get_json()["code"]) == (409, "capture_exceeds_authorization")


def test_a_purchase_is_voided_by_its_person_and_a_colleague_finds_none(counter: Counter) -> None:
    made = counter.buy()
    path = f"/v1/authorizations/{made['id']}/voids"

    colleague = counter.ask("mario", "POST", path, {})
    stranger = counter.ask("anna", "POST", path, {})
    own = counter.ask("giulia", "POST", path, {})

    assert [colleague.status_code, stranger.status_code] == [404, 404]
    assert own.get_json()["authorization"]["status"] == "voided"


@pytest.mark.parametrize("reason", ["provider_suspended", "provider_refused"])
def test_nobody_says_in_a_providers_place_why_a_purchase_ended(counter: Counter, reason: str) -> None:
    path = f"/v1/authorizations/{counter.buy()['id']}/voids"

    answer = counter.ask("giulia", "POST", path, {"reason": reason})

    assert (answer.status_code, answer.get_json()["errors"][0]["pointer"]) == (422, "#/reason")
    assert counter.ask("giulia", "POST", path, {"reason": "changed_mind"}).status_code == 201


def test_a_welfare_manager_refunds_in_any_book_and_acts_for_anybody(counter: Counter) -> None:
    body = {"service": "PSI-CR", "quantity": 1, "employee_id": counter.people["anna"]}
    made = counter.ask("marta", "POST", "/v1/authorizations", body).get_json()
    counter.ask("p04", "POST", f"/v1/authorizations/{made['id']}/captures", {})

    refund = {"amount": {"minor": 5_500}, "reason": "non reso"}
    answer = counter.ask("marta", "POST", f"/v1/authorizations/{made['id']}/refunds", refund)

    assert answer.get_json()["authorization"]["status"] == "refunded"


def test_nobody_buys_for_a_colleague(counter: Counter) -> None:
    body = {"service": "PSI-CR", "quantity": 1, "employee_id": counter.people["mario"]}

    answer = counter.ask("giulia", "POST", "/v1/authorizations", body)

    assert (answer.status_code, answer.get_json()["code"]) == (404, "employee_not_found")


@pytest.mark.parametrize(
    ("who", "method", "path", "status"),
    [
        (None, "POST", "/v1/authorizations", 401),
        ("hr", "POST", "/v1/authorizations", 403),
        ("hr", "GET", "/v1/authorizations/aut_x", 403),
        ("p04", "POST", "/v1/authorizations", 403),
        ("giulia", "POST", "/v1/authorizations/aut_x/captures", 403),
        ("giulia", "POST", "/v1/authorizations/aut_x/refunds", 403),
        ("giulia", "GET", "/v1/authorizations/aut_x", 404),
        ("giulia", "GET", "/v1/nothing", 404),
        ("giulia", "DELETE", "/v1/authorizations", 405),
        (None, "GET", "/v1/authorizations", 401),
        ("hr", "GET", "/v1/authorizations", 403),
        ("payroll", "POST", "/v1/authorizations/aut_x/refunds", 403),
        ("operator", "POST", "/v1/authorizations", 403),
        ("operator", "POST", "/v1/authorizations/aut_x/captures", 403),
        ("operator", "POST", "/v1/authorizations/aut_x/voids", 403),
        ("operator", "POST", "/v1/authorizations/aut_x/refunds", 404),
        ("p04", "POST", "/v1/authorizations/simulate", 403),
        ("p04", "POST", "/v1/authorizations/aut_x/voids", 403),
        ("p04", "POST", "/v1/authorizations/aut_x/refunds", 403),
        ("marta", "POST", "/v1/authorizations/aut_x/voids", 404),
    ],
)
def test_what_is_not_allowed_is_a_problem_with_its_status(
    counter: Counter, who: str | None, method: str, path: str, status: int
) -> None:
    body = None
    if method == "POST":
        done = path.rsplit("/", 1)[-1]
        body = {"captures": {}, "voids": {}, "refunds": {"reason": "x"}}.get(done, {"service": "PSI-CR", "quantity": 1})
    answer = counter.ask(who, method, path, body)

    problem = answer.get_json()
    assert answer.status_code == problem["status"] == status
    assert answer.mimetype == "application/problem+json"
    assert problem["instance"] == path
    assert problem["request_id"] == answer.headers["Request-Id"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"quantity": 1}, "#/service"),
        ({"service": "PSI-CR", "quantity": 1.5}, "#/quantity"),
        ({"service": "PSI-CR", "quantity": "1"}, "#/quantity"),
        ({"service": "PSI-CR", "quantity": True}, "#/quantity"),
        ({"service": "PSI-CR", "quantity": 2**63}, "#/quantity"),
        ({"service": "PSI-CR", "amount": {"minor": 1, "currency": "USD"}}, "#/amount/currency"),
        ({"service": "PSI-CR", "amount": {"minor": 0}}, "#/amount/minor"),
        ({"service": "PSI\x00CR", "quantity": 1}, "#/service"),
        ({"service": "\ud800", "quantity": 1}, "#/service"),
        ({"service": "PSI-CR", "quantity": 1, "~a/b": 1}, "#/~0a~1b"),
        ({"service": "PSI-CR", "quantity": 1, "service_on": "2/3/2026"}, "#/service_on"),
        ({"service": "PSI-CR", "quantity": 1, "channel": "CASH"}, "#/channel"),
        ({"service": "PSI-CR", "quantity": 1, "consent": "yes"}, "#/consent"),
    ],
)
def test_a_field_that_is_wrong_is_named(counter: Counter, body: dict[str, object], pointer: str) -> None:
    answer = counter.ask("giulia", "POST", "/v1/authorizations", body)

    assert (answer.status_code, answer.get_json()["code"]) == (422, "fields_invalid")
    assert pointer in [each["pointer"] for each in answer.get_json()["errors"]]


NOT_FOR_PROVIDERS = {
    "employee_id",
    "relative_id",
    "on_behalf",
    "category",
    "outcome",
    "exempt_minor",
    "taxable_minor",
    "reasons",
    "warnings",
    "rule_ids",
    "sentence",
    "lots",
    "decline",
    "code",
}


def test_a_provider_learns_neither_who_bought_nor_how_it_is_taxed_nor_the_code(counter: Counter) -> None:
    made = counter.buy(channel="DIRECT")
    path = f"/v1/authorizations/{made['id']}"

    told = counter.ask("p04", "GET", path)
    captured = counter.ask("p04", "POST", f"{path}/captures", {"amount": {"minor": 1_000}})
    listed = counter.ask("p04", "GET", "/v1/authorizations?limit=1")

    assert made.keys() >= NOT_FOR_PROVIDERS
    for shown in (told.get_json(), captured.get_json()["authorization"], *listed.get_json()["data"]):
        assert not NOT_FOR_PROVIDERS & shown.keys()
        assert (shown["service"], shown["amount_minor"]) == ("PSI-CR", 5_500)
    for answer in (told, captured, listed):
        assert counter.people["giulia"] not in answer.text
        assert made["code"] not in answer.text
        assert "Giulia" not in answer.text


def test_a_provider_never_learns_of_what_was_declined(counter: Counter) -> None:
    made = counter.ask("mario", "POST", "/v1/authorizations", {"service": "PSI-CR", "quantity": 10_000}).get_json()
    path = f"/v1/authorizations/{made['id']}"

    answers = [counter.ask("p04", "GET", path), counter.ask("p04", "POST", f"{path}/captures", {})]
    listed = counter.ask("p04", "GET", "/v1/authorizations?status=declined").get_json()
    own = counter.ask("mario", "GET", "/v1/authorizations?status=declined&limit=1").get_json()

    assert [answer.get_json()["code"] for answer in answers] == ["authorization_not_found"] * 2
    assert listed["data"] == []
    assert [each["id"] for each in own["data"]] == [made["id"]]


def test_a_decline_says_the_figures_behind_it(counter: Counter) -> None:
    answer = counter.ask("mario", "POST", "/v1/authorizations", {"service": "PSI-CR", "quantity": 10_000})
    available = counter.ask("mario", "GET", "/v1/wallets/mine").get_json()["available_minor"]

    made = answer.get_json()
    assert made["decline"]["limits"] == {
        "available_minor": available,
        "limit_minor": None,
        "year_used_minor": None,
        "external_minor": None,
        "left_minor": None,
    }
    assert (made["lots"], made["code"], made["expires_at"]) == ([], None, None)


def test_a_limit_that_is_passed_is_told_with_what_counts_against_it(counter: Counter) -> None:
    def work(session: Session) -> str:
        book_id = counter.books["E1"]
        employee_id = factories.employee(session, book_id)
        factories.grant(session, book_id, "A", employee_id, 10_000)
        declared = {"year": 2026, "amount": factories.euro(99_000)}
        factories.declare(session, book_id, employee_id, Fact.EXTERNAL_FRINGE, **declared)
        return employee_id

    body = {"service": "BUO-RH", "amount": {"minor": 2_500}, "employee_id": database.transact(work)}

    made = counter.ask("marta", "POST", "/v1/authorizations", body, Accept_Language="it").get_json()

    assert (made["status"], made["decline"]["code"]) == ("declined", "fringe_limit_exceeded")
    assert made["decline"]["limits"] == {
        "available_minor": 10_000,
        "limit_minor": 100_000,
        "year_used_minor": 0,
        "external_minor": 99_000,
        "left_minor": 0,
    }


def test_a_list_is_of_ones_own_and_narrowed_by_its_filters(counter: Counter) -> None:
    made = [counter.buy("anna"), counter.buy("anna", channel="DIRECT")]
    giulias = counter.buy("giulia")
    counter.ask("anna", "POST", f"/v1/authorizations/{made[0]['id']}/voids", {})

    def ids(who: str, query: str = "") -> list[str]:
        answer = counter.ask(who, "GET", f"/v1/authorizations?limit=100{query}")
        assert answer.status_code == 200
        return [each["id"] for each in answer.get_json()["data"]]

    newest_first = [made[1]["id"], made[0]["id"]]
    assert ids("anna")[:2] == newest_first
    assert ids("marta", f"&employee_id={counter.people['anna']}")[:2] == newest_first
    assert made[0]["id"] in ids("anna", "&status=voided")
    assert made[1]["id"] not in ids("anna", "&status=voided")
    assert ids("anna", "&since=2026-03-02&until=2026-03-02")[:2] == newest_first
    assert ids("anna", "&since=2026-03-03") == ids("anna", "&until=2026-03-01") == ids("anna", "&service=DOP-CR") == []
    assert not {each["id"] for each in (*made, giulias)} & set(ids("p03"))
    shown = counter.ask("anna", "GET", "/v1/authorizations?limit=100").get_json()["data"]
    assert {each["employee_id"] for each in shown} == {counter.people["anna"]}


def test_a_list_is_walked_by_the_last_one_seen(counter: Counter) -> None:
    made = [counter.buy("anna")["id"] for _ in range(3)][::-1]

    first = counter.ask("anna", "GET", "/v1/authorizations?limit=2").get_json()
    rest = counter.ask("anna", "GET", f"/v1/authorizations?limit=1&starting_after={made[1]}").get_json()
    foreign = counter.ask("giulia", "GET", f"/v1/authorizations?starting_after={made[1]}")

    assert ([each["id"] for each in first["data"]], first["has_more"]) == (made[:2], True)
    assert [each["id"] for each in rest["data"]] == made[2:]
    assert (foreign.status_code, foreign.get_json()["code"]) == (422, "cursor_unknown")


@pytest.mark.parametrize("who", ["giulia", "p04", "marta"])
def test_a_list_of_somebody_who_is_not_ones_own_finds_nobody(counter: Counter, who: str) -> None:
    asked = counter.people["mario"] if who != "marta" else "emp_x"
    answer = counter.ask(who, "GET", f"/v1/authorizations?employee_id={asked}")

    assert (answer.status_code, answer.get_json()["code"]) == (404, "employee_not_found")


@pytest.mark.parametrize(
    "query", ["status=gone", "since=1/3/2026", "until=", "limit=0", "service=%00", "employee=x", "starting_after=aut_x"]
)
def test_a_filter_that_is_wrong_is_refused(counter: Counter, query: str) -> None:
    assert counter.ask("giulia", "GET", f"/v1/authorizations?{query}").status_code == 422


def test_what_somebody_of_the_network_asked_for_says_so(counter: Counter) -> None:
    body = {"service": "PSI-CR", "quantity": 1, "employee_id": counter.people["giulia"]}

    made = counter.ask("marta", "POST", "/v1/authorizations", body).get_json()
    missing = counter.ask("marta", "POST", "/v1/authorizations", {"service": "PSI-CR", "quantity": 1})
    nobody = counter.ask("marta", "POST", "/v1/authorizations", body | {"employee_id": "emp_x"})

    assert made["on_behalf"] is counter.ask("giulia", "GET", f"/v1/authorizations/{made['id']}").get_json()["on_behalf"]
    assert (made["on_behalf"], counter.buy("giulia")["on_behalf"]) == (True, False)
    assert [each["pointer"] for each in missing.get_json()["errors"]] == ["#/employee_id"]
    assert (nobody.status_code, nobody.get_json()["code"]) == (404, "employee_not_found")


def test_states_are_those_of_the_glossary(counter: Counter) -> None:
    def state(answer: TestResponse) -> str:
        return str(answer.get_json()["authorization"]["status"])

    path = f"/v1/authorizations/{counter.buy(channel='DIRECT')['id']}"
    part, refund = {"amount": {"minor": 1_000}}, {"reason": "x", "amount": {"minor": 500}}
    assert state(counter.ask("p04", "POST", f"{path}/captures", part)) == "partially_captured"
    assert state(counter.ask("p04", "POST", f"{path}/captures", part | {"final": True})) == "captured"
    assert state(counter.ask("marta", "POST", f"{path}/refunds", refund)) == "partially_refunded"
    assert state(counter.ask("operator", "POST", f"{path}/refunds", {"reason": "x"})) == "refunded"
    nothing = counter.ask("marta", "POST", f"{path}/refunds", {"reason": "x"})
    assert (nothing.status_code, nothing.get_json()["code"]) == (409, "nothing_to_refund")


def test_what_expired_is_captured_no_more(counter: Counter) -> None:
    path = f"/v1/authorizations/{counter.buy()['id']}/captures"
    later = "update \"authorization\" set expires_at = ledger_now() - interval '1 hour' where authorization_id = :id"
    hold = (
        "update hold set expires_at = ledger_now() - interval '1 hour' where hold_id ="
        ' (select hold_id from "authorization" where authorization_id = :id)'
    )
    for statement in (later, hold):
        database.transact(lambda session, s=statement: session.execute(sa.text(s), {"id": path.split("/")[3]}))  # type: ignore[misc]

    answer = counter.ask("p04", "POST", path, {})

    assert (answer.status_code, answer.get_json()["code"]) == (409, "hold_expired")


@pytest.mark.parametrize(
    ("verb", "who", "body", "status", "code"),
    [
        ("captures", "p04", {"amount": {"minor": 1}}, 409, "partial_capture_not_allowed"),
        ("captures", "p04", {"delivered_on": "2026-03-01"}, 409, "capture_before_authorization"),
        ("captures", "p04", {"delivered_on": "2026-03-03"}, 409, "occurred_in_future"),
        ("captures", "p04", {"delivered_on": "0001-01-01"}, 422, "fields_invalid"),
        ("captures", "p04", {"final": "yes"}, 422, "fields_invalid"),
        ("captures", "p04", {"amount": 10}, 422, "fields_invalid"),
        ("voids", "giulia", {"reason": "because"}, 422, "fields_invalid"),
        ("voids", "giulia", [], 422, "fields_invalid"),
        ("refunds", "marta", {}, 422, "fields_invalid"),
        ("refunds", "marta", {"reason": "x", "amount": {"minor": -1}}, 422, "fields_invalid"),
        ("refunds", "marta", {"reason": "x", "capture_id": 1}, 409, "capture_not_of_authorization"),
        ("refunds", "marta", {"reason": "x"}, 409, "nothing_to_refund"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(
    counter: Counter, verb: str, who: str, body: object, status: int, code: str
) -> None:
    path = f"/v1/authorizations/{counter.buy()['id']}"
    before = counter.ask("giulia", "GET", path).data

    answer = counter.ask(who, "POST", f"{path}/{verb}", body)

    assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    assert counter.ask("giulia", "GET", path).data == before
