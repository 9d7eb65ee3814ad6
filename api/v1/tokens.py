"""Tokens: what programs bring to act for somebody, or as machines of their own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from marshmallow import fields, validate

from api.access import granting, reaching
from api.access.identity import current, needs, transact_at_door
from api.access.reaching import Asked
from api.access.roles import EVERY_SCOPE, Role
from api.access.tables import Token
from api.access.tokens import Issued
from api.conventions import paging
from api.conventions.fields import Schema, Text, Whole
from api.conventions.paging import Page, PageQuery, listed
from api.conventions.smorest import Blueprint

blueprint = Blueprint("tokens", __name__, url_prefix="/v1/tokens", description=__doc__)


class MachineBody(Schema):
    """A machine of your own role and reach: a till, a payroll program. The same name is the same machine."""

    name = Text(required=True, metadata={"examples": ["Cassa 1"]})
    role = fields.Enum(
        Role, by_value=True, metadata={"description": "Your own, also unless given: no other is given to a machine"}
    )
    employer = Text(metadata={"examples": ["E1"]})
    provider = Text(metadata={"examples": ["P04"]})


class TokenBody(Schema):
    """What a token is for, what it may do, and how long."""

    label = Text(required=True, longest=100, metadata={"examples": ["Gestionale paghe"]})
    scopes = fields.List(
        fields.String(validate=validate.OneOf(sorted(EVERY_SCOPE))),
        validate=validate.Length(min=1),
        metadata={"description": "All that you may do, unless given", "examples": [["wallets:read"]]},
    )
    lifetime_days = Whole(
        least=1,
        most=366,
        load_default=90,
        metadata={"description": "Asked for with a program's token, no longer than that one lasts"},
    )
    machine = fields.Nested(MachineBody, metadata={"description": "For a machine of your reach, not for yourself"})


class NewTokenOut(Schema):
    """A new token. `token` is told once."""

    id = fields.String(attribute="token_id", required=True)
    token = fields.String(attribute="secret", required=True)
    scopes = fields.List(fields.String(), required=True)
    expires_at = fields.AwareDateTime(required=True)


class TokenOut(Schema):
    """A token that is still good, without its secret."""

    id = fields.String(attribute="token_id", required=True)
    label = fields.String(required=True)
    scopes = fields.List(fields.String(), required=True)
    role = fields.Enum(Role, by_value=True, required=True)
    member = fields.String(attribute="member_id", required=True)
    member_name = fields.String(required=True)
    machine = fields.Boolean(required=True)
    created_at = fields.AwareDateTime(required=True)
    last_used_at = fields.AwareDateTime(required=True, allow_none=True, metadata={"description": "To the minute"})
    expires_at = fields.AwareDateTime(required=True)


@blueprint.post("")
@needs("tokens:manage")
@blueprint.arguments(TokenBody)
@blueprint.response(201, NewTokenOut)
@blueprint.alt_response(404, "NOT_FOUND")
def create(asked: dict[str, Any]) -> tuple[Issued, int, dict[str, str]]:
    """Make a token

    For yourself, or for a machine of your own reach; with no more than you may do. The secret is told in this answer
    and nowhere else: nothing is kept of it that could be told again, so this takes no Idempotency-Key.
    """
    lasting = timedelta(days=asked["lifetime_days"])
    machine = asked.get("machine")
    given = {"scopes": asked.get("scopes"), "label": asked["label"], "lasting": lasting}
    if machine is None:
        made = granting.own(current(), **given)
    else:
        role = machine.get("role", current().role)
        reach = reaching.of_machine(current(), Asked(role, machine.get("employer"), None, machine.get("provider")))
        made = granting.machine(current(), machine["name"], role, reach, **given)
    return made, 201, {"Location": f"/v1/tokens/{made.token_id}"}


@blueprint.get("")
@needs("tokens:manage")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, listed(TokenOut))
def every(asked: dict[str, Any]) -> Page[dict[str, Any]]:
    """List your tokens and those of your machines"""
    listing, column = granting.listing(current()), Token.__table__.c.token_id
    return transact_at_door(lambda session: paging.cut(session, listing, column, asked)).each(_item)


@blueprint.delete("/<string:token_id>")
@needs("tokens:manage")
@blueprint.response(204)
@blueprint.alt_response(404, "NOT_FOUND")
def revoke(token_id: str) -> None:
    """End a token"""
    granting.revoke(current(), token_id)


def _item(row: sa.Row[Any]) -> dict[str, Any]:
    return {**row._mapping, "role": Role(row.role), "machine": row.member_kind == "machine"}
