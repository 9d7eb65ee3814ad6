"""A report as CSV: rows led by their section, ready for a spreadsheet of the reader's language."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Final

from reports.cells import guarded, plain
from reports.sheet import Amount
from reports.words import Words

# Where the comma separates decimals it cannot separate cells.
_DELIMITERS: Final = {"it": ";", "en": ","}

Cell = str | int | date | datetime | Amount | None


def write(path: Path, text: Words, sections: Iterable[tuple[str, Iterable[Sequence[Cell]]]]) -> None:
    """
    Write the sections as CSV, UTF-8 with a byte order mark.

    Italian has `;` and `1234,56`, English `,` and `1234.56`. Text that a spreadsheet could run is led by an apostrophe.
    """
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=_DELIMITERS[text.language], lineterminator="\r\n")
        for name, rows in sections:
            for row in rows:
                writer.writerow([text(f"section.{name}"), *(_cell(value, text) for value in row)])


def _cell(value: Cell, text: Words) -> str:
    match value:
        case None:
            return ""
        case Amount():
            return plain(value, text.language)
        case int():
            return str(value)
        case datetime():
            return text.moment(value)
        case date():
            return text.day(value)
        case str():
            return guarded(value)
