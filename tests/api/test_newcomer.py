"""What somebody sees who has never used the program: whole codes, every problem, no promises."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from plans import taxcodes
from tests.api.conftest import GIULIA, MARIO, Shell
from tests.factories import tax_code

PAGE = Path(__file__).resolve().parents[2] / "docs" / "commands.md"


def test_every_problem_of_a_file_of_people_is_named(shell: Shell) -> None:
    text = f"codice fiscale;cognome;nome\nXXX;Uno;A\n{tax_code(5001)};;B\n{tax_code(5002)};Due;C\n"
    path = shell.write("p.csv", text)

    said = shell.refused(2, f"people load {path}", language="it")
    result = shell.run(f"people load {path} --json")

    assert "p.csv, riga 2, colonna «codice fiscale», valore «XXX»" in said
    assert "p.csv, riga 3, colonna «cognome»" in said
    assert "2 problemi" in said
    found = json.loads(result.stdout)
    assert (result.exit_code, found["problem_count"]) == (2, 2)
    assert [(p["row"], p["column"]) for p in found["problems"]] == [(2, "codice fiscale"), (3, "cognome")]
    assert json.loads(result.stderr)["error"]["code"] == "people_file_refused"


def test_every_problem_of_a_file_of_relatives_is_named(shell: Shell) -> None:
    text = f"codice fiscale;parentela;cognome;nome\n{GIULIA};zzz;Uno;A\n{tax_code(5003)};madre;Due;B\n"
    path = shell.write("r.csv", text)

    said = shell.refused(2, f"people load --relatives {path}")

    assert "r.csv, row 2" in said
    assert "r.csv, row 3" in said


@pytest.mark.parametrize(
    "header",
    [
        "codice fiscale;parentela;cognome;nome",
        "codice fiscale;cf familiare;cognome;nome",
        "codice fiscale;nome familiare;cognome;nome",
    ],
)
def test_a_file_of_relatives_renames_nobody(shell: Shell, header: str) -> None:
    path = shell.write("r.csv", f"{header}\n{GIULIA};madre;Altra;Persona\n")
    before = shell.contents()

    assert "sembra un file di familiari, usare --relatives" in shell.refused(2, f"people load {path}", language="it")
    assert "this looks like a file of relatives: use --relatives" in shell.refused(2, f"people load {path}")
    assert shell.contents() == before


@pytest.mark.parametrize("width", ["40", "80", "120", "200"])
def test_codes_stand_whole_on_one_line(granted: Shell, monkeypatch: pytest.MonkeyPatch, width: str) -> None:
    granted.done(f"authorize {GIULIA} BUO-CR --quantity 2 --channel voucher")
    code, authorization = granted.sql('select code, authorization_id from "authorization"')[0]
    services = [entry["service_code"] for entry in json.loads(granted.done("network list services --json"))["services"]]
    rules = [rule["id"] for rule in json.loads(granted.done("rules list --json"))["rules"]]
    monkeypatch.setenv("COLUMNS", width)

    wallet = granted.done(f"wallet show {GIULIA}")
    people = granted.done("people list")

    assert str(code) in wallet
    assert str(authorization) in wallet
    assert all(tax in people for tax in (GIULIA, MARIO))
    assert all(service in granted.done("network list services") for service in services[:3])
    assert "100,000.00" in granted.done("ledger trial-balance")
    listed = granted.done("rules list")
    assert all(rule in listed for rule in rules)


def test_a_narrow_terminal_gets_a_block_for_each_row(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    assert f"tax code: {GIULIA}" not in shell.done("people list")
    monkeypatch.setenv("COLUMNS", "80")

    assert f"\ntax code: {GIULIA}\n" in "\n" + shell.done("people list")


def test_a_list_of_services_says_how_many_there_are(shell: Shell) -> None:
    total = json.loads(shell.done("network list services --json"))["total"]

    assert f"2 di {total}, --limit per gli altri." in shell.done("network list services --limit 2", language="it")
    assert "--limit" not in shell.done("network list services --limit 1000")


def test_a_check_promises_no_load(shell: Shell) -> None:
    small = shell.write("small.csv", f"codice fiscale;importo\n{GIULIA};10,00\n")

    text = shell.done(f"budget check {small} --plan A", language="it")

    assert "alcune righe, per controllare gli accenti" in text
    assert "Nessun problema nel file." in text
    assert "si può caricare" not in text
    assert "accreditare ancora" not in text

    shell.done(f"budget load {small} --plan A --reference gennaio")
    again = shell.done(f"budget check {small} --plan A", language="it")
    assert "già stato caricato con il riferimento «gennaio»" in again


def test_a_check_says_when_the_money_is_not_there(shell: Shell) -> None:
    shell.done("fund commit A 50.000,00")
    grantable = json.loads(shell.done("plan list --json"))["plans"][0]["funding"]["grantable_minor"]
    path = shell.write("big.csv", f"codice fiscale;importo\n{GIULIA};{grantable // 100 + 1},00\n")

    text = shell.done(f"budget check {path} --plan A")
    found = json.loads(shell.done(f"budget check {path} --plan A --json"))

    assert "less than the file's total" in text
    assert (found["grantable_minor"], found["loaded_as"]) == (grantable, None)


def test_a_missing_file_has_no_total(shell: Shell) -> None:
    text = shell.refused(2, f"budget check {shell.folder / 'no.csv'} --plan A")

    assert "[file_missing]" in text
    assert "total" not in text


def test_the_tax_codes_of_the_page_are_valid() -> None:
    codes = set(re.findall(r"\b[A-Z]{6}\d{2}[A-Z]\d{2}[A-Z]\d{3}[A-Z]\b", PAGE.read_text(encoding="utf-8")))

    assert codes
    assert all(taxcodes.check(code) == code for code in codes)
