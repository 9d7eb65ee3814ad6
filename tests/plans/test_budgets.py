"""The check of a budget file: every problem at once, and the same grants are the same content."""

from __future__ import annotations

import pickle
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from plans import budgets, taxcodes
from plans.budgets import BudgetCheck, BudgetTerms, ClusterTotal, RosterEntry
from tests.plans.sheets.making import MARIA, MARIO, text_file, xlsxwriter_file

ANNA = "BNCNNA90D50A944" + taxcodes.check_character("BNCNNA90D50A944X")
LUCA = "VRDLCU75P12F205" + taxcodes.check_character("VRDLCU75P12F205X")

TERMS = BudgetTerms(
    plan_code="RIVA-2026",
    starts_on=date(2026, 1, 1),
    ends_on=date(2026, 12, 31),
    expires_on=date(2027, 6, 30),
    clusters={"Operai": 60000, "Impiegati": None},
    committed_minor=200000,
    already_granted_minor=0,
    source="ON_TOP",
)
ROSTER = {
    MARIO: RosterEntry("emp_mario", "Operai", date(2020, 1, 1), None),
    MARIA: RosterEntry("emp_maria", "Impiegati", None, None),
    ANNA: RosterEntry("emp_anna", "Operai", date(2020, 1, 1), date(2025, 12, 31)),
    LUCA: RosterEntry("emp_luca", "Dirigenti", date(2027, 1, 1), None),
}
HEADER = "CF;Cognome;Categoria;Importo;Scadenza\n"
GOOD = f"{MARIO};Rossi;operai;600,00;\n{MARIA};Rossi;;1.000,50;31/12/2026\n"


def check(folder: Path, body: str, terms: BudgetTerms = TERMS, expect_total_minor: int | None = None) -> BudgetCheck:
    return budgets.check(text_file(folder, HEADER + body), terms, ROSTER, expect_total_minor=expect_total_minor)


def found(checked: BudgetCheck) -> list[tuple[int | None, str]]:
    for problem in checked.problems:
        assert problem.text("it").startswith("budget.csv")
        assert problem.text("en").startswith("budget.csv")
    return [(problem.row, problem.code) for problem in checked.problems]


def test_a_good_file_gives_rows_totals_and_hashes(tmp_path: Path) -> None:
    checked = check(tmp_path, GOOD)

    assert found(checked) == []
    assert checked.ok
    assert list(checked.rows) == [
        ("emp_mario", 60000, date(2027, 6, 30)),
        ("emp_maria", 100050, date(2026, 12, 31)),
    ]
    assert checked.total_minor == 160050
    assert checked.per_cluster == {"Operai": ClusterTotal(1, 60000), "Impiegati": ClusterTotal(1, 100050)}
    assert (checked.row_count, len(checked.rows), list(checked.rows.numbers)) == (2, 2, [2, 3])
    assert len(checked.content_hash) == len(checked.file_hash) == 64
    assert checked.ignored == ()


def test_every_problem_of_a_file_is_reported_at_once(tmp_path: Path) -> None:
    checked = check(
        tmp_path,
        f"RSSMRA80A01H501X;a;Quadri;-5;\n"  # 2: check character, negative, unknown cluster
        f"{MARIO};b;Impiegati;10.005;31/12/2027\n"  # 3: ambiguous amount, another cluster, expiry
        f"{MARIA};c;Quadri;1,234;\n"  # 4: over-precise amount, unknown cluster
        f"{ANNA};d;Operai;500;\n"  # 5: left, another amount
        f"{LUCA};e;;500;\n"  # 6: not yet hired, cluster outside the plan
        f"{MARIO};f;;600;0000-00-00\n"  # 7: repeated, no date
        f"RCCMNL83S18D969H;g;;1;\n"  # 8: unknown
        f";h;;1;\n",  # 9: no code
    )

    assert found(checked) == [
        (2, "tax_code_check_character"),
        (2, "amount_negative"),
        (2, "cluster_unknown"),
        (3, "amount_ambiguous"),
        (3, "cluster_differs"),
        (3, "expiry_outside_plan"),
        (4, "amount_over_precise"),
        (4, "cluster_unknown"),
        (5, "employee_left"),
        (5, "amount_differs"),
        (6, "employee_not_yet_hired"),
        (6, "cluster_outside_plan"),
        (7, "date_unreadable"),
        (7, "employee_repeated"),
        (8, "employee_unknown"),
        (9, "value_missing"),
    ]
    assert not checked.ok
    assert checked.problem_count == 16
    assert checked.row_count == 8
    assert len(checked.rows) == 0


