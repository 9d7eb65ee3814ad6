"""Clearings: what territories owe each other for a month, netted to one position each, and closed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import flask
from marshmallow import fields, validate
from sqlalchemy.orm import Session

from api.access.identity import current, needs, transact
from api.conventions import keys
from api.conventions.fields import Schema, Text
from api.conventions.keys import keyed
from api.conventions.paging import Page, PageQuery, cut, listed
from api.conventions.smorest import Blueprint
from api.exports.parameters import Month
from ledger.idempotency import NO_BOOK
from wallet.settlement import clearing, listings, terms

blueprint = Blueprint("clearings", __name__, url_prefix="/v1/clearings", description=__doc__)

_STATES = validate.OneOf(["closed", "reopened"])
_CURRENCY = {"type": "string", "const": "EUR"}


class ClearingBody(Schema):
    """A month that is over."""

    month = Month(required=True)


class ReopeningBody(Schema):
    """Why a closed month is opened again."""

    reason = Text(required=True, metadata={"description": "It is kept"})


class FlowOut(Schema):
    """What one book brought to a pair of territories, and how the fee on it is shared; whole cents."""

    funder = fields.String(required=True)
    home_territory = fields.String(required=True)
    delivery_territory = fields.String(required=True)
    gross_minor = fields.Integer(required=True)
    fee_minor = fields.Integer(required=True)
    home_fee_minor = fields.Integer(required=True)
    delivery_fee_minor = fields.Integer(required=True)
    network_fee_minor = fields.Integer(required=True)


class PositionOut(Schema):
    """What a territory, or the network, gets from the others; below zero what it pays."""

    party = fields.String(required=True, metadata={"examples": ["cremona"]})
    position_minor = fields.Integer(required=True)


class EarlierOut(Schema):
    """What of it belongs to an earlier month, that no clearing of that month had."""

    month = Month(required=True)
    gross_minor = fields.Integer(required=True)
    fee_minor = fields.Integer(required=True)
    entries = fields.Integer(required=True)


class _ClearingOut(Schema):
    id = fields.String(attribute="run_id", required=True, metadata={"examples": ["clr_01K0Z3J8Q4X5N6T7V8W9Y0A1B2"]})
    month = Month(attribute="starts_on", required=True)
    version = fields.Integer(required=True)
    state = fields.String(required=True, validate=_STATES)
    closed_at = fields.AwareDateTime(required=True)
    reopened_at = fields.AwareDateTime(required=True, allow_none=True)
    reopened_reason = fields.String(required=True, allow_none=True)
    currency = fields.Constant("EUR", required=True, metadata=_CURRENCY)


class ClearingLineOut(_ClearingOut):
    """A clearing in a list."""

    moved_minor = fields.Integer(required=True, metadata={"description": "What has to be transferred in all"})


class ClearingOut(_ClearingOut):
    """A clearing with its flows, and one position a territory; positions sum to zero."""

    flows = fields.List(fields.Nested(FlowOut), required=True)
    positions = fields.List(fields.Nested(PositionOut), required=True)
    earlier = fields.List(fields.Nested(EarlierOut), required=True)


@blueprint.post("")
@needs("clearing:run")
@keyed
@blueprint.arguments(ClearingBody)
@blueprint.response(201, ClearingOut)
def run(asked: dict[str, date], key: str) -> flask.Response:
    """Clear a month

    Over all books, and close it. A month that is closed is answered as it stands.
    """
    actor, agreed = current().actor, terms.agreed()

    def work(session: Session) -> flask.Response:
        return keys.once(
            session,
            NO_BOOK,
            lambda: listings.cleared(session, clearing.run(session, asked["month"], terms=agreed, actor=actor)),
            actor=actor,
            operation="clearing_run",
            key=key,
            schema=ClearingOut,
            place=lambda made: f"/v1/clearings/{made['run_id']}",
        )

    return transact(work)


@blueprint.get("")
@needs("clearing:read")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, listed(ClearingLineOut))
def every(asked: dict[str, Any]) -> Page[Any]:
    """List the clearings

    Of every month, reopened ones included.
    """
    return transact(lambda session: cut(session, listings.clearings(), listings.CLEARING_ID, asked))


@blueprint.get("/<string:clearing_id>")
@needs("clearing:read")
@blueprint.response(200, ClearingOut)
def show(clearing_id: str) -> Mapping[str, Any]:
    """Show a clearing"""
    return transact(lambda session: listings.cleared(session, clearing.by_id(session, clearing_id)))


@blueprint.post("/<string:clearing_id>/reopenings")
@needs("clearing:run")
@keyed
@blueprint.arguments(ReopeningBody)
@blueprint.response(201, ClearingOut)
def reopen(asked: dict[str, str], clearing_id: str, key: str) -> flask.Response:
    """Open a cleared month again

    Its entries are reversed, and it can be cleared anew; months reopen from the last one.
    """
    actor = current().actor

    def work(session: Session) -> flask.Response:
        def done() -> Mapping[str, Any]:
            month = clearing.by_id(session, clearing_id).starts_on
            opened = clearing.reopen(session, month, reason=asked["reason"], actor=actor, run_id=clearing_id)
            return listings.cleared(session, opened)

        return keys.once(session, NO_BOOK, done, actor=actor, operation="clearing_reopen", key=key, schema=ClearingOut)

    return transact(work)
