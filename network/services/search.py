"""The search of the catalogue, in one statement whatever the filters."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from network import comuni, qualification, spelling, territories
from network.audience import MadeFor, Person, suiting
from network.errors import DistanceNeedsOrigin, ServiceNotFound
from network.matches import Matches, Part
from network.models import ComuneRow, ProviderRow, ServicePriceRow, ServiceRow, TerritoryRow
from network.services.catalogue import Delivery, Kind
from network.services.prices import price_in_force
from network.states import MAY_SERVE, State


@dataclass(frozen=True, slots=True)
class Entry:
    """
    One line of the catalogue on a day.

    `provider_state` is missing when a request has no provider. `distance_km` is missing when nobody said from where,
    and for remote services, which are at no distance. Prices are of one unit, in cents of EUR; a request has none.
    """

    service_code: str
    name: str
    kind: Kind
    unit: str
    area: str
    need: str
    provider_code: str | None
    provider_name: str | None
    provider_state: State | None
    territory_code: str | None
    territory_name: str | None
    delivery: Delivery
    distance_km: int | None
    price_minor: int | None
    net_minor: int | None
    vat_minor: int | None
    vat_regime: str | None
    categories: tuple[str, ...]
    category_doubtful: bool
    channels: tuple[str, ...]
    made_for: MadeFor
    min_age: int | None

    @property
    def may_be_ordered(self) -> bool:
        """Say whether an authorization may be asked for: a price, and a provider that may serve on that day."""
        return self.price_minor is not None and self.provider_state is not None and self.provider_state.may_serve


_SERVICE = ServiceRow.__table__.c
_PRICE = ServicePriceRow.__table__.c
_PROVIDER = ProviderRow.__table__.c
_TERRITORY = TerritoryRow.__table__.c
_COMUNE = ComuneRow.__table__.c
_BY_NAME = (_SERVICE.folded.collate("C"), _SERVICE.code.collate("C"))
# After every price there is.
_NO_PRICE = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    What is looked for; whatever is left out is not asked.

    `near` is the territory that distances are measured from. `territory` keeps its own services; `comune` (an ISTAT
    code) keeps what reaches it: home and centre services of its province, and remote ones. Every word of `text` must
    be in the service's, provider's or territory's name, whatever case and accents. `person` keeps what may suit them.
    `payable` keeps what one of several plans may pay, each told by its categories and channels.

    Units:  prices in cents of EUR, distances in whole kilometres.
    """

    near: str | None = None
    territory: str | None = None
    comune: str | None = None
    area: str | None = None
    need: str | None = None
    provider: str | None = None
    text: str | None = None
    kind: Kind | None = None
    delivery: Delivery | None = None
    made_for: Collection[MadeFor] | None = None
    person: Person | None = None
    payable: Collection[tuple[Collection[str], Collection[str]]] | None = None
    min_price_minor: int | None = None
    max_price_minor: int | None = None
    max_distance_km: int | None = None
    only_qualified: bool = False


def find(session: Session, *, on: date, limit: int | None = None, offset: int = 0, **wanted: Any) -> tuple[Entry, ...]:
    """
    Search the catalogue as it is on a day; the filters are those of `Wanted`.

    A service without a price on that day is not offered; requests have none and are shown.

    Order: providers that may serve, then requests without a provider, then the others; in each the nearest, the
    cheapest, and by name.

    Errors: DistanceNeedsOrigin, TerritoryNotFound, ComuneNotFound; the first that applies, in this order.
    """
    asked = Wanted(**wanted)
    matches = _search(on, asked)
    found = session.execute(matches.statement.order_by(*matches.order).limit(limit).offset(offset)).all()
    if not found:
        # Nothing may mean a misspelt place; asking only now keeps the usual search at one statement.
        _refuse_unknown_places(session, asked)
    return tuple(entry(row) for row in found)


def matches(session: Session, wanted: Wanted, *, on: date) -> Matches:
    """
    Return the query of that search, for whoever reads it page by page.

    Errors: DistanceNeedsOrigin, TerritoryNotFound, ComuneNotFound; the first that applies, in this order.
    """
    query = _search(on, wanted)
    _refuse_unknown_places(session, wanted)
    return query


def entry_of(session: Session, code: str, *, on: date) -> Entry:
    """
    Return one service as it is on a day; it has no price where it is not offered.

    Errors: ServiceNotFound.
    """
    row = session.execute(_search(on, Wanted(), offered=False).statement.where(_SERVICE.code == code)).one_or_none()
    if row is None:
        raise ServiceNotFound(service=code)
    return entry(row)


