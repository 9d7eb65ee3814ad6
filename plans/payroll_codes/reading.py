"""
A payslip table from a file: TOML with its layout, or CSV with the rows alone.

Strict: an unknown key, column or word, a repeated row, or a row that an earlier one never lets speak is refused with
its place, and with all the other problems of the file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, TypeVar

from plans.errors_files import FileEmpty, FileMissing, FileTooLarge, FileUnreadable
from plans.payroll_codes.errors import PayrollTableInvalid
from plans.payroll_codes.model import AmountStyle, CodeTable, DateStyle, Item, Layout, Treatment
from plans.rulebook.words import Category, Channel, ExpenseKind, PlanSource
from plans.sheets import delimited
from plans.sheets.problems import shorten

W = TypeVar("W", bound=StrEnum)

MAX_BYTES: Final = 1_000_000
MAX_WIDTH: Final = 20
# What payroll programs take for a code; it begins with a letter or digit, so no spreadsheet runs it.
CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/-]{0,19}", re.ASCII)
ANY: Final = "*"
_LAYOUT: Final = ("company_code", "company_width", "employee_width", "item_width", "amounts", "dates")
_ITEM: Final[Mapping[str, type[StrEnum] | None]] = {
    "category": Category,
    "source": PlanSource,
    "channel": Channel,
    "treatment": Treatment,
    "expense": ExpenseKind,
    "code": None,
    "description": None,
}
# The columns of a CSV, in Italian and English.
ITALIAN_COLUMNS: Final = {
    "categoria": "category",
    "fonte": "source",
    "canale": "channel",
    "trattamento": "treatment",
    "spesa": "expense",
    "voce": "code",
    "descrizione": "description",
}
_COLUMNS: Final = ITALIAN_COLUMNS | {key: key for key in _ITEM}


@dataclass(frozen=True, slots=True)
class TableProblem:
    """What is wrong with one place of a table, in both languages; `place_*` names the row or key."""

    place_it: str
    place_en: str
    it: str
    en: str

    def text(self, language: str = "en") -> str:
        """Return where and what, in the language asked for."""
        return f"{self.place_it}: {self.it}" if language == "it" else f"{self.place_en}: {self.en}"


def read(path: Path) -> CodeTable:
    """
    Read a table from a TOML file, or from a CSV file when its name ends so.

    Errors: FileMissing, FileUnreadable, FileEmpty, FileTooLarge; FileNotText, QuotesBroken for a CSV;
            PayrollTableInvalid with every problem.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise FileMissing(file=path.name) from error
    except OSError as error:
        raise FileUnreadable(file=path.name) from error
    if not content.strip():
        raise FileEmpty(file=path.name)
    if len(content) > MAX_BYTES:
        raise FileTooLarge(file=path.name, size_mb=round(len(content) / 1e6, 1), limit_mb=1)
    if path.suffix.lower() == ".csv":
        return _from_csv(path)
    try:
        return parse(content.decode("utf-8-sig"), path.name)
    except UnicodeDecodeError as error:
        problem = _whole("non è testo UTF-8", "it is no UTF-8 text")
        raise PayrollTableInvalid(file=path.name, problems=(problem,)) from error


def parse(text: str, file: str) -> CodeTable:
    """
    Read the text of a TOML table; `file` is its name in messages.

    Errors: PayrollTableInvalid.
    """
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        problem = _whole(f"non è TOML ({error})", f"it is no TOML ({error})")
        raise PayrollTableInvalid(file=file, problems=(problem,)) from error
    problems = [
        _at_key(key, "chiave sconosciuta", "unknown key")
        for key in data
        if key not in ("name", "source", "layout", "item")
    ]
    problems += [
        _at_key(key, "manca, o non è un testo", "missing, or no text")
        for key in ("name", "source")
        if not isinstance(data.get(key), str) or not data[key].strip()
    ]
    layout = _layout(data.get("layout", {}), problems)
    rows = data.get("item")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        problems.append(_at_key("item", "servono sezioni [[item]]", "sections [[item]] are needed"))
        rows = []
    numbered = [(number, row) for number, row in enumerate(rows, 1)]
    items = _items(numbered, problems)
    if problems:
        raise PayrollTableInvalid(file=file, problems=tuple(problems))
    return CodeTable(data["name"].strip(), data["source"].strip(), layout, items)


def compose(
    name: str, source: str, layout: Mapping[str, Any], rows: Sequence[tuple[int, Mapping[str, Any]]]
) -> CodeTable:
    """
    Return a table written row by row, each with its number, with the words that a file would have.

    Errors: PayrollTableInvalid.
    """
    problems: list[TableProblem] = []
    told, items = _layout(layout, problems), _items(rows, problems)
    if not rows:
        problems.append(_whole("non ha righe", "it has no rows"))
    if problems:
        raise PayrollTableInvalid(file=name, problems=tuple(problems))
    return CodeTable(name, source, told, items)


def laid_out(table: CodeTable, **chosen: Any) -> CodeTable:
    """Return a table whose layout differs in what was chosen; None leaves it as it is."""
    return replace(table, layout=replace(table.layout, **{k: v for k, v in chosen.items() if v is not None}))


