"""The audit trail: who did what, about whom, and for whom."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from marshmallow import fields

from api.access import audit
from api.access.identity import needs, transact
from api.access.tables import AuditEvent
from api.conventions import paging
from api.conventions.fields import Schema, Text
from api.conventions.paging import Page, PageQuery, listed
from api.conventions.smorest import Blueprint

blueprint = Blueprint("audit", __name__, url_prefix="/v1/audit", description=__doc__)


class AuditQuery(PageQuery):
    """Which part of the trail."""

    since = fields.AwareDateTime(metadata={"description": "From this moment on"})
    until = fields.AwareDateTime(metadata={"description": "Before this moment"})
    actor = Text(metadata={"description": "Id of the member who did it"})
    action = Text(metadata={"examples": ["authorizations:create"]})
    employee_id = Text(metadata={"description": "Whom it is about"})


class PartyOut(Schema):
    """Somebody, with the name they go by today."""

    id = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)


class AuditEventOut(Schema):
    """Something that somebody did."""

    id = fields.String(attribute="event_id", required=True)
    at = fields.AwareDateTime(required=True)
    actor = fields.Nested(PartyOut, required=True, allow_none=True)
    role = fields.String(required=True, allow_none=True)
    on_behalf_of = fields.Nested(
        PartyOut,
        required=True,
        allow_none=True,
        metadata={"description": "In whose place one of the network's own people acted"},
    )
    employee_id = fields.String(required=True, allow_none=True, metadata={"description": "Whom it is about"})
    action = fields.String(required=True, metadata={"examples": ["authorizations:create"]})
    operation = fields.String(required=True, metadata={"examples": ["authorizations.create"]})
    target = fields.String(required=True, allow_none=True, metadata={"description": "Id of what was acted on"})
    outcome = fields.String(required=True, metadata={"enum": ["done", "declined", "refused"]})
    request_id = fields.String(required=True)


@blueprint.get("")
@needs("audit:read")
@blueprint.arguments(AuditQuery, location="query")
@blueprint.response(200, listed(AuditEventOut))
def every(asked: dict[str, Any]) -> Page[dict[str, Any]]:
    """Read the audit trail, the newest first

    The network's own people read all of it; a funder what was done in its book, without what persons bought, declared
    or did for themselves; a person what was done in their wallet, and by whom.
    """
    filters = audit.Asked(
        since=asked.get("since"),
        until=asked.get("until"),
        member_id=asked.get("actor"),
        action=asked.get("action"),
        employee_id=asked.get("employee_id"),
    )
    column = AuditEvent.__table__.c.event_id
    return transact(lambda session: paging.cut(session, audit.listing(filters), column, asked)).each(_item)


def _item(row: sa.Row[Any]) -> dict[str, Any]:
    found = dict(row._mapping)
    actor, person = found["member_id"], found["employee_id"]
    return found | {
        "actor": None if actor is None else {"id": actor, "name": found["member_name"]},
        "on_behalf_of": {"id": person, "name": found["employee_name"]} if audit.on_behalf(row) else None,
    }
