"""The web application: its settings, its resources, and what is the same for every request."""

from __future__ import annotations

from http import HTTPStatus

import flask
from ulid import ULID
from werkzeug.middleware.proxy_fix import ProxyFix

from api import v1
from api.access import documented
from api.conventions import smorest
from api.running import failures, headers, health, limits, logs, metrics, page
from api.web import site
from config import settings

# What an order, a plan or a declaration needs is far below; files have their own bound.
MOST_BYTES = 1_000_000
# No secret and no data travels in an address.
MOST_IN_ADDRESS = 4_000


def create() -> flask.Flask:
    """Return the application."""
    app = flask.Flask("borsellino", static_folder=None)
    app.config.update(smorest.app_config(), MAX_CONTENT_LENGTH=MOST_BYTES)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    proxies = settings.load().proxies
    if proxies:
        # The address of a client is counted and logged: only what a proxy of ours says of it is believed.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    app.before_request(_name_request)
    app.after_request(_name_answer)
    for part in (logs, metrics, failures, headers):
        part.watch(app)
    limits.watch(app)
    for plain in (health.blueprint, page.blueprint):
        app.register_blueprint(plain)
    api = smorest.Api(app)
    for name, scheme in documented.schemes().items():
        api.spec.components.security_scheme(name, scheme)
    for blueprint in v1.blueprints():
        api.register_blueprint(blueprint)
    site.watch(app)
    app.before_request(_refuse_long)
    return app


def _name_request() -> None:
    flask.g.request_id = f"req_{ULID()}"


def _refuse_long() -> None:
    if len(flask.request.full_path) > MOST_IN_ADDRESS:
        flask.abort(HTTPStatus.REQUEST_URI_TOO_LONG)


def _name_answer(response: flask.Response) -> flask.Response:
    response.headers["Request-Id"] = flask.g.request_id
    return response
