"""Files that are refused as a whole: by size, kind, header; and never by an accident."""

from __future__ import annotations

import contextlib
import io
import os
import time
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.errors import DomainError
from plans import sheets
from plans.errors_files import FileRefused
from plans.sheets import Column, Limits, cells, headers
from tests.plans.sheets.making import COLUMNS, MARIA, MARIO, archive, read, text_file, with_sheet, xlsxwriter_file


def refusal(path: Path, columns: tuple[Column, ...] = COLUMNS) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        read(path, columns)
    assert path.name in caught.value.text("it")
    assert path.name in caught.value.text("en")
    return caught.value


def bytes_file(folder: Path, content: bytes, name: str = "budget.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "assente.csv").code == "file_missing"


def test_a_folder_and_a_pipe_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    assert refusal(tmp_path).code == "file_unreadable"
    assert refusal(tmp_path / "pipe").code == "file_unreadable"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_refused(tmp_path: Path) -> None:
    path = text_file(tmp_path, "CF;Importo")
    path.chmod(0)

    assert refusal(path).code == "file_unreadable"


@pytest.mark.parametrize("content", [b"", b"\n\n;;;\n", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    assert refusal(bytes_file(tmp_path, content)).code == "file_empty"


def test_an_empty_workbook_is_refused(tmp_path: Path) -> None:
    assert refusal(xlsxwriter_file(tmp_path, [])).code == "file_empty"


def test_a_file_of_200_mb_is_refused_by_its_size_without_being_read(tmp_path: Path) -> None:
    path = bytes_file(tmp_path, b"CF;Importo\n")
    os.truncate(path, 200 * 1024 * 1024)

    tracemalloc.start()
    started = time.monotonic()
    refused = refusal(path)
    spent, (_, peak) = time.monotonic() - started, tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert refused.code == "file_too_large"
    assert refused.details == {"file": "budget.csv", "size_mb": 200.0, "limit_mb": 50.0}
    assert spent < 1
    assert peak < 1_000_000


@pytest.mark.parametrize(
    "content",
    [
        bytes(range(256)) * 8,
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        b"CF;Importo\nRSSMRA80A01H501U;6\x000\n",
        b"C\x00F\x00;\x00I\x00",
        b"\xff\xfe\x00\x00C\x00\x00\x00",
        b"\xff\xfeC\x00F",
        b"CF;Importo\n\x81\x8d\n",
    ],
)
def test_a_binary_file_named_csv_is_refused(tmp_path: Path, content: bytes) -> None:
    assert refusal(bytes_file(tmp_path, content)).code == "file_not_text"


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "file_format_unsupported", "XLS"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "file_encrypted", "password"),
        (b"%PDF-1.7", "file_format_unsupported", "PDF"),
        (b"<html><table>", "file_format_unsupported", "HTML"),
        (b"\xef\xbb\xbf <?xml version='1.0'?>", "file_format_unsupported", "XML"),
        (b"PK\x03\x04 cut short", "file_not_spreadsheet", "XLSX"),
    ],
)
def test_other_formats_are_refused_with_what_to_do(tmp_path: Path, content: bytes, code: str, said: str) -> None:
    refused = refusal(bytes_file(tmp_path, content, "budget.xlsx"))

    assert refused.code == code
    assert said in refused.text("it")
    assert "salvarlo" in refused.text("it")


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        (
            {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b""},
            "file_format_unsupported",
        ),
        ({"[Content_Types].xml": b"", "xl/workbook.bin": b""}, "file_format_unsupported"),
        ({"foto.jpg": b"x"}, "file_not_spreadsheet"),
        ({"[Content_Types].xml": b"", "xl/workbook.xml": b"x"}, "file_not_spreadsheet"),
    ],
)
def test_an_archive_that_is_no_xlsx_is_refused(tmp_path: Path, parts: dict[str, bytes], code: str) -> None:
    assert refusal(archive(tmp_path, parts)).code == code


XLSX_PARTS = {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}


