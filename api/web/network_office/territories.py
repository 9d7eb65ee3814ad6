"""Territories: who serves and who pays in each, and on which terms providers are paid and fees are shared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import flask
from sqlalchemy.orm import Session

from api.access.identity import needs, transact
from api.conventions import paging
from api.conventions.paging import Page
from api.web import network_office, reading
from api.web.network_office import rate_words
from config import clock, settings
from network import comuni, listing, providers
from network.comuni import Comune
from network.listing import Line
from network.providers import Provider
from plans import funders
from plans.funders import FunderCard
from wallet.settlement import terms
from wallet.settlement.terms import Share

blueprint = network_office.room("territories", __name__, "/rete/territori")

_PROVIDERS = 50


@dataclass(frozen=True, slots=True)
class Place:
    """A territory: its figures, a part of its providers, who pays from there, and its Comuni."""

    line: Line
    providers: Page[Provider]
    funders: tuple[FunderCard, ...]
    comuni: tuple[Comune, ...]


@blueprint.get("")
@needs("catalogue:read")
def every() -> str:
    """List the territories, by name."""
    lines = transact(lambda session: listing.territory_lines(session, clock.today()))
    return flask.render_template("network_office/territories.html", lines=lines)


@blueprint.get("/condizioni")
@needs("clearing:read")
def conditions() -> str:
    """Show who pays, what is withheld from providers, and how territories share it."""
    return flask.render_template(
        "network_office/conditions.html",
        terms=terms.agreed(),
        own=settings.load().terms is not None,
        today=clock.today(),
        percent=rate_words.percent,
        spell=rate_words.spell,
    )


@blueprint.get("/<string:code>")
@needs("catalogue:read")
def show(code: str) -> str:
    """Show a territory."""
    part: dict[str, Any] = reading.part(_PROVIDERS)
    today = clock.today()

    def work(session: Session) -> Place:
        line = listing.territory_line(session, code, today)
        found = providers.matches(today, territory=code)
        page = paging.placed(session, found.statement, found.order, "code", part).each(providers.provider)
        here = tuple(each for each in funders.every(session) if each.home_territory == code)
        return Place(line, page, here, comuni.of_province(session, line.territory.province))

    return flask.render_template(
        "network_office/territory.html",
        place=transact(work),
        shares=_shares(code),
        percent=rate_words.percent,
        spell=rate_words.spell,
    )


def _shares(code: str) -> tuple[Share, ...]:
    """Return how the fees on what a territory buys elsewhere, or gives to others, are shared."""
    named = (code, terms.ANY)
    return tuple(share for share in terms.agreed().shares if share.home in named or share.delivery in named)
