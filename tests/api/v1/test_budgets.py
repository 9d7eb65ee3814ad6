"""Budgets over HTTP: checked row by row, loaded whole and once, at once or by a worker."""

from __future__ import annotations

import io
import os
from collections import Counter as Counted
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from api import tasks
from api.jobs import registry
from api.tasks import inputs
from api.tasks.tables import TaskRow
from api.v1 import budgets
from config import database, fences
from tests import factories
from tests.api.counter import Counter

_numbers = count(1)


class Plan:
    """A plan of E1 with 1.000,00 that arrived, and two people nobody else's tests know of."""

    def __init__(self, counter: Counter) -> None:
        self.counter = counter
        self.code = f"B{next(_numbers)}"
        self.codes = [factories.tax_code(), factories.tax_code()]

        def work(session: Session) -> str:
            book_id = counter.books["E1"]
            plan_id = factories.plan(session, book_id, self.code)
            factories.funded(session, book_id, self.code, factories.euro(100_000))
            for code in self.codes:
                factories.employee(session, book_id, tax_code=code)
            return plan_id

        self.plan_id = database.transact(work)

    def rows(self, *amounts: str) -> str:
        return "".join(f"{code};{amount}\n" for code, amount in zip(self.codes, amounts, strict=False))

    def send(
        self, rows: str, path: str = "", *, who: str = "hr", key: str | None = None, prefer: str = "", **more: Any
    ) -> TestResponse:
        text = "codice fiscale;importo\n" + rows
        headers = {
            "Authorization": f"Bearer {self.counter.secrets[who]}",
            "Idempotency-Key": key or f"budget-{next(_numbers)}",
            "Prefer": prefer,
        }
        form = {"file": (io.BytesIO(text.encode()), "budget.csv"), "plan_id": self.plan_id} | more
        return self.counter.client.post(f"/v1/budgets{path}", data=form, headers=headers)

    def granted(self) -> int:
        statement = sa.text(
            "select coalesce(sum(b.credit_posted - b.debit_posted), 0) from lot l"
            " join balance b on b.book_id = l.book_id and b.account_id = l.account_id where l.plan_id = :plan"
        )
        return database.transact(lambda session: int(session.scalar(statement, {"plan": self.plan_id}) or 0))


