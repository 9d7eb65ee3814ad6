"""The rulebook as a document to sign: how to read it, what changed, and a sheet for every rule before the cases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from reportlab.lib.colors import Color
from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, PageBreak, Spacer

from plans.rulebook.signing import Change
from plans.rulebook.words import Confidence
from reports import blocks, look, pages, signatures
from reports.blocks import WIDTH, Block, Column, Grid, Heading
from reports.front import Card, Cards, Head, Masthead
from reports.rulebook_document import lines, worked_cases
from reports.rulebook_document.model import RulebookDocument, RuleSheet
from reports.words import Words
from wallet.settlement import terms

# So many cases are numbered in a rule's sheet; all of them stand at the end.
NUMBERED: Final = 20
_COLORS: Final = {
    Confidence.LAW: look.GREEN,
    Confidence.PAGE: look.PINE,
    Confidence.MEMORY: look.OCHRE,
    Confidence.UNCERTAIN: look.CLAY,
}


def write(document: RulebookDocument, path: Path, language: str = "it") -> None:
    """Write the document as a PDF; the same rules, signatures and moment give the same bytes."""
    text = lines.of(language)
    signed = text("rules_signed", version=document.version, signed=document.signed, total=len(document.rules))
    subject = text("subject", version=document.version)
    pages.write(
        path,
        _flow(document, text),
        text,
        title=f"{text('title')} {document.version}",
        author=terms.shipped().payer.name,
        subject=subject,
        created=document.prepared_at,
        running=f"{text('title')} · {subject}",
        footer=f"{text('version')} {signed}",
    )


def _flow(document: RulebookDocument, text: Words) -> Iterator[Flowable]:
    look.register()
    last = text("never") if document.last_signed_on is None else text.day(document.last_signed_on)
    yield Masthead(
        Head(
            kind=text("chip"),
            title=text("title"),
            facts=(
                (text("version"), document.version),
                (text("prepared_at"), text.moment(document.prepared_at)),
                (text("last_signed"), last),
            ),
        )
    )
    yield Spacer(0, 4 * mm)
    yield Cards(_cards(document, text))
    yield Spacer(0, 6 * mm)
    yield blocks.paragraph(text("intro"), 9.5, look.REGULAR, look.INK)
    yield Spacer(0, 2.5 * mm)
    yield blocks.paragraph(text("article"), 9.5, look.SEMIBOLD, look.CLAY)
    yield Spacer(0, 5 * mm)
    yield Heading(text("heading.confidence"))
    yield _confidence(document, text)
    yield Spacer(0, 7 * mm)
    yield Heading(text("heading.box"))
    yield SignatureBox(text("box.text", version=document.version), text)
    yield from blocks.notes(text("how", version=document.version))
    yield PageBreak()
    yield from _changes(document, text)
    for name, sheets in document.groups:
        yield CondPageBreak(60 * mm)
        yield Spacer(0, 4 * mm)
        yield Heading(text.named("group", name))
        for sheet in sheets:
            yield KeepTogether([*_sheet(document, sheet, text), Spacer(0, 3 * mm)])
    yield PageBreak()
    yield from worked_cases.flow(document, text)


def _cards(document: RulebookDocument, text: Words) -> list[Card]:
    changed = sum(one.change is not Change.NEVER_SIGNED for one in document.differences)
    groups = text("card.rules_note", groups=len(document.groups))
    return [
        Card(look.PLUM, text("card.rules"), str(len(document.rules)), groups),
        Card(look.PINE, text("card.signed"), str(document.signed), text("card.signed_note")),
        Card(look.CLAY, text("card.uncertain"), str(document.uncertain), text("card.uncertain_note")),
        Card(look.OCHRE, text("card.changed"), str(changed), text("card.changed_note")),
    ]


def _confidence(document: RulebookDocument, text: Words) -> Flowable:
    columns = [
        Column(text("column.confidence"), WIDTH * 0.24),
        Column(text("column.told"), WIDTH * 0.64),
        Column(text("section.rules"), WIDTH * 0.12, figures=True),
    ]
    counts = {one: sum(sheet.rule.confidence is one for sheet in document.rules) for one in Confidence}
    return Grid(columns, [(text(f"confidence.{one}"), text(f"means.{one}"), str(counts[one])) for one in Confidence])


class SignatureBox(Block):
    """What is signed, and the lines to write name, register, day and signature on."""

    def __init__(self, sentence: str, text: Words) -> None:
        super().__init__(WIDTH, 38 * mm)
        self.sentence = blocks.paragraph(sentence, 9.5, look.REGULAR, look.INK)
        self.labels = [text(f"box.{name}") for name in ("name", "register", "day", "signature")]

    def draw(self) -> None:
        """Draw it."""
        canvas = self.canv
        canvas.setFillColor(look.SAND)
        canvas.roundRect(0, 0, WIDTH, self.height, 2 * mm, stroke=0, fill=1)
        _, tall = self.sentence.wrap(WIDTH - 10 * mm, self.height)
        self.sentence.drawOn(canvas, 5 * mm, self.height - 4 * mm - tall)
        half = (WIDTH - 15 * mm) / 2
        canvas.setStrokeColor(look.MUTED)
        canvas.setLineWidth(0.5)
        for place, label in enumerate(self.labels):
            x = 5 * mm + (place % 2) * (half + 5 * mm)
            y = 17 * mm - (place // 2) * 11 * mm
            blocks.line(canvas, x, y - 3.6 * mm, label, look.MUTED, 7.5, half, look.REGULAR)
            canvas.line(x, y, x + half, y)


class SheetHead(Block):
    """A rule's id, how sure we are, and the box to tick."""

    def __init__(self, sheet: RuleSheet, text: Words) -> None:
        super().__init__(WIDTH, 6 * mm)
        self.sheet, self.text = sheet, text

    def draw(self) -> None:
        """Draw it."""
        canvas, rule = self.canv, self.sheet.rule
        canvas.setStrokeColor(look.LINE)
        canvas.setLineWidth(0.5)
        canvas.line(0, self.height, WIDTH, self.height)
        confidence = self.text.named("confidence", rule.confidence)
        color = _COLORS[rule.confidence]
        canvas.setFillColor(color)
        canvas.circle(1.3 * mm, 2.6 * mm, 1.3 * mm, stroke=0, fill=1)
        blocks.line(canvas, 4 * mm, 1.6 * mm, rule.id, look.MUTED, 8, WIDTH * 0.5, look.SEMIBOLD)
        canvas.setFont(look.REGULAR, 8)
        canvas.setFillColor(color)
        canvas.drawRightString(WIDTH - 7 * mm, 1.6 * mm, confidence)
        canvas.setStrokeColor(look.MUTED)
        canvas.rect(WIDTH - 4 * mm, 0.8 * mm, 3.6 * mm, 3.6 * mm, stroke=1, fill=0)


