"""Places: the territories of the network, and what there is in one of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy.orm import Session

from api.web.public import looking
from config import clock
from network import cards, comuni, listing, providers, services, territories
from network.cards import InfoCard
from network.comuni import Comune
from network.listing import Line
from network.providers import Provider
from network.services import Entry
from network.territories import Territory

FIRST_FEW = 6
NEIGHBOURS = 3


@dataclass(frozen=True, slots=True)
class Near:
    """Another territory, and how far away it is as the crow flies."""

    territory: Territory
    km: int


@dataclass(frozen=True, slots=True)
class Place:
    """A territory with what there is: the first few services, its cards, its providers; else who is near."""

    line: Line
    services: Sequence[Entry]
    cards: Sequence[InfoCard]
    providers: Sequence[Provider]
    comuni: Sequence[Comune]
    near: Sequence[Near]


def every(session: Session, form: looking.SearchForm) -> Mapping[str, tuple[Line, ...]]:
    """Return the territories by region, and give the form of the beginning what can be chosen in it."""
    looking.offer(session, form)
    lines = sorted(listing.territory_lines(session, clock.today()), key=lambda line: line.territory.region)
    return {region: tuple(some) for region, some in groupby(lines, lambda line: line.territory.region)}


def one(session: Session, code: str) -> Place:
    """
    Return what there is in a territory.

    Errors: TerritoryNotFound.
    """
    territories.get(session, code)
    today = clock.today()
    lines = {line.territory.code: line for line in listing.territory_lines(session, today)}
    line = lines[code]
    return Place(
        line=line,
        services=services.find(session, on=today, territory=code, limit=FIRST_FEW),
        cards=cards.search(session, territory=code),
        providers=providers.listed(session, today, territory=code),
        comuni=comuni.of_province(session, line.territory.province),
        near=() if line.services + line.requests else _near(line, lines.values()),
    )


def _near(here: Line, lines: Iterable[Line]) -> tuple[Near, ...]:
    others = [
        Near(line.territory, territories.distance_km(here.territory, line.territory))
        for line in lines
        if line.territory.code != here.territory.code and line.services
    ]
    return tuple(sorted(others, key=lambda other: other.km)[:NEIGHBOURS])
