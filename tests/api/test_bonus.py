"""The commands about bonuses, as an office types them."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from tests.api.conftest import ANNA, GIULIA, MARIO, Shell
from tests.factories import tax_code

PLAN = """
code = "B"
name = "Premio 2025"
source = "PDR"
starts_on = 2026-01-01
ends_on = 2026-12-31
spend_by = 2026-11-30
entitlement = "ALL"
funding_policy = "ON_ACCOUNT"
taxable_policy = "REFUSE"
categories = ["CARE"]
channels = ["DIRECT"]
[act]
source_type = "COMPANY_AGREEMENT"
document_ref = "Accordo 12/2025"
signed_on = 2025-12-10
"""
HEADER = "codice fiscale;premio;% conversione;data scelta;reddito entro il limite\n"
OFFERED = "codice fiscale;premio;reddito entro il limite\n"
ASKED = "--plan B --by 20/03/2026"
AGREED = "bonus agreement B --deposit-code ITL-1 --deposited-on 20/12/2025 --conformity --increment"


@pytest.fixture
def bonus(shell: Shell) -> Shell:
    """The furnished database with plan B of converted bonuses, its agreement, and 10,000 euro committed."""
    shell.done(f"plan load {shell.write('b.toml', PLAN)}")
    shell.done("fund commit B 10.000,00")
    shell.done(AGREED)
    return shell


def test_the_published_example_is_told_to_the_cent(shell: Shell) -> None:
    text = shell.done("bonus simulate 1.000,00 --share 100 --on 30/06/2026 --income 30.000,00", language="it")

    for figure in ("91,90", "908,10", "9,08", "899,02", "1.000,00", "100,98"):
        assert figure in text
    assert "pdr-conversion-cap-2026" in text
    assert "non si sa" in text
    assert "45.41" in shell.done("bonus simulate 1000.00 --share 0 --on 2025-06-30")


def test_a_tax_nobody_can_know_is_not_shown_as_zero(shell: Shell) -> None:
    text = shell.done("bonus simulate 5.000,00 --share 0 --on 30/06/2025", language="it")

    assert "--ordinary-tax" in text
    found = json.loads(shell.done("bonus simulate 5.000,00 --share 0 --on 30/06/2025 --json"))
    assert found["comparison"]["cash"]["net_minor"] is None
    assert "3.851,32" in shell.done(
        "bonus simulate 5.000,00 --share 0 --on 30/06/2025 --ordinary-tax 35", language="it"
    )


@pytest.mark.parametrize(
    ("line", "code", "text"),
    [
        ("bonus simulate 3.000,01 --on 30/06/2026", 1, "bonus_cap_exceeded"),
        ("bonus simulate 1.000,00 --on 30/06/2026 --income 80.000,01", 1, "bonus_income_above"),
        ("bonus simulate 1.000,00 --share 101", 2, "bonus_share_invalid"),
        ("bonus simulate 1.000,00 --on 31/12/2015", 1, "bonus_rule_missing"),
        ("bonus simulate 1.000", 2, "1000"),
        ("bonus simulate 1,00 --contributions 100", 2, "bonus_rate_invalid"),
        ("bonus proof A", 1, "bonus_plan_needed"),
        ("bonus revoke bch_no --reason x", 1, "bonus_choice_not_found"),
    ],
)
def test_bad_input_is_told_in_one_sentence_with_its_exit_code(shell: Shell, line: str, code: int, text: str) -> None:
    assert text in shell.refused(code, line)


def test_a_choice_is_tried_made_listed_and_revoked(bonus: Shell) -> None:
    line = f"bonus choose B {GIULIA} 1.000,00 --share 50 --chosen-on 01/03/2026 --income 30.000,00"
    before = bonus.contents()

    assert "Prova" in bonus.done(f"{line} --dry-run", language="it")
    assert bonus.contents() == before
    assert "momento fiscale" in bonus.done(line, language="it")
    assert "already" in bonus.done(line)
    assert "bonus_chosen_before" in bonus.refused(1, line.replace("--share 50", "--share 60"))
    assert "500,00" in bonus.done(f"wallet show {GIULIA}", language="it")

    (choice,) = json.loads(bonus.done("bonus list B --json"))["choices"]
    # Of the income nothing is kept but the answer.
    assert choice["income_within"] is True
    assert "3000000" not in str(bonus.contents())
    assert "500,00" in bonus.done(f"bonus revoke {choice['choice_id']} --reason errore", language="it")
    assert json.loads(bonus.done("bonus list B --json"))["choices"] == []


def test_a_file_of_choices_is_kept_whole_and_once(bonus: Shell) -> None:
    rows = f"{GIULIA};1.000,00;50 %;01/03/2026;sì\n{MARIO};2.000,00;0;01/03/2026;\nTotale;3.000,00;;;\n"
    path = bonus.write("scelte.csv", HEADER + rows)

    assert "2 scelte nuove" in bonus.done(f"bonus load {path} --plan B", language="it")
    before = bonus.contents()
    assert "0 new choices, 2 recorded before" in bonus.done(f"bonus load {path} --plan B")
    assert bonus.contents() == before


def test_a_file_of_choices_that_does_not_add_up_is_refused(bonus: Shell) -> None:
    rows = f"{GIULIA};1.000,00;50 %;01/03/2026;sì\n{MARIO};2.000,00;0;01/03/2026;\nTotale;2.999,00;;;\n"
    path = bonus.write("scelte.csv", HEADER + rows)
    before = bonus.contents()

    text = bonus.refused(2, f"bonus load {path} --plan B", language="it")

    assert "[total_differs]" in text
    assert "riga 4" in text
    assert bonus.contents() == before


def test_a_workbook_keeps_percentages_as_fractions_and_a_lone_one_is_refused(bonus: Shell, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADER.strip().split(";"))
    sheet.append([GIULIA, 1000, 0.29, "01/03/2026", "sì"])
    sheet.append([MARIO, 1000, 1, "01/03/2026", "sì"])
    path = tmp_path / "scelte.xlsx"
    book.save(path)

    text = bonus.refused(2, f"bonus load {path} --plan B", language="it")

    assert "riga 3" in text
    assert "[share_ambiguous]" in text
    sheet["C3"] = "100 %"
    book.save(path)
    bonus.done(f"bonus load {path} --plan B")
    found = json.loads(bonus.done("bonus list B --json"))["choices"]
    assert sorted(choice["converted_minor"] for choice in found) == [29_000, 100_000]


def test_every_problem_of_a_file_is_named_with_its_place_and_nothing_is_kept(bonus: Shell) -> None:
    rows = (
        f"{GIULIA};1.000,00;150;01/03/2026;sì\n{MARIO};0;50;01/03/2026;forse\n{ANNA};4.000,00;100;01/03/2026;sì\n"
        f"{ANNA};1,00;100;01/03/2026;sì\n"
    )
    path = bonus.write("scelte.csv", HEADER + rows)
    before = bonus.contents()

    text = bonus.refused(2, f"bonus load {path} --plan B", language="it")

    for part in ("share_unreadable", "amount_not_positive", "answer_unreadable", "riga 5", "riga 2", "«150»"):
        assert part in text
    assert bonus.contents() == before


def test_what_the_law_says_against_rows_is_told_for_each_of_them(bonus: Shell) -> None:
    rows = (
        f"{GIULIA};4.000,00;100;01/03/2026;sì\n{MARIO};1.000,00;50;01/03/2026;no\n"
        f"{tax_code(7_777)};1.000,00;50;01/03/2026;sì\n"
    )
    path = bonus.write("scelte.csv", HEADER + rows)

    found = json.loads(bonus.run(f"bonus load {path} --plan B --json").stdout)

    assert [(each["row"], each["code"]) for each in found["problems"]] == [
        (2, "bonus_cap_exceeded"),
        (3, "bonus_income_above"),
        (4, "employee_not_found"),
    ]
    assert bonus.sql("select count(*) from bonus_choice") == [(0,)]


def test_the_proof_says_what_is_missing_and_the_document_is_kept_as_its_hash(bonus: Shell) -> None:
    assert "manca" in bonus.done("bonus proof B", language="it")
    path = bonus.write("accordo.pdf", "%PDF-1.7 accordo")

    bonus.done(f"{AGREED} --document {path}")

    found = {
        each["requirement"]["code"]: each["state"] for each in json.loads(bonus.done("bonus proof B --json"))["proofs"]
    }
    assert found["document"] == "RECORDED"
    assert found["choice"] == "MISSING"
    assert "già" in bonus.done("bonus agreement B --deposit-code ITL-1 --deposited-on 20/12/2025 --conformity"
                               f" --increment --document {path}", language="it").lower()  # fmt: skip
    assert "file_not_usable" in bonus.refused(2, f"{AGREED} --document {path}.no")


def test_a_late_deposit_is_said(bonus: Shell) -> None:
    text = bonus.done("bonus agreement B --deposit-code ITL-2 --deposited-on 10/01/2026", language="it")

    assert "oltre i giorni" in text


def test_a_bonus_without_its_name_is_not_taken_for_a_second_one(bonus: Shell) -> None:
    line = f"bonus choose B {GIULIA} 1.000,00 --share 0 --chosen-on 01/03/2026 --income 30.000,00"
    path = bonus.write("scelte.csv", f"{HEADER}{GIULIA};1.000,00;0;01/03/2026;sì\n{MARIO};2.000,00;0;01/03/2026;\n")
    bonus.done(f"{line} --premium Premio-2025")
    before = bonus.contents()

    for again in (line, f"bonus load {path} --plan B"):
        text = bonus.refused(1, again, language="it")
        for part in ("bonus_premium_unnamed", "«Premio-2025»", "--premium", GIULIA):
            assert part in text
    assert bonus.contents() == before
    assert "1 new choice, 1 recorded before" in bonus.done(f"bonus load {path} --plan B --premium Premio-2025")
    bonus.done(f"{line} --premium Premio-2024")
    # Whoever chose under the plan's code may say so again without the name, whatever else they chose about.
    bonus.done(f"{line} --premium B")
    assert "already" in bonus.done(line)


def test_bonuses_are_offered_from_a_file_whole_or_not_at_all(bonus: Shell) -> None:
    good = bonus.write("premi.csv", f"{OFFERED}{GIULIA};1.400,00;sì\n{MARIO};1.000,00;\n")
    bad = bonus.write("sbagliati.csv", f"{OFFERED}{GIULIA};1.400,00;sì\nX;1,00;forse\n")

    refused = bonus.refused(2, f"bonus offer {bad} {ASKED}", "--premium", "PDR 2025")
    assert "row 3" in refused
    assert bonus.sql("select count(*) from bonus_offer") == [(0,)]
    bonus.done(f"bonus offer {good} {ASKED} --dry-run", "--premium", "PDR 2025")
    assert bonus.sql("select count(*) from bonus_offer") == [(0,)]
    told = bonus.done(f"bonus offer {good} {ASKED}", "--premium", "PDR 2025", language="it")
    assert "2 offerte nuove" in told
    assert "2.400,00" in told
    assert "1 lavoratore nessuno" in told
    before = bonus.contents()
    assert "2 recorded before" in bonus.done(f"bonus offer {good} {ASKED}", "--premium", "PDR 2025")
    assert bonus.contents() == before
    assert "1 offer" in bonus.done(f"bonus withdraw B --employee {MARIO}", "--premium", "PDR 2025")
    assert "1 offer" in bonus.done("bonus withdraw B", "--premium", "PDR 2025")
    assert bonus.sql("select count(*) from bonus_offer where withdrawn_at is null") == [(0,)]
    assert "no such offer" in bonus.refused(1, "bonus withdraw B", "--premium", "PDR 2025")