def _search(on: date, wanted: Wanted, *, offered: bool = True) -> Matches:
    if wanted.max_distance_km is not None and wanted.near is None:
        raise DistanceNeedsOrigin()
    place = _places(wanted.near)
    current, holds, state = qualification.state_in_force(_PROVIDER.code, on)
    state_code = sa.case((_PROVIDER.code.is_(None), sa.null()), else_=state)
    serves = state_code.in_([member.value for member in MAY_SERVE])
    rank = sa.case((serves, 0), (_PROVIDER.code.is_(None), 1), else_=2)
    distance = sa.case((_SERVICE.delivery == Delivery.REMOTE, sa.null()), else_=place.c.km)

    statement = (
        sa.select(
            _SERVICE.code,
            _SERVICE.name,
            _SERVICE.kind,
            _SERVICE.unit,
            _SERVICE.area,
            _SERVICE.need,
            _SERVICE.provider_code,
            _PROVIDER.name.label("provider_name"),
            state_code.label("provider_state"),
            _SERVICE.territory_code,
            place.c.name.label("territory_name"),
            _SERVICE.delivery,
            distance.label("distance_km"),
            _PRICE.price_minor,
            _PRICE.net_minor,
            _PRICE.vat_minor,
            _PRICE.vat_regime,
            _SERVICE.categories,
            _SERVICE.category_doubtful,
            _SERVICE.channels,
            _SERVICE.made_for,
            _SERVICE.min_age,
        )
        .select_from(
            ServiceRow.__table__.outerjoin(ProviderRow.__table__, _PROVIDER.code == _SERVICE.provider_code)
            .outerjoin(current, holds)
            .outerjoin(place, place.c.code == _SERVICE.territory_code)
            .outerjoin(ServicePriceRow.__table__, price_in_force(on))
        )
        .where(*_exact(wanted), *_placed(wanted, place), *_affordable(wanted))
    )
    if offered:
        statement = statement.where(sa.or_(_SERVICE.kind == Kind.REQUEST, _PRICE.price_minor.is_not(None)))
    if wanted.text is not None:
        statement = statement.where(*_words(wanted.text, place))
    if wanted.made_for is not None:
        statement = statement.where(_SERVICE.made_for.in_(sorted(wanted.made_for)))
    if wanted.person is not None:
        statement = statement.where(_suits(wanted.person))
    if wanted.max_distance_km is not None:
        statement = statement.where(sa.func.coalesce(distance, 0) <= wanted.max_distance_km)
    if wanted.only_qualified:
        statement = statement.where(serves)
    order = (
        rank,
        sa.func.coalesce(distance, 0),
        sa.func.coalesce(_PRICE.price_minor, _NO_PRICE),
        *_BY_NAME,
    )
    return Matches(statement, order, _parts(wanted, order, serves))


def _parts(
    wanted: Wanted, order: tuple[sa.ColumnElement[Any], ...], serves: sa.ColumnElement[bool]
) -> tuple[Part, ...]:
    """
    Return the parts in which the index of prices has services in order: of those who serve, what is here.

    Words are looked for in every name, which is quicker done at once.
    """
    if wanted.text is not None:
        return (Part(sa.true(), order),)
    by_price = (_PRICE.price_minor, *_BY_NAME)
    priced = _PRICE.price_minor.is_not(None)
    others = sa.and_(_PROVIDER.code.is_not(None), sa.not_(serves))
    if wanted.near is None:
        return (
            Part(sa.and_(serves, priced), by_price),
            Part(sa.and_(serves, sa.not_(priced)), _BY_NAME),
            # A request, which has no price.
            Part(_PROVIDER.code.is_(None), _BY_NAME),
            Part(sa.and_(others, priced), by_price),
            Part(sa.and_(others, sa.not_(priced)), _BY_NAME),
        )
    here = sa.or_(_SERVICE.delivery == Delivery.REMOTE, _SERVICE.territory_code == wanted.near)
    return (
        Part(sa.and_(serves, here, priced), by_price),
        Part(sa.and_(serves, here, sa.not_(priced)), _BY_NAME),
        Part(sa.and_(serves, sa.not_(here)), order[1:]),
        Part(_PROVIDER.code.is_(None), order[1:]),
        Part(others, order[1:]),
    )


