"""Charts: amounts as bars, in a picture of its own; a table beside it says the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import flask
import pygal
from pygal.style import Style

from api.web import words

_STYLE = Style(
    background="transparent",
    plot_background="transparent",
    foreground="#2b2a33",
    foreground_strong="#2b2a33",
    foreground_subtle="#e5dccb",
    colors=("#9cc9b8",),
    value_colors=("#2b2a33",),
    opacity="1",
    font_family="Titillium, 'Segoe UI', system-ui, sans-serif",
    label_font_size=15,
    major_label_font_size=15,
    value_font_size=15,
)


def picture(bars: Sequence[tuple[str, int]]) -> flask.Response:
    """Draw amounts in whole cents as bars, each with its name; the table beside it says the same."""
    chart = pygal.HorizontalBar(
        style=_STYLE,
        show_legend=False,
        print_values=True,
        print_labels=False,
        show_y_guides=False,
        show_x_labels=False,
        width=640,
        height=60 + 52 * max(1, len(bars)),
        margin=10,
        truncate_label=-1,
        disable_xml_declaration=True,
        formatter=lambda cents: words.amount(int(cents)),
    )
    chart.config.js = ()
    chart.add_xml_filter(_still)
    chart.x_labels = [name for name, _minor in reversed(bars)]
    chart.add("", [minor for _name, minor in reversed(bars)])
    return flask.Response(chart.render(), mimetype="image/svg+xml")


def _still(drawing: Any) -> Any:
    """Take the script out of a drawing: it would only serve to point at bars."""
    for parent in list(drawing.iter()):
        for child in [each for each in parent if str(each.tag).endswith("script")]:
            parent.remove(child)
    return drawing
