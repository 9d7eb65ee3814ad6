"""The checklist of an expense: which documents, in whose name and with which declarations, before it is submitted."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import TypeVar

from plans.rulebook.errors import RulebookInvalid
from plans.rulebook.reader import Row
from plans.rulebook.words import Category, Confidence, ExpenseKind
from wallet.reimbursements.errors import ExpenseUnknown
from wallet.reimbursements.words import Holder, Purpose, Statement

T = TypeVar("T")

BOX_DETRACTABLE = 702
BOX_DEDUCTIBLE = 703


@dataclass(frozen=True, slots=True)
class Expense:
    """What is asked to be given back, and the fiscal category it falls into."""

    code: str
    category: Category
    kind: ExpenseKind | None
    it: str
    en: str
    source: str
    confidence: Confidence

    def name(self, language: str) -> str:
        """Return the expense in people's words."""
        return self.it if language == "it" else self.en


@dataclass(frozen=True, slots=True)
class Item:
    """One document of a checklist, and whether nothing goes on without it."""

    purpose: Purpose
    required: bool
    it: str
    en: str

    def text(self, language: str) -> str:
        """Return what is asked for, as the person reads it."""
        return self.it if language == "it" else self.en


@dataclass(frozen=True, slots=True)
class Checklist:
    """
    What a category asks for.

    `holders` are those in whose name the expense document may be; `traceable` whether the law asks for a payment that
    leaves a trace, `user_tax_code` whether the certificate names the relative (box 705). `statements` are declared when
    submitting.
    """

    id: str
    category: Category
    kinds: tuple[ExpenseKind, ...]
    holders: tuple[Holder, ...]
    items: tuple[Item, ...]
    traceable: bool
    user_tax_code: bool
    statements: tuple[Statement, ...]
    checked_on: date
    legal_ref: str
    source: str
    confidence: Confidence
    note_it: str
    note_en: str

    def note(self, language: str) -> str:
        """Return what more is said of it; nothing where there is no more."""
        return self.note_it if language == "it" else self.note_en

    @property
    def required(self) -> tuple[Purpose, ...]:
        """The documents without which nothing is submitted."""
        return tuple(item.purpose for item in self.items if item.required)


@dataclass(frozen=True, slots=True)
class CuCode:
    """The code an expense bears in the Certificazione Unica, in box 702 or 703, with how sure we are of it."""

    id: str
    expenses: tuple[str, ...]
    box: int
    code: str
    valid_from: date
    valid_to: date | None
    checked_on: date
    source: str
    confidence: Confidence


def expenses() -> Mapping[str, Expense]:
    """Return every expense that employees may name, by code."""
    return _load().expenses


def expense(code: str) -> Expense:
    """
    Return an expense by its code, written in any case and with hyphens.

    Errors: ExpenseUnknown.
    """
    known = expenses()
    found = known.get(code.strip().upper().replace("-", "_"))
    if found is None:
        raise ExpenseUnknown(expense=code, known=[name.lower().replace("_", "-") for name in known])
    return found


def of(wanted: Expense) -> Checklist | None:
    """Return the checklist of an expense; None where no rule reimburses anything of its category."""
    rows = [row for row in _load().checklists if row.category is wanted.category]
    exact = [row for row in rows if wanted.kind in row.kinds]
    return next(iter(exact or [row for row in rows if not row.kinds]), None)


def cu_code(expense_code: str, year: int) -> CuCode | None:
    """Return the code an expense bears in the certificate of a year's income; None where none is known."""
    day = date(year, 12, 31)
    for row in _load().cu_codes:
        if expense_code in row.expenses and row.valid_from <= day and (row.valid_to is None or day <= row.valid_to):
            return row
    return None


@dataclass(frozen=True, slots=True)
class _Data:
    expenses: Mapping[str, Expense]
    checklists: tuple[Checklist, ...]
    cu_codes: tuple[CuCode, ...]


@cache
def _load() -> _Data:
    folder = files("wallet.reimbursements") / "data"
    names = ("expenses", "checklists", "cu_codes")
    return build({name: (folder / f"{name}.toml").read_text("utf-8") for name in names})


