"""The first page of a report: its masthead, the figures that matter most, and the box that proves it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from reports import blocks, logo, look
from reports.blocks import HEIGHT, WIDTH, Block
from reports.foundation import Provisional


@dataclass(frozen=True, slots=True)
class Head:
    """
    What a masthead says: the kind of report, whom it is about, four facts at most, a small line, who reads it.

    `provisional` says that the period can still change, in a chip and in a line of its own; None where it cannot.
    """

    kind: str
    title: str
    facts: Sequence[tuple[str, str]]
    small: str = ""
    chip: str = ""
    provisional: Provisional | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """One figure: its colour, its name, the amount as it is written, and a remark."""

    color: Any
    label: str
    amount: str
    note: str = ""


class Masthead(Block):
    """The title, whom it is about, and for which days; a logo above the title, the upper right corner for chips."""

    def __init__(self, head: Head) -> None:
        super().__init__(WIDTH, (36 + 5 * bool(head.small) + 5 * (head.provisional is not None)) * mm)
        self.head = head

    def draw(self) -> None:
        """Draw it."""
        canvas, head, top = self.canv, self.head, self.height
        logo.draw(canvas, top)
        chips(canvas, top, head.chip, head.provisional)
        blocks.line(canvas, 0, top - 11 * mm, head.kind, look.MUTED, 11, WIDTH * 0.7, look.REGULAR)
        blocks.line(canvas, 0, top - 20 * mm, look.printable(head.title), look.INK, 22, WIDTH, look.SEMIBOLD)
        share = WIDTH / max(len(head.facts), 1)
        for place, (label, value) in enumerate(head.facts):
            room = share - 4 * mm
            blocks.line(canvas, place * share, top - 29.5 * mm, label, look.MUTED, 7.5, room, look.REGULAR)
            shown = look.printable(value)
            size = look.fitting(shown, look.SEMIBOLD, 9, room)
            blocks.line(canvas, place * share, top - 34 * mm, shown, look.INK, max(size, 7), room, look.SEMIBOLD)
        y = top - 39.5 * mm
        if head.small:
            blocks.line(canvas, 0, y, look.printable(head.small), look.MUTED, 8, WIDTH, look.REGULAR)
            y -= 5 * mm
        if head.provisional is not None:
            blocks.line(canvas, 0, y, head.provisional.sentence, look.CLAY, 8, WIDTH, look.SEMIBOLD)


def chips(canvas: Canvas, top: float, reader: str, provisional: Provisional | None) -> None:
    """Draw who reads it in a box in the upper right corner, and beside it that it is provisional."""
    right = WIDTH
    for word in filter(None, (reader, provisional.mark if provisional is not None else "")):
        blocks.chip(canvas, right, top - 3 * mm, word)
        right -= blocks.chip_width(word) + 2 * mm


class Cards(Block):
    """The figures that matter most, side by side."""

    def __init__(self, cards: Sequence[Card]) -> None:
        super().__init__(WIDTH, 25 * mm)
        self.cards = cards

    def draw(self) -> None:
        """Draw it."""
        canvas, between = self.canv, 4 * mm
        wide = (WIDTH - (len(self.cards) - 1) * between) / len(self.cards)
        room = wide - 8 * mm
        for place, card in enumerate(self.cards):
            x = place * (wide + between)
            canvas.setFillColor(look.SAND)
            canvas.roundRect(x, 0, wide, self.height, 2 * mm, stroke=0, fill=1)
            canvas.setFillColor(card.color)
            canvas.roundRect(x + 4 * mm, self.height - 5.2 * mm, 2.4 * mm, 2.4 * mm, 1.2 * mm, stroke=0, fill=1)
            blocks.line(
                canvas, x + 8 * mm, self.height - 5.2 * mm, card.label, look.MUTED, 8.5, room - 4 * mm, look.REGULAR
            )
            canvas.setFont(look.SEMIBOLD, look.fitting(card.amount, look.SEMIBOLD, 17, room))
            canvas.setFillColor(look.INK)
            canvas.drawString(x + 4 * mm, 9.8 * mm, card.amount)
            size = look.fitting(card.note, look.REGULAR, 7.5, room)
            if size >= look.SMALLEST:
                blocks.line(canvas, x + 4 * mm, 4.6 * mm, card.note, look.MUTED, size, room + 1, look.REGULAR)
            else:
                note = blocks.paragraph(card.note, look.SMALLEST, look.REGULAR, look.MUTED)
                _, tall = note.wrap(room, HEIGHT)
                note.drawOn(canvas, x + 4 * mm, 8.2 * mm - tall)


class ProofBox(Block):
    """Whether the report reconciles, with what it stands on."""

    def __init__(self, verdict: str, details: Iterable[str], *, holds: bool, width: float = WIDTH) -> None:
        self.holds = holds
        self.color = look.GREEN if holds else look.RED
        self.inner = width - 10 * mm
        self.verdict = blocks.paragraph(verdict, 10, look.SEMIBOLD, self.color)
        small = [blocks.paragraph(part, 7.8, look.REGULAR, look.INK) for part in details if part]
        self.parts = [(part, part.wrap(self.inner, HEIGHT)[1]) for part in small]
        self.verdict_height = self.verdict.wrap(self.inner - 9 * mm, HEIGHT)[1]
        tall = 9 * mm + max(self.verdict_height, 7 * mm) + sum(height + 1.6 * mm for _, height in self.parts)
        super().__init__(width, tall)

    def draw(self) -> None:
        """Draw it."""
        canvas = self.canv
        canvas.setFillColor(look.SAND)
        canvas.roundRect(0, 0, self.width, self.height, 2 * mm, stroke=0, fill=1)
        top = self.height - 5 * mm
        blocks.mark(canvas, 8 * mm, top - 3 * mm, self.color, holds=self.holds)
        self.verdict.drawOn(canvas, 14 * mm, top - max(self.verdict_height, 5.5 * mm))
        y = top - max(self.verdict_height, 7 * mm) - 1.5 * mm
        for part, height in self.parts:
            part.drawOn(canvas, 5 * mm, y - height)
            y -= height + 1.6 * mm
