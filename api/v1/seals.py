"""Seals: how far the hash chain over each book's entries goes, for whoever keeps its head elsewhere."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from api.access.identity import needs, transact
from api.conventions.fields import Schema
from api.conventions.paging import Page, PageQuery, cut, listed
from api.conventions.smorest import Blueprint
from reports import sealing

blueprint = Blueprint("seals", __name__, url_prefix="/v1/seals", description=__doc__)


class SealOut(Schema):
    """The chain of one book. Kept elsewhere, number and hash of the head prove later that nothing before it changed."""

    id = fields.String(attribute="code", required=True, metadata={"description": "The funder's code"})
    seq = fields.Integer(required=True, allow_none=True, metadata={"description": "How many entries are sealed"})
    link_hash = fields.String(required=True, allow_none=True, metadata={"description": "SHA-256, in hexadecimal"})
    sealed_at = fields.AwareDateTime(required=True, allow_none=True)
    waiting = fields.Integer(required=True, metadata={"description": "Entries that wait for their seal"})


@blueprint.get("")
@needs("seals:read")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, listed(SealOut))
def every(asked: dict[str, Any]) -> Page[Any]:
    """List the chains of seals

    Of one's own book, or of every book for the network. Whether they hold is verified every night: see the runs of the
    job `verify`.
    """
    return transact(lambda session: cut(session, sealing.standing(), sealing.FUNDER, asked, newest_first=False))