def test_a_bomb_of_zeros_is_refused_in_little_memory(tmp_path: Path) -> None:
    path = archive(tmp_path, XLSX_PARTS | {"xl/worksheets/sheet1.xml": bytes(110 * 1024 * 1024)})

    tracemalloc.start()
    refused = refusal(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert refused.code == "zip_bomb"
    assert peak < 10_000_000


def test_a_bomb_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path, XLSX_PARTS | {"xl/worksheets/sheet1.xml": bytes(30 * 1024 * 1024)})
    real, lie = (size.to_bytes(4, "little") for size in (30 * 1024 * 1024, 100))
    content = path.read_bytes()
    assert real in content
    path.write_bytes(content.replace(real, lie))

    assert refusal(path).code in ("zip_bomb", "file_not_spreadsheet")


def test_an_archive_of_too_many_parts_is_refused(tmp_path: Path) -> None:
    many = {f"xl/media/{number}.png": b"" for number in range(1_001)}

    assert refusal(archive(tmp_path, XLSX_PARTS | many)).code == "zip_bomb"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'<row r="1"><c r="A1"><v>1</v></c></row><row r="9"><c r="XFD1048576"><v>1</v></c></row>', "zip_bomb"),
        (b'<row r="1048576"><c r="A1048576"><v>1</v></c></row><row><c r="ZZ1"><v>1</v></c></row>', "zip_bomb"),
        (b'<row r="1"><c r="AAAAAAAAAAA1"><v>1</v></c></row>', "file_not_spreadsheet"),
        (b'<row r="1"><c r="A99999999999"><v>1</v></c></row>', "file_not_spreadsheet"),
        (b'<row r="1"><c r="A1"', "file_not_spreadsheet"),
    ],
)
def test_a_sheet_that_would_fill_all_memory_is_refused(tmp_path: Path, body: bytes, code: str) -> None:
    path = with_sheet(tmp_path, b"<worksheet><sheetData>" + body + b"</sheetData></worksheet>")

    assert refusal(path).code == code


def test_a_sheet_whose_xml_only_its_reader_forgives_is_refused(tmp_path: Path) -> None:
    far = b'<row r="1"><c r="XFD1048576"><v>1</v></c></row>'
    xml = b'<?xml vers<on="1.0"?><worksheet><sheetData>' + far + b"</sheetData></worksheet>"

    assert refusal(with_sheet(tmp_path, xml)).code == "file_not_spreadsheet"


def test_a_sheet_that_declares_entities_is_refused(tmp_path: Path) -> None:
    xml = b'<!DOCTYPE a [<!ENTITY x "CF">]><worksheet><sheetData/></worksheet>'

    assert refusal(with_sheet(tmp_path, xml)).code == "file_not_spreadsheet"


def test_a_file_without_a_header_names_the_columns_it_needs(tmp_path: Path) -> None:
    refused = refusal(text_file(tmp_path, "lorem;ipsum\ndolor;sit\n"))

    assert refused.code == "header_not_found"
    assert "codice fiscale, importo" in refused.text("it")
    assert "tax code, amount" in refused.text("en")


def test_a_header_below_the_thirtieth_row_is_not_looked_for(tmp_path: Path) -> None:
    content = "x;y\n" * 30 + f"CF;Importo\n{MARIO};600\n"

    assert refusal(text_file(tmp_path, content)).code == "header_not_found"
    assert sheets.read(text_file(tmp_path, content), COLUMNS, limits=Limits(header_rows=31)).header_row == 31


def test_every_missing_column_is_named_with_what_was_found(tmp_path: Path) -> None:
    refused = refusal(text_file(tmp_path, "Matricola;Cognome\n1;Rossi\n"))

    assert refused.code == "column_missing"
    assert refused.details["columns"] == ["codice fiscale (tax code)", "importo (amount)"]
    assert "Matricola, Cognome" in refused.text("it")


def test_two_headings_for_one_field_are_both_named(tmp_path: Path) -> None:
    refused = refusal(text_file(tmp_path, f"CF;Importo;Credito\n{MARIO};1;2\n"))

    assert refused.code == "column_repeated"
    assert "«Importo» e «Credito»" in refused.text("it")


