"""Demand that a territory does not meet: what people asked for and nobody offers, counted and without their words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import clock
from network.models import ServiceRow, TerritoryRow
from wallet.requests.tables import RequestRow
from wallet.requests.words import Outcome, State

_REQUEST, _SERVICE, _TERRITORY = RequestRow.__table__.c, ServiceRow.__table__.c, TerritoryRow.__table__.c


@dataclass(frozen=True, slots=True)
class Demand:
    """
    What was asked for in a territory, about a service or none.

    `unmet` was closed because no service fits, `waiting` has no answer yet, `asked` is all of it.
    """

    territory_name: str
    service_name: str | None
    asked: int
    unmet: int
    waiting: int


def since(session: Session, first_day: date) -> tuple[Demand, ...]:
    """Return what was asked for from a day on, what is met least first; a request that was withdrawn is none."""
    unmet = sa.func.count().filter(_REQUEST.outcome == str(Outcome.NOT_AVAILABLE))
    waiting = sa.func.count().filter(_REQUEST.state == str(State.OPEN))
    wanted = (
        sa.select(_TERRITORY.name, _SERVICE.name, sa.func.count(), unmet, waiting)
        .select_from(RequestRow.__table__)
        .join(TerritoryRow.__table__, _TERRITORY.code == _REQUEST.territory_code)
        .outerjoin(ServiceRow.__table__, _SERVICE.code == _REQUEST.service_code)
        .where(
            _REQUEST.asked_at >= datetime.combine(first_day, time.min, clock.ROME),
            _REQUEST.outcome.is_distinct_from(str(Outcome.WITHDRAWN)),
        )
        .group_by(_TERRITORY.name, _SERVICE.name)
        .order_by(unmet.desc(), sa.func.count().desc(), _TERRITORY.name, _SERVICE.name.nulls_last())
    )
    return tuple(Demand(*row) for row in session.execute(wanted))