def build(texts: Mapping[str, str]) -> _Data:
    """
    Build what the three files say, strictly.

    Errors: RulebookInvalid for text that is no TOML, a key missing or unknown, a word or a type that will not do, a
            repeated id, a code of an expense that does not exist or two codes of one expense that hold together.
    """
    found = {row.code: row for row in _rows(texts, "expenses", "expense", _expense)}
    checklists = tuple(_rows(texts, "checklists", "checklist", _checklist))
    codes = tuple(_rows(texts, "cu_codes", "cu_code", _cu_code))
    for index, row in enumerate(codes):
        for name in row.expenses:
            if name not in found:
                raise RulebookInvalid(file="cu_codes.toml", row=row.id, problem=f"no expense is called {name}")
            for other in codes[:index]:
                if name in other.expenses and _meet(row, other):
                    raise RulebookInvalid(
                        file="cu_codes.toml", row=row.id, problem=f"holds together with {other.id} for {name}"
                    )
    return _Data(found, checklists, codes)


def _meet(one: CuCode, other: CuCode) -> bool:
    return one.valid_from <= (other.valid_to or date.max) and other.valid_from <= (one.valid_to or date.max)


def _rows(texts: Mapping[str, str], file: str, table: str, read: Callable[[Row], T]) -> list[T]:
    name = f"{file}.toml"
    try:
        content = tomllib.loads(texts[file])
    except tomllib.TOMLDecodeError as error:
        raise RulebookInvalid(file=name, row="-", problem=str(error)) from error
    if set(content) != {table}:
        raise RulebookInvalid(file=name, row="-", problem=f"only [[{table}]] is understood")
    result: list[T] = []
    ids: set[str] = set()
    for position, values in enumerate(content[table], 1):
        row = Row(name, table, position, values)
        if row.id in ids:
            raise row.refuse("the id is repeated")
        ids.add(row.id)
        result.append(read(row))
        row.finish()
    return result


def _expense(row: Row) -> Expense:
    return Expense(
        code=row.text("id"),
        category=row.word("category", Category),
        kind=row.word("kind", ExpenseKind) if row.has("kind") else None,
        it=row.text("it"),
        en=row.text("en"),
        source=row.text("source"),
        confidence=row.word("confidence", Confidence),
    )


def _checklist(row: Row) -> Checklist:
    items = [Item(Purpose.EXPENSE, True, row.text("document_it"), row.text("document_en"))]
    if row.flag("contract", default=False):
        items.append(Item(Purpose.CONTRACT, True, row.text("contract_it"), row.text("contract_en")))
    if row.flag("payment_proof"):
        items.append(Item(Purpose.PAYMENT, False, row.text("payment_it"), row.text("payment_en")))
    return Checklist(
        id=row.text("id"),
        category=row.word("category", Category),
        kinds=row.words("kinds", ExpenseKind) if row.has("kinds") else (),
        holders=row.words("holders", Holder),
        items=tuple(items),
        traceable=row.flag("traceable"),
        user_tax_code=row.flag("user_tax_code", default=False),
        statements=row.words("statements", Statement),
        checked_on=row.day("checked_on"),
        legal_ref=row.text("legal_ref"),
        source=row.text("source"),
        confidence=row.word("confidence", Confidence),
        note_it=row.text("note_it") if row.has("note_it") else "",
        note_en=row.text("note_en") if row.has("note_en") else "",
    )


def _cu_code(row: Row) -> CuCode:
    found = CuCode(
        id=row.text("id"),
        expenses=row.names("expenses"),
        box=row.whole("box"),
        code=row.text("code"),
        valid_from=row.day("valid_from"),
        valid_to=row.day("valid_to") if row.has("valid_to") else None,
        checked_on=row.day("checked_on"),
        source=row.text("source"),
        confidence=row.word("confidence", Confidence),
    )
    if found.box not in (BOX_DETRACTABLE, BOX_DEDUCTIBLE):
        raise row.refuse(f"box is {found.box}, this code is of box {BOX_DETRACTABLE} or {BOX_DEDUCTIBLE}")
    return found
