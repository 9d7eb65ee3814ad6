"""Redemptions over HTTP: by code and number, at once, late, in batches; conflicts are for a person to settle."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from config import clock, database
from tests import factories
from tests.api.counter import Counter
from tests.api.v1.conftest import NOON
from wallet.redemptions import entering

_numbers = count(1)
PATH = "/v1/redemptions"


@pytest.fixture(autouse=True)
def credit(counter: Counter) -> None:
    """Whoever buys has enough for a test of theirs."""
    for name in ("giulia", "mario"):
        database.transact(
            lambda session, name=name: factories.grant(session, counter.books["E1"], "A", counter.people[name], 30_000)
        )


def body(code: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "nonce": f"till/{next(_numbers)}"} | more


def redeem(counter: Counter, code: str, who: str = "p04", *, key: str | bool = True, **more: Any) -> TestResponse:
    return counter.ask(who, "POST", PATH, body(code, **more), key=key)


def at(moment: datetime) -> str:
    return moment.isoformat()


def at_once(*works: Callable[[], TestResponse]) -> list[TestResponse]:
    """Do several things at the same time, each at the counter's hour."""
    with ThreadPoolExecutor(len(works)) as pool:
        return [each.result() for each in [pool.submit(copy_context().run, work) for work in works]]


def test_a_code_is_redeemed_and_owed_to_the_provider(counter: Counter) -> None:
    made = counter.buy()

    answer = redeem(counter, made["code"].lower().replace("-", " "))

    done = answer.get_json()
    assert (answer.status_code, answer.headers["Location"]) == (201, f"{PATH}/{done['id']}")
    assert (done["status"], done["amount_minor"], done["conflict"]) == ("redeemed", 5_500, None)
    assert counter.ask("p04", "GET", answer.headers["Location"]).get_json() == done
    assert counter.ask("giulia", "GET", f"/v1/authorizations/{made['id']}").get_json()["status"] == "captured"


def test_a_part_is_redeemed_where_the_channel_allows_parts(counter: Counter) -> None:
    direct, voucher = counter.buy(channel="DIRECT"), counter.buy(channel="VOUCHER")

    part = redeem(counter, direct["code"], amount={"minor": 1_500})
    refused = redeem(counter, voucher["code"], amount={"minor": 1_500})

    assert (part.status_code, part.get_json()["amount_minor"]) == (201, 1_500)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "partial_capture_not_allowed")


def test_the_tills_number_is_done_once_whatever_the_key(counter: Counter) -> None:
    made = counter.buy(channel="DIRECT")
    asked = body(made["code"], amount={"minor": 1_000})

    first = counter.ask("p04", "POST", PATH, asked)
    again = counter.ask("p04", "POST", PATH, asked)
    other_amount = counter.ask("p04", "POST", PATH, asked | {"amount": {"minor": 1_001}})
    other_code = counter.ask("p04", "POST", PATH, asked | {"code": counter.buy()["code"]})

    assert "Idempotency-Replayed" not in first.headers
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (201, "true")
    assert again.get_json() == first.get_json()
    assert [each.get_json()["code"] for each in (other_amount, other_code)] == ["nonce_reused"] * 2
    assert other_amount.status_code == 422


def test_the_same_key_gives_the_first_answer_and_another_body_is_refused(counter: Counter) -> None:
    made = counter.buy(channel="DIRECT")
    asked = body(made["code"], amount={"minor": 1_000})

    first = counter.ask("p04", "POST", PATH, asked, key="cassa")
    again = counter.ask("p04", "POST", PATH, asked, key="cassa")
    other = counter.ask("p04", "POST", PATH, asked | {"nonce": "another"}, key="cassa")

    assert (again.get_json(), again.headers["Idempotency-Replayed"]) == (first.get_json(), "true")
    assert (other.status_code, other.get_json()["code"]) == (422, "key_reused")


def test_another_providers_code_is_not_found_and_nothing_is_consumed(counter: Counter) -> None:
    made = counter.buy()

    stranger = redeem(counter, made["code"], "p03")

    assert (stranger.status_code, stranger.get_json()["code"]) == (404, "voucher_not_found")
    assert redeem(counter, made["code"]).status_code == 201


def test_what_is_used_up_is_refused_at_the_till(counter: Counter) -> None:
    made = counter.buy()
    redeem(counter, made["code"])

    again = redeem(counter, made["code"])

    assert (again.status_code, again.get_json()["code"]) == (409, "authorization_not_open")


def test_an_offline_redemption_counts_on_its_own_day(counter: Counter) -> None:
    made = counter.buy(channel="DIRECT")

    with clock.at(NOON + timedelta(days=3)):
        done = redeem(counter, made["code"], occurred_at=at(NOON + timedelta(days=1))).get_json()

    assert (done["status"], done["offline"]) == ("redeemed", True)
    statement = sa.text(
        "select occurred_on from entry e join redemption r using (book_id, entry_id) where redemption_id = :id"
    )
    on = database.transact(lambda session: session.scalar(statement, {"id": done["id"]}))
    assert on == (NOON + timedelta(days=1)).date()