def _from_csv(path: Path) -> CodeTable:
    text = delimited.inspect(path)
    records = list(delimited.records(text, ";"))
    if records and len(records[0][1]) == 1:
        records = list(delimited.records(text, ","))
    problems: list[TableProblem] = []
    head = [_COLUMNS.get(cell.strip().lower(), "") for cell in records[0][1]]
    for cell, name in zip(records[0][1], head, strict=True):
        if not name:
            problems.append(_at_key(shorten(cell), "colonna sconosciuta", "unknown column"))
    problems += [
        _at_key(name, "serve una volta questa colonna", "this column is needed once")
        for name in ("category", "code")
        if head.count(name) != 1
    ]
    if problems:
        raise PayrollTableInvalid(file=path.name, problems=tuple(problems))
    rows: list[tuple[int, Mapping[str, Any]]] = []
    for number, cells in records[1:]:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(head):
            problems.append(_at_row(number, "più celle che intestazioni", "more cells than headings"))
        filled = {name: cell.strip() for name, cell in zip(head, cells, strict=False) if cell.strip()}
        rows.append((number, filled))
    items = _items(rows, problems)
    if not items and not problems:
        problems.append(_whole("non ha righe", "it has no rows"))
    if problems:
        raise PayrollTableInvalid(file=path.name, problems=tuple(problems))
    return CodeTable(path.stem, path.name, Layout(), items)


def _layout(values: Any, problems: list[TableProblem]) -> Layout:
    if not isinstance(values, dict):
        problems.append(_at_key("layout", "serve una sezione [layout]", "a section [layout] is needed"))
        return Layout()
    problems += [_at_key(f"layout.{key}", "chiave sconosciuta", "unknown key") for key in values if key not in _LAYOUT]
    found: dict[str, Any] = {}
    for key in _LAYOUT:
        if key not in values:
            continue
        value = values[key]
        if key.endswith("_width"):
            if type(value) is not int or not 0 <= value <= MAX_WIDTH:
                it, en = f"serve un numero da 0 a {MAX_WIDTH}", f"a number from 0 to {MAX_WIDTH} is needed"
                problems.append(_at_key(f"layout.{key}", it, en))
                continue
        elif key == "company_code":
            if value != "" and (not isinstance(value, str) or not CODE.fullmatch(value)):
                problems.append(_at_key(f"layout.{key}", *_NO_CODE))
                continue
        else:
            value = _word(value, AmountStyle if key == "amounts" else DateStyle, f"layout.{key}", None, problems)
        found[key] = value
    return Layout(**found)


def _items(rows: Sequence[tuple[int, Mapping[str, Any]]], problems: list[TableProblem]) -> tuple[Item, ...]:
    found: list[tuple[int, Item]] = []
    for number, row in rows:
        before = len(problems)
        item = _item(number, row, problems)
        if len(problems) > before:
            continue
        earlier = next((other for other, known in found if known.covers(item)), None)
        if earlier is not None:
            it = f"non vale mai: la riga {earlier} prende già tutto quel che prende questa. Metterla prima, o toglierla"
            en = f"never applies: row {earlier} takes all that this one would take. Put it before, or remove it"
            problems.append(_at_row(number, it, en))
            continue
        found.append((number, item))
    return tuple(item for _, item in found)


def _item(number: int, row: Mapping[str, Any], problems: list[TableProblem]) -> Item:
    problems += [
        _at_row(number, f"chiave sconosciuta «{key}»", f'unknown key "{key}"') for key in row if key not in _ITEM
    ]
    values: dict[str, Any] = {}
    for key, vocabulary in _ITEM.items():
        if vocabulary is not None and row.get(key, ANY) != ANY:
            values[key] = _word(row[key], vocabulary, key, number, problems)
    if "category" not in row:
        problems.append(_at_row(number, 'manca la categoria ("*": tutte)', 'the category is missing ("*": any)'))
    code = row.get("code")
    if not isinstance(code, str) or not CODE.fullmatch(code):
        problems.append(_at_row(number, *_NO_CODE))
    description = row.get("description", "")
    if (
        not isinstance(description, str)
        or len(description) > 100
        or not (description == "" or description.isprintable())
    ):
        it, en = (
            "la descrizione non è un testo di al più 100 caratteri",
            "the description is no text up to 100 characters",
        )
        problems.append(_at_row(number, it, en))
    return Item(code=str(code), description=str(description), **values)


_NO_CODE: Final = (
    "il codice deve essere un testo di al più 20 lettere, cifre e . _ / - (gli zeri iniziali contano)",
    "the code must be a text of at most 20 letters, digits and . _ / - (leading zeros count)",
)


def _word(value: Any, vocabulary: type[W], key: str, number: int | None, problems: list[TableProblem]) -> W | None:
    known = set(vocabulary)
    word = value.strip().upper() if isinstance(value, str) else None
    if word in known:
        return vocabulary(word)
    listed = ", ".join(vocabulary)
    it, en = (
        f"{key} «{shorten(value)}» non esiste: una di {listed}",
        f'{key} "{shorten(value)}" is unknown: one of {listed}',
    )
    problems.append(_at_key(key, it, en) if number is None else _at_row(number, it, en))
    return None


def _at_row(number: int, it: str, en: str) -> TableProblem:
    return TableProblem(f"riga {number}", f"row {number}", it, en)


def _at_key(key: str, it: str, en: str) -> TableProblem:
    return TableProblem(key, key, it, en)


def _whole(it: str, en: str) -> TableProblem:
    return TableProblem("file", "file", it, en)
