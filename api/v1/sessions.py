"""Sessions: signing in and out, and acting in another of one's roles."""

from __future__ import annotations

from typing import Any

import flask
from marshmallow import fields, validate

from api.access import cookies, session_list, signing_in
from api.access.identity import current, signed_in
from api.access.roles import Role
from api.access.session_list import SessionCard
from api.access.signing_in import Challenge, Entered
from api.conventions.fields import Schema, Text
from api.conventions.paging import Page, PageQuery, listed
from api.conventions.smorest import Blueprint

blueprint = Blueprint("sessions", __name__, url_prefix="/v1/sessions", description=__doc__)

_KIND = validate.OneOf(("cookie", "bearer"))


class SignInBody(Schema):
    """Who somebody is, as far as they know it by heart."""

    email = Text(required=True, longest=254, metadata={"examples": ["giulia@example.it"]})
    password = Text(required=True, metadata={"format": "password"})


class ChallengeOut(Schema):
    """The password was right; a code is asked for."""

    challenge = fields.String(attribute="secret", required=True, metadata={"description": "To be sent with the code"})
    factor = fields.String(
        required=True,
        metadata={"enum": ["totp", "email"], "description": "Where the code is: an authenticator, or a letter"},
    )
    expires_at = fields.AwareDateTime(required=True)


class ConfirmBody(Schema):
    """The code, and what to give for it: a browser's cookie, or a token."""

    challenge = Text(required=True)
    code = Text(required=True, longest=64, metadata={"description": "Six digits, or a recovery code"})
    kind = fields.String(
        load_default="cookie",
        validate=_KIND,
        metadata={"description": "A browser takes a cookie, other programs a bearer token"},
    )
    appointment = Text(metadata={"description": "Id of the role to act in, where somebody holds several"})


class AppointmentOut(Schema):
    """A role, and what it is for."""

    id = fields.String(attribute="appointment_id", required=True)
    role = fields.Enum(Role, by_value=True, required=True)
    employer = fields.String(required=True, allow_none=True, metadata={"description": "Code of the book's funder"})
    employer_name = fields.String(required=True, allow_none=True)
    employee_id = fields.String(required=True, allow_none=True)
    provider = fields.String(required=True, allow_none=True)


class SessionOut(Schema):
    """An open session. `token` is told once, and only where one was asked for instead of a cookie."""

    id = fields.String(attribute="session_id", required=True)
    kind = fields.String(required=True, metadata={"enum": ["cookie", "bearer"]})
    token = fields.Function(
        lambda opened: opened.secret if opened.kind == "bearer" else None,
        required=True,
        metadata={"type": ["string", "null"]},
    )
    appointment = fields.Nested(AppointmentOut, attribute="holding", required=True)
    expires_at = fields.AwareDateTime(required=True)


class SessionItemOut(Schema):
    """A session that is open."""

    id = fields.String(attribute="token_id", required=True)
    kind = fields.String(required=True, metadata={"enum": ["cookie", "bearer"]})
    label = fields.String(required=True, metadata={"description": "What the program that signed in called itself"})
    role = fields.Enum(Role, by_value=True, required=True)
    current = fields.Boolean(required=True, metadata={"description": "Whether this request came with it"})
    created_at = fields.AwareDateTime(required=True)
    last_used_at = fields.AwareDateTime(required=True, allow_none=True)
    expires_at = fields.AwareDateTime(required=True)


class SwitchBody(Schema):
    """The role to act in."""

    appointment = Text(required=True)


@blueprint.post("")
@blueprint.arguments(SignInBody)
@blueprint.response(202, ChallengeOut)
@blueprint.alt_response(401, "UNAUTHORIZED")
@blueprint.alt_response(429, "TOO_MANY_REQUESTS")
def begin(asked: dict[str, Any]) -> Challenge:
    """Sign in: the password

    A right one is answered with a challenge, to be confirmed with a code. A wrong one, an unknown address and a person
    without a password are answered alike.
    """
    return signing_in.begin(asked["email"], asked["password"])


@blueprint.post("/confirm")
@blueprint.arguments(ConfirmBody)
@blueprint.response(201, SessionOut)
@blueprint.alt_response(401, "UNAUTHORIZED")
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(429, "TOO_MANY_REQUESTS")
def confirm(asked: dict[str, Any]) -> flask.Response:
    """Sign in: the code

    Opens a session: as a cookie that no script reads, or as a bearer token told once.
    """
    entered = signing_in.confirm(
        asked["challenge"],
        asked["code"],
        kind=asked["kind"],
        label=flask.request.user_agent.string,
        appointment_id=asked.get("appointment"),
    )
    return opened(entered)


@blueprint.post("/switch")
@signed_in
@blueprint.arguments(SwitchBody)
@blueprint.response(201, SessionOut)
@blueprint.alt_response(404, "NOT_FOUND")
def switch(asked: dict[str, Any]) -> flask.Response:
    """Act in another of your roles

    Ends this session and opens one of the same kind, with a secret of its own and the same end.
    """
    return opened(session_list.switch(current(), asked["appointment"]))


@blueprint.get("")
@signed_in
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, listed(SessionItemOut))
def every(asked: dict[str, Any]) -> Page[SessionCard]:
    """List your open sessions"""
    return session_list.page(current(), asked)


@blueprint.delete("")
@signed_in
@blueprint.response(204)
def end_all() -> flask.Response:
    """Sign out everywhere

    Every session of yours ends, this one too. Tokens of programs stay: they are ended one by one under /v1/tokens.
    """
    session_list.end_all(current())
    return _signed_out()


@blueprint.delete("/current")
@signed_in
@blueprint.response(204)
def end_current() -> flask.Response:
    """Sign out"""
    session_list.end(current(), current().token_id)
    return _signed_out()


@blueprint.delete("/<string:session_id>")
@signed_in
@blueprint.response(204)
@blueprint.alt_response(404, "NOT_FOUND")
def end(session_id: str) -> None:
    """End one of your sessions"""
    session_list.end(current(), session_id)


def opened(entered: Entered) -> flask.Response:
    """Answer with a session: its cookie where it is one, and the browser's own."""
    session = entered.opened
    response = flask.jsonify(SessionOut().dump(session))
    response.status_code = 201
    response.headers["Location"] = f"/v1/sessions/{session.session_id}"
    if session.kind == "cookie":
        cookies.put(response, cookies.SESSION, session.secret, session.expires_at)
    if entered.device is not None:
        cookies.put(response, cookies.DEVICE, *entered.device)
    return response


def _signed_out() -> flask.Response:
    response = flask.Response(status=204)
    if current().kind == "cookie":
        cookies.drop(response, cookies.SESSION)
    return response