def _sheet(document: RulebookDocument, sheet: RuleSheet, text: Words) -> Iterator[Flowable]:
    rule = sheet.rule
    yield SheetHead(sheet, text)
    yield blocks.paragraph(lines.sentence(rule, text), 10.5, look.SEMIBOLD, look.INK)
    values = "; ".join(f"{name}: {value}" for name, value in lines.values(rule, text))
    if values:
        yield _small(values, look.INK)
    yield _small(lines.dates(rule, text), look.INK)
    yield _small(lines.where(rule, text), look.MUTED)
    if sheet.superseded_by:
        yield _small(text("beaten", rules=", ".join(sheet.superseded_by)), look.MUTED)
    if rule.note:
        yield _small(text("noted", note=rule.note), look.MUTED)
    if doubt := lines.doubt(sheet, text):
        yield _small(text("to_decide", doubt=doubt), look.CLAY)
    if not sheet.cases:
        yield _small(lines.untried(rule, text), look.CLAY if lines.declared(rule) else look.MUTED)
    else:
        yield _small(lines.example(document.case(sheet.cases[0]), text), look.MUTED)
        numbers, more = ", ".join(map(str, sheet.cases[:NUMBERED])), len(sheet.cases) - NUMBERED
        told = text("tried_more", cases=numbers, more=more) if more > 0 else text("tried", cases=numbers)
        yield _small(told, look.MUTED)
    color = look.GREEN if sheet.signature is not None else look.MUTED
    yield _small(lines.signature(sheet, text), color)


def _small(told: str, color: Color) -> Flowable:
    return blocks.paragraph(look.printable(told), 8.4, look.REGULAR, color)


def _changes(document: RulebookDocument, text: Words) -> Iterator[Flowable]:
    yield Heading(text("heading.changes"))
    found = [one for one in document.differences if one.change is not Change.NEVER_SIGNED]
    never = len(document.differences) - len(found)
    if document.last_signed_on is None:
        yield from blocks.notes(text("changes.first"))
    elif not found:
        yield from blocks.notes(text("changes.none"))
    for one in found:
        yield Spacer(0, 2 * mm)
        was = text("was_signed", signature=signatures.of_rule(one.last, text))
        told = f"<b>{escape(one.rule_id)}</b> · {escape(text(f'change.{one.change}'))} · {escape(look.printable(was))}"
        yield blocks.marked(told, 8.8)
        for key, before, after in lines.changed(one, text):
            yield _small(text("from_to", name=key, before=before, after=after), look.INK)
    if document.last_signed_on is not None and never:
        yield from blocks.notes(text("changes.never", count=never))
    yield Spacer(0, 3 * mm)
