"""Files of employees over HTTP: held against the book row by row, loaded whole or not at all."""

from __future__ import annotations

import io
import zipfile
from itertools import count
from typing import Any

import pytest
import xlsxwriter
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from api.v1 import employee_imports
from tests import factories
from tests.api.counter import Counter
from tests.api.v1.families import tax_code_of

PATH = "/v1/employees/imports"
HEADER = "codice fiscale;cognome;nome;categoria omogenea;data assunzione\n"
_keys = count(1)


def send(
    counter: Counter, content: str | bytes, who: str = "hr", *, path: str = PATH, key: str = "", **form: Any
) -> TestResponse:
    raw = content.encode() if isinstance(content, str) else content
    # Encoded here: the client leaves a temporary file of a large one open.
    boundary, body = encode_multipart({"file": FileStorage(io.BytesIO(raw), "anagrafica.csv")} | form)
    return counter.client.post(
        path,
        data=body,
        content_type=f"multipart/form-data; boundary={boundary}",
        headers={
            "Authorization": f"Bearer {counter.secrets[who]}",
            "Idempotency-Key": key or f"import-{next(_keys)}",
            "Accept-Language": "it",
        },
    )


def line(code: str, last: str = "Prova", cluster: str = "operai", hired: str = "01/02/2020") -> str:
    return f"{code};{last};Anna;{cluster};{hired}\n"


def people(counter: Counter, who: str = "hr", query: str = "") -> list[dict[str, Any]]:
    data: list[dict[str, Any]] = counter.ask(who, "GET", f"/v1/employees?limit=100&{query}").get_json()["data"]
    return data


def test_a_file_says_what_it_would_do_and_then_does_it_once(counter: Counter) -> None:
    cluster = f"file-{next(_keys)}"
    codes = [factories.tax_code() for _ in range(3)]
    content = HEADER + "".join(line(code, f"Prova{code[1]}", cluster) for code in codes)

    told = send(counter, content, path=f"{PATH}/simulate").get_json()
    assert people(counter, query=f"cluster={cluster}") == []
    loaded = send(counter, content, key="file")
    again = send(counter, content, key="file")
    changed = send(counter, HEADER + line(codes[0], "Altra", cluster) + line(codes[1], f"Prova{codes[1][1]}", cluster))

    assert (told["created"], told["updated"], told["unchanged"], told["problem_count"]) == (3, 0, 0, 0)
    assert [(row["row"], row["outcome"], row["employee_id"]) for row in told["rows"]] == [
        (number, "CREATED", None) for number in (2, 3, 4)
    ]
    assert (loaded.status_code, loaded.get_json()["created"]) == (201, 3)
    assert (again.data, again.headers["Idempotency-Replayed"]) == (loaded.data, "true")
    found = {each["tax_code"]: each["id"] for each in people(counter, query=f"cluster={cluster}")}
    assert set(found) == set(codes)
    assert loaded.get_json()["rows"] == [
        {"row": number, "outcome": "CREATED", "employee_id": found[code]} for number, code in enumerate(codes, 2)
    ]
    outcomes = {row["row"]: row["outcome"] for row in changed.get_json()["rows"]}
    assert outcomes == {2: "UPDATED", 3: "UNCHANGED"}
    assert all(row["employee_id"] for row in changed.get_json()["rows"])


