"""Reads the journal for a plan statement: one statement, whose rows of several shapes are sorted by what they are."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from importlib.resources import files

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plans.plans import PlanTerms
from reports.plan_statement.model import EmployeeLine, Movement
from reports.plan_statement.suppression import Group
from wallet import chart

_JOURNAL = sa.text((files("reports.plan_statement") / "journal.sql").read_text("utf-8"))
_SORTING = sa.text("select set_config('enable_sort', :sorting, true)")


@dataclass(slots=True)
class Journal:
    """The rows of journal.sql, sorted by what they are."""

    people: list[EmployeeLine] = field(default_factory=list)
    # Each person's number in the rows of use.
    places: dict[int, str] = field(default_factory=dict)
    categories: dict[str, Group] = field(default_factory=dict)
    expiring: dict[date, dict[int, int]] = field(default_factory=dict)
    months: dict[date, tuple[int, int, int]] = field(default_factory=dict)
    # What may be told month by month: each person's use of each category, and each cluster's figures.
    uses: defaultdict[date, dict[str, dict[int, int]]] = field(default_factory=lambda: defaultdict(dict))
    clusters: list[tuple[date, str, Sequence[int]]] = field(default_factory=list)
    budget: Sequence[int] = ()
    proof: Sequence[int | None] = ()
    recorded_at: datetime | None = None


def read(
    session: Session,
    terms: PlanTerms,
    starts_on: date,
    ends_on: date,
    through: date | None,
    cluster: str | None,
    known: datetime | None,
) -> Journal:
    """
    Return what the journal says of a plan over a period; of groups up to `through`, where it is given.

    What people used as recorded from `known` on is not in the period, nor before it.
    """
    journal = Journal()
    # For the planner, each of the journal's postings may be a group of its own, and it would sort all of them on disk;
    # the groups are far fewer, and hashing them takes a fifth less of the whole.
    session.execute(_SORTING, {"sorting": "off"})
    rows = session.execute(
        _JOURNAL,
        {
            "book": terms.book_id,
            "plan": terms.plan_id,
            "starts": starts_on,
            "ends": ends_on,
            "through": through,
            "known": "infinity" if known is None else known.isoformat(),
            "cluster": cluster,
            "receivable": chart.receivable(terms.code),
            "committed": chart.committed(terms.code),
            "funded": chart.funded(terms.code),
        },
    ).all()
    session.execute(_SORTING, {"sorting": "on"})
    for tag, key, number, last, first, tax_code, cluster, figures, moment in rows:
        match tag:
            case "person":
                movement = Movement(*figures[:-1])
                journal.places[figures[-1]] = cluster or ""
                journal.people.append(EmployeeLine(number or "", last, first, tax_code, cluster or "", movement))
            case "category":
                journal.categories[key] = Group(people=figures[1], amount_minor=figures[0])
            case "month":
                journal.months[date.fromisoformat(key)] = tuple(figures)
            case "use":
                journal.uses[date.fromisoformat(number)][key] = _halves(figures)
            case "expiring":
                journal.expiring[date.fromisoformat(key)] = _halves(figures)
            case "cluster":
                journal.clusters.append((date.fromisoformat(number), key, figures))
            case "budget":
                journal.budget = figures
            case "proof":
                journal.proof, journal.recorded_at = figures, moment
    return journal


def _halves(figures: Sequence[int]) -> dict[int, int]:
    """Return the amounts of the second half by the numbers of the first."""
    half = len(figures) // 2
    return dict(zip(figures[:half], figures[half:], strict=True))


def first_days(starts_on: date, ends_on: date) -> list[date]:
    """Return the first day of each month that a period touches."""
    first = starts_on.year * 12 + starts_on.month - 1
    last = ends_on.year * 12 + ends_on.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(first, last + 1)]


def last_day(month: date) -> date:
    """Return the last day of a month."""
    return month.replace(day=monthrange(month.year, month.month)[1])