def _exact(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    exact = {
        _SERVICE.territory_code: wanted.territory,
        _SERVICE.area: wanted.area,
        _SERVICE.need: wanted.need,
        _SERVICE.provider_code: wanted.provider,
        _SERVICE.kind: wanted.kind,
        _SERVICE.delivery: wanted.delivery,
    }
    return [column == value for column, value in exact.items() if value is not None]


def _placed(wanted: Wanted, place: sa.Subquery) -> list[sa.ColumnElement[bool]]:
    # A misspelt place finds nothing at all, so that it is noticed: remote services would be found from anywhere.
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.near is not None:
        conditions.append(sa.exists().where(_TERRITORY.code == wanted.near))
    if wanted.comune is not None:
        conditions.append(sa.exists().where(_COMUNE.istat_code == wanted.comune))
        reaches = place.c.province == _province(wanted.comune)
        conditions.append(sa.or_(_SERVICE.delivery == Delivery.REMOTE, reaches))
    return conditions


def _affordable(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.min_price_minor is not None:
        conditions.append(_PRICE.price_minor >= wanted.min_price_minor)
    if wanted.max_price_minor is not None:
        conditions.append(_PRICE.price_minor <= wanted.max_price_minor)
    if wanted.payable is not None:
        plans = (
            sa.and_(
                _SERVICE.categories.overlap(sorted(categories)),
                _SERVICE.channels.overlap(sorted(channels)),
            )
            for categories, channels in wanted.payable
        )
        conditions.append(sa.or_(sa.false(), *plans))
    return conditions


def _places(near: str | None) -> sa.Subquery:
    columns: list[sa.ColumnElement[Any]] = [
        _TERRITORY.code,
        _TERRITORY.name,
        _TERRITORY.province,
        _TERRITORY.folded,
    ]
    if near is None:
        return sa.select(*columns, sa.null().cast(sa.Integer).label("km")).subquery("place")
    origin = TerritoryRow.__table__.alias("origin")
    km = territories.distance_sql(origin.c, _TERRITORY).label("km")
    return (
        sa.select(*columns, km)
        .select_from(TerritoryRow.__table__.join(origin, origin.c.code == near))
        # Kept apart from the join with services, so that a distance is worked out once for each territory.
        .offset(0)
        .subquery("place")
    )


def _province(istat_code: str) -> sa.ScalarSelect[str]:
    return sa.select(_COMUNE.province).where(_COMUNE.istat_code == istat_code).scalar_subquery()


def _words(text: str, place: sa.Subquery) -> list[sa.ColumnElement[bool]]:
    names = sa.func.concat_ws(" ", _SERVICE.folded, _PROVIDER.folded, place.c.folded)
    return [sa.func.strpos(names, word) > 0 for word in spelling.fold(text).split()]


def _suits(person: Person) -> sa.ColumnElement[bool]:
    fits: sa.ColumnElement[bool] = _SERVICE.made_for.in_(sorted(suiting(person)))
    if person.age is not None:
        elderly = _SERVICE.made_for == MadeFor.ELDERLY_OR_NOT_SELF_SUFFICIENT
        fits = sa.or_(fits, sa.and_(elderly, _SERVICE.min_age <= person.age))
    return fits


def _refuse_unknown_places(session: Session, wanted: Wanted) -> None:
    for code in filter(None, (wanted.near, wanted.territory)):
        territories.get(session, code)
    if wanted.comune is not None:
        comuni.get(session, wanted.comune)


def entry(row: Any) -> Entry:
    """Return what a row of a search says."""
    return Entry(
        service_code=row.code,
        name=row.name,
        kind=Kind(row.kind),
        unit=row.unit,
        area=row.area,
        need=row.need,
        provider_code=row.provider_code,
        provider_name=row.provider_name,
        provider_state=None if row.provider_state is None else State(row.provider_state),
        territory_code=row.territory_code,
        territory_name=row.territory_name,
        delivery=Delivery(row.delivery),
        distance_km=row.distance_km,
        price_minor=row.price_minor,
        net_minor=row.net_minor,
        vat_minor=row.vat_minor,
        vat_regime=row.vat_regime,
        categories=tuple(row.categories),
        category_doubtful=row.category_doubtful,
        channels=tuple(row.channels),
        made_for=MadeFor(row.made_for),
        min_age=row.min_age,
    )
