"""Which box of the Certificazione Unica an amount belongs in, year by year, as data; read strictly."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from itertools import combinations, product
from typing import Any, Final

from plans.rulebook.errors import RulebookInvalid
from plans.rulebook.reader import Row
from plans.rulebook.words import Category, Channel, Confidence, PlanSource

_FILE: Final = "cu_boxes.toml"
_LAST: Final = 9999


class Part(StrEnum):
    """What of an amount a box holds."""

    EXEMPT = "EXEMPT"
    TAXABLE = "TAXABLE"
    ALL = "ALL"


@dataclass(frozen=True, slots=True)
class Box:
    """
    A box and what belongs in it; `number` is empty where none is known, and the consultant places the value.

    `child` None: whether a dependent child is declared makes no difference.
    """

    id: str
    number: str
    label_it: str
    label_en: str
    categories: frozenset[Category]
    sources: frozenset[PlanSource]
    channels: frozenset[Channel]
    part: Part
    child: bool | None
    from_year: int
    to_year: int
    checked_on: date
    source: str
    confidence: Confidence
    note: str

    def label(self, language: str) -> str:
        """Return what the box is called."""
        return self.label_it if language == "it" else self.label_en

    def takes(self, category: Category, source: PlanSource, channel: Channel, year: int, *, child: bool) -> bool:
        """Return whether an amount belongs here."""
        fits = category in self.categories and source in self.sources and channel in self.channels
        return fits and self.child in (None, child) and self.from_year <= year <= self.to_year

    def amount_minor(self, exempt_minor: int, taxable_minor: int) -> int:
        """Return what of an amount belongs here."""
        match self.part:
            case Part.EXEMPT:
                return exempt_minor
            case Part.TAXABLE:
                return taxable_minor
            case Part.ALL:
                return exempt_minor + taxable_minor


@dataclass(frozen=True, slots=True)
class Section:
    """The categories whose reimbursements have a line of their own, expense by expense."""

    id: str
    categories: frozenset[Category]
    boxes: str
    label_it: str
    label_en: str
    from_year: int
    checked_on: date
    source: str
    confidence: Confidence
    note: str


@dataclass(frozen=True, slots=True)
class Boxes:
    """Every box and section, in the order of the file."""

    boxes: tuple[Box, ...]
    sections: tuple[Section, ...]

    def of(
        self, category: Category, source: PlanSource, channel: Channel, year: int, *, child: bool
    ) -> tuple[Box, ...]:
        """Return the boxes that share an amount between them: one for all of it, or one for each part."""
        return tuple(box for box in self.boxes if box.takes(category, source, channel, year, child=child))

    def section(self, category: Category, year: int) -> Section | None:
        """Return the section in which a reimbursement has its line, or None where it has none."""
        return next((s for s in self.sections if category in s.categories and s.from_year <= year), None)


@cache
def load() -> Boxes:
    """
    Read the boxes that come with this package.

    Errors: RulebookInvalid.
    """
    return build((files("reports.cu_lines") / _FILE).read_text("utf-8"))


def build(text: str) -> Boxes:
    """
    Build the boxes from a text.

    Errors: RulebookInvalid for text that is no TOML, a wrong key or word, and two boxes that would count one amount
            twice.
    """
    try:
        data = tomllib.loads(text)
    except ValueError as error:
        raise RulebookInvalid(file=_FILE, row="-", problem=f"is no TOML: {error}") from error
    if unknown := data.keys() - {"box", "section"}:
        raise RulebookInvalid(file=_FILE, row="-", problem=f"unknown table {', '.join(sorted(unknown))}")
    boxes = tuple(_box(Row(_FILE, "box", n, values)) for n, values in enumerate(data.get("box", ()), 1))
    sections = tuple(_section(Row(_FILE, "section", n, values)) for n, values in enumerate(data.get("section", ()), 1))
    for one, other in combinations(boxes, 2):
        if _meet(one, other):
            raise RulebookInvalid(file=_FILE, row=other.id, problem=f"holds together with {one.id}")
    return Boxes(boxes, sections)


def _meet(one: Box, other: Box) -> bool:
    parts = {one.part, other.part}
    apart = parts == {Part.EXEMPT, Part.TAXABLE} or {one.child, other.child} == {True, False}
    years = one.from_year <= other.to_year and other.from_year <= one.to_year
    return bool(
        not apart
        and years
        and one.categories & other.categories
        and one.sources & other.sources
        and one.channels & other.channels
    )


def gaps(boxes: Boxes, year: int, categories: Iterable[Category] = Category) -> list[str]:
    """Return the amounts of an employer's plans that a year's boxes would leave out."""
    sources = (PlanSource.ON_TOP, PlanSource.CCNL, PlanSource.PDR)
    missing = []
    for category, source, channel, child in product(categories, sources, Channel, (False, True)):
        parts = {box.part for box in boxes.of(category, source, channel, year, child=child)}
        wanted = {Part.ALL} if Part.ALL in parts else {Part.EXEMPT, Part.TAXABLE}
        missing += [f"{category} {source} {channel} {child} {part}" for part in sorted(wanted - parts)]
    return missing


def _common(row: Row) -> dict[str, Any]:
    return {
        "id": row.text("id"),
        "label_it": row.text("label_it"),
        "label_en": row.text("label_en"),
        "categories": frozenset(row.words("categories", Category)),
        "from_year": row.whole("from_year"),
        "checked_on": row.day("checked_on"),
        "source": row.text("source"),
        "confidence": row.word("confidence", Confidence),
        "note": row.text("note") if row.has("note") else "",
    }


def _box(row: Row) -> Box:
    box = Box(
        **_common(row),
        number=row.text("box", empty=True),
        sources=frozenset(row.words("sources", PlanSource)),
        channels=frozenset(row.words("channels", Channel) if row.has("channels") else Channel),
        part=row.word("part", Part),
        child=row.flag("child") if row.has("child") else None,
        to_year=row.whole("to_year") if row.has("to_year") else _LAST,
    )
    row.finish()
    return box


def _section(row: Row) -> Section:
    section = Section(**_common(row), boxes=row.text("boxes"))
    row.finish()
    return section