def test_two_rows_with_one_tax_code_name_each_other_and_say_to_sum(tmp_path: Path) -> None:
    checked = check(tmp_path, f"{MARIO};a;;600;\n{MARIA};b;;1;\n{MARIO.lower()};c;;600;\n")

    assert found(checked) == [(4, "employee_repeated")]
    assert "già alla riga 2. Sommare" in checked.problems[0].text("it")


def test_two_tax_codes_of_one_employee_are_the_same_employee(tmp_path: Path) -> None:
    roster = ROSTER | {"00743110157": ROSTER[MARIA]}
    path = text_file(tmp_path, HEADER + f"{MARIA};a;;1;\n00743110157;b;;1;\n")

    assert found(budgets.check(path, TERMS, roster)) == [(3, "employee_repeated")]


def test_the_same_stranger_twice_is_unknown_and_repeated(tmp_path: Path) -> None:
    checked = check(tmp_path, "RCCMNL83S18D969H;g;;1;\nRCCMNL83S18D969H;g;;1;\n")

    assert found(checked) == [(2, "employee_unknown"), (3, "employee_unknown"), (3, "employee_repeated")]


def test_an_amount_that_differs_from_the_clusters_names_both(tmp_path: Path) -> None:
    checked = check(tmp_path, f"{MARIO};a;;599,99;\n")

    assert found(checked) == [(2, "amount_differs")]
    said = checked.problems[0].text("it").replace("\u00a0", " ")
    assert "il piano fissa 600,00 € per la categoria omogenea «Operai», la riga dice 599,99 €" in said


def test_a_totals_row_must_agree_with_the_rows(tmp_path: Path) -> None:
    good = check(tmp_path, GOOD + "Totale;;;1.600,50;\n")
    bad = check(tmp_path, GOOD + "Totale;;;1.600,51;\n")

    assert (good.ok, good.stated_total_minor) == (True, 160050)
    assert found(bad) == [(4, "total_differs")]
    assert "differenza 0,01" in bad.problems[0].text("it")


def test_an_expected_total_must_agree_with_the_rows(tmp_path: Path) -> None:
    assert check(tmp_path, GOOD, expect_total_minor=160050).ok
    assert found(check(tmp_path, GOOD, expect_total_minor=160000)) == [(None, "total_differs")]


def test_a_total_is_not_held_against_rows_that_cannot_all_be_read(tmp_path: Path) -> None:
    checked = check(tmp_path, f"{MARIO};a;;x;\n{MARIA};b;;1;\nTotale;;;601;\n", expect_total_minor=60100)

    assert found(checked) == [(2, "amount_unreadable")]


def test_a_totals_row_that_cannot_be_read_is_one_problem_and_no_row(tmp_path: Path) -> None:
    checked = check(tmp_path, GOOD + "Totale;;;=SOMMA(D2:D3);\n")

    assert found(checked) == [(4, "amount_unreadable")]
    assert checked.row_count == 2


@pytest.mark.parametrize(
    ("committed", "granted", "codes"),
    [
        (160050, 0, []),
        (160049, 0, [(None, "budget_exceeded")]),
        (200000, 39950, []),
        (200000, 39951, [(None, "budget_exceeded")]),
        (None, 10**9, []),
    ],
)
def test_the_file_and_what_was_granted_before_stay_within_the_commitment(
    tmp_path: Path, committed: int | None, granted: int, codes: list[tuple[int | None, str]]
) -> None:
    terms = replace(TERMS, committed_minor=committed, already_granted_minor=granted)

    assert found(check(tmp_path, GOOD, terms)) == codes


