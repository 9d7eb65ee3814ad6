"""Territories: where the network is, and how many serve there."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate
from sqlalchemy.orm import Session

from api.access.identity import needs, transact
from api.conventions import paging
from api.conventions.caching import revalidated
from api.conventions.fields import Day, Schema
from api.conventions.paging import Page, PageQuery, listed
from api.conventions.smorest import Blueprint
from config import clock
from network import listing
from network.listing import Line

blueprint = Blueprint("territories", __name__, url_prefix="/v1/territories", description=__doc__)


class TerritoryQuery(PageQuery):
    """Which territories."""

    comune = fields.String(
        validate=validate.Regexp("^[0-9]{6}$"),
        metadata={"description": "ISTAT code: those that cover this municipality", "examples": ["019036"]},
    )
    on = Day(metadata={"description": "Counts as on this day; today unless given"})


class OnDay(Schema):
    """The day that is asked about."""

    on = Day(metadata={"description": "Counts as on this day; today unless given"})


class TerritoryOut(Schema):
    """A local network: it covers the municipalities of its province."""

    id = fields.String(attribute="territory.code", required=True, metadata={"examples": ["cremona"]})
    name = fields.String(attribute="territory.name", required=True, metadata={"examples": ["Cremona"]})
    comune = fields.String(attribute="territory.istat_code", required=True, metadata={"examples": ["019036"]})
    province = fields.String(attribute="territory.province", required=True, metadata={"examples": ["CR"]})
    region = fields.String(attribute="territory.region", required=True, metadata={"examples": ["Lombardia"]})
    latitude = fields.Float(attribute="territory.latitude", required=True, metadata={"examples": [45.133]})
    longitude = fields.Float(attribute="territory.longitude", required=True, metadata={"examples": [10.024]})
    comuni_covered = fields.Integer(required=True)
    providers = fields.Integer(required=True)
    providers_that_may_serve = fields.Integer(required=True, metadata={"description": "On the day"})
    services = fields.Integer(required=True, metadata={"description": "With a price on the day"})
    requests = fields.Integer(required=True, metadata={"description": "Asked for, and completed by a person"})


@blueprint.get("")
@needs("catalogue:read")
@revalidated
@blueprint.etag
@blueprint.arguments(TerritoryQuery, location="query")
@blueprint.response(200, listed(TerritoryOut))
@blueprint.alt_response(404, "NOT_FOUND")
def index(asked: dict[str, Any]) -> Page[Line]:
    """List the territories

    By name; those that cover a municipality with its own first.
    """

    def work(session: Session) -> Page[Line]:
        day = asked.get("on") or clock.today()
        if "comune" in asked:
            lines = listing.territory_lines_of(session, asked["comune"], day)
        else:
            lines = listing.territory_lines(session, day)
        return paging.of(lines, lambda line: line.territory.code, asked)

    return transact(work)


@blueprint.get("/<string:territory_id>")
@needs("catalogue:read")
@revalidated
@blueprint.etag
@blueprint.arguments(OnDay, location="query")
@blueprint.response(200, TerritoryOut)
@blueprint.alt_response(404, "NOT_FOUND")
def show(asked: dict[str, Any], territory_id: str) -> Line:
    """Show a territory"""
    return transact(lambda session: listing.territory_line(session, territory_id, asked.get("on") or clock.today()))
