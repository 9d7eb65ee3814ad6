"""The picture of a gauge: a bar of what is used, reserved and from elsewhere, and the edge it may not cross."""

from __future__ import annotations

from typing import Any, Final

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from reports import blocks, look
from reports.blocks import WIDTH, Block
from reports.words import Words
from wallet.position import Gauge, Zone

TALL: Final = 24 * mm
BAR: Final = 6 * mm
COLORS: Final = {Zone.WITHIN: look.GREEN, Zone.NEAR: look.OCHRE, Zone.OVER: look.RED}


class Picture(Block):
    """One gauge: its name and state, the bar, and what each of its parts is worth."""

    def __init__(self, gauge: Gauge, text: Words) -> None:
        super().__init__(WIDTH, TALL)
        self.gauge, self.text = gauge, text

    def draw(self) -> None:
        """Draw it."""
        canvas, gauge, text = self.canv, self.gauge, self.text
        name = text.named("category", gauge.category)
        blocks.line(canvas, 0, TALL - 4 * mm, name, look.INK, 9.5, WIDTH * 0.5, look.SEMIBOLD)
        beside = look.width(name, look.SEMIBOLD, 9.5) + 5 * mm
        self._zone(canvas, beside, COLORS[gauge.zone], text(f"zone.{gauge.zone}"))
        parts = self._parts()
        whole = max(gauge.limit_minor, sum(amount for _, amount, _ in parts), 1)
        y = TALL - 13 * mm
        canvas.setFillColor(look.SAND)
        canvas.roundRect(0, y, WIDTH, BAR, 1.2 * mm, stroke=0, fill=1)
        x = 0.0
        for color, amount, _ in parts:
            wide = WIDTH * amount / whole
            canvas.setFillColor(color)
            if amount:
                canvas.rect(x, y, max(wide, 0.8), BAR, stroke=0, fill=1)
            x += wide
        edge = WIDTH * gauge.limit_minor / whole
        if not gauge.external_known:
            self._unknown(canvas, x, edge, y)
        self._edge(canvas, edge, y)
        self._legend(canvas, parts)

    def _parts(self) -> list[tuple[Any, int, str]]:
        gauge, text = self.gauge, self.text
        used = look.RED if gauge.zone is Zone.OVER else look.PINE
        return [
            (look.PLUM, gauge.external_minor or 0, text("gauge.external")),
            (used, gauge.used_minor, text("gauge.used")),
            (look.OCHRE, gauge.reserved_minor, text("gauge.reserved")),
        ]

    def _zone(self, canvas: Canvas, x: float, color: Any, word: str) -> None:
        """Say where the year stands beside the name: the upper right is the limit's."""
        canvas.setFillColor(color)
        canvas.circle(x, TALL - 2.9 * mm, 1.3 * mm, stroke=0, fill=1)
        canvas.setFont(look.SEMIBOLD, 8)
        canvas.drawString(x + 2.6 * mm, TALL - 4 * mm, word)

    def _unknown(self, canvas: Canvas, start: float, end: float, y: float) -> None:
        """Hatch the room that something from elsewhere may have used already."""
        if end - start < 2 * mm:
            return
        canvas.saveState()
        path = canvas.beginPath()
        path.rect(start, y, end - start, BAR)
        canvas.clipPath(path, stroke=0, fill=0)
        canvas.setStrokeColor(look.MUTED)
        canvas.setLineWidth(0.4)
        x = start - BAR
        while x < end:
            canvas.line(x, y, x + BAR, y + BAR)
            x += 1.8 * mm
        canvas.restoreState()

    def _edge(self, canvas: Canvas, edge: float, y: float) -> None:
        canvas.setStrokeColor(look.INK)
        canvas.setLineWidth(1.2)
        canvas.line(edge, y - 1.2 * mm, edge, y + BAR + 1.2 * mm)
        label = self.text.euro(self.gauge.limit_minor)
        canvas.setFont(look.SEMIBOLD, 8)
        canvas.setFillColor(look.INK)
        canvas.drawRightString(min(edge, WIDTH), y + BAR + 1.9 * mm, label)

    def _legend(self, canvas: Canvas, parts: list[tuple[Any, int, str]]) -> None:
        gauge, text = self.gauge, self.text
        x = 0.0
        for color, amount, label in parts:
            shown = text.euro(amount)
            if color == look.PLUM and not gauge.external_known:
                shown = text("gauge.unknown")
            x = self._entry(canvas, x, color, f"{label} {shown}")
        left = text("gauge.left" if gauge.external_known else "gauge.left_at_most", amount=text.euro(gauge.left_minor))
        self._entry(canvas, x, look.SAND, left)

    def _entry(self, canvas: Canvas, x: float, color: Any, label: str) -> float:
        canvas.setFillColor(color)
        canvas.setStrokeColor(look.LINE)
        canvas.setLineWidth(0.4)
        canvas.roundRect(x, 4.6 * mm, 2.4 * mm, 2.4 * mm, 0.6 * mm, stroke=1, fill=1)
        canvas.setFont(look.REGULAR, 8)
        canvas.setFillColor(look.MUTED)
        canvas.drawString(x + 3.6 * mm, 5 * mm, label)
        return x + 8.5 * mm + look.width(label, look.REGULAR, 8)
