"""Passwords: changing one's own, and choosing another when it is forgotten."""

from __future__ import annotations

from typing import Any

import flask

from api.access import resets
from api.access.identity import current, signed_in
from api.conventions.fields import Schema, Text
from api.conventions.smorest import Blueprint

blueprint = Blueprint("passwords", __name__, url_prefix="/v1/passwords", description=__doc__)


class ResetBody(Schema):
    """Whose password is forgotten."""

    email = Text(required=True, longest=254, metadata={"examples": ["giulia@example.it"]})


class NewBody(Schema):
    """The link's secret (what stands after `#`), and the password to be."""

    token = Text(required=True)
    password = Text(required=True, metadata={"format": "password", "description": "12 to 200 characters"})


class ChangeBody(Schema):
    """The password as it is and as it is to be."""

    password = Text(required=True, metadata={"format": "password"})
    new = Text(required=True, metadata={"format": "password", "description": "12 to 200 characters"})


@blueprint.post("/reset")
@blueprint.arguments(ResetBody)
@blueprint.response(202)
@blueprint.alt_response(429, "TOO_MANY_REQUESTS")
def reset(asked: dict[str, Any]) -> flask.Response:
    """Ask for a link to choose another password

    The answer is the same whether or not somebody has the address; the link goes there.
    """
    resets.ask(asked["email"])
    return flask.Response(status=202)


@blueprint.post("/new")
@blueprint.arguments(NewBody)
@blueprint.response(204)
@blueprint.alt_response(404, "NOT_FOUND")
def new(asked: dict[str, Any]) -> None:
    """Choose another password with a link

    Every session ends; signing in takes the second code as ever.
    """
    resets.choose(asked["token"], asked["password"])


@blueprint.post("/change")
@signed_in
@blueprint.arguments(ChangeBody)
@blueprint.response(204)
def change(asked: dict[str, Any]) -> None:
    """Change your password

    Your other sessions end.
    """
    resets.change(current(), asked["password"], asked["new"])
