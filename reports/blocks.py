"""What pages are laid out with: their measures, blocks, tables that go over pages, and lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from xml.sax.saxutils import escape

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import CondPageBreak, Flowable, Paragraph, Spacer, Table, TableStyle

from reports import look

MARGIN: Final = 17 * mm
WIDTH: Final = A4[0] - 2 * MARGIN
TOP: Final = 20 * mm
BOTTOM: Final = 18 * mm
HEIGHT: Final = A4[1] - TOP - BOTTOM
ROW: Final = 5.4 * mm
HEAD: Final = 7 * mm
HEADING: Final = 9 * mm
# Rows of a table under its heading that are worth beginning it for, and below which it goes to the next page.
ENOUGH: Final = 8
FEWEST: Final = 3
CELL: Final = 8
PADDING: Final = 3

Cell = str | Flowable
Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """
    A column of a table: its heading, its width in points, whether it holds figures, and the size of its text.

    What is in a column that is `whole` is never cut: it is set smaller where it is too wide.
    """

    heading: str
    width: float
    figures: bool = False
    whole: bool = False
    size: float = CELL


class Block(Flowable):
    """Something of a fixed size that draws itself."""

    def __init__(self, width: float, height: float) -> None:
        super().__init__()
        self.width, self.height = width, height

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        """Return the size, whatever there is room for."""
        return self.width, self.height


class Heading(Block):
    """The heading of a part."""

    def __init__(self, title: str) -> None:
        super().__init__(WIDTH, HEADING)
        self.title = title

    def draw(self) -> None:
        """Draw it."""
        line(self.canv, 0, 4 * mm, self.title, look.INK, 12, WIDTH, look.SEMIBOLD)


class Bar(Block):
    """A bar as long as its share of the longest."""

    def __init__(self, width: float, share: float) -> None:
        super().__init__(width, 2.4 * mm)
        self.share = share

    def draw(self) -> None:
        """Draw it."""
        if self.share > 0:
            self.canv.setFillColor(look.CLAY)
            self.canv.rect(0, 0.2 * mm, max(self.width * self.share, 1), self.height, stroke=0, fill=1)


class Sides(Flowable):
    """Two blocks side by side, their tops aligned."""

    def __init__(self, left: Block, right: Block) -> None:
        super().__init__()
        self.left, self.right = left, right

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        """Return the size of both together."""
        return WIDTH, max(self.left.height, self.right.height)

    def draw(self) -> None:
        """Draw both."""
        top = max(self.left.height, self.right.height)
        self.left.drawOn(self.canv, 0, top - self.left.height)
        self.right.drawOn(self.canv, WIDTH - self.right.width, top - self.right.height)


# -- tables ------------------------------------------------------------------------------------------------------------


class Grid(Block):
    """A table of one page at most: a heading row and rows of one line each, of fixed height."""

    def __init__(self, columns: Sequence[Column], rows: Sequence[Row], *, total: bool = False) -> None:
        super().__init__(WIDTH, HEAD + len(rows) * ROW)
        self.columns, self.rows, self.total = columns, rows, total

    def draw(self) -> None:
        """Draw it."""
        table = _table(self.columns, self.rows, total=self.total)
        table.wrapOn(self.canv, self.width, self.height)
        table.drawOn(self.canv, 0, 0)


class Flowing(Flowable):
    """
    A table of rows of one line each, cut where a page ends: headings stand again on the next, a total never alone.

    A row is made when it is drawn, so that a long table never stands in memory whole.
    """

    def __init__(
        self, columns: Sequence[Column], row: Callable[[int], Row], chosen: range, total: Row | None = None
    ) -> None:
        super().__init__()
        self.columns, self.row, self.chosen, self.total = columns, row, chosen, total

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        """Return the size of all of it."""
        return WIDTH, HEAD + (len(self.chosen) + (self.total is not None)) * ROW

    def split(self, _width: float, height: float) -> list[Flowable]:
        """Cut it into what fits and the rest; where only a row or two would fit, it begins on the next page."""
        fits = min(int((height - HEAD) // ROW), len(self.chosen) - (self.total is not None))
        if fits < min(FEWEST, len(self.chosen) - 1):
            return []
        first, rest = self.chosen[:fits], self.chosen[fits:]
        return [Flowing(self.columns, self.row, first), Flowing(self.columns, self.row, rest, self.total)]

    def draw(self) -> None:
        """Draw it."""
        rows = [self.row(place) for place in self.chosen]
        if self.total is not None:
            rows.append(self.total)
        grid = Grid(self.columns, rows, total=self.total is not None)
        grid.canv = self.canv
        grid.draw()


def flowing(columns: Sequence[Column], rows: Sequence[Row], *, total: bool) -> Flowing:
    """Return a table of rows that are there; the last one is its total, if it has one."""
    body = rows[:-1] if total else rows
    return Flowing(columns, body.__getitem__, range(len(body)), rows[-1] if total else None)


def begins(rows: int, above: float = 0) -> CondPageBreak:
    """Break the page where a heading, what stands `above` the table (points) and a few of its rows would not fit."""
    return CondPageBreak(HEADING + above + HEAD + min(rows, ENOUGH) * ROW)


def folding_table(
    columns: Sequence[Column], rows: Sequence[tuple[str, ...]], *, total: bool = False, together: int = 1
) -> Table:
    """
    Return a table whose texts fold in their columns; its headings stand again on every page it goes over.

    What is in a column that is `whole` stays on one line. So many rows `together` say one thing, and stay on one page.
    A total never stands on a page alone.
    """
    small, strong = look.style(CELL), look.style(CELL, font=look.SEMIBOLD)
    head = look.style(7.5, font=look.SEMIBOLD, color=look.MUTED)
    commands: list[Any] = [
        ("FONT", (0, 0), (-1, -1), look.REGULAR, CELL),
        ("FONT", (0, 0), (-1, 0), look.SEMIBOLD, 7.5),
        ("TEXTCOLOR", (0, 0), (-1, 0), look.MUTED),
        ("TEXTCOLOR", (0, 1), (-1, -1), look.INK),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), PADDING),
        ("RIGHTPADDING", (0, 0), (-1, -1), PADDING),
        ("TOPPADDING", (0, 0), (-1, -1), 1.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, look.MUTED),
        *(("LINEBELOW", (0, row), (-1, row), 0.3, look.LINE) for row in range(together, len(rows) + 1, together)),
        *(("NOSPLIT", (0, row), (-1, row + together - 1)) for row in range(1, len(rows) + 1, together)),
        *(("ALIGN", (place, 0), (place, -1), "RIGHT") for place, column in enumerate(columns) if column.figures),
    ]
    if total:
        commands += [
            ("FONT", (0, -together), (-1, -1), look.SEMIBOLD, CELL),
            ("LINEABOVE", (0, -together), (-1, -together), 0.8, look.INK),
            ("NOSPLIT", (0, max(len(rows) - 2 * together + 1, 0)), (-1, len(rows))),
        ]
    written: list[list[Any]] = [
        [column.heading if column.figures else Paragraph(escape(column.heading), head) for column in columns]
    ]
    for number, row in enumerate(rows, 1):
        last = total and number > len(rows) - together
        font = look.SEMIBOLD if last else look.REGULAR
        cells: list[Any] = []
        for place, (column, cell) in enumerate(zip(columns, row, strict=True)):
            if not (column.figures or column.whole):
                pieces = look.foldable(look.printable(cell), font, CELL, column.width - 2 * PADDING)
                cells.append(Paragraph("<br/>".join(map(escape, pieces)), strong if last else small))
                continue
            room = column.width - 2 * PADDING
            if column.figures:
                shown, size = look.figure(cell, font, CELL, room)
            else:
                shown = look.printable(cell)
                size = look.fitting(shown, font, CELL, room)
            if size < CELL:
                commands.append(("FONT", (place, number), (place, number), font, size, size * 1.03))
            cells.append(shown)
        written.append(cells)
    widths = [column.width for column in columns]
    return Table(written, colWidths=widths, style=TableStyle(commands), repeatRows=1, hAlign="LEFT")


def _table(columns: Sequence[Column], rows: Sequence[Row], *, total: bool) -> Table:
    last = len(rows)
    commands: list[Any] = [
        ("FONT", (0, 0), (-1, -1), look.REGULAR, CELL),
        ("FONT", (0, 0), (-1, 0), look.SEMIBOLD, 7.5),
        ("TEXTCOLOR", (0, 0), (-1, 0), look.MUTED),
        ("TEXTCOLOR", (0, 1), (-1, -1), look.INK),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("LEFTPADDING", (0, 0), (-1, -1), PADDING),
        ("RIGHTPADDING", (0, 0), (-1, -1), PADDING),
        ("TOPPADDING", (0, 0), (-1, -1), 0),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, look.MUTED),
        ("LINEBELOW", (0, 1), (-1, -1), 0.3, look.LINE),
        ("ROWBACKGROUNDS", (0, 1), (-1, -1), [look.WHITE, look.STRIPE]),
    ]
    written: list[list[Cell]] = [[column.heading for column in columns]]
    for number, row in enumerate(rows, 1):
        bold = total and number == last
        font = look.SEMIBOLD if bold else look.REGULAR
        cells: list[Cell] = []
        for place, (column, cell) in enumerate(zip(columns, row, strict=True)):
            room = column.width - 2 * PADDING
            if isinstance(cell, Flowable):
                cells.append(cell)
            elif column.figures or column.whole:
                if column.figures:
                    shown, size = look.figure(cell, font, column.size, room)
                else:
                    shown = look.printable(cell)
                    size = look.fitting(shown, font, column.size, room)
                if size < CELL:
                    commands.append(("FONT", (place, number), (place, number), font, size, size * 1.03))
                cells.append(shown)
            else:
                cells.append(look.cut(look.printable(cell), font, CELL, room))
        written.append(cells)
    for place, column in enumerate(columns):
        if column.figures:
            commands.append(("ALIGN", (place, 0), (place, -1), "RIGHT"))
    if total:
        commands += [
            ("FONT", (0, last), (-1, last), look.SEMIBOLD, CELL),
            ("LINEABOVE", (0, last), (-1, last), 0.8, look.INK),
            ("BACKGROUND", (0, last), (-1, last), look.WHITE),
        ]
    heights = [HEAD, *([ROW] * len(rows))]
    return Table(
        written, colWidths=[column.width for column in columns], rowHeights=heights, style=TableStyle(commands)
    )


# -- lines and marks ---------------------------------------------------------------------------------------------------


def notes(note: str) -> Iterator[Flowable]:
    """Yield a remark in small grey letters, with a little room above it."""
    yield Spacer(0, 1.5 * mm)
    yield paragraph(note, 8, look.REGULAR, look.MUTED)


def marked(markup: str, size: float) -> Paragraph:
    """Return a text with marks of bold in it, which is escaped already."""
    return Paragraph(markup, look.style(size))


def paragraph(text: str, size: float, font: str, color: Any) -> Paragraph:
    """Return a text that folds where its room ends."""
    return Paragraph(escape(text), look.style(size, font=font, color=color))


def line(canvas: Canvas, x: float, y: float, text: str, color: Any, size: float, room: float, font: str) -> None:
    """Write a text on one line, cut where its room ends."""
    canvas.setFont(font, size)
    canvas.setFillColor(color)
    canvas.drawString(x, y, look.cut(text, font, size, room))


def chip(canvas: Canvas, right: float, top: float, text: str) -> None:
    """Draw a word in a rounded box that ends at `right`."""
    wide = chip_width(text)
    canvas.setFillColor(look.SAND)
    canvas.roundRect(right - wide, top - 4.4 * mm, wide, 7 * mm, 3.5 * mm, stroke=0, fill=1)
    canvas.setFillColor(look.CLAY)
    canvas.setFont(look.SEMIBOLD, 8)
    canvas.drawCentredString(right - wide / 2, top - 1.9 * mm, text)


def chip_width(text: str) -> float:
    """Return how wide a word's rounded box is."""
    return look.width(text, look.SEMIBOLD, 8) + 8 * mm


def mark(canvas: Canvas, x: float, y: float, color: Any, *, holds: bool) -> None:
    """Draw a disc with a check mark, or with a cross: the typeface has neither."""
    canvas.setFillColor(color)
    canvas.circle(x, y, 3.2 * mm, stroke=0, fill=1)
    canvas.setStrokeColor(look.WHITE)
    canvas.setLineWidth(1.4)
    canvas.setLineCap(1)
    canvas.setLineJoin(1)
    strokes = [((-1.5, -0.1), (-0.4, -1.2), (1.6, 1.2))]
    if not holds:
        strokes = [((-1.1, -1.1), (0, 0), (1.1, 1.1)), ((-1.1, 1.1), (0, 0), (1.1, -1.1))]
    for points in strokes:
        path = canvas.beginPath()
        path.moveTo(x + points[0][0] * mm, y + points[0][1] * mm)
        for dx, dy in points[1:]:
            path.lineTo(x + dx * mm, y + dy * mm)
        canvas.drawPath(path, stroke=1, fill=0)
