"""Purchases over HTTP, twice and at once: one key makes one, and its answer is the same to the byte ever after."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from itertools import count

import sqlalchemy as sa
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from config import database
from ledger import idempotency
from tests import factories
from tests.api.counter import Counter
from tests.api.v1.purchasing import refilled  # noqa: F401 - used by its name alone


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


def test_a_key_belongs_to_its_member_and_its_verb(counter: Counter) -> None:
    body = {"service": "PSI-CR", "quantity": 1}
    own = counter.ask("giulia", "POST", "/v1/authorizations", body, key="one for all")
    other = counter.ask("mario", "POST", "/v1/authorizations", body | {"quantity": 2}, key="one for all")
    helper = counter.ask(
        "marta", "POST", "/v1/authorizations", body | {"employee_id": counter.people["giulia"]}, key="one for all"
    )
    void = counter.ask("giulia", "POST", f"/v1/authorizations/{own.get_json()['id']}/voids", {}, key="one for all")

    answers = (own, other, helper, void)
    assert [answer.status_code for answer in answers] == [201] * 4
    assert not any("Idempotency-Replayed" in answer.headers for answer in answers)
    assert len({answer.get_json()["id"] for answer in answers[:3]}) == 3


def test_a_key_belongs_to_one_book(counter: Counter) -> None:
    """A welfare manager works in many: each keeps its own keys, and is locked, kept and erased by itself."""
    asked = [{"service": "PSI-CR", "quantity": 1, "employee_id": counter.people[name]} for name in ("giulia", "anna")]

    made = [counter.ask("marta", "POST", "/v1/authorizations", body, key="one for both books") for body in asked]
    again = [counter.ask("marta", "POST", "/v1/authorizations", body, key="one for both books") for body in asked]
    other = counter.ask("marta", "POST", "/v1/authorizations", asked[1] | {"quantity": 2}, key="one for both books")

    assert [answer.status_code for answer in made] == [201, 201]
    assert not any("Idempotency-Replayed" in answer.headers for answer in made)
    assert len({answer.get_json()["id"] for answer in made}) == 2
    assert [answer.data for answer in again] == [answer.data for answer in made]
    assert other.status_code == 422


def test_an_answer_is_given_again_byte_for_byte_whatever_happened_since(counter: Counter) -> None:
    body = {"service": "PSI-CR", "quantity": 2, "channel": "DIRECT"}
    made = counter.ask("giulia", "POST", "/v1/authorizations", body, key="bytes")
    path = f"/v1/authorizations/{made.get_json()['id']}"
    part = {"amount": {"minor": 4_000}}
    captured = counter.ask("p04", "POST", f"{path}/captures", part, key="bytes")
    refund = {"reason": "non reso", "amount": {"minor": 1_000}}
    refunded = counter.ask("marta", "POST", f"{path}/refunds", refund, key="bytes")
    voided = counter.ask("giulia", "POST", f"{path}/voids", {}, key="bytes")

    again = [
        counter.ask("giulia", "POST", "/v1/authorizations", body, key="bytes"),
        counter.ask("p04", "POST", f"{path}/captures", part, key="bytes"),
        counter.ask("marta", "POST", f"{path}/refunds", refund, key="bytes"),
        counter.ask("giulia", "POST", f"{path}/voids", {}, key="bytes"),
    ]
    assert [answer.status_code for answer in again] == [201] * 4
    assert [answer.data for answer in again] == [answer.data for answer in (made, captured, refunded, voided)]
    assert {answer.headers["Idempotency-Replayed"] for answer in again} == {"true"}
    assert again[0].headers["Location"] == path


def test_a_refusal_is_given_again_under_its_key(counter: Counter) -> None:
    path = f"/v1/authorizations/{counter.buy(channel='DIRECT')['id']}/captures"
    more = {"amount": {"minor": 5_501}}

    first = counter.ask("p04", "POST", path, more, key="too much")
    again = counter.ask("p04", "POST", path, more, key="too much")
    other = counter.ask("p04", "POST", path, {}, key="too much")

    def said(answer: TestResponse) -> tuple[int, str, str]:
        return answer.status_code, answer.get_json()["code"], answer.get_json()["detail"]

    assert said(first) == said(again)
    assert ("Idempotency-Replayed" in first.headers, again.headers["Idempotency-Replayed"]) == (False, "true")
    assert (other.status_code, other.get_json()["code"]) == (422, "key_reused")


def test_the_same_key_at_once_makes_one_and_answers_the_others_with_it(counter: Counter) -> None:
    body = {"service": "PSI-CR", "quantity": 1}

    answers = at_once(8, lambda: counter.ask("mario", "POST", "/v1/authorizations", body, key="double click"))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.data for answer in answers}) == 1
    assert sum("Idempotency-Replayed" not in answer.headers for answer in answers) == 1


def test_a_wallet_is_spent_down_to_zero_and_no_further(counter: Counter) -> None:
    def work(session: Session) -> str:
        employee_id = factories.employee(session, counter.books["E1"])
        factories.grant(session, counter.books["E1"], "A", employee_id, 3 * 5_500)
        return employee_id

    body = {"service": "PSI-CR", "quantity": 1, "employee_id": database.transact(work)}

    keys = count()
    answers = at_once(
        8, lambda: counter.ask("marta", "POST", "/v1/authorizations", body, key=f"{body['employee_id']}-{next(keys)}")
    )

    assert {answer.status_code for answer in answers} == {201}
    made = [answer.get_json() for answer in answers]
    assert sorted(each["status"] for each in made) == ["authorized"] * 3 + ["declined"] * 5
    assert {each["decline"]["code"] for each in made if each["decline"]} == {"insufficient_funds"}
    wallet = counter.ask("marta", "GET", f"/v1/wallets/{body['employee_id']}").get_json()
    assert (wallet["available_minor"], wallet["held_minor"]) == (0, 3 * 5_500)


def test_a_capture_and_a_void_at_once_have_one_winner(counter: Counter) -> None:
    path = f"/v1/authorizations/{counter.buy()['id']}"
    verbs = iter(
        [("p04", "captures", "a"), ("giulia", "voids", "b"), ("p04", "captures", "c"), ("giulia", "voids", "d")]
    )

    def attempt() -> TestResponse:
        who, verb, key = next(verbs)
        return counter.ask(who, "POST", f"{path}/{verb}", {}, key=f"{path}-{key}")

    answers = at_once(4, attempt)

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert {answer.get_json()["code"] for answer in answers if answer.status_code == 409} == {"authorization_not_open"}


def test_a_key_that_is_at_work_is_a_conflict(counter: Counter) -> None:
    body = {"service": "PSI-CR", "quantity": 1}
    request = {"some": "request"}
    with database._owner_factory()() as session:
        member = session.scalar(sa.text("select member_id from member where email = 'giulia@example.it'"))
        session.execute(sa.text("set local lock_timeout = 0"))
        idempotency.claim(session, counter.books["E1"], member, "authorize", "at work", request)
        answer = counter.ask("giulia", "POST", "/v1/authorizations", body, key="at work")
        session.rollback()

    assert (answer.status_code, answer.get_json()["code"]) == (409, "in_progress")
    assert counter.ask("giulia", "POST", "/v1/authorizations", body, key="at work").status_code == 201


def at_once(times: int, act: Callable[[], TestResponse]) -> list[TestResponse]:
    with ThreadPoolExecutor(times) as pool:
        # A thread knows nothing of the clock that the test holds.
        return [each.result() for each in [pool.submit(copy_context().run, act) for _ in range(times)]]
