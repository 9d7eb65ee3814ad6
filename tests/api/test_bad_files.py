"""Whatever file is given, people read a sentence and never a trace."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from tests.api.conftest import GIULIA, Shell
from tests.factories import tax_code


def _empty(path: Path) -> None:
    path.touch()


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(200 * 1024 * 1024)


def _binary(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 8)


def _bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 600_000_000)


def _folder(path: Path) -> None:
    path.mkdir()


def _missing(_path: Path) -> None:
    return


CASES = [
    ("empty.csv", _empty, "file_empty"),
    ("huge.csv", _sparse, "file_too_large"),
    ("binary.csv", _binary, "file_not_text"),
    ("bomb.xlsx", _bomb, "zip_bomb"),
    ("folder.csv", _folder, "file_unreadable"),
    ("missing.csv", _missing, "file_missing"),
]


@pytest.mark.parametrize(("name", "make", "code"), CASES, ids=[case[0] for case in CASES])
@pytest.mark.parametrize("line", ["budget check {} --plan A", "budget load {} --plan A", "people load {}"])
def test_a_file_that_is_no_table_is_refused_with_2(shell: Shell, name: str, make, code: str, line: str) -> None:  # type: ignore[no-untyped-def]
    path = shell.folder / name
    make(path)

    text = shell.refused(2, line.format(path))

    assert f"[{code}]" in text
    assert name in text


@pytest.mark.parametrize("name", ["empty.csv", "binary.csv", "folder.csv", "missing.csv"])
def test_a_plan_file_that_is_none_is_refused_with_2(shell: Shell, name: str) -> None:
    path = shell.folder / name
    next(make for case, make, _ in CASES if case == name)(path)

    assert "piano" in shell.refused(2, f"plan load {path}", language="it")


def test_a_formula_cell_is_read_by_its_saved_result(shell: Shell) -> None:
    path = shell.folder / "formula.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["codice fiscale", "importo"])
        sheet.write_string(1, 0, GIULIA)
        sheet.write_formula(1, 1, "=300+300", value=600)

    assert "600.00" in shell.done(f"budget check {path} --plan A")


@pytest.mark.parametrize(
    ("amount", "code"),
    [("1e400", "amount_unreadable"), ("NaN", "amount_unreadable"), ("9" * 400, "amount_too_large"),
     ("=1+1", "amount_unreadable"), ("10,005", "amount_over_precise")],
)  # fmt: skip
def test_an_amount_that_is_none_is_named_with_its_row(shell: Shell, amount: str, code: str) -> None:
    path = shell.write("b.csv", f"codice fiscale;importo\n{GIULIA};{amount}\n")

    text = shell.refused(2, f"budget check {path} --plan A")

    assert f"[{code}]" in text
    assert "row 2" in text


def test_a_date_of_zeros_is_no_expiry_and_no_birth(shell: Shell) -> None:
    budget = shell.write("b.csv", f"codice fiscale;importo;scadenza\n{GIULIA};1,00;0000-00-00\n")
    people = shell.write("p.csv", f"codice fiscale;cognome;nome;data di nascita\n{tax_code(4001)};A;B;0000-00-00\n")

    assert "[date_unreadable]" in shell.refused(2, f"budget check {budget} --plan A")
    assert "0000-00-00" in shell.refused(2, f"people load {people}")
