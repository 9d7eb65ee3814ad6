"""What each service is, whatever the day."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.labelled import Labelled
from network.audience import MadeFor
from network.errors import ServiceNotFound
from network.models import ProviderRow, ServiceRow, TerritoryRow


class Kind(Labelled):
    """An authorization has a price and a provider; a request is completed by a person."""

    AUTHORIZATION = "authorization", "autorizzazione"
    REQUEST = "request", "richiesta"


class Delivery(StrEnum):
    """Where a service is given; home and centre mean the province of its territory, remote means everywhere."""

    HOME = "home"
    CENTRE = "centre"
    REMOTE = "remote"


@dataclass(frozen=True, slots=True)
class Service:
    """What a service is, whatever the day; a request may lack provider and territory."""

    code: str
    name: str
    kind: Kind
    unit: str
    area: str
    need: str
    provider_code: str | None
    provider_name: str | None
    territory_code: str | None
    territory_name: str | None
    delivery: Delivery
    categories: tuple[str, ...]
    category_doubtful: bool
    channels: tuple[str, ...]
    made_for: MadeFor
    min_age: int | None


_SERVICE = ServiceRow.__table__.c
_PROVIDER = ProviderRow.__table__.c
_TERRITORY = TerritoryRow.__table__.c


def get(session: Session, code: str) -> Service:
    """
    Return a service.

    Errors: ServiceNotFound.
    """
    found = listed(session, (code,))
    if not found:
        raise ServiceNotFound(service=code)
    return found[0]


# From one need to the next by the index, however many services have each.
_NEEDS = sa.text(
    "with recursive next as ((select need from service order by need limit 1) union all"
    " select (select s.need from service s where s.need > next.need order by s.need limit 1) from next"
    " where next.need is not null) select need from next where need is not null order by need"
)


def needs(session: Session) -> tuple[str, ...]:
    """Return what services are needed for, each once."""
    return tuple(session.scalars(_NEEDS))


def offered(session: Session, territory_code: str) -> Mapping[str, int]:
    """Return of each need how many services there are in a territory or from afar, whoever gives them."""
    here = sa.or_(_SERVICE.territory_code == territory_code, _SERVICE.delivery == str(Delivery.REMOTE))
    counted = sa.select(_SERVICE.need, sa.func.count()).where(here).group_by(_SERVICE.need)
    return {need: int(count) for need, count in session.execute(counted)}


def listed(session: Session, codes: Collection[str]) -> tuple[Service, ...]:
    """Return the services with these codes, by code; unknown ones are left out."""
    found = session.execute(
        sa.select(
            _SERVICE.code,
            _SERVICE.name,
            _SERVICE.kind,
            _SERVICE.unit,
            _SERVICE.area,
            _SERVICE.need,
            _SERVICE.provider_code,
            _PROVIDER.name.label("provider_name"),
            _SERVICE.territory_code,
            _TERRITORY.name.label("territory_name"),
            _SERVICE.delivery,
            _SERVICE.categories,
            _SERVICE.category_doubtful,
            _SERVICE.channels,
            _SERVICE.made_for,
            _SERVICE.min_age,
        )
        .select_from(
            ServiceRow.__table__.outerjoin(ProviderRow.__table__, _PROVIDER.code == _SERVICE.provider_code).outerjoin(
                TerritoryRow.__table__, _TERRITORY.code == _SERVICE.territory_code
            )
        )
        .where(_SERVICE.code == sa.func.any(sa.cast(list(codes), sa.ARRAY(sa.Text))))
        .order_by(_SERVICE.code)
    )
    return tuple(
        Service(
            code=row.code,
            name=row.name,
            kind=Kind(row.kind),
            unit=row.unit,
            area=row.area,
            need=row.need,
            provider_code=row.provider_code,
            provider_name=row.provider_name,
            territory_code=row.territory_code,
            territory_name=row.territory_name,
            delivery=Delivery(row.delivery),
            categories=tuple(row.categories),
            category_doubtful=row.category_doubtful,
            channels=tuple(row.channels),
            made_for=MadeFor(row.made_for),
            min_age=row.min_age,
        )
        for row in found
    )
