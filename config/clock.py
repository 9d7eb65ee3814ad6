"""The one place that asks what time it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

ROME = ZoneInfo("Europe/Rome")

_fixed: ContextVar[datetime | None] = ContextVar("fixed_clock", default=None)


def now() -> datetime:
    """Return the present moment in UTC, or the moment the clock is fixed at."""
    return _fixed.get() or datetime.now(UTC)


def today() -> date:
    """Return the business date: the day it is in Rome."""
    return now().astimezone(ROME).date()


def midnight() -> datetime:
    """Return the moment at which the business date began."""
    day = today()
    return datetime(day.year, day.month, day.day, tzinfo=ROME).astimezone(UTC)


def fixed() -> datetime | None:
    """Return the moment the clock is fixed at, if it is; the database is told it at the start of a transaction."""
    return _fixed.get()


def fix(moment: datetime | None) -> None:
    """Stop the clock at a moment (the demonstration, a test), or let it run again."""
    if moment is not None and moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    _fixed.set(None if moment is None else moment.astimezone(UTC))


@contextmanager
def at(moment: datetime | date) -> Iterator[None]:
    """Fix the clock for the length of a block; a date means its noon in Rome."""
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day, 12, tzinfo=ROME)
    token = _fixed.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _fixed.reset(token)
