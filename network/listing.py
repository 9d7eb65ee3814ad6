"""The network at a glance: territories, how many serve there, and what ends soon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from network import qualification, territories
from network.errors import TerritoryNotFound
from network.models import ComuneRow, ProviderRow, ServicePriceRow, ServiceRow, TerritoryRow
from network.qualification import Expiring
from network.services.prices import price_in_force
from network.states import MAY_SERVE
from network.territories import Territory


@dataclass(frozen=True, slots=True)
class Line:
    """One territory on a day; `expiring` is what ends soon there, soonest first."""

    territory: Territory
    comuni_covered: int
    providers: int
    providers_that_may_serve: int
    services: int
    requests: int
    expiring: tuple[Expiring, ...]


_TERRITORY = TerritoryRow.__table__.c
_PROVIDER = ProviderRow.__table__.c
_SERVICE = ServiceRow.__table__.c
_COMUNE = ComuneRow.__table__.c


def territory_line(session: Session, code: str, on: date) -> Line:
    """
    Return one territory with its counts on a day.

    Errors: TerritoryNotFound.
    """
    for line in territory_lines(session, on):
        if line.territory.code == code:
            return line
    raise TerritoryNotFound(territory=code)


def territory_lines_of(session: Session, istat_code: str, on: date) -> tuple[Line, ...]:
    """
    Return the territories that cover a municipality with their counts on a day, its own first.

    Errors: ComuneNotFound.
    """
    lines = {line.territory.code: line for line in territory_lines(session, on)}
    return tuple(lines[territory.code] for territory in territories.of_comune(session, istat_code))


def territory_lines(session: Session, on: date, *, within_days: int = 30) -> tuple[Line, ...]:
    """Return every territory by name with its counts on a day: three statements, however many there are."""
    counts: dict[str, Any] = {row.code: row for row in session.execute(_counts(on))}
    ending: dict[str, list[Expiring]] = {}
    for item in qualification.expiring(session, on, within_days=within_days):
        ending.setdefault(item.territory_code, []).append(item)
    return tuple(
        Line(
            territory=territory,
            comuni_covered=count.comuni,
            providers=count.providers,
            providers_that_may_serve=count.serving,
            services=count.services,
            requests=count.requests,
            expiring=tuple(ending.get(territory.code, ())),
        )
        for territory in territories.every(session)
        for count in (counts[territory.code],)
    )


def _counts(on: date) -> sa.Select[Any]:
    current, holds, state = qualification.state_in_force(_PROVIDER.code, on)
    serves = state.in_([member.value for member in MAY_SERVE])
    of_territory = (
        sa.select(
            _PROVIDER.territory_code,
            sa.func.count().label("providers"),
            sa.func.count().filter(serves).label("serving"),
        )
        .select_from(ProviderRow.__table__.outerjoin(current, holds))
        .group_by(_PROVIDER.territory_code)
        .subquery("of_territory")
    )
    priced = ServicePriceRow.__table__.c.id.is_not(None)
    offered = (
        sa.select(
            _SERVICE.territory_code,
            sa.func.count().filter(priced).label("services"),
            sa.func.count().filter(_SERVICE.kind == "request").label("requests"),
        )
        .select_from(ServiceRow.__table__.outerjoin(ServicePriceRow.__table__, price_in_force(on)))
        .group_by(_SERVICE.territory_code)
        .subquery("offered")
    )
    covered = (
        sa.select(_COMUNE.province, sa.func.count().label("comuni")).group_by(_COMUNE.province).subquery("covered")
    )
    return sa.select(
        _TERRITORY.code,
        sa.func.coalesce(covered.c.comuni, 0).label("comuni"),
        sa.func.coalesce(of_territory.c.providers, 0).label("providers"),
        sa.func.coalesce(of_territory.c.serving, 0).label("serving"),
        sa.func.coalesce(offered.c.services, 0).label("services"),
        sa.func.coalesce(offered.c.requests, 0).label("requests"),
    ).select_from(
        TerritoryRow.__table__.outerjoin(covered, covered.c.province == _TERRITORY.province)
        .outerjoin(of_territory, of_territory.c.territory_code == _TERRITORY.code)
        .outerjoin(offered, offered.c.territory_code == _TERRITORY.code)
    )