@pytest.mark.parametrize(
    ("written", "ok"), [("31/12/2025", False), ("01/01/2026", True), ("30/06/2027", True), ("01/07/2027", False)]
)
def test_an_expiry_lies_within_the_plan(tmp_path: Path, written: str, ok: bool) -> None:
    assert check(tmp_path, f"{MARIO};a;;600;{written}\n").ok is ok


def test_a_plan_without_clusters_asks_for_none(tmp_path: Path) -> None:
    assert check(
        tmp_path, f"{MARIO};a;qualunque;1;\n{LUCA};b;;2;\n", replace(TERMS, clusters={}, ends_on=date(2027, 12, 31))
    ).ok


def test_a_file_without_rows_is_a_problem(tmp_path: Path) -> None:
    assert found(check(tmp_path, "")) == [(None, "budget_without_rows")]


@pytest.mark.parametrize(
    ("content", "code"),
    [("", "file_empty"), ("a;b\n", "header_not_found"), ("CF;Nome\n", "column_missing"), ("\x00", "file_not_text")],
)
def test_a_file_that_cannot_be_read_is_a_problem_of_the_check(tmp_path: Path, content: str, code: str) -> None:
    checked = budgets.check(text_file(tmp_path, content), TERMS, ROSTER)

    assert [problem.code for problem in checked.problems] == [code]
    assert not checked.ok
    assert checked.problems[0].text("it").count("budget.csv") == 1


def test_quotes_that_break_half_way_keep_the_problems_found_before(tmp_path: Path) -> None:
    lines = f"{MARIO};a;;x;\n" + f"{MARIA};b;;1;\n" * 200 + f'{MARIA};"b;;1;\n'

    checked = check(tmp_path, lines)

    assert found(checked)[0] == (2, "amount_unreadable")
    assert found(checked)[-1][1] == "quotes_broken"


def test_the_same_grants_in_another_format_and_order_are_the_same_content(tmp_path: Path) -> None:
    first = check(tmp_path, GOOD)
    second = budgets.check(
        xlsxwriter_file(
            tmp_path,
            [
                ["Importo", "Scadenza", "Tax code"],
                [1000.5, date(2026, 12, 31), MARIA],
                [600, date(2027, 6, 30), MARIO.lower()],
            ],
        ),
        TERMS,
        ROSTER,
    )

    assert second.ok
    assert first.content_hash == second.content_hash
    assert first.file_hash != second.file_hash


def test_other_grants_are_other_content(tmp_path: Path) -> None:
    hashes = {
        check(tmp_path, GOOD).content_hash,
        check(tmp_path, GOOD, replace(TERMS, plan_code="RIVA-2027")).content_hash,
        check(tmp_path, GOOD.replace("1.000,50", "1.000,51")).content_hash,
        check(tmp_path, GOOD.replace("31/12/2026", "30/12/2026")).content_hash,
        check(tmp_path, GOOD.splitlines()[0] + "\n").content_hash,
    }

    assert len(hashes) == 5


def test_of_very_many_problems_a_thousand_are_kept_and_all_are_counted(tmp_path: Path) -> None:
    checked = check(tmp_path, "XX;a;;1;\n" * 2_500, replace(TERMS, committed_minor=None))

    assert (len(checked.problems), checked.problem_count) == (1_000, 2_500)


@pytest.mark.parametrize(("rows", "expected"), [(2_500, [1_000, 2_000, 2_500]), (1_000, [1_000]), (0, [0])])
def test_progress_is_told_every_thousand_rows_and_at_the_end(tmp_path: Path, rows: int, expected: list[int]) -> None:
    told: list[int] = []

    budgets.check(text_file(tmp_path, HEADER + "XX;a;;1;\n" * rows), TERMS, ROSTER, on_progress=told.append)

    assert told == expected


def test_a_problem_can_be_compared_kept_in_a_set_and_sent_to_another_process(tmp_path: Path) -> None:
    (problem,) = check(tmp_path, f"{MARIO};a;;0;\n").problems

    assert pickle.loads(pickle.dumps(problem)) == problem  # noqa: S301 - made here
    assert len({problem, problem}) == 1
