"""Statements over HTTP: each made once by a task for whoever may read it, and by nobody else."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pikepdf
import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from defusedxml import ElementTree
from sqlalchemy.engine import URL

from api import tasks
from api.cli.program import program
from api.exports import files, kinds
from api.exports.kinds import KINDS
from api.jobs import registry
from config import clock, database, fences
from config.fences import Fence, Sight
from tests.api.v1.offices import FORMULA, NOW, Offices, opened
from tests.api.v1.statement_table import ASKED, EVERYBODY, FLOW, MARCH, OPEN_TO, PERIOD, TWINS, YEAR


@pytest.fixture(scope="module")
def offices(server: URL, template: URL, worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Offices]:
    with opened(server, template, f"offices_{worker_id}", tmp_path_factory.mktemp("offices")) as found:
        yield found


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with clock.at(NOW):
        yield


def asked(offices: Offices, who: str, kind: str, parameters: Mapping[str, Any], form: str, **more: Any) -> Any:
    body = {"kind": kind, "parameters": parameters, "format": form} | more
    return offices.counter.ask(who, "POST", "/v1/statements", body)


def made(offices: Offices, who: str, kind: str, parameters: Mapping[str, Any], form: str, **more: Any) -> Any:
    """Ask for a statement, let a worker make it, and return what is told of it then."""
    answer = asked(offices, who, kind, parameters, form, **more)
    assert answer.status_code == 202, answer.text
    while tasks.run_next():
        pass
    return offices.counter.ask(who, "GET", answer.headers["Location"]).get_json()


def content(offices: Offices, who: str, told: Mapping[str, Any]) -> bytes:
    assert told["status"] == "done", told
    answer = offices.counter.ask(who, "GET", f"/v1/statements/{told['id']}/file")
    assert answer.status_code == 200
    return bytes(answer.data)


def opens(form: str, data: bytes, media_type: str) -> None:
    """Open a file with a program nobody here wrote."""
    if media_type == kinds.ZIP:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            assert archive.testzip() is None
            for name in archive.namelist():
                opens(form, archive.read(name), kinds.PDF if form == "pdf" else kinds.XML)
    elif media_type == kinds.PDF:
        assert pikepdf.open(io.BytesIO(data)).pages
    elif media_type == kinds.XLSX:
        assert openpyxl.load_workbook(io.BytesIO(data)).worksheets
    elif media_type == kinds.XML:
        assert ElementTree.fromstring(data) is not None
    else:
        assert len(data.decode("utf-8-sig").splitlines()) > 3


@pytest.mark.parametrize(("kind", "form"), [(kind, form) for kind in ASKED for form in KINDS[kind].formats])
def test_each_kind_is_made_for_its_reader_and_opens(offices: Offices, kind: str, form: str) -> None:
    who, parameters = ASKED[kind]

    told = made(offices, who, kind, parameters, form)
    data = content(offices, who, told)

    assert told["reconciles"] in (True, None)
    assert (told["file"]["size_bytes"], told["problem"]) == (len(data), None)
    opens(form, data, told["file"]["media_type"])


def test_the_table_of_who_may_ask_is_the_issues() -> None:
    assert {kind.name: {str(role) for role in kind.roles} for kind in KINDS.values()} == OPEN_TO
    assert set(ASKED) == set(OPEN_TO)


@pytest.mark.parametrize("who", EVERYBODY)
def test_each_role_is_offered_its_kinds_and_refused_every_other(offices: Offices, who: str) -> None:
    offered = offices.counter.ask(who, "GET", "/v1/statements/kinds").get_json()["data"]
    allowed = {kind for kind, roles in OPEN_TO.items() if EVERYBODY[who] in roles}

    assert {each["kind"] for each in offered} == allowed
    for kind in set(OPEN_TO) - allowed:
        answer = asked(offices, who, kind, ASKED[kind][1], next(iter(KINDS[kind].formats)))
        assert (answer.status_code, answer.get_json()["code"]) == (403, "not_allowed"), kind


def test_what_a_kind_takes_is_told_as_json_schema(offices: Offices) -> None:
    offered = offices.counter.ask("payroll", "GET", "/v1/statements/kinds", Accept_Language="en").get_json()["data"]
    month = next(each for each in offered if each["kind"] == "payroll_month")

    assert (month["title"], month["formats"]) == ("Payroll month", ["csv", "xlsx"])
    assert month["parameters"]["required"] == ["month"]
    assert set(month["parameters"]["properties"]) == {"month", "draft"}
    assert month["parameters"]["additionalProperties"] is False


@pytest.mark.parametrize(("who", "kind", "parameters", "form", "line"), TWINS)
def test_a_statement_is_the_command_lines_byte_for_byte(
    offices: Offices, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, who: str, kind: str,
    parameters: Mapping[str, Any], form: str, line: str,
) -> None:  # fmt: skip
    monkeypatch.setenv("BORSELLINO_CLOCK", NOW.replace(tzinfo=None).isoformat())
    path = tmp_path / "twin"
    codes = {"giulia": _tax_code(offices), "comune": _code_of(offices, "PUB")}
    words = [*line.format(**codes).split(), "--format", form, "--output", str(path), "--language", "it"]
    if kind == "personal_statement":
        del words[words.index("--format") : words.index("--format") + 2]
    done = CliRunner().invoke(program, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output

    told = made(offices, who, kind, parameters, form, language="it")

    assert content(offices, who, told) == path.read_bytes()


def test_what_is_held_is_told_to_payroll_alone(offices: Offices) -> None:
    hr, payroll = (
        content(offices, who, made(offices, who, "plan_statement", {"plan": "A"}, "csv", language="it"))
        for who in ("hr", "payroll")
    )

    assert b"vincolato" not in hr
    assert b"vincolato" in payroll


def _tax_code(offices: Offices) -> str:
    return str(_ask_sql("select tax_code from employee where employee_id = %s", offices.counter.people["giulia"]))


def _code_of(offices: Offices, name: str) -> str:
    return str(_ask_sql("select code from funder where book_id = %s", offices.counter.books[name]))


def _ask_sql(statement: str, *values: object) -> object:
    return database.transact(lambda session: database.call(session, statement, values)[0])


def test_the_life_of_a_statement(offices: Offices) -> None:
    body = {"kind": "journal", "parameters": PERIOD, "format": "csv"}

    first = offices.counter.ask("accountant", "POST", "/v1/statements", body, key="giornale", Accept_Language="it")
    again = offices.counter.ask("accountant", "POST", "/v1/statements", body, key="giornale", Accept_Language="it")
    other = offices.counter.ask(
        "accountant", "POST", "/v1/statements", body | {"format": "hledger"}, key="giornale", Accept_Language="it"
    )
    place = first.headers["Location"]
    early = offices.counter.ask("accountant", "GET", f"{place}/file")
    waiting = offices.counter.ask("accountant", "GET", place)
    ran = [tasks.run_next(), tasks.run_next()]
    done = offices.counter.ask("accountant", "GET", place)
    one, two = (offices.counter.ask("accountant", "GET", f"{place}/file") for _ in range(2))
    unchanged = offices.counter.ask("accountant", "GET", f"{place}/file", If_None_Match=one.headers["ETag"])

    assert (first.status_code, first.headers["Retry-After"]) == (202, "2")
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.get_json() == first.get_json()
    assert (other.status_code, other.get_json()["code"]) == (422, "key_reused")
    assert (early.status_code, early.get_json()["code"]) == (409, "statement_not_ready")
    assert (waiting.get_json()["status"], waiting.headers["Retry-After"]) == ("queued", "2")
    assert ran == [True, False]
    assert "Retry-After" not in done.headers
    facts = {"statement_id": done.get_json()["id"], "kind": "journal", "format": "csv"}
    told = "select facts from event where type = 'statement.ready' and aggregate = %s and only_for is not null"
    assert _ask_sql(told, facts["statement_id"]) == facts
    assert (done.get_json()["done"], done.get_json()["total"]) == (2, 2)
    assert one.data == two.data
    assert one.headers["Content-Disposition"] == "attachment; filename=E1-giornale.csv"
    assert one.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert one.headers["X-Content-Type-Options"] == "nosniff"
    assert (unchanged.status_code, unchanged.data) == (304, b"")


def test_a_text_that_a_spreadsheet_would_run_is_led_by_an_apostrophe(offices: Offices) -> None:
    plan = content(offices, "payroll", made(offices, "payroll", "plan_statement", {"plan": "A"}, "csv"))
    year = content(offices, "accountant", made(offices, "accountant", "cu_year", YEAR, "csv"))
    month = content(offices, "payroll", made(offices, "payroll", "payroll_month", MARCH, "csv"))

    for data in (plan, year, month):
        cells = [cell for row in csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";") for cell in row]
        assert any(cell.startswith(("'=cmd", "'=1+1")) for cell in cells)
        assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "\t"))]
    workbook = openpyxl.load_workbook(
        io.BytesIO(content(offices, "payroll", made(offices, "payroll", "plan_statement", {"plan": "A"}, "xlsx")))
    )
    found = [cell for sheet in workbook for row in sheet.iter_rows() for cell in row if FORMULA in str(cell.value)]
    assert found
    assert {cell.data_type for cell in found} == {"s"}


@pytest.mark.parametrize(
    ("who", "kind", "parameters", "code"),
    [
        # B is a plan of E1 alone.
        ("hr3", "plan_statement", {"plan": "B"}, "plan_not_found"),
        ("hr", "plan_statement", {"plan": "Z"}, "plan_not_found"),
        ("operator", "journal", {"funder": "E99"}, "funder_not_found"),
        ("operator", "clearing_statement", MARCH | {"territory": "atlantide"}, "territory_not_found"),
    ],
)
def test_what_is_somebody_elses_is_not_found(
    offices: Offices, who: str, kind: str, parameters: Mapping[str, Any], code: str
) -> None:
    answer = asked(offices, who, kind, parameters, next(iter(KINDS[kind].formats)))

    assert (answer.status_code, answer.get_json()["code"]) == (404, code)


@pytest.mark.parametrize(
    ("who", "kind", "parameters", "form", "pointer"),
    [
        ("accountant", "journal", PERIOD | {"detail": True}, "csv", "#/parameters/detail"),
        ("accountant", "journal", PERIOD | {"funder": "E3"}, "csv", "#/parameters/funder"),
        ("hr", "deductibility", YEAR | {"detail": True}, "pdf", "#/parameters/detail"),
        ("hr", "recharge_list", MARCH | {"detail": True}, "csv", "#/parameters/detail"),
        ("giulia", "personal_statement", YEAR | {"employee_id": "emp_x"}, "pdf", "#/parameters/employee_id"),
        ("p25", "provider_settlement", PERIOD | {"provider": "P02"}, "pdf", "#/parameters/provider"),
        ("p25", "provider_settlement", {"starts_on": "2026-03-02", "ends_on": "2026-03-01"}, "pdf",
         "#/parameters/ends_on"),
        ("payroll", "payroll_month", {"month": "2026-13"}, "csv", "#/parameters/month"),
        ("payroll", "payroll_month", {"month": 202603}, "csv", "#/parameters/month"),
        ("payroll", "payroll_month", {}, "csv", "#/parameters/month"),
        ("payroll", "payroll_month", MARCH, "pdf", "#/format"),
        ("hr", "deductibility", {"year": 99_999}, "pdf", "#/parameters/year"),
        ("hr", "plan_statement", {"plan": "\x00"}, "pdf", "#/parameters/plan"),
        ("hr", "plan_statement", "A", "pdf", "#/parameters"),
        ("hr", "nonsense", {}, "pdf", "#/kind"),
    ],
)  # fmt: skip
def test_a_parameter_that_is_wrong_is_named(
    offices: Offices, who: str, kind: str, parameters: Any, form: str, pointer: str
) -> None:
    answer = asked(offices, who, kind, parameters, form)

    assert (answer.status_code, answer.get_json()["code"]) == (422, "fields_invalid")
    assert [each["pointer"] for each in answer.get_json()["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("who", "kind", "parameters", "code"),
    [
        ("payroll", "payroll_month", {"month": "2026-04"}, "payroll_month_open"),
        ("hr", "recharge_list", {"month": "2026-04"}, "recharge_month_open"),
        ("hr", "plan_statement", {"plan": "A", "cluster": "dirigenti"}, "cluster_without_credit"),
        ("comune", "siuss_flow", FLOW | {"benefit": "A9.99"}, "benefit_unknown"),
        ("p24", "invoices", PERIOD, "nothing_to_invoice"),
    ],
)
def test_what_is_found_out_by_the_work_is_its_problem(
    offices: Offices, who: str, kind: str, parameters: Mapping[str, Any], code: str
) -> None:
    told = made(offices, who, kind, parameters, next(iter(KINDS[kind].formats)))

    assert (told["status"], told["problem"]["code"], told["file"]) == ("failed", code, None)
    answer = offices.counter.ask(who, "GET", f"/v1/statements/{told['id']}/file")
    assert (answer.status_code, answer.get_json()["code"]) == (409, "statement_not_ready")


def test_only_whoever_asked_reads_a_statement(offices: Offices) -> None:
    told = made(offices, "payroll", "payroll_month", MARCH, "csv")

    for who in EVERYBODY:
        for path in ("", "/file"):
            answer = offices.counter.ask(who, "GET", f"/v1/statements/{told['id']}{path}")
            assert answer.status_code == (200 if who == "payroll" else 404), who
    listed = {who: offices.counter.ask(who, "GET", "/v1/statements").get_json()["data"] for who in ("hr", "payroll")}
    assert told["id"] in [each["id"] for each in listed["payroll"]]
    assert told["id"] not in [each["id"] for each in listed["hr"]]


def test_a_list_is_paged_and_filtered(offices: Offices) -> None:
    for form in ("csv", "xlsx"):
        made(offices, "payroll", "payroll_month", MARCH, form)

    first = offices.counter.ask("payroll", "GET", "/v1/statements?kind=payroll_month&limit=1").get_json()
    after = first["data"][0]["id"]
    second = offices.counter.ask(
        "payroll", "GET", f"/v1/statements?kind=payroll_month&limit=1&starting_after={after}"
    ).get_json()

    assert (first["data"][0]["format"], first["has_more"]) == ("xlsx", True)
    assert second["data"][0]["format"] == "csv"
    assert offices.counter.ask("payroll", "GET", "/v1/statements?kind=nonsense").status_code == 422


class Killed(BaseException):
    """What a worker dies of."""


def test_a_worker_that_dies_midway_leaves_it_to_the_next(offices: Offices, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = asked(offices, "accountant", "trial_balance", PERIOD, "csv")
    place = answer.headers["Location"]
    with monkeypatch.context() as patch:
        patch.setattr(files.Store, "take", _die)
        with pytest.raises(Killed):
            tasks.run_next()
    assert offices.counter.ask("accountant", "GET", place).get_json()["status"] == "running"
    assert not tasks.run_next()

    _ask_sql("update task set lease_until = now() - interval '1 second' where state = 'running' returning task_id")
    ran = [tasks.run_next(), tasks.run_next()]

    told = offices.counter.ask("accountant", "GET", place).get_json()
    assert ran == [True, False]
    assert content(offices, "accountant", told)


def _die(*_: object) -> None:
    raise Killed


def test_files_go_after_their_days_and_the_bytes_with_them(offices: Offices) -> None:
    told = made(offices, "giulia", "personal_statement", YEAR, "pdf")
    path = files.store().path(bytes.fromhex(told["file"]["sha256"]))
    (files.store().folder / ".making-left").mkdir()
    assert path.stat().st_mode & 0o077 == 0
    assert database.transact(files.sweep) == 0

    with clock.at(NOW + files.KEPT + timedelta(seconds=1)):
        removed = Counter[str]()
        registry.find("sweep-statements").work(removed)
    with clock.at(NOW + timedelta(hours=1)):
        missing = offices.counter.ask("giulia", "GET", f"/v1/statements/{told['id']}/file")

    assert removed["files"] >= 1
    assert not path.exists()
    assert (missing.status_code, missing.get_json()["code"]) == (404, "statement_file_not_found")


@pytest.mark.parametrize("sight", [Sight.BOOK, Sight.NETWORK])
def test_inside_a_fence_the_planner_knows_how_much_there_is(offices: Offices, sight: Sight) -> None:
    # What it takes for empty it joins row by row: a statement of a large book would never end.
    database.transact(lambda session: session.execute(sa.text("analyze")))
    for table in ("account", "entry", "posting", '"authorization"', "fiscal_event"):
        with fences.inside(Fence(sight, offices.counter.books["E1"])):
            actual = _ask_sql(f"select count(*) from {table} where book_id = 1")
            plan: Any = _ask_sql(f"explain (format json) select from {table} where book_id = 1")
        assert isinstance(actual, int)
        assert plan[0]["Plan"]["Plan Rows"] * 3 >= actual > 1, table
