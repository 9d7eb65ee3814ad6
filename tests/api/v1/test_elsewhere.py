"""What came from elsewhere, over HTTP: checked, declared whole and once, and by payroll alone."""

from __future__ import annotations

import io
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from config import database
from tests.api.counter import Counter

_keys = count(1)


def tax_code(counter: Counter, name: str) -> str:
    statement = sa.text("select tax_code from employee where employee_id = :id")
    return database.transact(lambda session: str(session.scalar(statement, {"id": counter.people[name]})))


def row(counter: Counter, amount: str, name: str = "mario", year: int = 2026) -> str:
    return f"{tax_code(counter, name)};{year};{amount}\n"


def send(
    counter: Counter, rows: str, *, who: str = "payroll", path: str = "", key: str | None = None, **more: Any
) -> TestResponse:
    text = "codice fiscale;anno;altri fringe benefit\n" + rows
    headers = {"Authorization": f"Bearer {counter.secrets[who]}", "Idempotency-Key": key or f"else-{next(_keys)}"}
    form = {"file": (io.BytesIO(text.encode()), "paghe.csv")} | more
    return counter.client.post(f"/v1/elsewhere{path}", data=form, headers=headers)


def declared(counter: Counter, name: str = "mario") -> list[int]:
    statement = sa.text(
        "select amount_minor from employee_fact where employee_id = :id and revoked_at is null"
        " and fact = 'EXTERNAL_FRINGE'"
    )
    return database.transact(lambda session: list(session.scalars(statement, {"id": counter.people[name]})))


def test_a_file_is_checked_without_a_trace_and_then_declared(counter: Counter) -> None:
    before = declared(counter)
    rows = row(counter, f"{480 + next(_keys)},00")

    checked = send(counter, rows, path="/checks")
    unchanged = declared(counter)
    done = send(counter, rows)

    assert (checked.status_code, done.status_code) == (200, 201)
    same = ("file", "rows", "silent_rows", "created", "replaced", "unchanged", "corrections", "columns_not_read")
    assert {name: checked.get_json()[name] for name in same} == {name: done.get_json()[name] for name in same}
    assert unchanged == before
    assert declared(counter) != before
    shown = counter.ask("payroll", "GET", done.headers["Location"]).get_json()
    assert (shown["id"], shown["file"], shown["rows"]) == (done.get_json()["id"], "paghe.csv", 1)
    listed = counter.ask("payroll", "GET", "/v1/elsewhere?limit=1").get_json()["data"]
    assert listed == [shown]


def test_the_same_content_changes_nothing_and_the_same_key_answers_the_same(counter: Counter) -> None:
    rows = row(counter, f"{100 + next(_keys)},00")

    first, again = send(counter, rows, key="paghe"), send(counter, rows, key="paghe")
    other, same = send(counter, row(counter, "1,00"), key="paghe"), send(counter, rows)

    assert (again.data, again.headers["Idempotency-Replayed"]) == (first.data, "true")
    assert (other.status_code, other.get_json()["code"]) == (422, "key_reused")
    assert (same.status_code, same.get_json()["id"], same.get_json()["unchanged"]) == (201, None, 1)
    assert "Location" not in same.headers


@pytest.mark.parametrize("path", ["", "/checks"])
def test_every_row_that_is_wrong_is_named_and_nothing_is_declared(counter: Counter, path: str) -> None:
    before = declared(counter)
    rows = row(counter, "50,00") + row(counter, "x") + "ZZZZZZ80A01D150X;2026;1,00\n" + row(counter, "1,00", year=1999)

    answer = send(counter, rows, path=path)

    problem = answer.get_json()
    assert (answer.status_code, problem["code"]) == (422, "payroll_file_refused")
    assert {each["row"] for each in problem["errors"]} >= {3, 4, 5}
    assert {"pointer", "detail", "code", "row", "column", "value"} <= problem["errors"][0].keys()
    assert declared(counter) == before


def test_a_person_of_another_book_is_not_found(counter: Counter) -> None:
    answer = send(counter, row(counter, "50,00", name="anna"))

    assert [each["code"] for each in answer.get_json()["errors"]] == ["employee_not_found"]
    assert declared(counter, "anna") == []


@pytest.mark.parametrize("who", ["hr", "accountant", "giulia", "p04", "marta", "operator"])
def test_payroll_alone_declares(counter: Counter, who: str) -> None:
    assert send(counter, "", who=who).status_code == 403
    assert send(counter, "", who=who, path="/checks").status_code == 403
    assert counter.ask(who, "GET", "/v1/elsewhere").status_code == 403


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"year": "x"}, 422, "fields_invalid"),
        ({"declared_on": "1/1/2026"}, 422, "fields_invalid"),
        ({"declared_on": "2026-12-01"}, 409, "declared_in_future"),
        ({"employer": "E2"}, 404, "funder_not_found"),
        ({"more": "x"}, 422, "fields_invalid"),
        ({"file": "text"}, 415, "media_type_refused"),
        ({"file": (io.BytesIO(b""), "a.csv")}, 422, "file_empty"),
    ],
)
def test_a_form_that_is_wrong_is_refused(counter: Counter, more: dict[str, Any], status: int, code: str) -> None:
    answer = send(counter, row(counter, "50,00"), **more)

    assert (answer.status_code, answer.get_json()["code"]) == (status, code)


def test_no_load_of_another_book_is_found(counter: Counter) -> None:
    assert counter.ask("payroll", "GET", "/v1/elsewhere/pay_x").status_code == 404
