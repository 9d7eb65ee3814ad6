"""The statement's chart: what was granted and what was used, month by month."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, Literal

from reportlab.graphics.charts.barcharts import VerticalBarChart
from reportlab.graphics.shapes import Drawing, Line, Rect, String

from reports import look
from reports.cells import grouped
from reports.plan_statement.model import MonthLine
from reports.plan_statement.words import Words

# So many months have room for a label each.
LABELLED: Final = 18
_STEPS: Final = 4
_WIDEST: Final = 26


def draw(months: Sequence[MonthLine], text: Words, width: float, height: float) -> Drawing:
    """Return the chart in a drawing of this size, in points."""
    drawing = Drawing(width, height)
    _legend(drawing, text, width, height)
    granted = [line.granted_minor / 100 for line in months]
    used = [line.used_minor / 100 for line in months]
    if not any(granted) and not any(used):
        drawing.add(Line(0, 16, width, 16, strokeColor=look.LINE, strokeWidth=0.5))
        drawing.add(_string(0, 24, text("no_movement"), 9))
        return drawing
    low, high, step = _scale(min(*granted, *used, 0), max(*granted, *used, 0))
    labels = {value: _tick(value, text) for value in _ticks(low, high, step)}
    left: float = max(look.width(label, look.REGULAR, 7) for label in labels.values()) + 6
    chart = VerticalBarChart()
    chart.x, chart.y, chart.width, chart.height = left, 16, width - left, height - 34  # type: ignore[assignment]
    chart.data = [granted, used]
    chart.strokeColor = None
    chart.fillColor = None
    # A bar is ten units wide; a few months leave air between them instead of growing fat.
    closest = 10 if len(months) <= LABELLED else 3
    chart.groupSpacing = round(max((width - left) / len(months) / _WIDEST * 10 - 21, closest))
    chart.barSpacing = 1 if len(months) <= LABELLED else 0
    for place, color in enumerate((look.PINE, look.CLAY)):
        chart.bars[place].fillColor = color
        chart.bars[place].strokeColor = None
    _axes(chart, months, text)
    chart.valueAxis.valueMin, chart.valueAxis.valueMax, chart.valueAxis.valueStep = low, high, step
    scale = chart.height / (high - low)
    for value, label in labels.items():
        y = chart.y + (value - low) * scale
        color = look.MUTED if value == 0 else look.LINE
        drawing.add(Line(left, y, width, y, strokeColor=color, strokeWidth=0.5))
        drawing.add(_string(left - 5, y - 2.4, label, 7, anchor="end"))
    drawing.add(chart)
    return drawing


def _axes(chart: VerticalBarChart, months: Sequence[MonthLine], text: Words) -> None:
    every = -(-len(months) // LABELLED)
    chart.categoryAxis.categoryNames = [
        _name(line, place, text) if place % every == 0 else "" for place, line in enumerate(months)
    ]
    labels = chart.categoryAxis.labels
    labels.fontName, labels.fontSize, labels.fillColor = look.REGULAR, 7.5, look.MUTED
    labels.dy = -2
    chart.categoryAxis.labelAxisMode = "low"
    chart.categoryAxis.visibleAxis = chart.categoryAxis.visibleTicks = False
    chart.valueAxis.visible = False
    chart.valueAxis.labels.fontName = look.REGULAR


def _name(line: MonthLine, place: int, text: Words) -> str:
    name = text.months[line.month.month - 1]
    return f"{name} {line.month.year}" if place == 0 or line.month.month == 1 else name


def _legend(drawing: Drawing, text: Words, width: float, height: float) -> None:
    x = width
    for color, label in ((look.CLAY, text("column.used")), (look.PINE, text("column.granted"))):
        x -= look.width(label, look.REGULAR, 8)
        drawing.add(_string(x, height - 8, label, 8))
        x -= 11
        square = Rect(x, height - 8.5, 7, 7, 1.5, 1.5)
        square.fillColor, square.strokeColor = color, None
        drawing.add(square)
        x -= 14


def _scale(low: float, high: float) -> tuple[float, float, float]:
    """Return the ends of the axis and a round step (1, 2 or 5 times a power of ten); the top is a whole step."""
    rough = max(high - low, _STEPS) / _STEPS
    power = 10 ** (len(str(int(rough))) - 1)
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    return low, max(-(-high // step), 1) * step, step


def _ticks(low: float, high: float, step: float) -> list[float]:
    first = math.ceil(low / step)
    return [step * place for place in range(first, round(high / step) + 1)]


def _tick(value: float, text: Words) -> str:
    return grouped(round(value) * 100, text.language)[:-3]


def _string(x: float, y: float, text: str, size: float, anchor: Literal["start", "end"] = "start") -> String:
    return String(x, y, text, fontName=look.REGULAR, fontSize=size, fillColor=look.MUTED, textAnchor=anchor)
