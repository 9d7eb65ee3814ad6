"""Pages for anyone: the beginning, the territories, the catalogue and what one should know."""

from __future__ import annotations

import flask
from werkzeug.wrappers import Response

from api.conventions.problems import CursorUnknown
from api.web import forms, reading
from api.web.public import cards, looking, names, places, showing, unmet
from config import clock
from wallet.retention import law

blueprint = flask.Blueprint("web_public", __name__)


@blueprint.context_processor
def _named() -> dict[str, object]:
    return {"names": names, "today": clock.today()}


@blueprint.get("/")
def home() -> str:
    """Begin: who needs something, what, and where."""
    form = looking.empty()
    found = reading.anyone(lambda session: places.every(session, form))
    return flask.render_template("public/home.html", form=form, regions=found)


@blueprint.get("/t/<code>")
def territory(code: str) -> str:
    """Tell what there is in a territory."""
    found = reading.anyone(lambda session: places.one(session, code))
    return flask.render_template("public/territory.html", place=found)


@blueprint.get("/servizi")
def catalogue() -> Response | tuple[str, int]:
    """Look for a service; with `vicino`, near whom it is for."""
    form = looking.asked()
    if "vicino" in flask.request.args:
        return flask.redirect(reading.anyone(lambda session: looking.near(session, form)))
    try:
        found = reading.anyone(lambda session: looking.find(session, form))
    except CursorUnknown:
        # The service at which a page began is not offered any more: what is looked for is, from its beginning.
        return flask.redirect(form.address())
    unmet.note(form, found)
    return forms.show("public/catalogue.html", form, found=found)


@blueprint.get("/servizi/<code>")
def service(code: str) -> str:
    """Tell of a service, who gives it, where it reaches and what it costs; also whom of the family it is for."""
    whom = flask.request.args.get("per")
    found = reading.anyone(lambda session: showing.one(session, code, whom))
    return flask.render_template("public/service.html", found=found, order=showing.order_page())


@blueprint.get("/agevolazioni")
def info_cards() -> tuple[str, int]:
    """Tell of allowances and social vouchers."""
    form = cards.asked()
    found = reading.anyone(lambda session: cards.find(session, form))
    return forms.show("public/info_cards.html", form, found=found)


@blueprint.get("/accessibilita")
def accessibility() -> str:
    """Tell how the pages can be used by everybody."""
    return flask.render_template("public/accessibility.html")


@blueprint.get("/privacy")
def privacy() -> str:
    """Tell what is known of people, by whom, and for how long."""
    kept: dict[tuple[tuple[law.Term, ...], bool], list[law.Rule]] = {}
    for rule in law.load().values():
        kept.setdefault((rule.terms, rule.at_request), []).append(rule)
    return flask.render_template("public/privacy.html", kept=kept)
