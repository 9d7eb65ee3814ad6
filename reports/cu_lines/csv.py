"""The year as CSV: one file, each row led by its section."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from reports import words
from reports.cells import guarded, plain
from reports.cu_lines import tables
from reports.cu_lines.model import CuYear
from reports.sheet import Amount
from reports.words import Words

_DELIMITERS: Final = {"it": ";", "en": ","}


def write(year: CuYear, path: Path, language: str = "it") -> None:
    """Write UTF-8 with a byte order mark; Italian has `;` and `1234,56`, English `,` and `1234.56`."""
    text = words.read("reports.cu_lines", language)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=_DELIMITERS[language], lineterminator="\r\n")
        for section, rows in _sections(year, text):
            for row in rows:
                writer.writerow([text(f"section.{section}"), *(_cell(cell, text) for cell in row)])


def _sections(year: CuYear, text: Words) -> Iterator[tuple[str, Iterable[Sequence[Any]]]]:
    for section, columns, rows in (
        ("reimbursed", tables.REIMBURSED, tables.reimbursed(year, text)),
        ("values", tables.VALUES, tables.values(year, text)),
        ("limits", tables.LIMITS, tables.limits(year, text)),
        ("people", tables.PEOPLE, tables.people(year, text)),
        ("proof", ("item", "value"), tables.proof(year, text)),
    ):
        yield section, [[text(f"column.{name}") for name in columns]]
        yield section, rows
    yield "proof", [(text("reader"),), (text("notice"),)]


def _cell(cell: Any, text: Words) -> str:
    return plain(cell, text.language) if isinstance(cell, Amount) else guarded(str(cell))
