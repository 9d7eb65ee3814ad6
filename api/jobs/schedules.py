"""
Schedules: when a job is due.

What is due once a day or less often is due by Rome's clock, and never between two and three at night, an hour that
comes twice or not at all when the clock is changed. What is due more often goes by UTC, which knows no such hour.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from config import clock

# How far back the last moment may lie, tried one after the other.
_BACK = (timedelta(hours=2), timedelta(days=2), timedelta(days=9), timedelta(days=32), timedelta(days=367))


@dataclass(frozen=True, slots=True)
class Schedule:
    """
    When a job is due, as the clock says (`fields` of APScheduler's cron trigger), and in words.

    Without fields it is due whenever there is something to do, which is looked for every so many `seconds`.
    """

    it: str
    en: str
    fields: Mapping[str, Any] | None = None
    zone: tzinfo = clock.ROME
    seconds: float = 0

    def trigger(self) -> BaseTrigger:
        """Return what APScheduler waits for."""
        if self.fields is None:
            return IntervalTrigger(seconds=self.seconds, timezone=UTC)
        return CronTrigger(**self.fields, timezone=self.zone)

    def latest(self, now: datetime) -> datetime | None:
        """Return the last moment at which the job was due, or None for what is due at no moment."""
        if self.fields is None:
            return None
        trigger = self.trigger()
        latest: datetime | None
        for back in _BACK:
            latest, following = None, trigger.get_next_fire_time(None, now - back)
            while following is not None and following <= now:
                latest, following = following, trigger.get_next_fire_time(following, following)
            if latest is not None:
                return latest.astimezone(UTC)
        return None

    def following(self, now: datetime) -> datetime | None:
        """Return the next moment at which the job is due, or None for what is due at no moment."""
        if self.fields is None:
            return None
        found: datetime | None = self.trigger().get_next_fire_time(None, now + timedelta(microseconds=1))
        return None if found is None else found.astimezone(UTC)


def daily(hour: int, minute: int) -> Schedule:
    """Return the schedule of what is due at a time of every day."""
    at = f"{hour:02}:{minute:02}"
    return Schedule(f"ogni giorno alle {at}", f"every day at {at}", {"hour": hour, "minute": minute})


def weekly(day: str, hour: int, minute: int) -> Schedule:
    """Return the schedule of what is due on a day of the week: `mon` to `sun`."""
    it, en = _DAYS[day]
    at = f"{hour:02}:{minute:02}"
    fields = {"day_of_week": day, "hour": hour, "minute": minute}
    return Schedule(f"ogni {it} alle {at}", f"every {en} at {at}", fields)


def monthly(day: int, hour: int, minute: int) -> Schedule:
    """Return the schedule of what is due on a day of every month."""
    at = f"{hour:02}:{minute:02}"
    fields = {"day": day, "hour": hour, "minute": minute}
    return Schedule(f"il giorno {day} di ogni mese alle {at}", f"on day {day} of every month at {at}", fields)


def every(minutes: int) -> Schedule:
    """Return the schedule of what is due every so many minutes of the hour."""
    fields = {"minute": f"*/{minutes}"}
    return Schedule(f"ogni {minutes} minuti", f"every {minutes} minutes", fields, UTC)


def watching(seconds: float) -> Schedule:
    """Return the schedule of what is done as soon as there is something to do."""
    return Schedule("appena c'è qualcosa da fare", "as soon as there is something to do", seconds=seconds)


_DAYS = {
    "mon": ("lunedì", "Monday"),
    "tue": ("martedì", "Tuesday"),
    "wed": ("mercoledì", "Wednesday"),
    "thu": ("giovedì", "Thursday"),
    "fri": ("venerdì", "Friday"),
    "sat": ("sabato", "Saturday"),
    "sun": ("domenica", "Sunday"),
}
