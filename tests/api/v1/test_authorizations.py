"""Purchases over HTTP: decided, captured, voided and refunded by whoever may, and nobody else."""

from __future__ import annotations

import pytest

from tests.api.counter import Counter


def test_a_purchase_is_authorized_with_its_place(counter: Counter) -> None:
    answer = counter.ask("giulia", "POST", "/v1/authorizations", {"service": "PSI-CR", "quantity": 1})

    made = answer.get_json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/v1/authorizations/{made['id']}"
    assert (made["status"], made["amount_minor"]) == ("authorized", 5_500)
    assert made["employee_id"] == counter.people["giulia"]
    assert made["code"]
    assert counter.ask("giulia", "GET", answer.headers["Location"]).get_json() == made


def test_the_same_key_gives_the_first_answer_again(counter: Counter) -> None:
    body = {"service": "PSI-CR", "quantity": 1}

    first = counter.ask("giulia", "POST", "/v1/authorizations", body, key="conferma")
    again = counter.ask("giulia", "POST", "/v1/authorizations", body, key='"conferma"')
    other = counter.ask("giulia", "POST", "/v1/authorizations", body | {"quantity": 2}, key="conferma")

    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.get_json()["id"] == first.get_json()["id"]
    assert (other.status_code, other.get_json()["code"]) == (422, "key_reused")


def test_without_a_key_or_with_a_bad_one_nothing_is_done(counter: Counter) -> None:
    body = {"service": "PSI-CR", "quantity": 1}

    missing = counter.ask("giulia", "POST", "/v1/authorizations", body, key=False)
    bad = [counter.ask("giulia", "POST", "/v1/authorizations", body, key=key) for key in ("x" * 256, '""', "  ")]

    assert (missing.status_code, missing.get_json()["code"]) == (400, "key_required")
    assert [(answer.status_code, answer.get_json()["code"]) for answer in bad] == [(400, "key_malformed")] * 3


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

    assert told.status_code == 200
    assert (told.get_json()["id"], told.get_json()["code"], told.get_json()["status"]) == ("", None, "authorized")


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
    ],
)
def test_what_is_not_allowed_is_a_problem_with_its_status(
    counter: Counter, who: str | None, method: str, path: str, status: int
) -> None:
    answer = counter.ask(who, method, path, {"service": "PSI-CR", "quantity": 1} if method == "POST" else None)

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
