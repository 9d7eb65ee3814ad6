"""Invitations: offering a role to somebody by e-mail, and taking it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, validate

from api.access import invitations, reaching
from api.access.identity import current, needs, transact_at_door
from api.access.invitations import Accepted, Card
from api.access.reaching import Asked
from api.access.roles import Role
from api.access.tables import Invitation
from api.conventions import paging
from api.conventions.fields import Schema, Text
from api.conventions.paging import Page, PageQuery, listed
from api.conventions.smorest import Blueprint
from config.errors import LANGUAGES

blueprint = Blueprint("invitations", __name__, url_prefix="/v1/invitations", description=__doc__)


class InvitationBody(Schema):
    """Who is invited, and to what. An employer's own people need not say which employer."""

    email = Text(required=True, longest=254, metadata={"examples": ["mario@example.it"]})
    name = Text(required=True, metadata={"examples": ["Mario Rossi"]})
    language = fields.String(load_default="it", validate=validate.OneOf(LANGUAGES))
    role = fields.Enum(Role, by_value=True, required=True)
    employer = Text(metadata={"description": "Code of the book's funder", "examples": ["E1"]})
    employee_id = Text(metadata={"description": "Whose wallet it is, for the role of an employee"})
    provider = Text(metadata={"examples": ["P04"]})


class InvitationOut(Schema):
    """An invitation."""

    id = fields.String(attribute="invitation_id", required=True)
    status = fields.String(required=True, metadata={"enum": ["open", "accepted", "revoked", "expired"]})
    email = fields.String(required=True)
    name = fields.String(required=True)
    language = fields.String(required=True)
    role = fields.Enum(Role, by_value=True, required=True)
    employer = fields.String(required=True, allow_none=True)
    employee_id = fields.String(required=True, allow_none=True)
    provider = fields.String(required=True, allow_none=True)
    created_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True)


class LinkBody(Schema):
    """The link's secret: what stands after `#`."""

    token = Text(required=True)


class LinkOut(Schema):
    """What a link invites to."""

    email = fields.String(required=True)
    name = fields.String(required=True)
    role = fields.Enum(Role, by_value=True, required=True)
    employer_name = fields.String(required=True, allow_none=True)
    expires_at = fields.AwareDateTime(required=True)
    choose_password = fields.Boolean(required=True, metadata={"description": "Whether a password is to be chosen"})


class AcceptBody(LinkBody):
    """The link's secret and, for somebody new, a password and how they want to be called."""

    password = Text(metadata={"format": "password", "description": "12 to 200 characters; not for members"})
    name = Text()


class AcceptedOut(Schema):
    """A role taken: its holder may sign in now."""

    member = fields.String(attribute="member_id", required=True)
    appointment = fields.String(attribute="appointment_id", required=True)
    role = fields.Enum(Role, by_value=True, required=True)
    new = fields.Boolean(required=True, metadata={"description": "Whether somebody became a member by it"})


@blueprint.post("")
@needs("members:invite")
@blueprint.arguments(InvitationBody)
@blueprint.response(201, InvitationOut)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def create(asked: dict[str, Any]) -> tuple[Card, int, dict[str, str]]:
    """Invite somebody

    Sends a letter with a link that is good once, for seven days. Who holds a role already, or has an open invitation to
    it, is not invited again: a request repeated by mistake is refused (409), and no second letter goes out.
    """
    role = asked.pop("role")
    wanted = Asked(role, asked.pop("employer", None), asked.pop("employee_id", None), asked.pop("provider", None))
    reach = reaching.of_person(current(), wanted, asked["email"])
    made = invitations.invite(current(), role, reach, **asked)
    return made, 201, {"Location": f"/v1/invitations/{made.invitation_id}"}


@blueprint.get("")
@needs("members:read")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, listed(InvitationOut))
def every(asked: Mapping[str, Any]) -> Page[Card]:
    """List the invitations of your reach"""
    listing, column = invitations.listing(current()), Invitation.__table__.c.invitation_id
    return transact_at_door(lambda session: paging.cut(session, listing, column, asked)).each(invitations.card_of)


@blueprint.get("/<string:invitation_id>")
@needs("members:read")
@blueprint.response(200, InvitationOut)
@blueprint.alt_response(404, "NOT_FOUND")
def show(invitation_id: str) -> Card:
    """Show an invitation"""
    return invitations.mine(current(), invitation_id)


@blueprint.post("/<string:invitation_id>/letters")
@needs("members:invite")
@blueprint.response(201, InvitationOut)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def resend(invitation_id: str) -> Card:
    """Send an invitation again

    With a new link; the old one is no longer good.
    """
    return invitations.resend(current(), invitation_id)


@blueprint.delete("/<string:invitation_id>")
@needs("members:invite")
@blueprint.response(204)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def revoke(invitation_id: str) -> None:
    """Take an invitation back"""
    invitations.revoke(current(), invitation_id)


@blueprint.post("/look")
@blueprint.arguments(LinkBody)
@blueprint.response(200, LinkOut)
@blueprint.alt_response(404, "NOT_FOUND")
def look(asked: dict[str, Any]) -> dict[str, Any]:
    """Say what a link invites to

    The secret comes in the body: an address ends up in logs.
    """
    card, chooses = invitations.look(asked["token"])
    return {
        "email": card.email,
        "name": card.name,
        "role": card.role,
        "employer_name": card.employer_name,
        "expires_at": card.expires_at,
        "choose_password": chooses,
    }


@blueprint.post("/accept")
@blueprint.arguments(AcceptBody)
@blueprint.response(201, AcceptedOut)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def accept(asked: dict[str, Any]) -> Accepted:
    """Take the role that a link offers

    Signing in comes after. The password of somebody who is a member already stays as it is.
    """
    return invitations.accept(asked["token"], password=asked.get("password"), name=asked.get("name"))
