"""Delivery places: where a service at home is to come, whom to ask for and to ring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import marshmallow as ma
from marshmallow import fields
from sqlalchemy.orm import Session

from api.access.identity import current, needs, transact, transact_in
from api.access.roles import Role
from api.conventions.fields import Schema, Text
from api.conventions.smorest import Blueprint
from wallet import authorizations, delivery_places
from wallet.delivery_places import ASK_FOR_MOST, NOTE_MOST, PHONE_MOST, STREET_MOST, Place, Told

blueprint = Blueprint("places", __name__, url_prefix="/v1/authorizations", description=__doc__)


class PlaceBody(Schema):
    """Where to come: a municipality of the territory that gives the service, and how its person is found there."""

    comune = Text(required=True, metadata={"description": "Its ISTAT code", "examples": ["019036"]})
    street = Text(required=True, longest=STREET_MOST, metadata={"examples": ["via Verdi 15"]})
    ask_for = Text(required=True, longest=ASK_FOR_MOST, metadata={"examples": ["Ada Neri"]})
    phone = Text(
        required=True,
        shortest=6,
        longest=PHONE_MOST,
        metadata={"description": "Digits, spaces and +", "examples": ["0372 123456"]},
    )
    note = Text(
        shortest=0,
        longest=NOTE_MOST,
        load_default="",
        metadata={"description": "How the door is found; nothing about health", "examples": ["secondo piano"]},
    )

    @ma.post_load
    def _place(self, data: dict[str, Any], **_: Any) -> Place:
        return Place(**data)


class PlaceToldOut(Schema):
    """A place as it was told last."""

    comune = fields.String(attribute="place.comune", required=True)
    comune_name = fields.String(required=True, metadata={"examples": ["Cremona"]})
    street = fields.String(attribute="place.street", required=True)
    ask_for = fields.String(attribute="place.ask_for", required=True)
    phone = fields.String(attribute="place.phone", required=True)
    note = fields.String(attribute="place.note", required=True)
    told_at = fields.AwareDateTime(required=True)


class DeliveryPlaceOut(Schema):
    """Where an authorization is to come; null where nobody has told, and for a provider where it may not read it."""

    authorization_id = fields.String(required=True)
    place = fields.Nested(PlaceToldOut, required=True, allow_none=True)


@dataclass(frozen=True, slots=True)
class _Found:
    authorization_id: str
    place: Told | None


@blueprint.get("/<string:authorization_id>/place")
@needs("vouchers:read")
@blueprint.response(200, DeliveryPlaceOut)
@blueprint.alt_response(404, "NOT_FOUND")
def show(authorization_id: str) -> _Found:
    """Show where a service at home is to come

    A provider is shown it as long as the authorization has a code that can be redeemed.
    """

    def work(session: Session) -> _Found:
        book_id = authorizations.book_of(session, authorization_id, declined=current().role is not Role.PROVIDER)
        return _Found(authorization_id, delivery_places.of(session, book_id, authorization_id))

    return transact(work)


@blueprint.put("/<string:authorization_id>/place")
@needs("authorizations:create")
@blueprint.arguments(PlaceBody)
@blueprint.response(200, DeliveryPlaceOut)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def tell(place: Place, authorization_id: str) -> _Found:
    """Tell where a service at home is to come

    Or change it, as long as the authorization is open, also before the provider accepts it.
    """
    book_id = transact(lambda session: authorizations.book_of(session, authorization_id))
    actor = current().actor
    return _Found(
        authorization_id,
        transact_in(
            book_id, lambda session: delivery_places.tell(session, book_id, authorization_id, place, actor=actor)
        ),
    )