def test_told_too_late_it_is_a_conflict_and_nothing_is_charged(counter: Counter) -> None:
    made = counter.buy(channel="DIRECT")

    with clock.at(NOON + timedelta(days=30)):
        answer = redeem(counter, made["code"], occurred_at=at(NOON + timedelta(days=1)))
        after = counter.ask("giulia", "GET", f"/v1/authorizations/{made['id']}").get_json()

    done = answer.get_json()
    assert (answer.status_code, done["status"], done["conflict"]["code"]) == (201, "conflict", "not_open")
    assert (done["amount_minor"], after["captured_minor"]) == (0, 0)


@pytest.mark.parametrize(
    ("channel", "more", "reason"),
    [
        ("DIRECT", {"occurred_at": at(NOON - timedelta(hours=1))}, "before_authorization"),
        ("DIRECT", {"occurred_at": at(NOON), "amount": {"minor": 5_501}}, "amount"),
        ("VOUCHER", {"occurred_at": at(NOON), "amount": {"minor": 1_000}}, "amount"),
    ],
)
def test_what_an_offline_till_could_not_know_is_a_conflict(
    counter: Counter, channel: str, more: dict[str, Any], reason: str
) -> None:
    made = counter.buy(channel=channel)

    done = redeem(counter, made["code"], **more).get_json()

    assert (done["status"], done["conflict"]["code"]) == ("conflict", reason)


def test_clocks_may_differ_by_a_few_minutes_and_no_more(counter: Counter) -> None:
    early, late, future = (counter.buy(channel="DIRECT") for _ in range(3))

    before = redeem(counter, early["code"], occurred_at=at(NOON - entering.SKEW))
    after = redeem(counter, late["code"], occurred_at=at(NOON + entering.SKEW))
    beyond = redeem(counter, future["code"], occurred_at=at(NOON + entering.SKEW + timedelta(seconds=1)))

    assert [before.get_json()["status"], after.get_json()["status"]] == ["redeemed", "redeemed"]
    assert (beyond.status_code, beyond.get_json()["code"]) == (422, "redemption_in_future")


def test_a_batch_tells_what_became_of_each_row_and_again_the_same(counter: Counter) -> None:
    good, used = counter.buy(), counter.buy()
    redeem(counter, used["code"])
    rows = [
        body(good["code"], occurred_at=at(NOON)),
        body(used["code"], occurred_at=at(NOON)),
        body("0000-0000-0000", occurred_at=at(NOON)),
        body("7K3F-9QWD-2M5Z", occurred_at=at(NOON)),
    ]

    first = counter.ask("p04", "POST", f"{PATH}/batch", {"redemptions": rows}, key="sera")
    again = counter.ask("p04", "POST", f"{PATH}/batch", {"redemptions": rows}, key="sera")
    other = counter.ask("p04", "POST", f"{PATH}/batch", {"redemptions": rows[:1]}, key="sera")

    told = first.get_json()["data"]
    assert [row["nonce"] for row in told] == [row["nonce"] for row in rows]
    assert [row["redemption"] and row["redemption"]["status"] for row in told] == ["redeemed", "conflict", None, None]
    assert [row["problem"] and row["problem"]["code"] for row in told][2:] == ["voucher_not_found", "code_invalid"]
    assert (again.get_json(), again.headers["Idempotency-Replayed"]) == (first.get_json(), "true")
    assert (other.status_code, other.get_json()["code"]) == (422, "key_reused")


def conflict(counter: Counter, **more: Any) -> tuple[str, str]:
    """A purchase that was redeemed offline for more than it reserves."""
    made = counter.buy(channel="DIRECT")
    done = redeem(counter, made["code"], occurred_at=at(NOON), amount={"minor": 6_000}, **more).get_json()
    return made["id"], done["id"]


def settle(counter: Counter, redemption: str, who: str = "marta", **more: Any) -> TestResponse:
    return counter.ask(who, "POST", f"{PATH}/{redemption}/settlements", {"note": "sentito il fornitore"} | more)


def test_a_conflict_is_charged_when_a_person_says_so(counter: Counter) -> None:
    made, waiting = conflict(counter)

    too_much = settle(counter, waiting, decision="charge")
    answer = settle(counter, waiting, decision="charge", amount={"minor": 5_500})
    again = settle(counter, waiting, decision="dismiss")

    assert too_much.get_json()["code"] == "capture_exceeds_authorization"
    assert (answer.status_code, answer.get_json()["status"]) == (201, "charged")
    assert counter.ask("giulia", "GET", f"/v1/authorizations/{made}").get_json()["captured_minor"] == 5_500
    assert (again.status_code, again.get_json()["code"]) == (409, "conflict_settled")


