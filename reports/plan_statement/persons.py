"""
What the personnel office reads beside a name: whole months that are over, and never what is under way.

The use of a single day is a single purchase. In a month that is over there may be several, and what else is told of
that month does not change any more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from plans.plans import PlanTerms
from reports.plan_statement.journal import last_day
from reports.plan_statement.model import EmployeeLine, Movement, Reading


def last_whole_month(ends_on: date, today: date) -> date:
    """Return the last day of the last month that is whole by the end of a period, and over today."""
    day = timedelta(days=1)
    return (min(ends_on, today - day) + day).replace(day=1) - day


def whole_months(terms: PlanTerms, starts_on: date, ends_on: date, today: date) -> tuple[date, date]:
    """Return the period of whole months to ask for instead of another; one that is not over yet where none is."""
    starts = terms.starts_on if starts_on <= terms.starts_on else starts_on.replace(day=1)
    last = last_whole_month(ends_on, today)
    return min(starts, starts_on), last if last >= starts else last_day(starts)


def told(reading: Reading, terms: PlanTerms, starts_on: date, ends_on: date, today: date) -> bool:
    """Whether each person's figures of a period may be told: to payroll always, to the personnel office by months."""
    from_first = starts_on <= terms.starts_on or starts_on.day == 1
    return reading is Reading.PAYROLL or (from_first and ends_on == last_whole_month(ends_on, today))


def lines(people: Iterable[EmployeeLine], reading: Reading, *, told: bool) -> Iterable[EmployeeLine]:
    """Return each person's line as its reader may see it: what was granted always, what is held to payroll alone."""
    for line in people:
        moved = line.movement
        if not told:
            moved = Movement(granted_minor=moved.granted_minor, corrected_minor=moved.corrected_minor)
        elif reading is Reading.HR:
            moved = replace(moved, held_minor=0)
        yield replace(line, movement=moved)
