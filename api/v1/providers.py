"""Providers: who gives services, where, and whether they may on a day."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from marshmallow import fields
from sqlalchemy.orm import Session

from api.access.identity import needs, transact
from api.conventions import paging
from api.conventions.caching import revalidated
from api.conventions.fields import Day, Schema, Text
from api.conventions.paging import Page, PageQuery, listed
from api.conventions.smorest import Blueprint
from config import clock
from network import contacts, providers
from network.providers import Provider, ProviderKind
from network.states import State

blueprint = Blueprint("providers", __name__, url_prefix="/v1/providers", description=__doc__)


class ProviderQuery(PageQuery):
    """Which providers; whatever is left out is not asked."""

    on = Day(metadata={"description": "As on this day; today unless given"})
    territory = Text(longest=60, metadata={"examples": ["cremona"]})
    kind = fields.Enum(ProviderKind, by_value=True)
    state = fields.Enum(State, by_value=True)
    text = Text(longest=100, metadata={"description": "Words of the name"})


class OnDay(Schema):
    """The day that is asked about."""

    on = Day(metadata={"description": "As on this day; today unless given"})


class ProviderOut(Schema):
    """A provider as everybody sees it on a day; why and until when is in its qualification."""

    id = fields.String(attribute="code", required=True, metadata={"examples": ["P04"]})
    name = fields.String(required=True, metadata={"examples": ["Coop. sociale Il Ponte Azzurro"]})
    kind = fields.Enum(ProviderKind, by_value=True, required=True)
    territory = fields.String(attribute="territory_code", required=True, metadata={"examples": ["cremona"]})
    offers = fields.String(required=True, metadata={"description": "In the provider's words"})
    state = fields.Enum(State, by_value=True, required=True)
    may_serve = fields.Boolean(attribute="state.may_serve", required=True)


class ContactOut(Schema):
    """How a provider is reached, as it tells everybody; empty what it does not tell."""

    phone = fields.String(required=True, metadata={"examples": ["0372 000 004"]})
    email = fields.String(required=True)
    street = fields.String(required=True)
    comune = fields.String(attribute="istat_code", required=True, allow_none=True, metadata={"examples": ["019036"]})


class ProviderShown(ProviderOut):
    """A provider with how it is reached; null where it has not told."""

    contact = fields.Nested(ContactOut, required=True, allow_none=True)


@blueprint.get("")
@needs("catalogue:read")
@revalidated
@blueprint.etag
@blueprint.arguments(ProviderQuery, location="query")
@blueprint.response(200, listed(ProviderOut))
def index(asked: dict[str, Any]) -> Page[Provider]:
    """List the providers

    By name, as they are on a day.
    """
    filters = {name: asked[name] for name in ("territory", "kind", "state", "text") if name in asked}
    found = providers.matches(asked.get("on") or clock.today(), **filters)

    def work(session: Session) -> Page[Provider]:
        return paging.placed(session, found.statement, found.order, "code", asked).each(providers.provider)

    return transact(work)


@blueprint.get("/<string:provider_id>")
@needs("catalogue:read")
@revalidated
@blueprint.etag
@blueprint.arguments(OnDay, location="query")
@blueprint.response(200, ProviderShown)
@blueprint.alt_response(404, "NOT_FOUND")
def show(asked: dict[str, Any], provider_id: str) -> dict[str, Any]:
    """Show a provider"""

    def work(session: Session) -> dict[str, Any]:
        found = providers.get(session, provider_id, asked.get("on") or clock.today())
        return asdict(found) | {"contact": contacts.of(session, provider_id)}

    return transact(work)
