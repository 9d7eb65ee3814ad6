"""Which month of payroll a fiscal event belongs to, and which months are closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

_CLOSED: Final = sa.text(
    "select starts_on, ends_on, closed_at from period where book_id = :book and state = 'closed' order by starts_on"
)
_DAY: Final = timedelta(days=1)

# Whether an event of a day, recorded at a moment, belongs to the month asked for. It belongs to the month of its day;
# what is recorded after that month was closed belongs to the first one that was open then, and no closed month changes.
# `first` and `last` are the month's days, `closed` is when it was closed, `before` when the month before it was.
IN_MONTH: Final = """
(%(closed)s::timestamptz is null or {at} <= %(closed)s::timestamptz)
and ({day} between %(first)s and %(last)s
     or {day} < %(first)s and {at} > %(before)s::timestamptz
        and not exists (select from generate_series(date_trunc('month', {day}::timestamp),
                                                    %(first)s::timestamp - interval '1 month', interval '1 month') m
                          left join unnest(%(months)s::date[], %(closings)s::timestamptz[]) c(month, closed_at)
                            on c.month = m::date
                         where c.closed_at is null or {at} <= c.closed_at))
"""


@dataclass(frozen=True, slots=True)
class Month:
    """A month, when it was closed (None: it is open), and all that were."""

    first: date
    closed_at: datetime | None
    closings: Mapping[date, datetime]

    @property
    def last(self) -> date:
        """The month's last day."""
        return following(self.first) - _DAY

    def parameters(self, book_id: int) -> dict[str, Any]:
        """Return what `IN_MONTH` asks for."""
        before = (self.first - _DAY).replace(day=1)
        return {
            "book": book_id,
            "first": self.first,
            "last": self.last,
            "closed": self.closed_at,
            "before": self.closings.get(before),
            "months": list(self.closings),
            "closings": list(self.closings.values()),
        }


def of_book(session: Session, book_id: int, month: date) -> Month:
    """Return the month of a day."""
    first = month.replace(day=1)
    closings = closed_months(session, book_id)
    return Month(first, closings.get(first), closings)


def closed_months(session: Session, book_id: int) -> dict[date, datetime]:
    """Return the first days of the months that are closed to their last day, and when the last piece of each was."""
    rows: Sequence[Any] = session.execute(_CLOSED, {"book": book_id}).all()
    found: dict[date, datetime] = {}
    if not rows:
        return found
    first, end = rows[0].starts_on.replace(day=1), max(row.ends_on for row in rows)
    while first <= end:
        last, covered, moments = following(first) - _DAY, first, []
        for row in rows:
            if row.starts_on <= covered <= row.ends_on:
                moments.append(row.closed_at)
                covered = row.ends_on + _DAY
            if covered > last:
                found[first] = max(moments)
                break
        first = following(first)
    return found


def following(month: date) -> date:
    """Return the first day of the month after one."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
