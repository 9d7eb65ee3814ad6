"""Territories: where the network is, what each covers, and how far apart they are."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from network.errors import ComuneNotFound, TerritoryNotFound
from network.models import ComuneRow, TerritoryRow

EARTH_RADIUS_KM = 6371


@dataclass(frozen=True, slots=True)
class Territory:
    """One local network; it covers the municipalities of its province."""

    code: str
    name: str
    istat_code: str
    cadastral_code: str
    province: str
    region: str
    latitude: Decimal
    longitude: Decimal


_TERRITORY = TerritoryRow.__table__.c
_COMUNE = ComuneRow.__table__.c
_COLUMNS = (
    _TERRITORY.code,
    _TERRITORY.name,
    _TERRITORY.istat_code,
    _TERRITORY.cadastral_code,
    _TERRITORY.province,
    _TERRITORY.region,
    _TERRITORY.latitude,
    _TERRITORY.longitude,
)


def every(session: Session) -> tuple[Territory, ...]:
    """Return all territories by name."""
    found = session.execute(sa.select(*_COLUMNS).order_by(_TERRITORY.name, _TERRITORY.code))
    return tuple(Territory(*row) for row in found)


def get(session: Session, code: str) -> Territory:
    """
    Return the territory with this code.

    Errors: TerritoryNotFound.
    """
    row = session.execute(sa.select(*_COLUMNS).where(_TERRITORY.code == code)).one_or_none()
    if row is None:
        raise TerritoryNotFound(territory=code)
    return Territory(*row)


def of_comune(session: Session, istat_code: str) -> tuple[Territory, ...]:
    """
    Return the territories that cover a municipality: those of its province, its own first; none where nobody works.

    Errors: ComuneNotFound.
    """
    found = session.execute(
        sa.select(_COMUNE.istat_code, *_COLUMNS)
        .select_from(ComuneRow.__table__.outerjoin(TerritoryRow.__table__, _TERRITORY.province == _COMUNE.province))
        .where(_COMUNE.istat_code == istat_code)
        .order_by(_TERRITORY.istat_code != _COMUNE.istat_code, _TERRITORY.code)
    ).all()
    if not found:
        raise ComuneNotFound(istat_code=istat_code)
    return tuple(Territory(*row[1:]) for row in found if row[1] is not None)


def distance_km(a: Territory, b: Territory) -> int:
    """
    Return how far apart two territories are, as the crow flies.

    Units:  whole kilometres; coordinates are good to about one.
    """
    latitude_a, latitude_b = math.radians(a.latitude), math.radians(b.latitude)
    across = math.radians(b.longitude) - math.radians(a.longitude)
    haversine = (
        math.sin((latitude_b - latitude_a) / 2) ** 2
        + math.cos(latitude_a) * math.cos(latitude_b) * math.sin(across / 2) ** 2
    )
    return round(2 * EARTH_RADIUS_KM * math.asin(math.sqrt(haversine)))


def distance_sql(a: Any, b: Any) -> sa.ColumnElement[int]:
    """Return `distance_km` between two rows of territories, for a search to sort by; a test holds the two together."""
    f = sa.func
    haversine = f.power(f.sin((f.radians(b.latitude) - f.radians(a.latitude)) / 2), 2) + f.cos(
        f.radians(a.latitude)
    ) * f.cos(f.radians(b.latitude)) * f.power(f.sin((f.radians(b.longitude) - f.radians(a.longitude)) / 2), 2)
    return sa.cast(f.round(2 * EARTH_RADIUS_KM * f.asin(f.sqrt(haversine))), sa.Integer)
