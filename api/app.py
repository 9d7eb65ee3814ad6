"""The web application: its settings, its resources, and what is the same for every request."""

from __future__ import annotations

import flask
from ulid import ULID

from api import v1
from api.conventions import smorest

# What an order, a plan or a declaration needs is far below; files have their own bound.
MOST_BYTES = 1_000_000


def create() -> flask.Flask:
    """Return the application."""
    app = flask.Flask("borsellino", static_folder=None)
    app.config.update(smorest.app_config(), MAX_CONTENT_LENGTH=MOST_BYTES)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.before_request(_name_request)
    app.after_request(_finish)
    api = smorest.Api(app)
    api.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    for blueprint in v1.blueprints():
        api.register_blueprint(blueprint)
    return app


def _name_request() -> None:
    flask.g.request_id = f"req_{ULID()}"


def _finish(response: flask.Response) -> flask.Response:
    response.headers["Request-Id"] = flask.g.request_id
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
