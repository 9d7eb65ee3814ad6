"""Employers and other funders: whose money it is, and what they are called; each has a book of its own."""

from __future__ import annotations

from typing import Any

import flask
from marshmallow import fields, validate
from sqlalchemy.orm import Session

from api.access.identity import needs, transact
from api.conventions import paging
from api.conventions.fields import Schema, Text
from api.conventions.keys import keyed
from api.conventions.paging import Page, PageQuery, listed
from api.conventions.smorest import Blueprint
from api.v1 import commands
from api.v1.people_shapes import VatNumber
from plans import funders
from plans.funders import FunderCard
from plans.words import FunderKind
from wallet import registry

blueprint = Blueprint("employers", __name__, url_prefix="/v1/employers", description=__doc__)


class EmployerOut(Schema):
    """A funder, as its book names it."""

    id = fields.String(attribute="code", required=True, metadata={"examples": ["E1"]})
    name = fields.String(required=True, metadata={"examples": ["Caseificio Po Grande srl"]})
    kind = fields.Enum(FunderKind, by_value=True, required=True)
    vat_number = fields.String(required=True, allow_none=True, metadata={"examples": ["12345670017"]})
    home_territory = fields.String(required=True, metadata={"examples": ["cremona"]})


class EmployerBody(Schema):
    """A funder whose book is to be opened."""

    id = fields.String(
        attribute="code",
        required=True,
        validate=validate.Regexp("^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$"),
        metadata={"examples": ["E4"]},
    )
    name = Text(required=True, metadata={"examples": ["Caseificio Po Grande srl"]})
    kind = fields.Enum(FunderKind, by_value=True, load_default=FunderKind.EMPLOYER)
    vat_number = VatNumber(allow_none=True, load_default=None)
    home_territory = Text(required=True, longest=60, metadata={"examples": ["cremona"]})


class EmployerChange(EmployerBody):
    """What changes of a funder."""

    class Meta(EmployerBody.Meta):
        """The code and the kind stay: plans and books rest on them."""

        exclude = ("id", "kind")


class EmployerQuery(PageQuery):
    """Which funders."""

    kind = fields.Enum(FunderKind, by_value=True)


@blueprint.get("")
@needs("people:read")
@blueprint.arguments(EmployerQuery, location="query")
@blueprint.response(200, listed(EmployerOut))
def index(asked: dict[str, Any]) -> Page[FunderCard]:
    """List the funders

    By code; whoever belongs to a book sees its own.
    """
    found = transact(funders.every)
    return paging.of([each for each in found if asked.get("kind") in (None, each.kind)], lambda each: each.code, asked)


@blueprint.post("")
@needs("employers:write")
@keyed
@blueprint.arguments(EmployerBody)
@blueprint.response(201, EmployerOut)
@blueprint.alt_response(404, "NOT_FOUND")
def create(asked: dict[str, Any], key: str) -> flask.Response:
    """Open the book of a funder"""
    return commands.once(
        lambda session: registry.open_book(session, **asked),
        operation="employer_open",
        key=key,
        schema=EmployerOut,
        place=lambda made: f"/v1/employers/{made.code}",
    )


@blueprint.get("/<string:employer_id>")
@needs("people:read")
@blueprint.etag
@blueprint.response(200, EmployerOut)
@blueprint.alt_response(404, "NOT_FOUND")
def show(employer_id: str) -> FunderCard:
    """Show a funder"""
    return transact(lambda session: funders.by_code(session, employer_id))


@blueprint.patch("/<string:employer_id>")
@needs("employers:write")
@blueprint.etag
@blueprint.arguments(EmployerChange(partial=True))
@blueprint.response(200, EmployerOut)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def amend(asked: dict[str, Any], employer_id: str) -> FunderCard:
    """Change a funder

    Only what is sent changes.
    """

    def work(session: Session) -> FunderCard:
        book_id = funders.by_code(session, employer_id).book_id
        blueprint.check_etag(funders.of_book(session, book_id, lock=True), EmployerOut)
        return registry.amend_funder(session, book_id, asked)

    return transact(work)
