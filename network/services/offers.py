"""The one question that every authorization asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import database
from network import qualification
from network.audience import MadeFor
from network.errors import PriceNotFound, ServiceIsARequest, ServiceNotFound
from network.models import ProviderRow, ServicePriceRow, ServiceRow
from network.services.catalogue import Delivery, Kind
from network.services.prices import price_in_force
from network.states import State


@dataclass(frozen=True, slots=True)
class Offer:
    """
    All that an authorization needs to know of a service on a day.

    Units: prices of one unit in cents of EUR, VAT included in `price_minor`. The provider's state is reported, not
    judged: whether it may serve is the wallet's to decide and to record.
    """

    service_code: str
    name: str
    kind: Kind
    unit: str
    area: str
    need: str
    provider_code: str
    provider_name: str
    provider_kind: str
    provider_state: State
    territory_code: str
    delivery: Delivery
    price_minor: int
    net_minor: int
    vat_minor: int
    vat_regime: str
    vat_if_not_listed: str | None
    categories: tuple[str, ...]
    category_doubtful: bool
    channels: tuple[str, ...]
    made_for: MadeFor
    min_age: int | None
    on: date
    # Within how many hours the provider has to accept a purchase; None where it is not asked.
    acceptance_hours: int | None = None

    @property
    def provider_may_serve(self) -> bool:
        """Say whether the provider was qualified, or exempt from it, on the day of the offer."""
        return self.provider_state.may_serve


_SERVICE = ServiceRow.__table__.c
_PRICE = ServicePriceRow.__table__.c
_PROVIDER = ProviderRow.__table__.c


def _offer_statement() -> sa.Select[Any]:
    on = sa.bindparam("on", type_=sa.Date)
    state = qualification.state_lateral(_PROVIDER.code, on)
    return (
        sa.select(
            _SERVICE.code,
            _SERVICE.name,
            _SERVICE.kind,
            _SERVICE.unit,
            _SERVICE.area,
            _SERVICE.need,
            _SERVICE.provider_code,
            _PROVIDER.name.label("provider_name"),
            _PROVIDER.kind.label("provider_kind"),
            qualification.state_sql(state, on).label("provider_state"),
            _SERVICE.territory_code,
            _SERVICE.delivery,
            _PRICE.price_minor,
            _PRICE.net_minor,
            _PRICE.vat_minor,
            _PRICE.vat_regime,
            _PRICE.vat_if_not_listed,
            _SERVICE.categories,
            _SERVICE.category_doubtful,
            _SERVICE.channels,
            _SERVICE.made_for,
            _SERVICE.min_age,
            sa.func.nullif(
                sa.func.coalesce(_SERVICE.acceptance_hours, _PROVIDER.acceptance_hours), sa.literal_column("0")
            ).label("acceptance_hours"),
        )
        .select_from(
            ServiceRow.__table__.outerjoin(ProviderRow.__table__, _PROVIDER.code == _SERVICE.provider_code)
            .outerjoin(state, sa.true())
            .outerjoin(ServicePriceRow.__table__, price_in_force(on))
        )
        .where(_SERVICE.code == sa.bindparam("code"))
    )


# Built once: an authorization runs it every time, and building costs more than running.
_OFFER = database.rendered(_offer_statement())


def offer(session: Session, service_code: str, on: date) -> Offer:
    """
    Return what an authorization needs to know of a service on a day, in one SQL statement.

    Units:  prices of one unit in cents of EUR.
    Errors: ServiceNotFound, ServiceIsARequest, PriceNotFound; the first that applies, in this order.
    """
    found = database.rows(session, _OFFER, {"code": service_code, "on": on})
    if not found:
        raise ServiceNotFound(service=service_code)
    (row,) = found
    if row.kind == Kind.REQUEST:
        raise ServiceIsARequest(service=service_code, name=row.name)
    if row.price_minor is None:
        raise PriceNotFound(service=service_code, on=on)
    return Offer(
        service_code=row.code,
        name=row.name,
        kind=Kind.AUTHORIZATION,
        unit=row.unit,
        area=row.area,
        need=row.need,
        provider_code=row.provider_code,
        provider_name=row.provider_name,
        provider_kind=row.provider_kind,
        provider_state=State(row.provider_state),
        territory_code=row.territory_code,
        delivery=Delivery(row.delivery),
        price_minor=row.price_minor,
        net_minor=row.net_minor,
        vat_minor=row.vat_minor,
        vat_regime=row.vat_regime,
        vat_if_not_listed=row.vat_if_not_listed,
        categories=tuple(row.categories),
        category_doubtful=row.category_doubtful,
        channels=tuple(row.channels),
        made_for=MadeFor(row.made_for),
        min_age=row.min_age,
        on=on,
        acceptance_hours=row.acceptance_hours,
    )
