"""Demand that the catalogue does not meet: searches that found nothing, counted by day and without whoever searched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from network.models import TerritoryRow, UnmetSearchRow

_UNMET, _TERRITORY = UnmetSearchRow.__table__.c, TerritoryRow.__table__.c
# Whoever searches reads no count: it runs as the owner of the tables (unmet.sql).
_COUNT = sa.text("select unmet_search_count(:day, :territory, :need, :beneficiary, :delivery)")

# Where no territory of the network is.
OUTSIDE = "-"


@dataclass(frozen=True, slots=True)
class Search:
    """What was searched for, by codes; empty is not asked. Nothing else of a search is known."""

    territory_code: str = ""
    need: str = ""
    beneficiary: str = ""
    delivery: str = ""


@dataclass(frozen=True, slots=True)
class Unmet:
    """How often a search found nothing, in which territory (None for none), and when it last did."""

    search: Search
    territory_name: str | None
    searches: int
    last_on: date


def count(session: Session, search: Search, on: date) -> None:
    """Count a search that found nothing on a day; a day has so many different ones at most, and drops the others."""
    session.execute(
        _COUNT,
        {
            "day": on,
            "territory": search.territory_code,
            "need": search.need,
            "beneficiary": search.beneficiary,
            "delivery": search.delivery,
        },
    )


def since(session: Session, first_day: date, *, limit: int) -> Sequence[Unmet]:
    """Return the searches that found nothing from a day on, the most frequent first."""
    asked = (_UNMET.territory_code, _UNMET.need, _UNMET.beneficiary, _UNMET.delivery)
    often = sa.func.sum(_UNMET.searches)
    wanted = (
        sa.select(*asked, _TERRITORY.name, often, sa.func.max(_UNMET.day))
        .select_from(UnmetSearchRow.__table__)
        .outerjoin(TerritoryRow.__table__, _TERRITORY.code == _UNMET.territory_code)
        .where(_UNMET.day >= first_day)
        .group_by(*asked, _TERRITORY.name)
        .order_by(often.desc(), *asked)
        .limit(limit)
    )
    return [Unmet(Search(*row[:4]), row[4], int(row[5]), row[6]) for row in session.execute(wanted)]


def forget(session: Session, before: date) -> int:
    """Delete the counts of the days before one, and return how many rows went."""
    gone = session.execute(sa.delete(UnmetSearchRow).where(_UNMET.day < before))
    return int(gone.rowcount)  # type: ignore[attr-defined]
