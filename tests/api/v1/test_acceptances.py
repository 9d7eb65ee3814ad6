"""Acceptances over HTTP: the provider is asked before a code is given, and knows no name."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import timedelta
from typing import Any

import pytest

from config import clock, database
from network import acceptance
from network.acceptance import Terms
from tests import factories
from tests.api.counter import Counter
from tests.api.v1.conftest import NOON

PATH = "/v1/acceptances"
TERMS = f"{PATH}/terms/P04"


@pytest.fixture(autouse=True)
def asked(counter: Counter) -> Iterator[None]:
    """P04 wants a day to accept; whoever buys has enough for a test of theirs."""
    book_id = counter.books["E1"]
    database.transact(lambda session: acceptance.change(session, Terms("P04", 24)))
    database.transact(lambda session: factories.grant(session, book_id, "A", counter.people["giulia"], 30_000))
    yield
    database.transact(lambda session: acceptance.change(session, Terms("P04")))


def answer(counter: Counter, found: Any, verb: str, who: str = "p04", *, key: str | bool = True, **body: Any) -> Any:
    return counter.ask(who, "POST", f"{PATH}/{found['id']}/{verb}", body, key=key)


def test_a_purchase_waits_without_a_code(counter: Counter) -> None:
    made = counter.buy(channel="VOUCHER")

    told = counter.ask("p04", "GET", f"{PATH}/{made['id']}").get_json()
    pending = counter.ask("p04", "GET", f"{PATH}?state=pending").get_json()["data"]

    assert (made["status"], made["code"]) == ("authorized", None)
    assert made["answer_by"] == told["answer_by"] == made["expires_at"]
    assert "Il fornitore deve prima accettare, entro il 03/03/2026 12:00" in made["sentence"]
    assert (told["state"], told["amount_minor"], told["service"]) == ("pending", 5_500, "PSI-CR")
    assert pending[0] == told
    assert counter.people["giulia"] not in str(told)
    assert counter.ask("giulia", "GET", f"/v1/authorizations/{made['id']}/qr").status_code == 404
    early = counter.ask("p04", "POST", f"/v1/authorizations/{made['id']}/captures", {})
    assert (early.status_code, early.get_json()["code"]) == (409, "acceptance_awaited")


def test_accepted_it_can_be_redeemed(counter: Counter) -> None:
    made = counter.buy(channel="VOUCHER")

    done = answer(counter, made, "acceptances", key="yes")
    again = answer(counter, made, "acceptances", key="yes")

    assert done.status_code == 201, done.text
    assert done.get_json()["state"] == "accepted"
    assert again.headers["Idempotency-Replayed"] == "true"
    code = counter.ask("giulia", "GET", f"/v1/vouchers/{made['id']}").get_json()["code"]
    assert counter.ask("p04", "POST", "/v1/redemptions", {"code": code, "nonce": made["id"]}).status_code == 201


def test_a_repetition_is_answered_as_the_purchase_was_without_its_code(counter: Counter) -> None:
    body = {"service": "PSI-CR", "quantity": 1, "channel": "VOUCHER"}
    first = counter.ask("giulia", "POST", "/v1/authorizations", body, key="attesa")
    answer(counter, first.get_json(), "acceptances")

    again = counter.ask("giulia", "POST", "/v1/authorizations", body, key="attesa")

    assert (again.data, again.headers["Idempotency-Replayed"]) == (first.data, "true")


def test_refused_it_is_voided_with_its_reason(counter: Counter) -> None:
    made = counter.buy(channel="VOUCHER")

    unsaid = answer(counter, made, "refusals")
    done = answer(counter, made, "refusals", reason="fully_booked")
    late = answer(counter, made, "acceptances")

    assert unsaid.status_code == 422
    assert (done.get_json()["state"], done.get_json()["reason"]["code"]) == ("refused", "fully_booked")
    assert counter.ask("giulia", "GET", f"/v1/authorizations/{made['id']}").get_json()["status"] == "voided"
    assert (late.status_code, late.get_json()["code"]) == (409, "acceptance_answered")


def test_too_late_is_too_late(counter: Counter) -> None:
    made = counter.buy(channel="VOUCHER")

    with clock.at(NOON + timedelta(days=1)):
        told = counter.ask("p04", "GET", f"{PATH}/{made['id']}").get_json()
        late = answer(counter, made, "acceptances")

    assert told["state"] == "lapsed"
    assert (late.status_code, late.get_json()["code"]) == (409, "acceptance_answered")


def test_accepted_or_voided_and_never_both(counter: Counter) -> None:
    made = counter.buy(channel="VOUCHER")
    void = f"/v1/authorizations/{made['id']}/voids"
    works = (
        lambda: answer(counter, made, "refusals", reason="paused"),
        lambda: counter.ask("giulia", "POST", void, {}),
    )

    with ThreadPoolExecutor(2) as pool:
        answers = [each.result() for each in [pool.submit(copy_context().run, work) for work in works]]

    assert sorted(each.status_code for each in answers) == [201, 409]


@pytest.mark.parametrize(
    ("who", "method", "path", "status"),
    [
        (None, "GET", "", 401),
        ("giulia", "GET", "", 403),
        ("hr", "GET", "", 403),
        ("p03", "GET", "/{id}", 404),
        ("marta", "GET", "/{id}", 200),
        ("operator", "GET", "/{id}", 200),
        ("p03", "POST", "/{id}/acceptances", 404),
        ("giulia", "POST", "/{id}/acceptances", 403),
        ("operator", "POST", "/{id}/acceptances", 403),
        ("p04", "GET", "/aut_x", 404),
        ("p04", "PUT", "/terms/P04", 403),
    ],
)
def test_who_may_not_is_told_so(counter: Counter, who: str | None, method: str, path: str, status: int) -> None:
    made = counter.buy(channel="VOUCHER")
    body = None if method == "GET" else {} if method == "POST" else {"hours": 2}

    answer = counter.ask(who, method, PATH + path.format(id=made["id"]), body, If_Match='"x"')

    assert answer.status_code == status


def test_who_wants_to_be_asked_is_changed_by_whoever_has_read_it(counter: Counter) -> None:
    read = counter.ask("marta", "GET", TERMS)
    unread = counter.ask("marta", "PUT", TERMS, {"hours": 2})
    done = counter.ask("marta", "PUT", TERMS, {"hours": 2, "services": {"PSI-CR": 0}}, If_Match=read.headers["ETag"])
    stale = counter.ask("marta", "PUT", TERMS, {"hours": None}, If_Match=read.headers["ETag"])

    assert read.get_json() == {"provider": "P04", "hours": 24, "services": {}}
    assert (unread.status_code, stale.status_code) == (428, 412)
    assert done.get_json() == {"provider": "P04", "hours": 2, "services": {"PSI-CR": 0}}
    assert counter.buy()["code"] is not None


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"hours": 0}, 422),
        ({"hours": 169}, 422),
        ({"hours": "2"}, 422),
        ({}, 422),
        ({"hours": 2, "services": {"PSI-CR": -1}}, 422),
        ({"hours": 2, "services": {"DOP-CR": 1}}, 404),
    ],
)
def test_terms_that_cannot_be_are_refused(counter: Counter, body: dict[str, Any], status: int) -> None:
    etag = counter.ask("marta", "GET", TERMS).headers["ETag"]

    assert counter.ask("marta", "PUT", TERMS, body, If_Match=etag).status_code == status


def test_an_unknown_provider_has_no_terms(counter: Counter) -> None:
    answer = counter.ask("marta", "GET", f"{PATH}/terms/P99")

    assert (answer.status_code, answer.get_json()["code"]) == (404, "provider_not_found")
