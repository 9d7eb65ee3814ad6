"""Members: the people and machines of one's own reach, and the roles they hold."""

from __future__ import annotations

from typing import Any

from marshmallow import fields
from sqlalchemy.orm import Session

from api.access import ending, members
from api.access.identity import current, needs, transact_at_door
from api.access.members import MemberCard
from api.access.tables import Member
from api.conventions import paging
from api.conventions.fields import Schema
from api.conventions.paging import Page, PageQuery, listed
from api.conventions.smorest import Blueprint
from api.v1.sessions import AppointmentOut

blueprint = Blueprint("members", __name__, url_prefix="/v1/members", description=__doc__)


class MemberOut(Schema):
    """A member, with the roles that concern whoever asks."""

    id = fields.String(attribute="member_id", required=True)
    kind = fields.String(required=True, metadata={"enum": ["person", "machine"]})
    name = fields.String(required=True)
    email = fields.String(required=True, allow_none=True)
    language = fields.String(required=True)
    created_at = fields.AwareDateTime(required=True)
    appointments = fields.List(fields.Nested(AppointmentOut), required=True)


@blueprint.get("")
@needs("members:read")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, listed(MemberOut))
def every(asked: dict[str, Any]) -> Page[MemberCard]:
    """List the members of your reach"""

    def work(session: Session) -> Page[MemberCard]:
        found = paging.cut(session, members.listing(), Member.__table__.c.member_id, asked)
        return Page(members.cards(session, [row.member_id for row in found.data]), found.has_more)

    return transact_at_door(work)


@blueprint.get("/<string:member_id>")
@needs("members:read")
@blueprint.response(200, MemberOut)
@blueprint.alt_response(404, "NOT_FOUND")
def show(member_id: str) -> MemberCard:
    """Show a member"""
    return transact_at_door(lambda session: members.card(session, member_id))


@blueprint.delete("/<string:member_id>/appointments/<string:appointment_id>")
@needs("members:invite")
@blueprint.response(204)
@blueprint.alt_response(404, "NOT_FOUND")
def end_appointment(member_id: str, appointment_id: str) -> None:
    """Take a role from a member

    Its sessions and tokens end at once. A wallet is taken from its owner by the network's own people alone.
    """
    ending.end_role(current(), member_id, appointment_id)
