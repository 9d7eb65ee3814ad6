"""What citizens pay by their ISEE: each entrusted service with its threshold and its bands."""

from __future__ import annotations

from dataclasses import dataclass

import flask
from sqlalchemy.orm import Session

from api.access.identity import needs, transact_in
from api.access.roles import Role
from api.web import guards, words
from plans.social import offer
from plans.social.offer import Entrusted
from plans.social.tariffs import Tariff

blueprint = flask.Blueprint("web_town_bands", __name__, url_prefix="/comune/fasce")
blueprint.before_request(guards.only(Role.MUNICIPALITY))


@dataclass(frozen=True, slots=True)
class Offer:
    """An entrusted service, and the tariff that says what a citizen pays of it; None where they pay nothing."""

    service: Entrusted
    tariff: Tariff | None


@blueprint.get("")
@needs("social:read")
def index() -> str:
    """Show the bands of every service."""
    book_id = guards.own_book()

    def work(session: Session) -> tuple[Offer, ...]:
        tariffs = offer.tariffs_of(session, book_id)
        return tuple(
            Offer(service, None if service.tariff_id is None else tariffs[service.tariff_id])
            for service in offer.every(session, book_id)
        )

    return flask.render_template("town/bands.html", offers=transact_in(book_id, work), spoken=words.asked())
