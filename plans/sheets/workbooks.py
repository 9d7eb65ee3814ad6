"""
XLSX: guard first, then read with calamine.

An archive of 300 KB may unpack to hundreds of MB, and one cell in the last corner of a sheet makes a reader lay out
seventeen thousand million others. So every part is unpacked here first, in pieces and against a cap that does not
trust the sizes it declares, and the far corner of every sheet is looked up before the reader sees the file.
"""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.parsers import expat

import python_calamine

from plans.errors_files import (
    FileEncrypted,
    FileFormatUnsupported,
    FileNotSpreadsheet,
    SheetMissing,
    ZipBomb,
)

UNPACKED_BYTES = 100 * 1024 * 1024
RATIO = 200
# Below this size a high ratio harms nobody: a small sheet of repeated values compresses very well.
RATIO_FREE_BYTES = 10 * 1024 * 1024
MEMBERS = 1_000
CELLS = 5_000_000
CHUNK_BYTES = 1 << 20

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")

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
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError, RuntimeError) as error:
        raise FileNotSpreadsheet(file=path.name) from error


def hash_file(path: Path) -> str:
    """Return the SHA-256 of the bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def names(path: Path, wanted: str | None) -> list[str]:
    """
    Return the sheets to look at: the one wanted, or all that people can see, in the workbook's order.

    Errors: FileEncrypted, FileNotSpreadsheet, SheetMissing.
    """
    with _open(path) as book:
        shown = [
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
            and sheet.visible == python_calamine.SheetVisibleEnum.Visible
        ]
    if wanted is None:
        return shown
    if wanted not in shown:
        raise SheetMissing(file=path.name, sheet=wanted, sheets=shown)
    return [wanted]


def records(path: Path, sheet: str) -> Iterator[Record]:
    """
    Yield each row of a sheet with the number that the spreadsheet shows beside it.

    Errors: FileNotSpreadsheet.
    """
    with _open(path) as book:
        try:
            # Rows above the first filled one come too, blank, so the count is the sheet's.
            rows = book.get_sheet_by_name(sheet).iter_rows()
        except python_calamine.CalamineError as error:
            raise FileNotSpreadsheet(file=path.name) from error
        yield from enumerate(rows, start=1)


def _open(path: Path) -> python_calamine.CalamineWorkbook:
    try:
        return python_calamine.CalamineWorkbook.from_path(path)
    except python_calamine.PasswordError as error:
        raise FileEncrypted(file=path.name) from error
    except (python_calamine.CalamineError, OSError) as error:
        raise FileNotSpreadsheet(file=path.name) from error


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
        corner = Corner()
        with archive.open(member) as part:
            while chunk := part.read(CHUNK_BYTES):
                total += len(chunk)
                if total > UNPACKED_BYTES or (total > RATIO_FREE_BYTES and total > RATIO * packed):
                    raise ZipBomb(file=path.name)
                corner.feed(chunk)
        if corner.rows * corner.columns > CELLS:
            raise ZipBomb(file=path.name)


@dataclass(slots=True)
class Corner:
    """The far corner of a part of a workbook if it is a sheet: what a reader would lay out in memory."""

    rows: int = 0
    columns: int = 0
    _place: int = 0
    _sheet: bool | None = None
    _parser: Any = field(default=None)

    def feed(self, chunk: bytes) -> None:
        """
        Look at the next piece of the part.

        Errors: ValueError when a part that began as a sheet is not well-formed XML, or declares entities.
        """
        if self._sheet is False:
            return
        if self._parser is None:
            if not chunk.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
                self._sheet = False
                return
            self._parser = expat.ParserCreate(namespace_separator=" ")
            self._parser.StartElementHandler = self._start
            self._parser.EntityDeclHandler = self._refuse_entity
        try:
            self._parser.Parse(chunk, False)
        except expat.ExpatError as error:
            # Parts that are no sheets (drawings, printer settings) are the reader's business.
            if self._sheet:
                raise ValueError("sheet is not well-formed") from error
            self._sheet = False

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        if self._sheet is None:
            self._sheet = local == "worksheet"
            if not self._sheet:
                self._parser.StartElementHandler = None
            return
        if local == "c":
            self._place += 1
            if reference := attributes.get("r"):
                letters = reference.rstrip("0123456789")
                self._place = _column_number(letters)
                self.rows = max(self.rows, int(reference[len(letters) :] or 0))
            self.columns = max(self.columns, self._place)
        elif local == "row":
            self._place = 0
            self.rows = max(self.rows + 1, int(attributes.get("r") or 0))

    def _refuse_entity(self, *_declaration: object) -> None:
        raise ValueError("a workbook declares no entities")


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters[:4]:
        number = number * 26 + ord(letter) - 64
    return number