def test_the_rows_of_a_long_file_are_told_a_part_at_a_time(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(employee_imports, "MOST_ROWS", 2)
    content = HEADER + "".join(line(factories.tax_code()) for _ in range(3))

    loaded = send(counter, content).get_json()
    rest = send(counter, content, path=f"{PATH}/simulate", after_row=str(loaded["rows"][-1]["row"])).get_json()

    assert ([row["row"] for row in loaded["rows"]], loaded["has_more_rows"]) == ([2, 3], True)
    assert ([row["row"] for row in rest["rows"]], rest["has_more_rows"]) == ([4], False)
    assert counter.ask("hr", "GET", f"/v1/employees/{rest['rows'][0]['employee_id']}").status_code == 200


def test_every_row_that_is_wrong_is_named_and_nothing_is_loaded(counter: Counter) -> None:
    sound = factories.tax_code()
    content = HEADER + line(sound) + line("RSSMRA80A01H501X") + line(factories.tax_code(), hired="31/02/2020")

    refused = send(counter, content)
    told = send(counter, content, path=f"{PATH}/simulate")

    problem = refused.get_json()
    assert (refused.status_code, problem["code"], problem["problem_count"]) == (422, "people_file_refused", 2)
    assert [(each["row"], each["column"], each["value"]) for each in problem["errors"]] == [
        (3, "codice fiscale", "RSSMRA80A01H501X"),
        (4, "data assunzione", "31/02/2020"),
    ]
    assert all(each["pointer"] == "#/file" and "anagrafica.csv" in each["detail"] for each in problem["errors"])
    assert told.status_code == 200
    assert told.get_json()["problems"] == problem["errors"]
    assert [row["row"] for row in told.get_json()["rows"]] == [2]
    assert sound not in {each["tax_code"] for each in people(counter)}


def test_a_workbook_is_read_as_well(counter: Counter) -> None:
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    sheet = book.add_worksheet()
    code = factories.tax_code()
    for number, row in enumerate([("Codice fiscale", "Cognome", "Nome"), (code, "Prova", "Foglio")]):
        sheet.write_row(number, 0, row)
    book.close()

    loaded = send(counter, made.getvalue())

    assert (loaded.status_code, loaded.get_json()["created"]) == (201, 1)
    assert code in {each["tax_code"] for each in people(counter)}


def test_a_file_concerns_the_book_of_whoever_sends_it(counter: Counter) -> None:
    code = tax_code_of(counter, "anna")

    own = send(counter, HEADER + line(code), path=f"{PATH}/simulate").get_json()
    named = send(counter, HEADER + line(code), "operator", path=f"{PATH}/simulate", employer="E2").get_json()
    foreign = send(counter, HEADER + line(code), employer="E2")

    # To the employer of others Anna is somebody new.
    assert [row["outcome"] for row in own["rows"]] == ["CREATED"]
    assert [row["employee_id"] for row in named["rows"]] == [counter.people["anna"]]
    assert (foreign.status_code, foreign.get_json()["code"]) == (404, "funder_not_found")
    assert send(counter, HEADER + line(code), "marta").get_json()["errors"][0]["pointer"] == "#/employer"


@pytest.mark.parametrize("who", ["giulia", "payroll", "accountant", "p04"])
def test_nobody_else_loads_people(counter: Counter, who: str) -> None:
    assert send(counter, HEADER, who).status_code == 403


@pytest.mark.parametrize("who", ["giulia", "payroll"])
def test_nobody_else_learns_who_is_known(counter: Counter, who: str) -> None:
    assert send(counter, HEADER + line(tax_code_of(counter, "mario")), who, path=f"{PATH}/simulate").status_code == 403


def bomb() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 110_000_000)
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (bytes(range(256)) * 8, "file_not_text"),
        (b"PK\x03\x04 no archive", "file_not_spreadsheet"),
        (b"%PDF-1.7\n", "file_format_unsupported"),
        (b"colonna;altra\n1;2\n", "header_not_found"),
        (bomb, "zip_bomb"),
    ],
)
def test_a_file_that_is_no_table_is_refused(counter: Counter, content: Any, code: str) -> None:
    answer = send(counter, content() if callable(content) else content)

    assert (answer.status_code, answer.get_json()["code"]) == (422, code)
    assert "/" not in answer.get_json()["detail"]


def test_a_form_that_is_wrong_names_its_field(counter: Counter) -> None:
    more = send(counter, HEADER, colour="red")
    none = counter.client.post(
        PATH,
        data={"file": "text"},
        headers={"Authorization": f"Bearer {counter.secrets['hr']}", "Idempotency-Key": "none"},
        content_type="multipart/form-data",
    )

    assert [each["pointer"] for each in more.get_json()["errors"]] == ["#/colour"]
    assert [each["pointer"] for each in none.get_json()["errors"]] == ["#/file"]
    assert counter.ask("hr", "POST", PATH, {}).status_code == 415
    assert send(counter, HEADER, key=" ").get_json()["code"] == "key_malformed"


def test_a_file_may_be_larger_than_other_bodies_and_has_its_own_bound(counter: Counter) -> None:
    large = HEADER + line(factories.tax_code()) + "\n" * 1_500_000

    assert send(counter, large, path=f"{PATH}/simulate").get_json()["created"] == 1
    assert send(counter, "x" * (employee_imports.MOST_BYTES + 1)).status_code == 413


def test_the_name_of_a_file_leads_nowhere(counter: Counter) -> None:
    answer = counter.client.post(
        f"{PATH}/simulate",
        data={"file": (io.BytesIO((HEADER + line("X")).encode()), "../../etc/.passwd")},
        headers={"Authorization": f"Bearer {counter.secrets['hr']}"},
    )

    assert answer.status_code == 200
    assert answer.get_json()["file"] == "etc_.passwd"
