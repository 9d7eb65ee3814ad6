"""Municipalities of Italy, for people who say where they live."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from api.access.identity import needs, transact
from api.conventions import paging
from api.conventions.caching import revalidated
from api.conventions.fields import Schema, Text
from api.conventions.paging import Page, PageQuery, listed
from api.conventions.smorest import Blueprint
from network import comuni
from network.comuni import Comune

blueprint = Blueprint("comuni", __name__, url_prefix="/v1/comuni", description=__doc__)

# Whoever does not find theirs among so many writes one letter more.
MOST_FOUND = 100


class ComuneQuery(PageQuery):
    """Which municipalities."""

    name = Text(required=True, longest=60, metadata={"description": "A part of the name", "examples": ["crem"]})


class ComuneOut(Schema):
    """A municipality."""

    id = fields.String(attribute="istat_code", required=True, metadata={"examples": ["019036"]})
    name = fields.String(required=True, metadata={"examples": ["Cremona"]})
    province = fields.String(required=True, metadata={"examples": ["CR"]})
    region = fields.String(required=True, metadata={"examples": ["Lombardia"]})
    is_provincial_capital = fields.Boolean(required=True)


@blueprint.get("")
@needs("catalogue:read")
@revalidated
@blueprint.etag
@blueprint.arguments(ComuneQuery, location="query")
@blueprint.response(200, listed(ComuneOut))
def index(asked: dict[str, Any]) -> Page[Comune]:
    """Find municipalities by name

    Those that begin with it first, then provincial capitals; a hundred at most.
    """
    found = transact(lambda session: comuni.find(session, asked["name"], limit=MOST_FOUND))
    return paging.of(found, lambda comune: comune.istat_code, asked)


@blueprint.get("/<string:comune_id>")
@needs("catalogue:read")
@revalidated
@blueprint.etag
@blueprint.response(200, ComuneOut)
@blueprint.alt_response(404, "NOT_FOUND")
def show(comune_id: str) -> Comune:
    """Show a municipality"""
    return transact(lambda session: comuni.get(session, comune_id))
