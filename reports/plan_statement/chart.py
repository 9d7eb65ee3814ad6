"""The statement's chart: what was used, month by month, and in words what was granted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import Final, Literal

from reportlab.graphics.charts.barcharts import VerticalBarChart
from reportlab.graphics.shapes import Drawing, Line, String
from reportlab.lib.colors import Color

from reports import look
from reports.cells import grouped
from reports.plan_statement.model import MonthLine
from reports.plan_statement.words import Words

# So many months have room for a label each.
LABELLED: Final = 18
_STEPS: Final = 4
_WIDEST: Final = 26
# An amount that would be smaller stands in the other formats alone, in points.
_SMALLEST: Final = 5.5


def draw(months: Sequence[MonthLine], text: Words, width: float, height: float, today: date) -> Drawing:
    """
    Return the chart in a drawing of this size, in points: what was used, each bar with its amount.

    What was granted is told in words: it comes in one month, beside which no use could be seen. After the month of
    `today` there is nothing to show.
    """
    drawing = Drawing(width, height)
    past = [line for line in months if line.month <= today]
    drawing.add(_string(0, height - 8, look.cut(granted(past, text), look.REGULAR, 8, width), 8))
    used = [line.used_minor / 100 for line in past]
    if not any(used):
        drawing.add(Line(0, 16, width, 16, strokeColor=look.LINE, strokeWidth=0.5))
        drawing.add(_string(0, 24, text("no_use" if any(line.granted_minor for line in past) else "no_movement"), 9))
        return drawing
    low, high, step = _scale(min(*used, 0), max(*used, 0))
    labels = {value: _tick(value, text) for value in _ticks(low, high, step)}
    left: float = max(look.width(label, look.REGULAR, 7) for label in labels.values()) + 6
    chart = VerticalBarChart()
    chart.x, chart.y, chart.width, chart.height = left, 16, width - left, height - 42  # type: ignore[assignment]
    chart.data = [[*used, *([None] * (len(months) - len(past)))]]
    chart.strokeColor = None
    chart.fillColor = None
    # A bar is ten units wide; a few months leave air between them instead of growing fat.
    closest = 10 if len(months) <= LABELLED else 3
    chart.groupSpacing = round(max((width - left) / len(months) / _WIDEST * 10 - 10, closest))
    chart.bars[0].fillColor = look.CLAY
    chart.bars[0].strokeColor = None
    _axes(chart, months, text)
    chart.valueAxis.valueMin, chart.valueAxis.valueMax, chart.valueAxis.valueStep = low, high, step
    scale = chart.height / (high - low)
    for value, label in labels.items():
        y = chart.y + (value - low) * scale
        color = look.MUTED if value == 0 else look.LINE
        drawing.add(Line(left, y, width, y, strokeColor=color, strokeWidth=0.5))
        drawing.add(_string(left - 5, y - 2.4, label, 7, anchor="end"))
    drawing.add(chart)
    room = chart.width / len(months)
    for place, line in enumerate(past):
        shown = text.amount(line.used_minor)
        size = look.fitting(shown, look.REGULAR, 7, room - 2)
        if line.used_minor and size >= _SMALLEST:
            y = chart.y + (max(line.used_minor / 100, 0) - low) * scale + 2.5
            drawing.add(_string(left + (place + 0.5) * room, y, shown, size, anchor="middle", color=look.INK))
    return drawing


def granted(months: Sequence[MonthLine], text: Words) -> str:
    """Say what was granted in the months: how much in all, and when, or when most of it."""
    found = [line for line in months if line.granted_minor]
    total = text.euro(sum(line.granted_minor for line in found))
    if not found:
        return text("chart.granted_none")
    if len(found) == 1:
        return text("chart.granted_once", amount=total, month=text.month(found[0].month))
    most = max(found, key=lambda line: line.granted_minor)
    values = {"most": text.euro(most.granted_minor), "month": text.month(most.month), "months": len(found)}
    return text("chart.granted_often", amount=total, **values)


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


def _string(
    x: float,
    y: float,
    text: str,
    size: float,
    anchor: Literal["start", "middle", "end"] = "start",
    color: Color = look.MUTED,
) -> String:
    return String(x, y, text, fontName=look.REGULAR, fontSize=size, fillColor=color, textAnchor=anchor)
