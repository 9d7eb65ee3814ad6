"""Rates in words: basis points as a percentage, and the days that they hold for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from babel.numbers import format_percent
from flask_babel import gettext as _

from api.web import words
from config import money


def percent(basis_points: int) -> str:
    """Return basis points as people write a percentage: 2,5%."""
    return str(format_percent(Decimal(basis_points) / 10_000, format="0.##%", locale=money.LOCALES[words.asked()]))


def spell(valid_from: date | str, valid_to: date | str) -> str:
    """Return the days that something holds for, in words; a run keeps them as text."""
    first, last = _day(valid_from), _day(valid_to)
    if last == date.max:
        return str(_("dal %(first)s", first=words.day(first)))
    return str(_("dal %(first)s al %(last)s", first=words.day(first), last=words.day(last)))


def _day(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value
