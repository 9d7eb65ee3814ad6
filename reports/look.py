"""How documents look: typeface, palette, text that fits its place, and pages that know how many they are."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Any, Final

import fontpkg_titillium_web
from reportlab.graphics.shapes import STATE_DEFAULTS
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

REGULAR: Final = "TitilliumWeb"
SEMIBOLD: Final = "TitilliumWeb-SemiBold"
LIGHT: Final = "TitilliumWeb-Light"
_FILES: Final = {REGULAR: "Regular", SEMIBOLD: "SemiBold", LIGHT: "Light"}

INK: Final = HexColor("#2E2A27")
MUTED: Final = HexColor("#7C736A")
LINE: Final = HexColor("#E4DCD0")
SAND: Final = HexColor("#FAF6EF")
STRIPE: Final = HexColor("#FCFAF6")
PLUM: Final = HexColor("#6C4A62")
PINE: Final = HexColor("#2F6F62")
CLAY: Final = HexColor("#C2613D")
OCHRE: Final = HexColor("#C4932F")
GREEN: Final = HexColor("#3A8A58")
RED: Final = HexColor("#B2352B")
WHITE: Final = HexColor("#FFFFFF")

ELLIPSIS: Final = "…"
# No figure is set smaller: below it a printed page cannot be read.
SMALLEST: Final = 6.5


@cache
def register() -> None:
    """Make the typeface known to reportlab, once."""
    for name, file in _FILES.items():
        pdfmetrics.registerFont(TTFont(name, str(fontpkg_titillium_web.ROOT / "files" / f"TitilliumWeb-{file}.ttf")))
    # Every drawing would name Helvetica, which is not in the file.
    STATE_DEFAULTS["fontName"] = REGULAR
    # Bold marks inside a paragraph need to know their face.
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=SEMIBOLD, italic=REGULAR, boldItalic=SEMIBOLD)


def style(size: float, *, font: str = REGULAR, color: Color = INK, leading: float | None = None) -> ParagraphStyle:
    """Return a paragraph's style."""
    return ParagraphStyle(
        f"{font}-{size}",
        fontName=font,
        fontSize=size,
        leading=leading or size * 1.35,
        textColor=color,
        bulletFontName=font,
    )


def width(text: str, font: str, size: float) -> float:
    """Return how wide a text is, in points."""
    return float(pdfmetrics.stringWidth(text, font, size))


def cut(text: str, font: str, size: float, room: float) -> str:
    """Return a text that is no wider than its room, with an ellipsis where something was left out."""
    if width(text, font, size) <= room:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if width(text[:middle].rstrip() + ELLIPSIS, font, size) <= room:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + ELLIPSIS


def fitting(text: str, font: str, size: float, room: float) -> float:
    """Return the size, at most the one given, at which a whole text is no wider than its room."""
    wide = width(text, font, size)
    return size if wide <= room else size * room / wide


def figure(text: str, font: str, size: float, room: float) -> tuple[str, float]:
    """Return a figure and its size, never below the smallest: one that is too wide goes over several lines."""
    small = max(fitting(text, font, size, room), SMALLEST)
    return "\n".join(_pieces(text, _AFTER_GROUP, font, small, room)), small


def foldable(text: str, font: str, size: float, room: float) -> list[str]:
    """Return a text in pieces that each begin a line: a word wider than its room is broken after hyphens only."""
    pieces = [""]
    for word in text.split(" "):
        first, *rest = _pieces(word, _AFTER_HYPHEN, font, size, room)
        pieces[-1] = f"{pieces[-1]} {first}" if pieces[-1] else first
        pieces += rest
    return pieces


_AFTER_GROUP: Final = re.compile(r"(?<=[.,])")
_AFTER_HYPHEN: Final = re.compile(r"(?<=-)")


def _pieces(text: str, places: re.Pattern[str], font: str, size: float, room: float) -> list[str]:
    """Break a text at some of the places, as late as its room allows; what has no place stays whole."""
    # A rounding of the engine's widths is no reason to break.
    if width(text, font, size) <= room + 0.01:
        return [text]
    pieces = [""]
    for part in places.split(text):
        if pieces[-1] and width(pieces[-1] + part, font, size) > room:
            pieces.append("")
        pieces[-1] += part
    return pieces


@cache
def _glyphs() -> frozenset[int]:
    register()
    face: Any = pdfmetrics.getFont(REGULAR)
    return frozenset(face.face.charToGlyph)


def printable(text: str) -> str:
    """Return a text in one line of characters that the typeface has; a character it lacks becomes a question mark."""
    line = " ".join(text.split())
    return "".join(letter if ord(letter) in _glyphs() else _plain(letter) for letter in line)


def _plain(letter: str) -> str:
    base = unicodedata.normalize("NFKD", letter)[:1]
    return base if base and ord(base) in _glyphs() else "?"


class PagedCanvas(Canvas):
    """A canvas that finishes its pages at the end, when it knows how many they are."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        options["initialFontName"] = REGULAR
        super().__init__(*arguments, **options)
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802
        """Keep the page for later."""
        self._pages.append(dict(self.__dict__))
        self._startPage()  # type: ignore[attr-defined]  # the stubs leave it out

    def save(self) -> None:
        """Finish every page with its footer, and write the file."""
        for number, page in enumerate(self._pages, 1):
            self.__dict__.update(page)
            self.finish(number, len(self._pages))
            super().showPage()
        super().save()

    def finish(self, page: int, pages: int) -> None:
        """Draw what needs the number of pages; each document says what."""
