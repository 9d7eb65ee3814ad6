"""What every page shares: its frame, its language, its forms' tokens, and what is shown when something is not there."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

import flask
import flask_bootstrap
import fontpkg_titillium_web
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException

from api import web
from api.access import addresses, cookies
from api.access.identity import current
from api.conventions import problems, uploads
from api.conventions.problems import AccessNeeded
from api.running import failures
from api.web import forms, navigation, refusals, words
from config import page_secret, settings
from config.errors import DomainError

_BOOTSTRAP = Path(flask_bootstrap.__file__).parent / "static" / "bootstrap5"
_DAY = 86_400
_PROGRAMS = ("/v1/", "/docs/")
_csrf = CSRFProtect()


def watch(app: flask.Flask) -> None:
    """Give an application its pages; after its other resources, whose errors it tells apart."""
    app.secret_key = page_secret.load()
    app.config.update(
        SESSION_COOKIE_NAME=cookies.name("borsellino_page"),
        SESSION_COOKIE_SECURE=not addresses.is_plain(),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        # A token is good as long as the browser's session, which it belongs to.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_CHECK_DEFAULT=False,
        # Behind TLS it would ask for a Referer; where a request comes from is judged by Sec-Fetch-Site and Origin.
        WTF_CSRF_SSL_STRICT=False,
    )
    _csrf.init_app(app)
    words.watch(app)
    app.before_request(_know)
    app.before_request(_refuse_no_text)
    app.before_request(_protect)
    app.after_request(_name_where_forms_come_from)
    app.context_processor(_frame)
    app.register_blueprint(_files)
    for blueprint in web.blueprints():
        app.register_blueprint(blueprint)
    # What programs are told as problems, people are told on a page.
    for kind, page, problem in (
        (DomainError, refusals.refused, problems.render),
        (HTTPException, refusals.failed, problems.of_http),
        (Exception, refusals.unforeseen, failures.answer),
    ):
        app.register_error_handler(kind, _told(page, problem))


def _told(page: Callable[[Any], Any], problem: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda found: page(found) if is_page() else problem(found)


def is_page() -> bool:
    """Say whether this request is for a page: by the room it came to, or by who asks for what is not there."""
    found = flask.request.blueprint
    if found is not None:
        return found.startswith("web_")
    # A browser says that it takes pages; a program that takes anything is answered as a program.
    return "text/html" in flask.request.headers.get("Accept", "") and not flask.request.path.startswith(_PROGRAMS)


def _know() -> None:
    """Know who looks at a page, where somebody does; a page that needs somebody asks for itself."""
    if is_page() and flask.request.blueprint != _files.name and cookies.session():
        with suppress(AccessNeeded):
            current()


def _name_where_forms_come_from(response: flask.Response) -> flask.Response:
    if is_page():
        # Without any referrer an older browser, which knows no Sec-Fetch-Site, says `Origin: null` of our own forms.
        response.headers["Referrer-Policy"] = "same-origin"
    return response


def _refuse_no_text() -> None:
    """Answer that nothing is there, where a part of the address is no text: the database could not even look for it."""
    asked = (flask.request.path, *(value for _, value in flask.request.args.items(multi=True)))
    if is_page() and any(forms.NO_TEXT in part for part in asked):
        flask.abort(HTTPStatus.NOT_FOUND)


def _protect() -> flask.Response | None:
    if not (flask.request.blueprint or "").startswith("web_"):
        return None
    identity = flask.g.get("identity")
    forms.bind(identity)
    # The token is in the form, whose files are read with it.
    view = flask.current_app.view_functions[flask.request.endpoint or ""]
    uploads.make_room(view, frozenset() if identity is None else identity.scopes)
    try:
        _csrf.protect()
    except CSRFError:
        if identity is None and _asks_who(view):
            # Nobody's token is good for a form that was drawn for somebody.
            raise AccessNeeded() from None
        raise
    # Views read what a form chose before they look at what was typed into it.
    return refusals.no_text() if forms.holds_no_text() else None


def _asks_who(view: Callable[..., Any]) -> bool:
    return "security" in getattr(view, "_apidoc", {}).get("manual_doc", {})


@dataclass(frozen=True, slots=True)
class Network:
    """Who runs the network and answers for its data, and where people write to; None for what nobody has set."""

    controller: str | None
    contact: str | None
    dpo: str | None


def _network() -> Network:
    configured = settings.load()
    return Network(configured.controller, configured.contact, configured.dpo)


def _frame() -> dict[str, Any]:
    identity = flask.g.get("identity")
    role = None if identity is None else identity.role
    return {
        "identity": identity,
        "places": navigation.of(role),
        "places_below": navigation.below(role),
        "language": words.asked(),
        "home": "web_public.home" if role is None else navigation.home(role),
        "resumed": forms.RESUMED,
        "network": _network(),
    }


_FONT = Path(fontpkg_titillium_web.__file__).parent / "files"
_files = flask.Blueprint(
    "web_files", __name__, static_folder="static", static_url_path="/static", template_folder="templates"
)


@_files.get("/static/bootstrap/<any('bootstrap.min.css', 'bootstrap.bundle.min.js'):name>")
def bootstrap(name: str) -> flask.Response:
    """Give a file of Bootstrap's, which changes only with its package; packed, it weighs an eighth."""
    response = flask.make_response(_packed(name))
    response.mimetype = "text/css" if name.endswith(".css") else "text/javascript"
    response.cache_control.max_age = _DAY
    response.vary.add("Accept-Encoding")
    if flask.request.accept_encodings["gzip"]:
        response.content_encoding = "gzip"
    else:
        response.set_data(gzip.decompress(response.get_data()))
    return response


@cache
def _packed(name: str) -> bytes:
    return gzip.compress((_BOOTSTRAP / name.rpartition(".")[2] / name).read_bytes(), mtime=0)


@_files.get("/static/font/<any('TitilliumWeb-Regular.ttf', 'TitilliumWeb-SemiBold.ttf'):name>")
def font(name: str) -> flask.Response:
    """Give a font, which changes only with its package."""
    return flask.send_from_directory(_FONT, name, max_age=_DAY)
