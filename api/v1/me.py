"""Whoever asks: their roles, what they may do, and how they sign in."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from api.access import authenticators, self_view
from api.access.authenticators import Pending
from api.access.identity import current, identified, signed_in
from api.access.roles import Role
from api.access.self_view import Self
from api.conventions.fields import Schema, Text
from api.conventions.smorest import Blueprint
from api.v1.sessions import AppointmentOut

blueprint = Blueprint("me", __name__, url_prefix="/v1/me", description=__doc__)


class MeOut(Schema):
    """Whoever sent this request."""

    id = fields.String(attribute="member_id", required=True)
    kind = fields.String(required=True, metadata={"enum": ["person", "machine"]})
    name = fields.String(required=True)
    email = fields.String(required=True, allow_none=True)
    language = fields.String(required=True, metadata={"enum": ["it", "en"]})
    role = fields.Enum(Role, by_value=True, required=True)
    appointment = fields.String(required=True, metadata={"description": "Id of the role this request acts in"})
    appointments = fields.List(fields.Nested(AppointmentOut), required=True)
    scopes = fields.List(fields.String(), required=True)
    session = fields.String(required=True, allow_none=True, metadata={"description": "Null for a program's token"})
    expires_at = fields.AwareDateTime(required=True)
    authenticator = fields.Boolean(required=True, metadata={"description": "Whether codes come from an authenticator"})
    recovery_codes = fields.Integer(required=True, metadata={"description": "How many are left"})


class PasswordBody(Schema):
    """Proof that it is still the same person."""

    password = Text(required=True, metadata={"format": "password"})


class CodeBody(Schema):
    """A code of the authenticator."""

    code = Text(required=True, longest=64, metadata={"examples": ["123456"]})


class PasswordAndCodeBody(PasswordBody):
    """The password, and a code of the authenticator or a recovery code."""

    code = Text(required=True, longest=64, metadata={"examples": ["123456"]})


class PendingOut(Schema):
    """A new authenticator, to be confirmed with its first code. Told once."""

    secret = fields.String(required=True)
    uri = fields.String(required=True, metadata={"description": "For a QR code"})


class RecoveryOut(Schema):
    """Recovery codes, each good once. Told once."""

    codes = fields.List(fields.String(), required=True)


@blueprint.get("")
@identified
@blueprint.response(200, MeOut)
def show() -> Self:
    """Who am I"""
    return self_view.of(current())


@blueprint.post("/authenticator")
@signed_in
@blueprint.arguments(PasswordBody)
@blueprint.response(201, PendingOut)
def begin_authenticator(asked: dict[str, Any]) -> Pending:
    """Set up an authenticator

    It is in use once it has shown a code; the one before stays until then.
    """
    return authenticators.begin(current(), asked["password"])


@blueprint.post("/authenticator/confirm")
@signed_in
@blueprint.arguments(CodeBody)
@blueprint.response(201, RecoveryOut)
@blueprint.alt_response(409, "CONFLICT")
def confirm_authenticator(asked: dict[str, Any]) -> dict[str, Any]:
    """Take the authenticator into use

    Answers with fresh recovery codes.
    """
    return {"codes": authenticators.confirm(current(), asked["code"])}


@blueprint.post("/authenticator/remove")
@signed_in
@blueprint.arguments(PasswordAndCodeBody)
@blueprint.response(204)
@blueprint.alt_response(409, "CONFLICT")
def remove_authenticator(asked: dict[str, Any]) -> None:
    """Go back to codes by e-mail"""
    authenticators.take_away(current(), asked["password"], asked["code"])


@blueprint.post("/recovery-codes")
@signed_in
@blueprint.arguments(PasswordBody)
@blueprint.response(201, RecoveryOut)
@blueprint.alt_response(409, "CONFLICT")
def renew_recovery(asked: dict[str, Any]) -> dict[str, Any]:
    """Make fresh recovery codes

    The old ones are no longer good.
    """
    return {"codes": authenticators.renew_recovery(current(), asked["password"])}
