"""What is promised, paid, granted and taken back."""

from __future__ import annotations

import json

import pytest

from tests.api.conftest import ANNA, GIULIA, MARIO, Shell
from tests.factories import tax_code


def budget(shell: Shell, *rows: str, name: str = "budget.csv") -> str:
    return shell.write(name, "codice fiscale;cognome;importo\n" + "\n".join(rows) + "\n")


def test_a_commitment_and_a_transfer_are_entries(shell: Shell) -> None:
    text = shell.done("fund commit A 1.000,00 --reference D-1", language="it")
    assert "Impegno di 1.000,00" in text
    text = shell.done("fund transfer A 1000.00 --on 02/03/2026")
    assert "€1,000.00 for plan A" in text


@pytest.mark.parametrize(
    ("line", "en", "it"),
    [
        ("fund transfer A 1,00", "exceeds what is still due", "supera quanto resta da versare"),
        ("fund commit A 90.071.992.547.409,90", "is too large", "è troppo grande"),
        ("fund commit NOPE 1,00", "There is no plan NOPE", "Il piano NOPE non c'è"),
        ("fund commit A 1,00 --on 2026-03-03", "has not come yet", "non è ancora arrivata"),
    ],
)
def test_money_that_cannot_be_recorded(shell: Shell, line: str, en: str, it: str) -> None:
    assert en in shell.refused(1, line)
    assert it in shell.refused(1, line, language="it")


def test_checking_a_budget_shows_accents_totals_and_that_it_is_fine(shell: Shell) -> None:
    before = shell.contents()
    path = budget(shell, f"{GIULIA};Niccolò;600,00", f"{MARIO};Rossi;1.000,00")

    text = shell.done(f"budget check {path} --plan A", language="it")

    assert "Niccolò" in text
    assert "1.600,00" in text
    assert "Nessun problema" in text
    assert shell.contents() == before


def test_checking_a_budget_names_each_problem_with_its_place_and_how_to_mend_it(shell: Shell) -> None:
    path = budget(shell, f"{GIULIA};Niccolò;1.234", f"{tax_code(3001)};Nessuno;-5", f"{MARIO};Rossi;1;2;3")

    text = shell.refused(2, f"budget check {path} --plan A", language="it")

    assert "riga 2, colonna «importo», valore «1.234»: può voler dire" in text
    assert "[employee_unknown]" in text
    assert "[amount_negative]" in text
    assert "[row_too_wide]" in text


def test_loading_a_budget_grants_it_once(shell: Shell) -> None:
    path = budget(shell, f"{GIULIA};N;600,00", f"{MARIO};R;1.000,00")

    assert "Accreditati 1.600,00" in shell.done(f"budget load {path} --plan A", language="it")
    assert "nothing changed" in shell.done(f"budget load {path} --plan A")
    assert "say so. [budget_content_repeated]\n  --repeat\n" in shell.refused(
        1, f"budget load {path} --plan A --reference twice"
    )
    assert "Granted" in shell.done(f"budget load {path} --plan A --reference twice --repeat")


def test_a_budget_with_problems_is_not_loaded(shell: Shell) -> None:
    path = budget(shell, f"{GIULIA};N;600,00", f"{GIULIA};N;600,00")

    text = shell.refused(2, f"budget load {path} --plan A")

    assert "already stands in row 2" in text
    assert "\n1 problem: mend" in text
    assert "\n1 problema: correggere" in shell.refused(2, f"budget check {path} --plan A", language="it")
    assert "Nothing was granted" in text
    assert shell.sql("select count(*) from budget_load") == [(0,)]


def test_a_budget_beyond_the_money_is_refused(shell: Shell) -> None:
    path = budget(shell, f"{GIULIA};N;100.000,01")

    assert "exceeds the committed budget" in shell.refused(2, f"budget load {path} --plan A")


def test_a_total_that_differs_is_told(shell: Shell) -> None:
    path = budget(shell, f"{GIULIA};N;600,00")

    assert "difference" in shell.refused(2, f"budget check {path} --plan A --expect-total 601,00")


def test_a_wrong_grant_is_taken_back_before_it_is_spent(granted: Shell) -> None:
    lot = granted.sql("select lot_id from lot order by 1")[0][0]

    assert "Took" in granted.done(f"grant correct {lot} 100,00 --reason errore")
    assert "only" in granted.refused(1, f"grant correct {lot} 600,00 --reason errore")
    assert "Lot lot_nope not found" in granted.refused(1, "grant correct lot_nope 1,00 --reason x")


DRY = [
    "fund commit A 10,00",
    "people leave {a} --on 2026-03-31",
    "declare external-fringe {g} --year 2026 --amount 10",
    "book open E9 --vat-number 00000010215 --home bari --name X",
    "book stop",
    "network suspend PONTE --reason prova",
    "network load",
    "budget load {budget} --plan A",
    "ledger close-period --from 2026-01-01 --to 2026-01-31",
    "expire --on 2027-01-31",
    "seal",
    "authorize {m} ADI-CR --for madre --quantity 1",
    "people load {people}",
]


@pytest.mark.parametrize("line", DRY)
def test_a_dry_run_says_what_it_would_do_and_leaves_every_table_as_it_was(granted: Shell, line: str) -> None:
    provider = granted.sql("select provider_code from service where code = 'ADI-CR'")[0][0]
    values = {
        "g": GIULIA,
        "m": GIULIA,
        "a": ANNA,
        "budget": budget(granted, f"{ANNA};D;5,00", name="more.csv"),
        "people": granted.write("p.csv", f"codice fiscale;cognome;nome\n{tax_code(3002)};A;B\n"),
    }
    before = granted.contents()

    result = granted.run(line.format(**values).replace("PONTE", str(provider)) + " --dry-run")

    assert "Traceback" not in result.output
    assert result.exit_code == (1 if line.startswith(("authorize", "expire")) and result.exit_code else 0)
    assert "nothing was written" in result.output or result.exit_code == 1
    assert granted.contents() == before


def test_a_dry_run_in_json_says_so(shell: Shell) -> None:
    assert json.loads(shell.done("fund commit A 10,00 --dry-run --json"))["dry_run"] is True
