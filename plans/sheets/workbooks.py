"""
XLSX: guard first, then read with calamine.

An archive of 300 KB may unpack to hundreds of MB, and one cell in the last corner of a sheet makes a reader lay out
seventeen thousand million others. So every part is unpacked here first, in pieces and against a cap that does not
trust the sizes it declares, and the far corner of every sheet is looked up before the reader sees the file.
"""

from __future__ import annotations

import hashlib
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

import python_calamine

from plans.errors_files import FileEncrypted, FileFormatUnsupported, FileNotSpreadsheet, SheetMissing, ZipBomb

UNPACKED_BYTES = 100 * 1024 * 1024
RATIO = 200
# Below this size a high ratio harms nobody: a small sheet of repeated values compresses very well.
RATIO_FREE_BYTES = 10 * 1024 * 1024
MEMBERS = 1_000
CELLS = 5_000_000
CHUNK_BYTES = 1 << 20

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_ROWS_ELEMENT = b"sheetData"
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})", re.ASCII)
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")

# What zipfile and expat raise over archives and parts that are not what they seem.
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    expat.ExpatError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)

Record = tuple[int, list[Any]]


def recognise(path: Path, head: bytes) -> bool:
    """
    Return whether the first bytes are those of a workbook that we read.

    Errors: FileEncrypted, FileFormatUnsupported.
    """
    if head.startswith(_OLE):
        with path.open("rb") as stream:
            # The directory of such a file stands anywhere in it; the file is within the size limit.
            if _ENCRYPTED in stream.read():
                raise FileEncrypted(file=path.name)
        raise FileFormatUnsupported(file=path.name, format="XLS")
    if head.startswith(b"%PDF"):
        raise FileFormatUnsupported(file=path.name, format="PDF")
    # Web programs often call "xls" a page with a table in it.
    if (
        head.removeprefix(b"\xef\xbb\xbf")
        .lstrip()[:20]
        .lower()
        .startswith((b"<html", b"<!doctype", b"<table", b"<?xml"))
    ):
        raise FileFormatUnsupported(file=path.name, format="HTML/XML")
    return head.startswith(_ZIP)


def guard(path: Path) -> None:
    """
    Refuse an archive that is no XLSX workbook, or one that would exhaust memory.

    Errors: FileNotSpreadsheet, FileEncrypted, FileFormatUnsupported, ZipBomb.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MEMBERS:
                raise ZipBomb(file=path.name)
            _require_xlsx(archive, path)
            _unpack(archive, members, path)
    except _UNREADABLE as error:
        raise FileNotSpreadsheet(file=path.name) from error


def hash_file(path: Path) -> str:
    """Return the SHA-256 of the bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sheets(path: Path, wanted: str | None) -> Iterator[Page]:
    """
    Yield the sheets to look at, read: the one wanted, or all that people can see, in the workbook's order.

    Errors: FileEncrypted, FileNotSpreadsheet, SheetMissing.
    """
    try:
        with python_calamine.CalamineWorkbook.from_path(path) as book:
            shown = [sheet.name for sheet in book.sheets_metadata if _is_shown(sheet)]
            if wanted is not None and wanted not in shown:
                raise SheetMissing(file=path.name, sheet=wanted, sheets=shown)
            for name in shown if wanted is None else [wanted]:
                yield Page(name, book.get_sheet_by_name(name))
    except python_calamine.PasswordError as error:
        raise FileEncrypted(file=path.name) from error
    except (python_calamine.CalamineError, OSError) as error:
        raise FileNotSpreadsheet(file=path.name) from error


@dataclass(frozen=True, slots=True)
class Page:
    """One sheet, laid out in memory by the reader."""

    name: str
    content: python_calamine.CalamineSheet

    def records(self) -> Iterator[Record]:
        """Yield each row with the number that the spreadsheet shows beside it."""
        # Rows above the first filled one come too, blank, so the count is the sheet's.
        return enumerate(self.content.iter_rows(), start=1)


def _is_shown(sheet: python_calamine.SheetMetadata) -> bool:
    return (
        sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
        and sheet.visible == python_calamine.SheetVisibleEnum.Visible
    )


def _require_xlsx(archive: zipfile.ZipFile, path: Path) -> None:
    present = set(archive.namelist())
    if "mimetype" in present or "content.xml" in present:
        raise FileFormatUnsupported(file=path.name, format="ODS")
    if "xl/workbook.bin" in present:
        raise FileFormatUnsupported(file=path.name, format="XLSB")
    if "[Content_Types].xml" not in present or not any(name.startswith("xl/") for name in present):
        raise FileNotSpreadsheet(file=path.name)


def _unpack(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], path: Path) -> None:
    packed = max(1, path.stat().st_size)
    total = 0
    for member in members:
        if member.flag_bits & 1:
            raise FileEncrypted(file=path.name)
        tail, holds_rows = b"", False
        with archive.open(member) as part:
            while chunk := part.read(CHUNK_BYTES):
                total += len(chunk)
                if total > UNPACKED_BYTES or (total > RATIO_FREE_BYTES and total > RATIO * packed):
                    raise ZipBomb(file=path.name)
                holds_rows = holds_rows or _ROWS_ELEMENT in tail + chunk
                tail = chunk[-len(_ROWS_ELEMENT) :]
        # Whatever the part is called: the reader may be led to any that holds rows.
        if holds_rows:
            with archive.open(member) as part:
                _measure(part, path)


def _measure(part: IO[bytes], path: Path) -> None:
    """Refuse a sheet whose far corner is so far that the reader would exhaust memory laying it out."""
    corner = _Corner()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = corner.start
    parser.EntityDeclHandler = _refuse_entity
    while chunk := part.read(CHUNK_BYTES):
        parser.Parse(chunk, False)
        if corner.rows * corner.columns > CELLS:
            raise ZipBomb(file=path.name)
    parser.Parse(b"", True)


@dataclass(slots=True)
class _Corner:
    """How many rows and columns a sheet spans, counted as its reader will."""

    rows: int = 0
    columns: int = 0
    place: int = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        if local == "c":
            self.place += 1
            if reference := attributes.get("r"):
                found = _REFERENCE.fullmatch(reference)
                if found is None:
                    raise ValueError(f"no cell is called {reference[:20]}")
                self.place = _column_number(found[1])
                self.rows = max(self.rows, int(found[2]))
            self.columns = max(self.columns, self.place)
        elif local == "row":
            self.place = 0
            self.rows = max(self.rows + 1, int(attributes.get("r", 0)))


def _refuse_entity(*_declaration: object) -> None:
    raise ValueError("a workbook declares no entities")


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
