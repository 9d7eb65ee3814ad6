"""The worked cases on paper: each with its name, what the program answers, where that comes from, and its rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final
from xml.sax.saxutils import escape

from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, Paragraph, Spacer, Table, TableStyle

from reports import look
from reports.blocks import CELL, PADDING, WIDTH, Heading
from reports.rulebook_document import lines
from reports.rulebook_document.model import RulebookDocument
from reports.words import Words

_HEAD: Final = 7.5
_SHARES: Final = (0.06, 0.61, 0.13, 0.10, 0.10)
_SHARES_OF_BONUSES: Final = (0.06, 0.60, 0.34)


def flow(document: RulebookDocument, text: Words) -> Iterator[Flowable]:
    """Yield the cases of purchases, then those of bonuses; no case goes over two pages."""
    yield Heading(f"{text('heading.cases')} ({len(document.cases)})")
    yield _table(text, ("number", "what", "outcome", "exempt", "taxable"), _SHARES, _purchases(document, text), 2)
    yield CondPageBreak(60 * mm)
    yield Spacer(0, 6 * mm)
    yield Heading(f"{text('heading.bonus_cases')} ({len(document.bonus_cases)})")
    yield _table(text, ("number", "what", "outcome"), _SHARES_OF_BONUSES, _bonuses(document, text), 0)


def _purchases(document: RulebookDocument, text: Words) -> Iterator[list[Any]]:
    for number, (case, found) in enumerate(zip(document.cases, document.decisions, strict=True), 1):
        told = (
            text("case.read", sentence=found.sentence(text.language)),
            text("case.why", why=case.note),
            lines.applied(found.rule_ids, text),
        )
        yield [
            str(number),
            [_name(case.name), _plain(lines.case(case, text)), *map(_grey, told)],
            _plain(text.named("word", case.outcome)),
            text.amount(case.exempt_minor),
            text.amount(case.taxable_minor),
        ]


def _bonuses(document: RulebookDocument, text: Words) -> Iterator[list[Any]]:
    of_all = zip(document.bonus_cases, document.bonus_rules, strict=True)
    for number, (case, rules) in enumerate(of_all, len(document.cases) + 1):
        told = (text("case.why", why=case.note), lines.applied(rules, text))
        worked = lines.bonus_figures(case, text)
        yield [
            str(number),
            [_name(case.name), _plain(lines.bonus(case, text)), *map(_grey, told)],
            [_plain(lines.bonus_outcome(case, text)), *([_grey(worked)] if worked else [])],
        ]


def _table(
    text: Words, names: tuple[str, ...], shares: tuple[float, ...], rows: Iterable[list[Any]], figures: int
) -> Table:
    head = look.style(_HEAD, font=look.SEMIBOLD, color=look.MUTED)
    first = len(names) - figures
    headings: list[Any] = [text(f"column.{name}") for name in names]
    headings[1:first] = [Paragraph(escape(heading), head) for heading in headings[1:first]]
    style = TableStyle(
        [
            ("FONT", (0, 0), (-1, -1), look.REGULAR, CELL),
            ("FONT", (0, 0), (-1, 0), look.SEMIBOLD, _HEAD),
            ("TEXTCOLOR", (0, 0), (-1, 0), look.MUTED),
            ("TEXTCOLOR", (0, 1), (-1, -1), look.INK),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), PADDING),
            ("RIGHTPADDING", (0, 0), (-1, -1), PADDING),
            ("TOPPADDING", (0, 0), (-1, -1), 1.5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
            ("ALIGN", (0, 0), (0, -1), "RIGHT"),
            *((("ALIGN", (first, 0), (-1, -1), "RIGHT"),) if figures else ()),
            ("LINEBELOW", (0, 0), (-1, 0), 0.8, look.MUTED),
            ("LINEBELOW", (0, 1), (-1, -1), 0.3, look.LINE),
        ]
    )
    widths = [WIDTH * share for share in shares]
    return Table([headings, *rows], colWidths=widths, style=style, repeatRows=1, hAlign="LEFT")


def _name(told: str) -> Paragraph:
    return Paragraph(escape(look.printable(told)), look.style(CELL, font=look.SEMIBOLD))


def _plain(told: str) -> Paragraph:
    return Paragraph(escape(look.printable(told)), look.style(CELL))


def _grey(told: str) -> Paragraph:
    return Paragraph(escape(look.printable(told)), look.style(_HEAD, color=look.MUTED))
