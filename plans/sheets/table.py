"""A file as rows of values: convert the cells, set the totals row aside."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from config.errors import DomainError
from config.money import from_minor
from plans import taxcodes
from plans.errors_budgets import TotalDiffers
from plans.errors_cells import RowTooWide, TotalInside, ValueMissing
from plans.sheets import cells, headers
from plans.sheets.problems import Problem, describe

_LABEL: Final = re.compile(r"(sub ?)?(totale|totali|total|totals|tot|somma|sum|grand total)\b[ .:]*.*", re.IGNORECASE)
_LABEL_LENGTH: Final = 40

Records = Callable[[], Iterator[tuple[int, Sequence[Any]]]]
Cells = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Column:
    """
    A column to look for, and how to read its cells; `convert=None` recognises the column without reading it.

    A required column must be in the header, and its cells must be filled. `aliases` are headings that one office uses
    and the common vocabulary does not know.
    """

    field: str
    convert: Callable[[Any], Any] | None = cells.text
    required: bool = False
    aliases: tuple[str, ...] = ()


class Row(NamedTuple):
    """
    One row of data: its number in the file, a value for each column asked for, and what is wrong with it.

    A value is None where the cell is blank, the column absent, or the cell unreadable (then a problem says so).
    """

    number: int
    values: tuple[Any, ...]
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class Sheet:
    """
    A file whose header is understood; `rows()` reads it from the start each time.

    `stated_total` and `stated_total_row` are those of the totals row, known after the last row was read.
    `places` says where each column stands (-1: absent), and `width` how many headings there are.
    """

    file: str
    columns: tuple[Column, ...]
    file_hash: str
    format: str
    sheet_name: str | None
    header_row: int
    headers: dict[str, str]
    ignored: tuple[str, ...]
    key: str
    total: str
    records: Records = field(repr=False)
    places: tuple[int, ...] = field(repr=False)
    width: int = field(repr=False)
    stated_total: int | None = None
    stated_total_row: int | None = None

    def differences(self, found_minor: int, *, expected_minor: int | None = None) -> Iterator[Problem]:
        """
        Yield where the rows do not add up: to the totals row, or to the total that was told beside the file.

        Units: minor units. After the last row was read.
        """
        for stated, number in ((self.stated_total, self.stated_total_row), (expected_minor, None)):
            if stated is None or stated == found_minor:
                continue
            differs = TotalDiffers(
                expected=from_minor(stated),
                found=from_minor(found_minor),
                difference=from_minor(abs(stated - found_minor)),
            )
            column = None if number is None else self.total
            yield self.problem(differs, number, column, None if number is None else from_minor(stated).amount)

    def rows(self) -> Iterator[Row]:
        """
        Yield every row of data in the order of the file; blank rows and the totals row at the end are left out.

        Errors: QuotesBroken, FileNotSpreadsheet.
        """
        self.stated_total = self.stated_total_row = None
        held: list[tuple[Row, Cells]] = []
        unkeyed = self._place(self.key) < 0 or not self._column(self.key).required
        for number, record in self._data():
            row = self._convert(number, record)
            # Rows without a key are few: a totals row, a row of spaces, a mistake.
            if row.problems or unkeyed:
                if not _filled(record):
                    continue
                if self._is_total(record):
                    held.append((row, record))
                    continue
            while held:
                yield self._misplaced(*held.pop(0))
            yield row
        for row, record in held[:-1]:
            yield self._misplaced(row, record)
        if held:
            yield from self._keep_total(*held[-1])

    def problem(
        self, refusal: DomainError, row: int | None = None, column: str | None = None, value: object = None
    ) -> Problem:
        """Return a problem of this file; `column` is a field, and is shown as the file heads it."""
        heading = None if column is None else self.headers.get(column) or headers.vocabulary().name(column)
        return describe(refusal, self.file, row, heading, value)

    def _data(self) -> Iterator[tuple[int, Cells]]:
        for number, record in self.records():
            if number > self.header_row and any(record):
                yield number, record

    def _convert(self, number: int, record: Cells) -> Row:
        values: list[Any] = []
        problems: tuple[Problem, ...] = ()
        width = len(record)
        for place, column in zip(self.places, self.columns, strict=True):
            cell = record[place] if 0 <= place < width else ""
            if cell == "" or (cell.__class__ is str and cell.isspace()):
                values.append(None)
                if column.required:
                    missing = ValueMissing(field=headers.vocabulary().name(column.field))
                    problems = (*problems, self.problem(missing, number, column.field))
                continue
            if column.convert is None:
                values.append(None)
                continue
            try:
                values.append(column.convert(cell))
            except DomainError as refusal:
                values.append(None)
                problems = (*problems, self.problem(refusal, number, column.field, cell))
        if self.format == "csv" and width > self.width and _filled(record[self.width :]):
            problems = (*problems, self.problem(RowTooWide(cells=width, headers=self.width), number))
        return Row(number, tuple(values), problems)

    def _is_total(self, record: Cells) -> bool:
        """Return whether a row is a sum: labelled so, or nothing but an amount and other numbers."""
        filled = _filled(record)
        key = _at(record, self._place(self.key))
        if isinstance(key, str) and taxcodes.resembles(key):
            return False
        first = filled[0]
        if isinstance(first, str) and len(first) <= _LABEL_LENGTH and _LABEL.fullmatch(first.strip()):
            return True
        amount = _at(record, self._place(self.total))
        return is_blank(key) and not is_blank(amount) and not any(_worded(cell) for cell in filled)

    def _misplaced(self, row: Row, record: Cells) -> Row:
        label = next(iter(_filled(record)), None)
        if isinstance(label, str) and _LABEL.fullmatch(label.strip()):
            return Row(row.number, row.values, (self.problem(TotalInside(), row.number, None, label),))
        return row

    def _keep_total(self, row: Row, record: Cells) -> Iterator[Row]:
        amount = _at(record, self._place(self.total))
        self.stated_total_row = row.number
        if is_blank(amount):
            return
        try:
            self.stated_total = cells.amount(amount)
        except DomainError as refusal:
            problem = self.problem(refusal, row.number, self.total, amount)
            yield Row(row.number, (None,) * len(self.columns), (problem,))

    def _place(self, name: str) -> int:
        return next((p for p, column in zip(self.places, self.columns, strict=True) if column.field == name), -1)

    def _column(self, name: str) -> Column:
        return next(column for column in self.columns if column.field == name)


def is_blank(cell: Any) -> bool:
    """Return whether nothing can be read in a cell."""
    return cell == "" or cell is None or (isinstance(cell, str) and cell.isspace())


def _at(record: Cells, place: int) -> Any:
    return record[place] if 0 <= place < len(record) else ""


def _filled(record: Cells) -> list[Any]:
    return [cell for cell in record if not is_blank(cell)]


def _worded(cell: Any) -> bool:
    """Return whether a cell says something beside a figure and its currency."""
    return isinstance(cell, str) and any(c.isalpha() for c in cell.casefold().replace("euro", "").replace("eur", ""))
