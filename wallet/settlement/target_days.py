"""On which days banks execute transfers in euro: those of TARGET, the payment system of the European central banks."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("data") / "target_days.toml"
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class _Closed:
    """The closing days: months and days, and days from Easter Sunday."""

    fixed: frozenset[tuple[int, int]]
    from_easter: frozenset[int]


def is_open(day: date) -> bool:
    """
    Say whether banks execute transfers on a day.

    Source: wallet/settlement/data/target_days.toml.
    """
    closed = _closed()
    if day.weekday() >= _SATURDAY or (day.month, day.day) in closed.fixed:
        return False
    return (day - easter(day.year)).days not in closed.from_easter


def on_or_after(day: date) -> date:
    """Return the day itself if banks execute transfers on it, or the next on which they do."""
    while not is_open(day):
        day += timedelta(days=1)
    return day


def easter(year: int) -> date:
    """
    Return Easter Sunday of a year of the Gregorian calendar.

    Source: the anonymous Gregorian computus (J. Meeus, Astronomical Algorithms, chapter 8).
    """
    golden = year % 19
    century, of_century = divmod(year, 100)
    leaps, rest = divmod(century, 4)
    moon = (19 * golden + century - leaps - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    quarters, left = divmod(of_century, 4)
    weekday = (32 + 2 * rest + 2 * quarters - moon - left) % 7
    correction = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * correction + 114, 31)
    return date(year, month, day + 1)


@cache
def _closed() -> _Closed:
    told = tomllib.loads(_FILE.read_text("utf-8"))
    fixed = (tuple(map(int, text.split("-"))) for text in told["fixed"])
    return _Closed(frozenset((month, day) for month, day in fixed), frozenset(told["from_easter"]))
