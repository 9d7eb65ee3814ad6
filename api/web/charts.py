"""Charts: amounts or counts as bars, in a picture of its own; a table beside it says the same."""

from __future__ import annotations

import hashlib
import json
import zlib
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import flask
import pygal
from cryptography.fernet import Fernet, InvalidToken
from pygal.style import Style

from api.access.identity import current, identified
from api.web import words

blueprint = flask.Blueprint("web_charts", __name__, url_prefix="/grafici")

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
# From zero on, and below.
_COLOURS = ("#9cc9b8", "#eab7a6")
# Narrow, so that it can be read on a phone; names that are longer stand whole in the table.
_WIDTH, _BAR, _LONGEST_NAME, _CHARACTER = 480, 44, 22, 9
_MOST = 30
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its name, and how long it is, an amount in whole cents or a count; below zero it goes to the left."""

    name: str
    length: int


def address(bars: Sequence[Bar], *, counts: bool = False) -> str:
    """
    Return where bars are drawn, the first on top; of money, unless they are `counts`.

    What is drawn goes along, readable by nobody on its way and good for whoever looks: nothing is read or counted a
    second time for a picture, and addresses that are written down somewhere tell no figure.
    """
    # Of a name as much as is drawn: addresses must not be long.
    told = [[bar.name[: _LONGEST_NAME + 1], bar.length] for bar in bars[:_MOST]]
    hidden = _key().encrypt(zlib.compress(json.dumps([counts, told], ensure_ascii=False).encode()))
    return flask.url_for("web_charts.bars", told=hidden.decode())


@blueprint.get("/barre.svg")
@identified
def bars() -> flask.Response:
    """Draw the bars that a page sealed."""
    try:
        told = _key().decrypt(flask.request.args.get("told", "").encode(), ttl=_DAY)
    except InvalidToken:
        flask.abort(404)
    counts, drawn = json.loads(zlib.decompress(told))
    answer = flask.Response(
        _drawn([Bar(*each) for each in drawn], str if counts else words.amount), mimetype="image/svg+xml"
    )
    answer.cache_control.no_store = True
    return answer


class _Bars(pygal.HorizontalBar):
    """Bars with what they say where they end, so that a short one's is not written over its name."""

    def _static_value(self, serie_node: Any, value: str, x: float, y: float, *_rest: Any) -> None:
        # What goes to the left is written on the right of its beginning.
        begins = self.view.y(0) + self.style.value_font_size / 2
        place = {"class_": "value", "x": max(x, begins), "y": y + self.style.value_font_size / 3}
        self.svg.node(serie_node["text_overlay"], "text", attrib={"text-anchor": "start"}, **place).text = value


def _drawn(told: Sequence[Bar], written: Callable[[int], str]) -> str:
    lengths = [written(bar.length) for bar in told]
    chart = _Bars(
        style=_STYLE,
        show_legend=False,
        print_values_position="top",
        show_y_guides=False,
        show_x_labels=False,
        width=_WIDTH,
        height=40 + _BAR * max(1, len(told)),
        margin=10,
        margin_right=20 + _CHARACTER * max(map(len, lengths), default=0),
        disable_xml_declaration=True,
        range=(min((0, *(bar.length for bar in told))), max((0, *(bar.length for bar in told))) or 1),
        formatter=lambda length: written(int(length)),
    )
    chart.config.js = ()
    chart.add_xml_filter(_still)
    chart.x_labels = [_short(bar.name) for bar in reversed(told)]
    chart.add("", [{"value": bar.length, "color": _COLOURS[bar.length < 0]} for bar in reversed(told)])
    drawn: str = chart.render()
    return drawn


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1].rstrip() + "…"


def _still(drawing: Any) -> Any:
    """Take the script out of a drawing: it would only serve to point at bars."""
    for parent in list(drawing.iter()):
        for child in [each for each in parent if str(each.tag).endswith("script")]:
            parent.remove(child)
    return drawing


def _key() -> Fernet:
    secret = hashlib.sha256(f"chart-{current().member_id}-{flask.current_app.secret_key!s}".encode())
    return Fernet(urlsafe_b64encode(secret.digest()))
