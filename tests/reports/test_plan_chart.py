"""The plan statement's chart: uses on a scale of their own with their amounts, grants in words, nothing to come."""

from __future__ import annotations

from datetime import date

import pytest
from reportlab.graphics.charts.barcharts import VerticalBarChart
from reportlab.graphics.shapes import Drawing, String

from reports.plan_statement import chart, words
from reports.plan_statement.model import MonthLine

TODAY = date(2026, 11, 22)
TEXT = words.of("it")


def months(used: dict[int, int], granted: dict[int, int]) -> list[MonthLine]:
    """The year 2026 with what was used and granted by the number of the month."""
    return [MonthLine(date(2026, n, 1), granted.get(n, 0), used.get(n, 0), 0) for n in range(1, 13)]


def drawn(lines: list[MonthLine]) -> tuple[VerticalBarChart | None, list[str]]:
    drawing: Drawing = chart.draw(lines, TEXT, 480, 160, TODAY)
    bars = [part for part in drawing.contents if isinstance(part, VerticalBarChart)]
    return (bars[0] if bars else None), [part.text for part in drawing.contents if isinstance(part, String)]


def test_uses_have_a_scale_of_their_own_and_their_amounts() -> None:
    bars, texts = drawn(months({2: 6_500, 10: 40_000}, {1: 5_040_000}))

    assert bars is not None
    assert bars.valueAxis.valueMax == 400
    assert {"65,00", "400,00"} <= set(texts)
    assert "Accreditati 50.400,00 €, tutti a gennaio 2026. Le barre sono quanto si è usato, in euro." in texts


def test_nothing_is_drawn_after_today() -> None:
    bars, _ = drawn(months({2: 6_500}, {1: 100_000}))

    assert bars is not None
    assert bars.data == [[0.0, 65.0, *[0.0] * 9, None]]


@pytest.mark.parametrize(
    ("granted", "said"),
    [
        ({}, "Nel periodo non è stato accreditato nulla."),
        ({1: 10_000, 6: 20_000}, "Accreditati 300,00 € in 2 mesi, 200,00 € a giugno 2026."),
    ],
)
def test_grants_are_told_in_words(granted: dict[int, int], said: str) -> None:
    assert chart.granted(months({}, granted), TEXT).startswith(said)


def test_without_a_use_there_are_no_bars() -> None:
    bars, texts = drawn(months({}, {1: 10_000}))

    assert bars is None
    assert "Nel periodo non è stato usato nulla." in texts
