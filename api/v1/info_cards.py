"""Information cards: allowances and social vouchers that people should know of; nothing is bought with one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import flask
import marshmallow as ma
from marshmallow import fields, validate
from sqlalchemy.orm import Session

from api.access.identity import current, needs, transact
from api.conventions import paging
from api.conventions.caching import revalidated
from api.conventions.fields import Day, Schema, Text, Whole
from api.conventions.keys import keyed
from api.conventions.paging import Page, PageQuery, listed
from api.conventions.smorest import Blueprint
from api.v1 import commands
from config import clock
from network import cards
from network.cards import InfoCard

blueprint = Blueprint("info_cards", __name__, url_prefix="/v1/info_cards", description=__doc__)


class CardQuery(PageQuery):
    """Which cards."""

    territory = Text(longest=60, metadata={"description": "Its own cards and the national ones"})
    text = Text(longest=100, metadata={"description": "Words that the card says"})
    open_on = Day(metadata={"description": "One may apply on this day"})
    verified_before = Day(metadata={"description": "Nobody has verified them since"})


class InfoCardBody(Schema):
    """A card as it is written."""

    id = fields.String(
        attribute="code",
        required=True,
        validate=validate.Regexp("^[A-Z0-9][A-Z0-9-]{1,39}$"),
        metadata={"examples": ["BONUS-NIDO"]},
    )
    title = Text(required=True, metadata={"examples": ["Bonus asilo nido INPS"]})
    who = Text(required=True, longest=500, metadata={"description": "Who may ask"})
    amount_text = Text(required=True, longest=500, metadata={"description": "How much, in words"})
    isee_max_minor = Whole(allow_none=True, load_default=None, metadata={"description": "Whole cents of EUR"})
    window_from = Day(allow_none=True, load_default=None, metadata={"description": "First day to apply"})
    window_to = Day(allow_none=True, load_default=None, metadata={"description": "Last day to apply"})
    office = Text(required=True, metadata={"examples": ["INPS o patronato"]})
    url = fields.Url(
        schemes={"https"},
        required=True,
        validate=validate.Length(max=500),
        metadata={"examples": ["https://www.inps.it/"]},
    )
    territory = Text(
        attribute="territory_code",
        longest=60,
        allow_none=True,
        load_default=None,
        metadata={"description": "Null is national", "examples": ["cremona"]},
    )
    verified_on = Day(required=True, metadata={"description": "Day on which the office's own page was read"})
    is_demo = fields.Boolean(truthy={True}, falsy={False}, load_default=False)

    @ma.validates_schema
    def _plausible(self, data: Mapping[str, Any], **_: Any) -> None:
        if "verified_on" in data and data["verified_on"] > clock.today():
            raise ma.ValidationError("In the future.", "verified_on")


class InfoCardChange(InfoCardBody):
    """What changes of a card."""

    class Meta(InfoCardBody.Meta):
        """The code stays."""

        exclude = ("id",)


class InfoCardOut(Schema):
    """A card as it was on `verified_on`, the day on which somebody last read the office's own page."""

    id = fields.String(attribute="code", required=True, metadata={"examples": ["BONUS-NIDO"]})
    title = fields.String(required=True, metadata={"examples": ["Bonus asilo nido INPS"]})
    who = fields.String(required=True)
    amount_text = fields.String(required=True)
    isee_max_minor = fields.Integer(required=True, allow_none=True)
    currency = fields.Constant("EUR", required=True, metadata={"type": "string"})
    window_from = fields.Date(required=True, allow_none=True)
    window_to = fields.Date(required=True, allow_none=True)
    is_open = fields.Function(
        lambda card: card.is_open(clock.today()), required=True, metadata={"type": "boolean", "description": "Today"}
    )
    office = fields.String(required=True)
    url = fields.String(required=True)
    territory = fields.String(attribute="territory_code", required=True, allow_none=True)
    verified_on = fields.Date(required=True)
    verified_by = fields.String(required=True)
    is_demo = fields.Boolean(required=True, metadata={"description": "The text is only an example"})


@blueprint.get("")
@needs("catalogue:read")
@revalidated
@blueprint.etag
@blueprint.arguments(CardQuery, location="query")
@blueprint.response(200, listed(InfoCardOut))
@blueprint.alt_response(404, "NOT_FOUND")
def index(asked: dict[str, Any]) -> Page[InfoCard]:
    """List the cards

    Those of territories before the national ones, by title.
    """
    filters = {name: asked[name] for name in ("territory", "text", "open_on", "verified_before") if name in asked}
    found = transact(lambda session: cards.search(session, **filters))
    return paging.of(found, lambda card: card.code, asked)


@blueprint.get("/<string:card_id>")
@needs("catalogue:read")
@revalidated
@blueprint.etag
@blueprint.response(200, InfoCardOut)
@blueprint.alt_response(404, "NOT_FOUND")
def show(card_id: str) -> InfoCard:
    """Show a card"""
    return transact(lambda session: cards.get(session, card_id))


@blueprint.post("")
@needs("catalogue:manage")
@keyed
@blueprint.arguments(InfoCardBody)
@blueprint.response(201, InfoCardOut)
@blueprint.alt_response(404, "NOT_FOUND")
def create(asked: dict[str, Any], key: str) -> flask.Response:
    """Add a card

    Whoever adds it has read the office's own page on `verified_on`.
    """
    card = InfoCard(**asked, verified_by=current().name)
    return commands.once(
        lambda session: cards.add(session, card),
        operation="info_card_add",
        key=key,
        schema=InfoCardOut,
        place=lambda made: f"/v1/info_cards/{made.code}",
    )


@blueprint.patch("/<string:card_id>")
@needs("catalogue:manage")
@blueprint.etag
@blueprint.arguments(InfoCardChange(partial=True))
@blueprint.response(200, InfoCardOut)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def amend(asked: dict[str, Any], card_id: str) -> InfoCard:
    """Change a card

    Only what is sent changes; with `verified_on`, whoever sends it has verified the card.
    """
    changes = asked | ({"verified_by": current().name} if "verified_on" in asked else {})

    def work(session: Session) -> InfoCard:
        blueprint.check_etag(cards.get(session, card_id, lock=True), InfoCardOut)
        return cards.amend(session, card_id, changes)

    return transact(work)


@blueprint.delete("/<string:card_id>")
@needs("catalogue:manage")
@blueprint.etag
@blueprint.response(204)
@blueprint.alt_response(404, "NOT_FOUND")
def remove(card_id: str) -> None:
    """Take a card away"""

    def work(session: Session) -> None:
        blueprint.check_etag(cards.get(session, card_id, lock=True), InfoCardOut)
        cards.remove(session, card_id)

    transact(work)
