"""XLSX as Excel, LibreOffice and payroll programs write it."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from plans import sheets
from plans.errors_files import SheetMissing
from tests.plans.sheets.making import COLUMNS, MARIA, MARIO, codes, openpyxl_file, read, values, xlsxwriter_file

ROWS = [
    ["Codice fiscale", "Importo", "Cognome", "Scadenza"],
    [MARIO, 1234.56, "Niccolò", date(2026, 12, 31)],
    [MARIA, 600, "=cmd|' /C calc'!A0", 46387],
]
READ = [
    (MARIO, 123456, "Niccolò", date(2026, 12, 31)),
    (MARIA, 60000, "=cmd|' /C calc'!A0", date(2026, 12, 31)),
]


def test_numbers_dates_and_formulas_as_text_are_read_from_xlsxwriter(tmp_path: Path) -> None:
    assert values(xlsxwriter_file(tmp_path, ROWS)) == READ


def test_numbers_and_dates_are_read_from_openpyxl(tmp_path: Path) -> None:
    rows = [ROWS[0], [MARIO, 1234.56, "Niccolò", datetime(2026, 12, 31)]]  # noqa: DTZ001 - a spreadsheet has no zone

    assert values(openpyxl_file(tmp_path, rows)) == READ[:1]


def test_row_numbers_are_those_of_the_sheet_when_the_table_stands_lower_and_further_right(tmp_path: Path) -> None:
    sheet, rows = read(openpyxl_file(tmp_path, [*ROWS[:2], [], [MARIA, "x"]], skip=4))

    assert sheet.header_row == 5
    assert [row.number for row in rows] == [6, 8]
    assert codes(rows) == ["amount_unreadable"]


def test_content_decides_and_not_the_name(tmp_path: Path) -> None:
    assert values(xlsxwriter_file(tmp_path, ROWS, "budget.csv")) == READ


def test_an_amount_of_three_decimals_is_refused(tmp_path: Path) -> None:
    _, rows = read(xlsxwriter_file(tmp_path, [ROWS[0], [MARIO, 10.005], [MARIA, 2.0**60]]))

    assert codes(rows) == ["amount_over_precise", "amount_too_large"]


def test_a_totals_row_is_kept_aside(tmp_path: Path) -> None:
    sheet, _ = read(xlsxwriter_file(tmp_path, [*ROWS, [], ["TOTALE", 1834.56]]))

    assert (sheet.stated_total, sheet.stated_total_row) == (183456, 5)


def test_the_first_sheet_that_has_the_header_is_read(tmp_path: Path) -> None:
    path = tmp_path / "budget.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["Istruzioni per la compilazione"])
    for name, person in (("Dati", MARIO), ("Vecchi", MARIA)):
        page = book.create_sheet(name)
        page.append(["CF", "Importo"])
        page.append([person, 600])
    book.save(path)

    assert sheets.read(path, COLUMNS).sheet_name == "Dati"
    assert values(path)[0][0] == MARIO
    named = sheets.read(path, COLUMNS, sheet="Vecchi")
    assert next(named.rows()).values[0] == MARIA
    with pytest.raises(SheetMissing, match="Dati, Vecchi"):
        sheets.read(path, COLUMNS, sheet="2027")


def test_a_hidden_sheet_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "budget.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["CF", "Importo"])
    book.active.append([MARIO, 1])
    book.active.sheet_state = "hidden"
    page = book.create_sheet("Dati")
    page.append(["CF", "Importo"])
    page.append([MARIA, 2])
    book.save(path)

    assert values(path) == [(MARIA, 200, None, None)]


def test_a_sheet_can_be_read_again(tmp_path: Path) -> None:
    sheet = sheets.read(xlsxwriter_file(tmp_path, ROWS), COLUMNS)

    assert list(sheet.rows()) == list(sheet.rows())
