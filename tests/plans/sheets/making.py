"""Small files in the habits of real offices, one function per habit."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import openpyxl
import xlsxwriter

from plans import sheets
from plans.sheets import Column, Row, Sheet, cells

MARIO = "RSSMRA80A01H501U"
MARIA = "RSSMRA85T10A562S"
OMOCODE = "RSSMRA80A01H50MM"

COLUMNS = (
    Column("tax_code", cells.tax_code, required=True),
    Column("amount", cells.amount, required=True),
    Column("last_name"),
    Column("expiry", cells.day),
)


def text_file(folder: Path, content: str, encoding: str = "utf-8", name: str = "budget.csv") -> Path:
    """Write a text exactly as given."""
    path = folder / name
    path.write_bytes(content.encode(encoding))
    return path


def xlsxwriter_file(folder: Path, rows: Iterable[Sequence[object]], name: str = "budget.xlsx") -> Path:
    """Write a workbook with XlsxWriter; dates get a date format, texts stay texts."""
    path = folder / name
    book = xlsxwriter.Workbook(
        str(path), {"strings_to_formulas": False, "default_date_format": "dd/mm/yyyy", "strings_to_urls": False}
    )
    sheet = book.add_worksheet("Dati")
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return path


def openpyxl_file(folder: Path, rows: Iterable[Sequence[object]], name: str = "budget.xlsx", skip: int = 0) -> Path:
    """Write a workbook with openpyxl, the table `skip` rows down and as many columns to the right."""
    path = folder / name
    book = openpyxl.Workbook()
    sheet = book.active
    for number, row in enumerate(rows, start=1 + skip):
        for place, value in enumerate(row, start=1 + skip):
            sheet.cell(number, place, value)
    book.save(path)
    return path


def archive(folder: Path, parts: dict[str, bytes], name: str = "budget.xlsx") -> Path:
    """Write a compressed ZIP archive."""
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for part, content in parts.items():
            made.writestr(part, content)
    return path


def with_sheet(folder: Path, sheet_xml: bytes) -> Path:
    """Write a real workbook whose one sheet is replaced."""
    real = xlsxwriter_file(folder, [["CF", "Importo"]], "real.xlsx")
    with zipfile.ZipFile(real) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    return archive(folder, parts | {"xl/worksheets/sheet1.xml": sheet_xml})


def read(path: Path, columns: Sequence[Column] = COLUMNS) -> tuple[Sheet, list[Row]]:
    """Read a whole file."""
    sheet = sheets.read(path, columns)
    return sheet, list(sheet.rows())


def values(path: Path, columns: Sequence[Column] = COLUMNS) -> list[tuple[object, ...]]:
    """Read a whole file that has no problem, and return its values."""
    _, rows = read(path, columns)
    assert [problem.text() for row in rows for problem in row.problems] == []
    return [row.values for row in rows]


def codes(rows: Iterable[Row]) -> list[str]:
    """Return the codes of all problems, in order."""
    return [problem.code for row in rows for problem in row.problems]
