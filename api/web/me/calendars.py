"""A calendar of the days on which credit ends, as RFC 5545 writes it: a day in a calendar is hard to miss."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, timedelta
from itertools import groupby

from flask_babel import gettext as _

from api.web import words
from config import clock
from wallet.contents import Contents

_LINE_BYTES = 75
_REMINDED_DAYS = (30, 7)


def of(contents: Contents, last: Mapping[str, date]) -> str:
    """
    Return the calendar of what somebody can still spend: the day of each end, with reminders before it.

    `last` is until when what is in each lot can be spent, also after it is carried over.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//borsellino//scadenze//IT",
        "CALSCALE:GREGORIAN",
        *_days(contents, last),
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _days(contents: Contents, last: Mapping[str, date]) -> Iterator[str]:
    stamp = clock.now().astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    left = [lot for lot in contents.lots if lot.available_minor > 0 and lot.spend_by >= clock.today()]
    for day, ending in groupby(sorted(left, key=lambda lot: last[lot.lot_id]), key=lambda lot: last[lot.lot_id]):
        lots = list(ending)
        amount = words.amount(sum(lot.available_minor for lot in lots))
        plans = ", ".join(dict.fromkeys(lot.plan_name for lot in lots))
        yield from (
            "BEGIN:VEVENT",
            f"UID:{contents.employee_id}-{day:%Y%m%d}@borsellino",
            f"DTSTAMP:{stamp}",
            f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_text(_('Ultimo giorno per usare %(amount)s di welfare', amount=amount))}",
            f"DESCRIPTION:{_text(plans)}",
            "TRANSP:TRANSPARENT",
        )
        for days in _REMINDED_DAYS:
            yield from (
                "BEGIN:VALARM",
                "ACTION:DISPLAY",
                f"TRIGGER:-P{days}D",
                f"DESCRIPTION:{_text(_('Tra %(days)s giorni scadono %(amount)s', days=days, amount=amount))}",
                "END:VALARM",
            )
        yield "END:VEVENT"


def _text(told: str) -> str:
    escaped = told.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")


def _folded(line: str) -> str:
    """Break a line where it is too long for the standard, between characters."""
    parts: list[str] = []
    part = ""
    for character in line:
        # What follows a break begins with a space, which counts.
        if len((part + character).encode()) > _LINE_BYTES - bool(parts):
            parts.append(part)
            part = ""
        part += character
    return "\r\n ".join([*parts, part])
