"""Funding over HTTP: recorded by the operator, read by the funder, and balances that tell of groups and of nobody."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import clock, database
from reports import plan_statement
from reports.plan_statement import PlanStatement, Reading
from tests import factories
from tests.api.counter import Counter
from tests.api.v1.conftest import NOON

_numbers = count(1)
EUR_1000 = {"minor": 100_000}


@pytest.fixture
def plan(counter: Counter) -> dict[str, str]:
    """A plan of E1 without money."""
    code = f"F{next(_numbers)}"
    plan_id = database.transact(lambda session: factories.plan(session, counter.books["E1"], code))
    return {"plan_id": plan_id, "code": code}


def record(counter: Counter, plan: dict[str, str], kind: str = "commitment", **more: Any) -> Any:
    body = {"plan_id": plan["plan_id"], "kind": kind, "amount": EUR_1000} | more
    return counter.ask("operator", "POST", "/v1/funding", body)


def test_a_commitment_and_its_transfer_are_recorded_and_listed(counter: Counter, plan: dict[str, str]) -> None:
    committed = record(counter, plan, on="2026-02-01", reference=f"impegno-{plan['code']}")
    transferred = record(counter, plan, "transfer")

    made = committed.get_json()
    assert committed.status_code == transferred.status_code == 201
    assert {name: made[name] for name in ("kind", "plan", "amount_minor", "on", "reference", "reversed")} == {
        "kind": "commitment",
        "plan": plan["code"],
        "amount_minor": 100_000,
        "on": "2026-02-01",
        "reference": f"impegno-{plan['code']}",
        "reversed": False,
    }
    assert counter.ask("hr", "GET", committed.headers["Location"]).get_json() == made
    listed = counter.ask("hr", "GET", f"/v1/funding?plan_id={plan['plan_id']}").get_json()["data"]
    assert listed == [transferred.get_json(), made]
    transfers = counter.ask("accountant", "GET", f"/v1/funding?plan_id={plan['plan_id']}&kind=transfer&limit=1")
    assert transfers.get_json()["data"] == [transferred.get_json()]


def test_the_same_key_records_once(counter: Counter, plan: dict[str, str]) -> None:
    body = {"plan_id": plan["plan_id"], "kind": "commitment", "amount": EUR_1000}

    first = counter.ask("operator", "POST", "/v1/funding", body, key="bonifico")
    again = counter.ask("operator", "POST", "/v1/funding", body, key="bonifico")
    other = counter.ask("operator", "POST", "/v1/funding", body | {"amount": {"minor": 1}}, key="bonifico")

    assert (again.data, again.headers["Idempotency-Replayed"]) == (first.data, "true")
    assert (other.status_code, other.get_json()["code"]) == (422, "key_reused")
    assert counter.ask("hr", "GET", f"/v1/plans/{plan['plan_id']}/balances").get_json()["committed_minor"] == 100_000


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"plan_id": "pln_x"}, 404, "plan_not_found"),
        ({"kind": "gift"}, 422, "fields_invalid"),
        ({"amount": {"minor": 0}}, 422, "fields_invalid"),
        ({"amount": {"minor": 1, "currency": "USD"}}, 422, "fields_invalid"),
        ({"on": "2026-03-03"}, 409, "occurred_in_future"),
        ({"kind": "transfer"}, 409, "funding_exceeds_commitment"),
    ],
)
def test_what_cannot_be_recorded_is_refused(
    counter: Counter, plan: dict[str, str], more: dict[str, Any], status: int, code: str
) -> None:
    answer = record(counter, plan, **more)

    assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    assert counter.ask("hr", "GET", f"/v1/funding?plan_id={plan['plan_id']}").get_json()["data"] == []


def statement(counter: Counter, code: str) -> PlanStatement:
    def work(session: Session) -> PlanStatement:
        return plan_statement.gather(
            session, counter.books["E1"], code, date(2026, 1, 1), clock.today(), reading=Reading.HR
        )

    return database.transact(work)


def test_balances_are_the_statements_and_hide_small_groups(counter: Counter, plan: dict[str, str]) -> None:
    record(counter, plan)
    record(counter, plan, "transfer", amount={"minor": 90_000})
    people = [("operai", 6), ("quadri", 2)]

    def grant(session: Session) -> None:
        for cluster, how_many in people:
            for _ in range(how_many):
                employee_id = factories.employee(session, counter.books["E1"], cluster=cluster)
                factories.grant(session, counter.books["E1"], plan["code"], employee_id, 10_000)

    database.transact(grant)

    told = counter.ask("hr", "GET", f"/v1/plans/{plan['plan_id']}/balances").get_json()

    expected = statement(counter, plan["code"])
    assert (told["committed_minor"], told["funded_minor"], told["granted_minor"], told["ungranted_minor"]) == (
        100_000,
        90_000,
        80_000,
        20_000,
    )
    assert (told["used_minor"], told["residual_minor"], told["people"]) == (0, expected.total.residual_minor, 8)
    assert told["expiring"] == [{"month": "2026-11-01", "through": "2026-11-01", "people": 8, "amount_minor": 80_000}]
    assert [(line["cluster"], line["people"], line["used_minor"]) for line in told["clusters"]] == [
        (line.cluster, line.people, line.used_minor) for line in expected.clusters
    ]
    assert (told["uptake"]["through"], told["uptake"]["withheld"]) == ("2026-02-28", None)
    assert [line["used_minor"] for line in told["categories"]] == [line.used_minor for line in expected.categories]
    assert told["reconciles"] is True


def test_what_was_bought_today_is_in_a_funders_balances_tomorrow(counter: Counter) -> None:
    plan_id = database.transact(
        lambda session: session.scalar(
            sa.text("select plan_id from plan where book_id = :book and code = 'A'"), {"book": counter.books["E1"]}
        )
    )

    def told(who: str) -> tuple[int, int]:
        found = counter.ask(who, "GET", f"/v1/plans/{plan_id}/balances").get_json()
        assert found["reconciles"]
        return found["used_minor"], found["residual_minor"]

    def tomorrow() -> tuple[int, int]:
        with clock.at(NOON + timedelta(hours=13)):
            return told("hr")

    funder, network, later = told("hr"), told("operator"), tomorrow()
    bought = counter.buy("giulia")["id"]
    assert counter.ask("p04", "POST", f"/v1/authorizations/{bought}/captures", {}).status_code == 201

    assert told("hr") == funder
    assert told("operator") == (network[0] + 5_500, network[1] - 5_500)
    assert tomorrow() == (later[0] + 5_500, later[1] - 5_500)


def test_balances_name_nobody_and_nothing_that_was_bought(counter: Counter) -> None:
    counter.buy("giulia", channel="DIRECT")
    plan_id = database.transact(
        lambda session: session.scalar(
            sa.text("select plan_id from plan where book_id = :book and code = 'A'"), {"book": counter.books["E1"]}
        )
    )

    text = counter.ask("hr", "GET", f"/v1/plans/{plan_id}/balances").text

    for word in ("Giulia", "PSI-CR", "P04", "aut_", "emp_", "held_minor"):
        assert word not in text


@pytest.mark.parametrize(
    ("who", "method", "path", "status"),
    [
        ("hr", "POST", "/v1/funding", 403),
        ("marta", "POST", "/v1/funding", 403),
        ("payroll", "GET", "/v1/funding", 403),
        ("giulia", "GET", "/v1/funding", 403),
        ("p04", "GET", "/v1/funding", 403),
        ("giulia", "GET", "/v1/plans/pln_x/balances", 403),
        ("hr", "GET", "/v1/plans/pln_x/balances", 404),
        ("hr", "GET", "/v1/plans/pln_x/funding/1", 404),
        ("hr", "GET", "/v1/funding?employer=E2", 404),
        ("operator", "GET", "/v1/funding?employer=E2", 200),
        ("operator", "GET", "/v1/funding", 422),
        ("hr", "GET", "/v1/funding?starting_after=x", 422),
        ("hr", "GET", "/v1/funding?starting_after=99999999999999999999", 422),
        ("hr", "GET", "/v1/funding?kind=funding", 422),
    ],
)
def test_others_may_not(counter: Counter, who: str, method: str, path: str, status: int) -> None:
    assert counter.ask(who, method, path, {} if method == "POST" else None).status_code == status


def test_a_plan_of_another_book_has_no_balances_here(counter: Counter) -> None:
    plan_id = database.transact(lambda session: factories.plan(session, counter.books["E2"], f"X{next(_numbers)}"))
    made = record(counter, {"plan_id": plan_id})

    assert made.status_code == 201
    for path in (f"/v1/plans/{plan_id}/balances", made.headers["Location"]):
        assert counter.ask("hr", "GET", path).status_code == 404
        assert counter.ask("marta", "GET", path).status_code == 200