@pytest.fixture
def plan(counter: Counter) -> Plan:
    return Plan(counter)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where files wait for their tasks."""
    monkeypatch.setattr(inputs, "_folder", lambda: tmp_path / "inputs")
    return tmp_path / "inputs"


def test_a_sound_file_is_checked_and_nothing_is_granted(plan: Plan) -> None:
    told = plan.send(plan.rows("300,00", "200,00"), "/checks").get_json()

    assert (told["ok"], told["rows"], told["total_minor"], told["problem_count"]) == (True, 2, 50_000, 0)
    assert told["clusters"] == [{"cluster": "operai", "people": 2, "amount_minor": 50_000}]
    assert (told["grantable_minor"], told["loaded_as"]) == (100_000, None)
    assert plan.granted() == 0


def test_every_problem_is_told_with_its_row_and_column(plan: Plan) -> None:
    rows = plan.rows("300,00", "x") + "ZZZZZZ80A01D150X;1,00\n"

    answer = plan.send(rows, "/checks", expect_total_minor="1")

    told = answer.get_json()
    assert (answer.status_code, told["ok"]) == (200, False)
    assert told["problem_count"] == len(told["problems"]) >= 2
    places = {(each["row"], each["column"]) for each in told["problems"]}
    assert {(3, "importo"), (4, "codice fiscale")} <= places
    assert all(each["detail"] and each["code"] for each in told["problems"])
    refused = plan.send(rows)
    assert (refused.status_code, refused.get_json()["code"]) == (422, "budget_file_refused")
    assert {(each["row"], each["column"]) for each in refused.get_json()["errors"]} <= places | {(None, None)}
    assert plan.granted() == 0


def test_a_file_is_loaded_once_whatever_is_repeated(plan: Plan, counter: Counter) -> None:
    rows = plan.rows("300,00", "200,00")

    first, again = plan.send(rows, key="marzo"), plan.send(rows, key="marzo")
    other = plan.send(plan.rows("1,00"), key="marzo")
    same = plan.send(rows, who="operator")
    renamed = plan.send(rows, reference="aprile")
    repeated = plan.send(plan.rows("300,00", "200,00"), reference="aprile", repeat="true")

    assert (first.status_code, first.get_json()["rows"], first.get_json()["total_minor"]) == (201, 2, 50_000)
    assert (again.data, again.headers["Idempotency-Replayed"]) == (first.data, "true")
    assert (other.status_code, other.get_json()["code"]) == (422, "key_reused")
    assert same.get_json()["id"] == first.get_json()["id"]
    assert (renamed.status_code, renamed.get_json()["code"]) == (409, "budget_content_repeated")
    assert repeated.status_code == 201
    assert plan.granted() == 100_000
    shown = counter.ask("accountant", "GET", first.headers["Location"])
    assert shown.get_json() == first.get_json()
    listed = counter.ask("marta", "GET", f"/v1/budgets?employer=E1&plan_id={plan.plan_id}").get_json()["data"]
    assert listed == [repeated.get_json(), first.get_json()]


def test_more_than_arrived_is_not_granted(plan: Plan) -> None:
    answer = plan.send(plan.rows("900,00", "200,00"))

    assert (answer.status_code, plan.granted()) == (422, 0)
    assert [each["code"] for each in answer.get_json()["errors"]] == ["budget_exceeded"]


def test_a_file_that_is_queued_is_loaded_by_a_worker_and_then_gone(
    plan: Plan, counter: Counter, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budgets, "AT_ONCE", 10)

    # An empty line, and the total.
    rows = plan.rows("300,00", "200,00") + ";\nTOTALE;500,00\n"
    asked = plan.send(rows, key="queued")
    waiting = plan.granted()
    kept = [(path.name, oct(path.stat().st_mode)[-3:]) for path in folder.glob("*/*")]
    again = plan.send(rows, key="queued")
    other = plan.send(plan.rows("300,00"), key="queued")
    do_all()

    done = counter.ask("hr", "GET", asked.headers["Location"]).get_json()
    assert (asked.status_code, asked.get_json()["status"], asked.headers["Retry-After"]) == (202, "queued", "1")
    assert (waiting, kept, oct(folder.stat().st_mode)[-3:]) == (0, [("budget.csv", "600")], "700")
    assert (again.get_json()["id"], again.headers["Idempotency-Replayed"]) == (asked.get_json()["id"], "true")
    assert (other.status_code, other.get_json()["code"]) == (422, "key_reused")
    assert (done["status"], done["done"], done["total"], done["problem"]) == ("done", 2, 2, None)
    assert counter.ask("hr", "GET", f"/v1/budgets/{done['result']['id']}").get_json() == done["result"]
    assert (plan.granted(), list(folder.iterdir())) == (50_000, [])
    assert counter.ask("accountant", "GET", asked.headers["Location"]).status_code == 404


def test_a_queued_file_that_is_wrong_fails_in_a_line_and_is_gone(plan: Plan, counter: Counter, folder: Path) -> None:
    asked = plan.send(plan.rows("x"), prefer="respond-async")
    do_all()

    done = counter.ask("hr", "GET", asked.headers["Location"], Accept_Language="en").get_json()
    assert (asked.status_code, done["status"], done["problem"]["code"]) == (202, "failed", "budget_file_refused")
    assert "1" in done["problem"]["detail"]
    assert (plan.granted(), list(folder.iterdir())) == (0, [])
    facts = database.transact(
        lambda session: session.scalar(sa.select(TaskRow.problem).where(TaskRow.task_id == done["id"]))
    )
    assert plan.codes[0] not in str(facts)


def test_a_worker_that_died_at_the_end_has_loaded_it(plan: Plan, counter: Counter) -> None:
    asked = plan.send(plan.rows("300,00"), prefer="respond-async")
    do_all()
    again = "update task set state = 'queued', result = null, ended_at = null, lease_until = null where task_id = :task"
    database.transact(lambda session: session.execute(sa.text(again), {"task": asked.get_json()["id"]}))
    do_all()

    done = counter.ask("hr", "GET", asked.headers["Location"]).get_json()
    assert (done["status"], done["result"]["total_minor"], plan.granted()) == ("done", 30_000, 30_000)


def do_all() -> None:
    assert fences.current() is None
    while tasks.run_next():
        pass


@pytest.mark.parametrize(
    ("more", "path", "status", "code"),
    [
        ({"plan_id": "pln_x"}, "", 404, "plan_not_found"),
        ({"plan_id": "pln_x"}, "/checks", 404, "plan_not_found"),
        ({"expect_total_minor": "1,00"}, "/checks", 422, "fields_invalid"),
        ({"repeat": "yes"}, "", 422, "fields_invalid"),
        ({"on": "2026-02-30"}, "", 422, "fields_invalid"),
        ({"on": "2026-03-03"}, "", 409, "occurred_in_future"),
        ({"reference": ""}, "", 422, "fields_invalid"),
        ({"dry_run": "true"}, "", 422, "fields_invalid"),
        ({"expect_total_minor": "1"}, "", 422, "budget_file_refused"),
        ({"file": (io.BytesIO(b"\x00\x01"), "a.csv")}, "", 422, "budget_file_refused"),
    ],
)
def test_what_cannot_be_loaded_is_refused(plan: Plan, more: dict[str, Any], path: str, status: int, code: str) -> None:
    answer = plan.send(plan.rows("300,00"), path, **more)

    assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    assert plan.granted() == 0


@pytest.mark.parametrize("who", ["payroll", "accountant", "giulia", "p04", "marta"])
def test_others_load_no_budget(plan: Plan, who: str) -> None:
    assert plan.send("", who=who).status_code == 403
    assert plan.send("", "/checks", who=who).status_code == 403


def test_a_plan_and_a_load_of_another_book_are_not_found(plan: Plan, counter: Counter) -> None:
    foreign = database.transact(lambda session: factories.plan(session, counter.books["E2"], plan.code))

    assert plan.send(plan.rows("1,00"), plan_id=foreign).status_code == 404
    assert counter.ask("hr", "GET", "/v1/budgets/bud_x").status_code == 404
    assert counter.ask("hr", "GET", "/v1/budgets?employer=E2").status_code == 404
    for who in ("payroll", "giulia", "p04"):
        assert counter.ask(who, "GET", "/v1/budgets").status_code == 403


def test_what_waits_for_nothing_is_swept(plan: Plan, folder: Path, tmp_path: Path) -> None:
    waiting = plan.send(plan.rows("300,00"), prefer="respond-async").get_json()["id"]
    (tmp_path / "x.csv").write_text("x")
    inputs.keep("tsk_gone", tmp_path / "x.csv")
    for path in folder.iterdir():
        # Long before the moment at which the tests' clock stands.
        os.utime(path, (0, 0))

    removed: Counted[str] = Counted()
    registry.find("sweep-inputs").work(removed)

    assert (removed["files"], [path.name for path in folder.iterdir()]) == (1, [waiting])
    do_all()
