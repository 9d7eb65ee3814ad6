"""Refusals: what people are shown where the page that they asked for is not, and how they go on from there."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import cast

import flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from api.access.errors import TryLater
from api.conventions import problems, sentences, uploads
from api.conventions.problems import AccessNeeded, NotAllowed
from api.running import failures
from api.web import forms, navigation, words
from config.errors import DomainError

# What programs are told of these speaks of tokens, headers and methods.
_SENTENCES: Mapping[HTTPStatus, object] = {
    HTTPStatus.BAD_REQUEST: _l("Quello che è arrivato non si legge: torna alla pagina e riprova."),
    HTTPStatus.FORBIDDEN: _l("Con il ruolo con cui sei qui questa pagina non si apre."),
    HTTPStatus.NOT_FOUND: _l("L'indirizzo è sbagliato, oppure quello che c'era non c'è più."),
    HTTPStatus.METHOD_NOT_ALLOWED: _l("A questa pagina si arriva da un'altra, con il suo pulsante."),
    HTTPStatus.REQUEST_URI_TOO_LONG: _l("L'indirizzo è troppo lungo: accorcia quello che cerchi."),
    HTTPStatus.TOO_MANY_REQUESTS: _l("Troppe richieste in poco tempo: aspetta un minuto e riprova."),
    HTTPStatus.INTERNAL_SERVER_ERROR: _l("Qualcosa si è rotto da noi, e ce lo siamo scritto."),
    HTTPStatus.SERVICE_UNAVAILABLE: _l("In questo momento il servizio non risponde: riprova fra qualche secondo."),
}
# What may go well the next time, as it is.
_PASSING = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE)


def refused(refusal: DomainError) -> flask.Response:
    """Show a refusal that no form of the page could show."""
    if isinstance(refusal, AccessNeeded):
        return _to_the_door()
    status = problems.status_of(refusal)
    said = status in _PASSING or isinstance(refusal, NotAllowed)
    response = _shown(status, None if said and not isinstance(refusal, TryLater) else words.refusal(refusal))
    response.headers.extend(failures.patience(refusal))
    if isinstance(refusal, TryLater):
        response.headers["Retry-After"] = str(refusal.details["seconds"])
    return response


def failed(error: HTTPException) -> flask.Response | HTTPException:
    """Show what the framework refused."""
    if error.code is None or error.code < 400:
        return error
    if isinstance(error, CSRFError):
        return _of_before()
    if isinstance(error, RequestEntityTooLarge) and flask.request.endpoint:
        return _too_large()
    response = _shown(HTTPStatus(error.code))
    response.headers.extend((name, value) for name, value in error.get_headers() if name in ("Allow", "Retry-After"))
    return response


def unforeseen(error: Exception) -> flask.Response:
    """Show that something broke, as little of it as people need."""
    return refused(failures.noted(error))


def no_text() -> flask.Response:
    """Show a form back of which something is no text, without that."""
    sentence = _("C'erano caratteri che non sono testo: li abbiamo tolti, il resto è qui sotto.")
    return _shown(HTTPStatus.UNPROCESSABLE_ENTITY, sentence, keeping=True)


def _to_the_door() -> flask.Response:
    """Ask for a sign-in, and keep what somebody was doing."""
    if flask.request.method != "POST":
        return _to_sign_in(flask.request.full_path.rstrip("?"))
    kept = forms.carry()
    if kept is None:
        return _to_sign_in(_left())
    return flask.Response(flask.render_template("door/late.html", kept=kept), status=401)


def _of_before() -> flask.Response:
    """Give back what stood in a form that was drawn long ago or for somebody else, to be looked at and sent again."""
    if forms.carry() is None:
        sentence = _("La pagina era di prima, o di un'altra persona o di un altro ruolo: riaprila e riprova.")
        return _shown(HTTPStatus.BAD_REQUEST, sentence, back=_left())
    sentence = _(
        "La pagina era di prima, o di un'altra persona o di un altro ruolo: quello che avevi scritto è qui sotto, da"
        " guardare e inviare di nuovo."
    )
    return _shown(HTTPStatus.BAD_REQUEST, sentence, keeping=True)


def _left() -> str | None:
    """Return the address of the page that a form stood in, where the browser says it."""
    before = flask.request.referrer or ""
    return navigation.own(before.removeprefix(flask.request.host_url.rstrip("/")))


def _to_sign_in(to: str | None) -> flask.Response:
    return cast(flask.Response, flask.redirect(flask.url_for("web_door.sign_in", to=to)))


def _too_large() -> flask.Response:
    """Say how large a file may be, and lead back to its form; who may send none is told that instead."""
    most = flask.request.max_content_length or 0
    if uploads.takes(flask.current_app.view_functions[flask.request.endpoint or ""]) not in (None, most):
        return _to_sign_in(_left()) if flask.g.get("identity") is None else _shown(HTTPStatus.FORBIDDEN)
    sentence = _(
        "Quello che hai mandato è troppo grande: al massimo %(most)s MB. Scegli file più piccoli.",
        most=most // 1_000_000,
    )
    return _shown(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, sentence, back=_here() or _left())


def _here() -> str | None:
    """Return the address of this page, where it may be opened."""
    rule = flask.request.url_rule
    return flask.request.full_path.rstrip("?") if rule and "GET" in (rule.methods or ()) else None


def _shown(
    status: HTTPStatus, sentence: object = None, *, keeping: bool = False, back: str | None = None
) -> flask.Response:
    """Draw a refusal; what was typed is kept where the same may go well the next time."""
    passing = status in _PASSING
    sent = flask.request.method == "POST"
    page = flask.render_template(
        "sorry.html",
        status=int(status),
        sentence=sentence or _SENTENCES.get(status) or sentences.of_status(status, words.asked()),
        kept=forms.carried(forms.carry()) if keeping or (passing and sent) else None,
        back=back,
        again=_here() if passing and not sent else None,
        incident=flask.g.get("request_id") if status is HTTPStatus.INTERNAL_SERVER_ERROR else None,
    )
    return flask.Response(page, status=int(status))