def test_a_conflict_is_dismissed_and_nothing_charged(counter: Counter) -> None:
    made, waiting = conflict(counter)

    answer = settle(counter, waiting, decision="dismiss")

    assert (answer.get_json()["status"], answer.get_json()["amount_minor"]) == ("dismissed", 0)
    assert counter.ask("giulia", "GET", f"/v1/authorizations/{made}").get_json()["captured_minor"] == 0


def test_a_conflict_is_made_up_for_by_one_captured_purchase_of_the_same_person(counter: Counter) -> None:
    waiting, other = conflict(counter)[1], conflict(counter)[1]
    uncaptured, colleagues, captured = counter.buy(), counter.buy("mario"), counter.buy()
    for each in (colleagues, captured):
        redeem(counter, each["code"])

    refused = [
        settle(counter, waiting, decision="replace", authorization_id=each["id"]) for each in (uncaptured, colleagues)
    ]
    done = settle(counter, waiting, decision="replace", authorization_id=captured["id"])
    twice = settle(counter, other, decision="replace", authorization_id=captured["id"])

    assert [each.get_json()["code"] for each in [*refused, twice]] == ["replacement_invalid"] * 3
    assert (done.get_json()["status"], done.get_json()["replaced_by"]) == ("replaced", captured["id"])


def test_a_replay_tells_what_was_told_before_a_person_settled_it(counter: Counter) -> None:
    made = counter.buy(channel="DIRECT")
    asked = body(made["code"], occurred_at=at(NOON), amount={"minor": 6_000})
    first = counter.ask("p04", "POST", PATH, asked, key="tardi")
    settle(counter, first.get_json()["id"], decision="dismiss")

    again = counter.ask("p04", "POST", PATH, asked, key="tardi")

    assert again.get_json() == first.get_json()


def test_each_sees_their_own_and_only_a_welfare_manager_settles(counter: Counter) -> None:
    _, waiting = conflict(counter)

    seen = {who: counter.ask(who, "GET", f"{PATH}/{waiting}").status_code for who in ("p04", "p03", "giulia", "mario")}
    listed = counter.ask("marta", "GET", f"{PATH}?status=conflict&limit=1").get_json()
    refused = {who: settle(counter, waiting, who, decision="dismiss").status_code for who in ("p04", "giulia", "hr")}

    assert seen == {"p04": 200, "p03": 404, "giulia": 200, "mario": 404}
    assert [each["id"] for each in listed["data"]] == [waiting]
    assert set(refused.values()) == {403}
    assert "employee_id" not in counter.ask("p04", "GET", f"{PATH}/{waiting}").get_json()


@pytest.mark.parametrize(
    ("who", "status"), [(None, 401), ("giulia", 403), ("hr", 403), ("payroll", 403), ("marta", 403), ("operator", 403)]
)
def test_only_a_provider_redeems(counter: Counter, who: str | None, status: int) -> None:
    assert counter.ask(who, "POST", PATH, body("0000-0000-0000")).status_code == status


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"nonce": ""}, "#/nonce"),
        ({"occurred_at": "2026-03-02T09:00:00"}, "#/occurred_at"),
        ({"occurred_at": "0001-01-01T00:00:00+14:00"}, "#/occurred_at"),
        ({"occurred_at": "9999-12-31T23:59:59Z"}, "#/occurred_at"),
        ({"amount": {"minor": -1}}, "#/amount/minor"),
        ({"code": "x" * 41}, "#/code"),
        ({"person": "giulia"}, "#/person"),
    ],
)
def test_a_field_that_is_wrong_is_named(counter: Counter, more: dict[str, Any], pointer: str) -> None:
    answer = counter.ask("p04", "POST", PATH, body("0000-0000-0000") | more)

    assert answer.status_code == 422
    assert pointer in [each["pointer"] for each in answer.get_json()["errors"]]


def test_two_tills_with_one_code_make_one_redemption(counter: Counter) -> None:
    made = counter.buy()

    answers = at_once(*[lambda: redeem(counter, made["code"])] * 4)

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


def test_the_same_number_at_the_same_time_is_one_redemption(counter: Counter) -> None:
    made = counter.buy(channel="DIRECT")
    asked = body(made["code"], amount={"minor": 1_000})

    answers = at_once(*[lambda: counter.ask("p04", "POST", PATH, asked)] * 4)

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.get_json()["id"] for answer in answers}) == 1
    assert counter.ask("giulia", "GET", f"/v1/authorizations/{made['id']}").get_json()["captured_minor"] == 1_000


def test_redeemed_or_voided_and_never_both(counter: Counter) -> None:
    made = counter.buy()
    void = f"/v1/authorizations/{made['id']}/voids"

    redeemed, voided = at_once(lambda: redeem(counter, made["code"]), lambda: counter.ask("giulia", "POST", void, {}))

    assert sorted([redeemed.status_code, voided.status_code]) == [201, 409]
