"""What goes into the cells of files that people open in a spreadsheet: text that stays text, and amounts."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

# What a spreadsheet may take for the beginning of a formula; the full-width forms are normalised by some.
_FORMULA: Final = frozenset("=+-@\t\r\n＝＋－＠")
_SEPARATORS: Final = {"it": (".", ","), "en": (",", ".")}


def guarded(text: str) -> str:
    """Return a text that no spreadsheet runs: a leading apostrophe where it could be taken for a formula."""
    return f"'{text}" if text[:1] in _FORMULA or text.lstrip()[:1] in _FORMULA else text


def plain(amount_minor: int, language: str) -> str:
    """Write minor units with two decimals and no grouping, as a spreadsheet of that language reads numbers."""
    return _written(amount_minor, "", _SEPARATORS[language][1], "-")


def grouped(amount_minor: int, language: str) -> str:
    """Write minor units with two decimals and thousands grouped, as people of that language read them."""
    return _written(amount_minor, *_SEPARATORS[language], "−")


def number(amount_minor: int) -> Decimal:
    """Return minor units as an exact number of euro."""
    return Decimal(amount_minor).scaleb(-2)


def _written(amount_minor: int, thousands: str, point: str, minus: str) -> str:
    whole, cents = divmod(abs(amount_minor), 100)
    sign = minus if amount_minor < 0 else ""
    return f"{sign}{whole:,}".replace(",", thousands) + f"{point}{cents:02}"
