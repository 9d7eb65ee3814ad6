"""The payroll file as an office sends it, on the command line."""

from __future__ import annotations

import json

from tests.api.conftest import GIULIA, MARIO, Shell
from tests.factories import tax_code

HEADER = "Codice Fiscale;Anno;Fringe benefit;Note\n"


def test_a_file_is_tried_loaded_and_once(shell: Shell) -> None:
    path = shell.write("paghe.csv", HEADER + f"{GIULIA};2026;480,00;auto\n{MARIO};2026;;\n")
    before = shell.contents()

    assert "Prova" in shell.done(f"elsewhere load {path} --dry-run", language="it")
    assert shell.contents() == before
    text = shell.done(f"elsewhere load {path}", language="it")
    assert "2 righe; 1 importo nuovo" in text
    assert "senza importi: 1" in text
    assert "Note" in text
    after = shell.contents()
    assert "already" in shell.done(f"elsewhere load {path}")
    assert shell.contents() == after


def test_problems_are_told_with_their_place_and_exit_2(shell: Shell) -> None:
    path = shell.write("paghe.csv", HEADER + f"{GIULIA};26;480,00;\n{tax_code(7_001)};2026;1.000;\n")

    text = shell.refused(2, f"elsewhere load {path}", language="it")
    found = json.loads(shell.run(f"elsewhere load {path} --json").stdout)

    assert "riga 2, colonna «Anno», valore «26»" in text
    assert [(each["row"], each["code"]) for each in found["problems"]] == [
        (2, "tax_year_unreadable"),
        (3, "amount_ambiguous"),
        (3, "employee_not_found"),
    ]
    assert shell.sql("select count(*) from employee_fact") == [(0,)]


def test_a_file_that_does_not_add_up_is_refused(shell: Shell) -> None:
    path = shell.write("paghe.csv", HEADER + f"{GIULIA};2026;100,00;\n{MARIO};2026;;\nTotale;;99,00;\n")

    assert "[total_differs]" in shell.refused(2, f"elsewhere load {path}", language="it")
    assert shell.sql("select count(*) from employee_fact") == [(0,)]


def test_a_year_without_bonuses_is_an_empty_list(shell: Shell) -> None:
    assert json.loads(shell.done("bonus year 2026 --json"))["workers"] == []
