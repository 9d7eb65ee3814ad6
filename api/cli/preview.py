"""The first rows of a file as they were understood: whoever sees the accents right knows the encoding is."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from api.cli.caller import Caller, Column, euro
from config.errors import DomainError
from plans import sheets
from plans.sheets import cells

ROWS = 5
LOOKED_AT = 2_000

_COLUMNS = tuple(
    sheets.Column(field, convert)
    for field, convert in (
        ("tax_code", cells.text),
        ("full_name", cells.text),
        ("last_name", cells.text),
        ("first_name", cells.text),
        ("cluster", cells.text),
        ("amount", cells.amount),
    )
)


def show(caller: Caller, path: Path) -> None:
    """Print a few rows of a file, those with accents first; nothing when it cannot be read."""
    try:
        sheet = sheets.read(path, _COLUMNS)
        rows = [row.values for row in islice(sheet.rows(), LOOKED_AT)]
    except DomainError:
        return
    if not rows:
        return
    accented = [row for row in rows if not _ascii(row)]
    caller.say(
        "Anteprima ({format}), alcune righe, per controllare gli accenti:",
        "Preview ({format}), some rows, to check the accents:",
        format=sheet.format,
    )
    caller.table(
        [
            Column("codice fiscale", "tax code"),
            Column("nome", "name", folds=True),
            Column("categoria omogenea", "cluster", folds=True),
            Column("importo", "amount", right=True),
        ],
        [
            (code, " ".join(filter(None, (full, last, first))), cluster, euro(amount))
            for code, full, last, first, cluster, amount in (accented or rows)[:ROWS]
        ],
    )


def _ascii(row: Sequence[object]) -> bool:
    return all(not isinstance(value, str) or value.isascii() for value in row)