def test_a_heading_of_two_meanings_is_asked_about_only_where_it_matters(tmp_path: Path) -> None:
    path = text_file(tmp_path, f"CF;Importo;Decorrenza\n{MARIO};600;01/01/2026\n")
    asking = (*COLUMNS, Column("hire_date", cells.day), Column("valid_from", cells.day))

    refused = refusal(path, asking)

    assert refused.code == "column_ambiguous"
    assert "data di assunzione, valido dal" in refused.text("it")
    assert read(path)[0].ignored == ("Decorrenza",)


def test_swapped_columns_are_recognised_by_what_stands_in_them(tmp_path: Path) -> None:
    refused = refusal(text_file(tmp_path, f"Cognome;CF;Importo\n{MARIO};Rossi;600\n{MARIA};Bianchi;600\n"))

    assert refused.code == "columns_swapped"
    assert (refused.details["actual"], refused.details["expected"]) == ("Cognome", "CF")


@pytest.mark.parametrize("name", ['"Rossi', '"Bar Sport" srl', '"' + "x" * 200_000])
def test_quotes_that_do_not_close_are_refused_with_the_row_where_they_open(tmp_path: Path, name: str) -> None:
    refused = refusal(text_file(tmp_path, f"CF;Importo;Cognome\n{MARIA};5;ok\n{MARIO};600;{name}\n{MARIA};600;Neri\n"))

    assert refused.code == "quotes_broken"
    assert refused.details["row"] == 3


@given(
    st.binary(max_size=2_000), st.sampled_from([b"", b"CF;Importo\n", b"PK\x03\x04", b"\xff\xfe", b"\xd0\xcf\x11\xe0"])
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_bytes_are_read_or_refused_and_nothing_else(tmp_path: Path, content: bytes, head: bytes) -> None:
    with contextlib.suppress(DomainError):
        read(bytes_file(tmp_path, head + content))


@given(st.text(alphabet=f'CFImporto;,|\t\n"0123456789.{MARIO}', max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_tables_are_read_or_refused_and_nothing_else(tmp_path: Path, content: str) -> None:
    with contextlib.suppress(DomainError):
        read(text_file(tmp_path, "CF;Importo;Cognome;Scadenza\n" + content))


@given(st.data())
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_workbook_is_read_or_refused_and_nothing_else(tmp_path: Path, data: st.DataObject) -> None:
    source = zipfile.ZipFile(io.BytesIO(real_workbook(tmp_path)))
    parts = {name: source.read(name) for name in source.namelist()}
    name = data.draw(st.sampled_from(sorted(parts)))
    start = data.draw(st.integers(0, len(parts[name])))
    end = data.draw(st.integers(start, min(start + 20, len(parts[name]))))
    junk = data.draw(st.sampled_from([b"", b"<", b"&#0;", b'r="XFD1"', b't="s"', b"<v>-1</v>", b"</row>", b"\x00"]))

    with contextlib.suppress(DomainError):
        read(archive(tmp_path, parts | {name: parts[name][:start] + junk + parts[name][end:]}))


def real_workbook(folder: Path) -> bytes:
    path = folder / "real.xlsx"
    if not path.exists():
        xlsxwriter_file(folder, [["CF", "Importo"], [MARIO, 600], [MARIA, 12.5]], path.name)
    return path.read_bytes()


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("[fields.x]", "unknown tables"),
        ('[field.a]\nit = "a"\nen = "a"', "headers are needed"),
        ('[field.a]\nit="a"\nen="a"\nheaders=["x"]\n[field.b]\nit="b"\nen="b"\nheaders=["X."]', "stands under a too"),
        ('[field.a]\nit="a"\nen="a"\nheaders=["x"]\n[ambiguous]\nx=["a"]', "also a field's"),
        ('[field.a]\nit="a"\nen="a"\nheaders=["x"]\n[ambiguous]\ny=["c"]', "unknown fields"),
    ],
)
def test_a_faulty_vocabulary_stops_the_start(toml: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        headers.parse(toml)
