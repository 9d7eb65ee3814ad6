"""Identities: those at identity providers, as SPID and CIE are, that one signs in with."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from api.access import linked
from api.access.identity import current, signed_in
from api.access.linked import Linked
from api.conventions.fields import Schema
from api.conventions.paging import Page, PageQuery, listed
from api.conventions.smorest import Blueprint

blueprint = Blueprint("identities", __name__, url_prefix="/v1/me/identities", description=__doc__)


class IdentityOut(Schema):
    """An identity that one signs in with."""

    id = fields.String(attribute="identity_id", required=True)
    issuer = fields.String(
        required=True, metadata={"description": "Who vouches for it", "examples": ["https://idp.example.it"]}
    )
    linked_at = fields.AwareDateTime(required=True)
    usable = fields.Boolean(
        required=True, metadata={"description": "Whether that is the provider people sign in with today"}
    )


@blueprint.get("")
@signed_in
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, listed(IdentityOut))
def every(asked: dict[str, Any]) -> Page[Linked]:
    """List the identities you sign in with

    Each was linked when you came in with it for the first time. Nothing is told of what the provider calls you.
    """
    return linked.page(current(), asked)


@blueprint.delete("/<string:identity_id>")
@signed_in
@blueprint.response(204)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def unlink(identity_id: str) -> None:
    """Let go of an identity

    The last way to sign in stays. Open sessions stay too, and whoever comes back with the same codice fiscale, or an
    address that the provider vouches for, is linked anew.
    """
    linked.unlink(current(), identity_id)
