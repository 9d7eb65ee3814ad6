"""Pages for anyone: the beginning, the territories, the catalogue and what one should know."""

from __future__ import annotations

import flask

from api.web import reading
from network import territories

blueprint = flask.Blueprint("web_public", __name__)


@blueprint.get("/")
def home() -> str:
    """Begin: who needs something, what, and where."""
    return flask.render_template("public/home.html", territories=reading.anyone(territories.every))


@blueprint.get("/servizi")
def catalogue() -> str:
    """Look for a service."""
    return flask.render_template("public/catalogue.html")


@blueprint.get("/agevolazioni")
def info_cards() -> str:
    """Tell of allowances and social vouchers."""
    return flask.render_template("public/info_cards.html")


@blueprint.get("/accessibilita")
def accessibility() -> str:
    """Tell how the pages can be used by everybody."""
    return flask.render_template("public/accessibility.html")


@blueprint.get("/privacy")
def privacy() -> str:
    """Tell what is known of people, by whom, and for how long."""
    return flask.render_template("public/privacy.html")
