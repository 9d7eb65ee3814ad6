"""Open a file: tell its format apart by content, choose the delimiter or the sheet, and find the header."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from config.errors import DomainError
from plans import taxcodes
from plans.errors_files import (
    ColumnAmbiguous,
    ColumnMissing,
    ColumnRepeated,
    ColumnsSwapped,
    FileEmpty,
    FileMissing,
    FileTooLarge,
    FileUnreadable,
    HeaderNotFound,
)
from plans.sheets import delimited, headers, workbooks
from plans.sheets.table import Column, Records, Sheet, is_blank


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file we agree to read."""

    file_bytes: int = 50 * 1024 * 1024
    header_rows: int = 30
    sample_rows: int = 50


STANDARD = Limits()


@dataclass(frozen=True, slots=True)
class _Candidate:
    """One way to read the file: a delimiter, or a sheet."""

    sheet_name: str | None
    records: Records


@dataclass(frozen=True, slots=True)
class _Header:
    """A row that may be the header; `score` puts required columns first."""

    candidate: _Candidate
    number: int
    cells: tuple[str, ...]
    match: headers.Match
    score: tuple[int, int, int]


def read(
    path: Path,
    columns: Sequence[Column],
    *,
    sheet: str | None = None,
    key: str = "tax_code",
    total: str = "amount",
    limits: Limits = STANDARD,
) -> Sheet:
    """
    Open a CSV or XLSX file, told apart by content, and find its header.

    `key` is the field that every row of data has and a totals row has not; `total` is the field that it sums.
    Errors: FileMissing, FileUnreadable, FileEmpty, FileTooLarge, FileEncrypted, FileFormatUnsupported,
            FileNotSpreadsheet, ZipBomb, FileNotText, SheetMissing, QuotesBroken, HeaderNotFound, ColumnRepeated,
            ColumnAmbiguous, ColumnMissing, ColumnsSwapped.
    """
    if workbooks.recognise(path, _look(path, limits)):
        workbooks.guard(path)
        candidates = [_Candidate(page.name, page.records) for page in workbooks.sheets(path, sheet)]
        file_hash, file_format = workbooks.hash_file(path), "xlsx"
    else:
        text = delimited.inspect(path)
        candidates = [_delimited(text, delimiter) for delimiter in delimited.DELIMITERS]
        file_hash, file_format = text.file_hash, "csv"
    header = _choose(path.name, candidates, columns, limits)
    _refuse_unclear(path.name, header, columns)
    places = tuple(header.match.places.get(column.field, (-1,))[0] for column in columns)
    made = Sheet(
        file=path.name,
        columns=tuple(columns),
        file_hash=file_hash,
        format=file_format,
        sheet_name=header.candidate.sheet_name,
        header_row=header.number,
        headers={c.field: header.cells[p] for c, p in zip(columns, places, strict=True) if p >= 0},
        ignored=tuple(cell for place, cell in enumerate(header.cells) if cell and place not in places),
        key=key,
        total=total,
        records=header.candidate.records,
        places=places,
        width=len(header.cells),
    )
    _refuse_swapped(made, header, limits)
    return made


def _look(path: Path, limits: Limits) -> bytes:
    """Return the first bytes of a file that is small enough to read."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise FileUnreadable(file=path.name)
        if status.st_size == 0:
            raise FileEmpty(file=path.name)
        if status.st_size > limits.file_bytes:
            size, limit = (round(number / (1024 * 1024), 1) for number in (status.st_size, limits.file_bytes))
            raise FileTooLarge(file=path.name, size_mb=size, limit_mb=limit)
        with path.open("rb") as stream:
            return stream.read(512)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise FileMissing(file=path.name) from error
    except (OSError, ValueError) as error:
        raise FileUnreadable(file=path.name) from error


def _delimited(text: delimited.Text, delimiter: str) -> _Candidate:
    return _Candidate(None, lambda: delimited.records(text, delimiter))


def _choose(file: str, candidates: Sequence[_Candidate], columns: Sequence[Column], limits: Limits) -> _Header:
    """Return the row, of all delimiters or sheets, that matches most columns; the first of equals."""
    found: list[_Header] = []
    failures: list[DomainError] = []
    filled = False
    for candidate in candidates:
        try:
            for number, record in islice(candidate.records(), limits.header_rows):
                cells = tuple("" if is_blank(cell) else " ".join(str(cell).split()) for cell in record)
                # Read with a wrong delimiter, a row of blanks is a row of the right one.
                filled = filled or any(map(str.isalnum, "".join(cells)))
                found.append(_judge(candidate, number, cells, columns))
        except DomainError as refusal:
            # A wrong delimiter may break quotes that the right one does not.
            failures.append(refusal)
    best = max(found, key=lambda header: header.score, default=None)
    if best is not None and best.score[1]:
        return best
    if failures or not filled:
        raise failures[0] if failures else FileEmpty(file=file)
    wanted = [_name(column) for column in columns if column.required] or [_name(column) for column in columns]
    raise HeaderNotFound(file=file, searched=limits.header_rows, columns=wanted)


def _judge(candidate: _Candidate, number: int, cells: tuple[str, ...], columns: Sequence[Column]) -> _Header:
    aliases = {headers.normalize(alias): column.field for column in columns for alias in column.aliases}
    match = headers.match(cells, [column.field for column in columns], aliases)
    required = sum(column.required and column.field in match.places for column in columns)
    while cells and not cells[-1]:
        cells = cells[:-1]
    return _Header(
        candidate, number, cells, match, (required, len(match.places), -sum(map(len, match.places.values())))
    )


def _refuse_unclear(file: str, header: _Header, columns: Sequence[Column]) -> None:
    for column in columns:
        first, *others = header.match.places.get(column.field, (-1,))
        if others:
            names = {"first": header.cells[first], "second": header.cells[others[0]]}
            raise ColumnRepeated(file=file, row=header.number, field=_name(column), **names)
    for place, meanings in header.match.ambiguous.items():
        # A file that has the column under a clear name too leaves nothing to ask.
        if open_meanings := [meaning for meaning in meanings if meaning not in header.match.places]:
            asked = [headers.vocabulary().name(meaning) for meaning in open_meanings]
            raise ColumnAmbiguous(file=file, row=header.number, column=header.cells[place], meanings=asked)
    missing = [_name(column) for column in columns if column.required and column.field not in header.match.places]
    if missing:
        found = [cell for cell in header.cells if cell]
        raise ColumnMissing(file=file, row=header.number, columns=missing, found=found)


def _refuse_swapped(sheet: Sheet, header: _Header, limits: Limits) -> None:
    """Refuse a file whose tax codes all stand in a column that is headed otherwise."""
    place = header.match.places.get("tax_code", (-1,))[0]
    if place < 0:
        return
    data = (record for number, record in sheet.records() if number > header.number and any(record))
    sample = list(islice(data, limits.sample_rows))
    counts = [sum(_code_at(record, column) for record in sample) for column in range(len(header.cells))]
    other = max(range(len(counts)), key=counts.__getitem__)
    if counts[place] == 0 and counts[other] * 2 >= max(1, len(sample)):
        names = {"actual": header.cells[other] or f"n. {other + 1}", "expected": header.cells[place]}
        raise ColumnsSwapped(file=sheet.file, row=header.number, **names)


def _code_at(record: Sequence[object], place: int) -> bool:
    cell = record[place] if place < len(record) else None
    return isinstance(cell, str) and taxcodes.resembles(cell)


def _name(column: Column) -> str:
    return headers.vocabulary().name(column.field)
