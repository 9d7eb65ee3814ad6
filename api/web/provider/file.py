"""A provider's qualification: its state, the checklist with its documents, what ends, and what was."""

from __future__ import annotations

import flask

from api.access.identity import needs, transact
from api.access.roles import Role
from api.web import guards, provider
from config import clock
from network import dossiers

blueprint = flask.Blueprint("web_provider_file", __name__, url_prefix="/fornitore/qualifica")
blueprint.before_request(guards.only(Role.PROVIDER))


@blueprint.get("")
@needs("qualification:read")
def home() -> str:
    """Show whether the provider may serve, until when, and what has to be renewed."""
    found = transact(lambda session: dossiers.of(session, provider.code(), clock.today()))
    return flask.render_template("provider/qualification.html", found=found, today=clock.today())
