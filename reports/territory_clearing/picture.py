"""The pictures of the clearing: who bought where, shaded, and each position as a bar to the left or the right."""

from __future__ import annotations

from typing import Final

from reportlab.lib.colors import Color
from reportlab.lib.units import mm

from reports import blocks, look
from reports.blocks import WIDTH, Block
from reports.territory_clearing.lines import Matrix
from reports.words import Words

NAME: Final = 27 * mm
CELL: Final = 7.2 * mm
HEAD: Final = 19 * mm
_WIDEST: Final = 24 * mm
_SIZE: Final = 7.5
# Cents, whole euro, thousands of euro.
UNITS: Final = (1, 100, 100_000)


class MatrixPicture(Block):
    """Home territories in rows, delivery territories in columns: the more was bought, the darker."""

    def __init__(self, matrix: Matrix, text: Words) -> None:
        self.matrix, self.text = matrix, text
        # One column more, and one row more, for the totals.
        self.wide = min((WIDTH - NAME) / (len(matrix.deliveries) + 1), _WIDEST)
        self.unit, self.size = _unit(matrix, text, self.wide - 3)
        super().__init__(WIDTH, HEAD + (len(matrix.homes) + 1) * CELL)

    def draw(self) -> None:
        """Draw it."""
        matrix, text, canvas = self.matrix, self.text, self.canv
        most = max(matrix.amounts.values(), default=1)
        for place, (_, name) in enumerate((*matrix.deliveries, ("", text("matrix.total")))):
            canvas.saveState()
            canvas.translate(NAME + place * self.wide + self.wide / 2 + 2, self.height - HEAD + 2 * mm)
            canvas.rotate(50)
            blocks.line(canvas, 0, 0, look.printable(name), look.MUTED, 8, HEAD * 1.2, look.REGULAR)
            canvas.restoreState()
        y = self.height - HEAD
        for home, name in matrix.homes:
            y -= CELL
            blocks.line(canvas, 0, y + 2.4 * mm, look.printable(name), look.INK, 8.5, NAME - 2 * mm, look.REGULAR)
            amounts = matrix.row(home)
            for place, amount in enumerate(amounts):
                self._cell(place, y, amount, max(amount, 0) / most if most > 0 else 0.0)
            self._total(len(amounts), y, sum(amounts))
        y -= CELL
        canvas.setStrokeColor(look.INK)
        canvas.setLineWidth(0.6)
        canvas.line(0, y + CELL, NAME + (len(matrix.deliveries) + 1) * self.wide, y + CELL)
        blocks.line(canvas, 0, y + 2.4 * mm, text("matrix.total"), look.INK, 8.5, NAME - 2 * mm, look.SEMIBOLD)
        for place, (delivery, _) in enumerate(matrix.deliveries):
            self._total(place, y, matrix.column(delivery))
        self._total(len(matrix.deliveries), y, sum(matrix.amounts.values()))

    def _cell(self, place: int, y: float, amount: int, share: float) -> None:
        x, canvas = NAME + place * self.wide, self.canv
        canvas.setFillColor(_shade(share) if amount else look.STRIPE)
        canvas.roundRect(x + 0.5, y + 0.5, self.wide - 1, CELL - 1, 1.2 * mm, stroke=0, fill=1)
        if amount:
            self._amount(x, y, amount, look.WHITE if share > 0.55 else look.INK, look.REGULAR)

    def _total(self, place: int, y: float, amount: int) -> None:
        self._amount(NAME + place * self.wide, y, amount, look.INK, look.SEMIBOLD)

    def _amount(self, x: float, y: float, amount: int, color: Color, font: str) -> None:
        shown = written(amount, self.unit, self.text)
        self.canv.setFont(font, self.size)
        self.canv.setFillColor(color)
        self.canv.drawCentredString(x + self.wide / 2, y + CELL / 2 - self.size * 0.34, shown)


class Swing(Block):
    """A bar from the middle: to the right what is received, to the left what is paid."""

    def __init__(self, width: float, share: float) -> None:
        super().__init__(width, 2.6 * mm)
        self.share = share

    def draw(self) -> None:
        """Draw it."""
        canvas, middle = self.canv, self.width / 2
        long = max(abs(self.share) * middle, 0.8 if self.share else 0)
        canvas.setFillColor(look.PINE if self.share > 0 else look.CLAY)
        canvas.rect(middle if self.share > 0 else middle - long, 0.3 * mm, long, self.height, stroke=0, fill=1)
        canvas.setStrokeColor(look.MUTED)
        canvas.setLineWidth(0.5)
        canvas.line(middle, 0, middle, self.height + 0.6 * mm)


def written(amount: int, unit: int, text: Words) -> str:
    """Write an amount in a unit of so many cents: with its cents in the smallest, else whole, rounded half up."""
    if unit == 1:
        return text.amount(amount)
    whole = (abs(amount) * 2 + unit) // (2 * unit)
    return text.amount((whole if amount >= 0 else -whole) * 100)[:-3]


def _unit(matrix: Matrix, text: Words, room: float) -> tuple[int, float]:
    """Return the smallest unit, in cents, in which every figure has one size that can be read, and that size."""
    totals = [sum(matrix.row(home)) for home, _ in matrix.homes]
    totals += [matrix.column(delivery) for delivery, _ in matrix.deliveries]
    amounts = [*matrix.amounts.values(), *totals, sum(matrix.amounts.values())]
    for unit in UNITS:
        sizes = (look.fitting(written(amount, unit, text), look.SEMIBOLD, _SIZE, room) for amount in amounts)
        size = min(sizes, default=_SIZE)
        if size >= look.SMALLEST:
            return unit, size
    return UNITS[-1], look.SMALLEST


def _shade(share: float) -> Color:
    """Mix the sand of the page with the plum of the palette."""
    part = 0.15 + 0.85 * share
    low, high = look.SAND, look.PLUM
    return Color(*(a + (b - a) * part for a, b in zip(low.rgb(), high.rgb(), strict=True)))
