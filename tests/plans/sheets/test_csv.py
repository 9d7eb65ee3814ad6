"""CSV in the habits of real offices."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from plans import sheets
from plans.sheets import Column, cells
from tests.plans.sheets.making import COLUMNS, MARIA, MARIO, OMOCODE, codes, read, text_file, values

TWO = [(MARIO, 123456, "Niccolò", date(2026, 12, 31)), (MARIA, 60000, "D'Agostà", None)]
LINES = [
    ["Codice Fiscale", "Cognome", "Importo (€)", "Scadenza"],
    [MARIO, "Niccolò", "1.234,56", "31/12/2026"],
    [MARIA, "D'Agostà", "600", ""],
]


def written(delimiter: str, newline: str = "\n") -> str:
    quoted = [[f'"{cell}"' if delimiter in cell else cell for cell in line] for line in LINES]
    return newline.join(delimiter.join(line) for line in quoted) + newline


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_the_delimiter_is_the_one_that_makes_a_header(tmp_path: Path, delimiter: str) -> None:
    assert values(text_file(tmp_path, written(delimiter))) == TWO


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_accents_survive_every_encoding(tmp_path: Path, encoding: str) -> None:
    assert values(text_file(tmp_path, written(";"), encoding)) == TWO


@pytest.mark.parametrize("byte_order", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_known_by_its_byte_order_mark(tmp_path: Path, byte_order: str) -> None:
    assert values(text_file(tmp_path, "\ufeff" + written("\t"), byte_order)) == TWO


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_lines_end_as_each_system_ends_them(tmp_path: Path, newline: str) -> None:
    assert values(text_file(tmp_path, written(";", newline))) == TWO


def test_an_accent_far_into_the_file_still_decides_the_encoding(tmp_path: Path) -> None:
    many = "\n".join(f"{MARIO};Rossi;600" for _ in range(80_000))
    path = text_file(tmp_path, f"CF;Cognome;Importo\n{many}\n{MARIA};Niccolò;1\n", "cp1252")

    *_, last = sheets.read(path, COLUMNS).rows()

    assert last.values[2] == "Niccolò"
    assert last.number == 80_002


def test_columns_come_in_any_order_with_english_headings(tmp_path: Path) -> None:
    path = text_file(tmp_path, f"Amount,Expiry date,Surname,Tax code\n600.00,2026-12-31,Rossi,{MARIO}\n")

    assert values(path) == [(MARIO, 60000, "Rossi", date(2026, 12, 31))]


@pytest.mark.parametrize(
    "heading",
    ["CODICE_FISCALE", "Cod. Fiscale", "codicefiscale", "C.F.", "\u00a0Codice  Fiscale *", "\ufeffCf", "Cod-Fisc"],
)
def test_a_heading_is_known_whatever_its_dress(tmp_path: Path, heading: str) -> None:
    assert len(values(text_file(tmp_path, f"{heading};Importo\n{MARIO};600\n"))) == 1


def test_an_office_may_have_headings_of_its_own(tmp_path: Path) -> None:
    path = text_file(tmp_path, f"Identificativo;Importo\n{MARIO};600\n")
    columns = [Column("tax_code", cells.tax_code, required=True, aliases=("Identificativo",)), COLUMNS[1]]

    assert values(path, columns) == [(MARIO, 60000)]


def test_title_rows_above_the_header_are_skipped(tmp_path: Path) -> None:
    path = text_file(tmp_path, f"Officine Riva S.p.A.;;\nBudget;welfare 2026;\n\nCF;Importo;Note\n{MARIO};600;x\n")

    sheet, rows = read(path)

    assert sheet.header_row == 4
    assert [row.number for row in rows] == [5]


def test_the_line_that_excel_writes_for_itself_is_skipped(tmp_path: Path) -> None:
    assert len(values(text_file(tmp_path, f"sep=;\nCF;Importo\n{MARIO};600\n"))) == 1


def test_unknown_columns_are_ignored_and_listed(tmp_path: Path) -> None:
    sheet, _ = read(text_file(tmp_path, f"CF;Hobby;Importo;PEC\n{MARIO};vela;600;a@b\n"))

    assert sheet.ignored == ("Hobby", "PEC")
    assert sheet.headers == {"tax_code": "CF", "amount": "Importo"}


def test_a_file_may_have_one_column(tmp_path: Path) -> None:
    path = text_file(tmp_path, f"Codice fiscale\n{MARIO}\n{OMOCODE}\n")

    assert values(path, [COLUMNS[0]]) == [(MARIO,), (OMOCODE,)]


def test_quoted_names_keep_their_quotes_and_newlines_and_rows_count_physical_lines(tmp_path: Path) -> None:
    path = text_file(tmp_path, f'CF;Cognome;Importo\n{MARIO};"Ro""ssi\nde\' Conti; figlio";600\n\n{MARIA};Bianchi;x\n')

    _, rows = read(path)

    assert rows[0].values[2] == "Ro\"ssi\nde' Conti; figlio"
    assert [row.number for row in rows] == [2, 5]


def test_a_formula_in_a_cell_is_text(tmp_path: Path) -> None:
    formula = "=cmd|' /C calc'!A0"

    assert values(text_file(tmp_path, f"CF;Cognome;Importo\n{MARIO};{formula};600\n"))[0][2] == formula


def test_blank_lines_and_lines_of_spaces_are_skipped(tmp_path: Path) -> None:
    path = text_file(tmp_path, f"CF;Importo\n\n;;\n{MARIO};600\n ; \n\n{MARIA};700\n;\n")

    assert [row.number for row in read(path)[1]] == [4, 7]


@pytest.mark.parametrize(
    "label",
    [
        "Totale;;1.300,00",
        "TOTALE:;;1300",
        ";Totali;1.300,00",
        ";;1.300,00",
        "Totale generale;;€ 1.300,00",
        "Total;;1300",
    ],
)
def test_a_totals_row_at_the_end_is_kept_aside(tmp_path: Path, label: str) -> None:
    path = text_file(tmp_path, f"CF;Cognome;Importo\n{MARIO};Rossi;600\n{MARIA};Bianchi;700\n\n{label}\n")

    sheet, rows = read(path)

    assert [row.values[1] for row in rows] == [60000, 70000]
    assert (sheet.stated_total, sheet.stated_total_row) == (130000, 5)
    assert codes(rows) == []


def test_a_totals_row_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    sheet, rows = read(text_file(tmp_path, f"CF;Importo\n{MARIO};600\nTotale;=SOMMA(B2)\n"))

    assert codes(rows) == ["amount_unreadable"]
    assert sheet.stated_total is None


def test_a_subtotal_among_the_data_is_a_problem_of_its_row(tmp_path: Path) -> None:
    path = text_file(tmp_path, f"CF;Importo\n{MARIO};600\nSubtotale;600\n{MARIA};700\nTotale;1300\n")

    sheet, rows = read(path)

    assert [(row.number, codes([row])) for row in rows] == [(2, []), (3, ["total_inside"]), (4, [])]
    assert sheet.stated_total == 130000


def test_a_missing_tax_code_is_a_problem_wherever_it_stands(tmp_path: Path) -> None:
    path = text_file(tmp_path, f"CF;Cognome;Importo\n;Verdi;600\n;;500\n{MARIO};Rossi;600\n;Neri;600\n")

    sheet, rows = read(path)

    assert [(row.number, codes([row])) for row in rows if row.problems] == [
        (2, ["value_missing"]),
        (3, ["value_missing"]),
        (5, ["value_missing"]),
    ]
    assert sheet.stated_total is None


def test_somebody_called_like_a_total_is_not_one(tmp_path: Path) -> None:
    path = text_file(tmp_path, f"Cognome;CF;Importo\nTotaro;;600\nTot;{MARIO};600\n")

    _, rows = read(path)

    assert [codes([row]) for row in rows] == [["value_missing"], []]


def test_an_unquoted_decimal_comma_in_a_comma_file_never_loses_its_cents(tmp_path: Path) -> None:
    _, rows = read(text_file(tmp_path, f"CF,Importo\n{MARIO},1234,56\n"))

    assert codes(rows) == ["row_too_wide"]


def test_a_problem_says_where_what_and_how_to_mend_in_both_languages(tmp_path: Path) -> None:
    _, rows = read(text_file(tmp_path, "Cod. Fisc.;Importo\nRSSMRA80A01H501X;600\n"))

    (problem,) = rows[0].problems
    assert problem.text("it") == (
        "budget.csv, riga 2, colonna «Cod. Fisc.», valore «RSSMRA80A01H501X»: il carattere di controllo del codice "
        "fiscale (l'ultimo) dovrebbe essere U ed è X: non è detto che sia lui, ma almeno un carattere è sbagliato. "
        "Ricopiare il codice dalla tessera sanitaria."
    )
    assert 'row 2, column "Cod. Fisc."' in problem.text("en")


def test_a_problem_shows_its_value_short_and_harmless(tmp_path: Path) -> None:
    _, rows = read(text_file(tmp_path, f'CF;Importo\n{MARIO};"{"9" * 500}"\n{MARIO};"6\u202e\n0"\n'))

    long, strange = (row.problems[0] for row in rows)
    assert long.value is not None
    assert len(long.value) == 60
    assert strange.value == "6\\u202e\\n0"


def test_a_sheet_reads_lazily_and_again(tmp_path: Path) -> None:
    sheet = sheets.read(text_file(tmp_path, f"CF;Importo\n{MARIO};600\n{MARIA};700\n"), COLUMNS)

    first = sheet.rows()

    assert isinstance(first, Iterator)
    assert next(first).number == 2
    assert list(sheet.rows()) == list(sheet.rows())
