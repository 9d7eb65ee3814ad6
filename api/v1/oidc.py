"""Identity providers: signing in with SPID or CIE, through a provider that speaks OpenID Connect."""

from __future__ import annotations

from typing import Any

import flask
import marshmallow as ma

from api.access import cookies, oidc
from api.access.errors import SignInRefused
from api.conventions.fields import Schema, Text
from api.conventions.smorest import Blueprint

blueprint = Blueprint("oidc", __name__, url_prefix="/v1/sessions/oidc", description=__doc__)

# Where a browser goes once it is signed in. It never comes from a request: that would lead anywhere.
LANDING = "/v1/me"


class CallbackQuery(Schema):
    """What the provider says; of its own words more than these are ignored."""

    state = Text(longest=500)
    code = Text(longest=4000)
    error = Text(longest=500)


@blueprint.get("")
@blueprint.response(302)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(503, "SERVICE_UNAVAILABLE")
def begin() -> flask.Response:
    """Sign in with an identity provider

    Sends the browser there; it comes back to the callback.
    """
    begun = oidc.begin()
    response = _go(begun.url)
    cookies.put(response, cookies.OIDC, begun.secret, begun.expires_at)
    return response


@blueprint.get("/callback")
@blueprint.arguments(CallbackQuery, location="query", unknown=ma.EXCLUDE)
@blueprint.response(302)
@blueprint.alt_response(401, "UNAUTHORIZED")
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(503, "SERVICE_UNAVAILABLE")
def callback(asked: dict[str, Any]) -> flask.Response:
    """Come back from the identity provider

    Opens a session in the browser that began; an answer to another one is refused.
    """
    if "state" not in asked or "code" not in asked:
        raise SignInRefused()
    entered = oidc.finish(cookies.oidc(), asked["state"], asked["code"], label=flask.request.user_agent.string)
    response = _go(LANDING)
    cookies.drop(response, cookies.OIDC)
    cookies.put(response, cookies.SESSION, entered.opened.secret, entered.opened.expires_at)
    if entered.device is not None:
        cookies.put(response, cookies.DEVICE, *entered.device)
    return response


def _go(address: str) -> flask.Response:
    return flask.Response(status=302, headers={"Location": address})
