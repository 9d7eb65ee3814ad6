"""
Rate limits: how often one client may ask, so that one program's loop is not everybody's outage and nothing is guessed.

A client is a token, or an address while it shows none that is good. The counts are PostgreSQL's (storage.py), because
several processes answer; where they cannot be counted, each process counts for itself and no request is lost.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import flask
from flask_limiter import ApplicationLimit, Limiter, RequestLimit

from api.access import identity
from api.conventions.problems import AccessNeeded
from api.running import storage
from config import settings

# Method and route of where codes of vouchers could be guessed at. Only what missed counts there: a queue of people with
# good codes is not a guess. Signing in has a pace of its own (api/access/pace.py), which no neighbour can use up.
GUARDED = frozenset(
    {
        ("POST", "/fornitore/riscatta"),
        ("POST", "/fornitore/riscatta/conferma"),
        ("POST", "/v1/redemptions"),
        ("POST", "/v1/redemptions/batch"),
        ("POST", "/v1/vouchers/check"),
    }
)
# And of what costs us most.
SEARCHES = frozenset(
    {
        ("GET", "/servizi"),
        ("GET", "/v1/comuni"),
        ("GET", "/v1/employees"),
        ("GET", "/v1/providers"),
        ("GET", "/v1/services"),
        ("POST", "/v1/employees/search"),
    }
)
# The process's own: a monitor asks often, and a page is several files.
_FREE = frozenset(
    {
        "running.alive",
        "running.ready",
        "docs.page",
        "docs.asset",
        "docs.beginning",
        "web_files.font",
        "web_files.static",
        "web_files.bootstrap",
    }
)


def watch(app: flask.Flask) -> None:
    """Limit the requests to an application, unless the settings say not to."""
    configured = settings.load()
    groups: tuple[tuple[str, str, Callable[[], bool]], ...] = (
        ("everything", configured.rate, lambda: False),
        ("searches", configured.rate_searches, lambda: _place() not in SEARCHES),
        ("guarded", configured.rate_guarded, lambda: _place() not in GUARDED),
    )
    limits: list[Any] = [
        ApplicationLimit(
            rate,
            key_function=_whose,
            scope=name,
            exempt_when=elsewhere,
            deduct_when=_missed if name == "guarded" else None,
            cost=_misses if name == "guarded" else 1,
        )
        for name, rate, elsewhere in groups
        if rate != "off"
    ]
    if not limits:
        return
    limiter = Limiter(
        _whose,
        application_limits=limits,
        storage_uri=f"{storage.SCHEME}://",
        strategy="fixed-window",
        headers_enabled=False,
        in_memory_fallback=limits,
        in_memory_fallback_enabled=True,
        swallow_errors=True,
        # A path that leads nowhere is a request too.
        request_identifier=lambda: flask.request.endpoint or "nowhere",
    )
    limiter.request_filter(_free)
    app.before_request(_know)

    def tell(response: flask.Response) -> flask.Response:
        found = limiter.current_limits
        if found:
            _tell(response, min(found, key=lambda limit: (limit.remaining, limit.limit.amount)))
            response.headers["RateLimit-Policy"] = ", ".join(map(_policy, found))
        return response

    # What is done first comes last: the limiter counts what missed, then this is told.
    app.after_request(tell)
    limiter.init_app(app)


def missed() -> None:
    """Count one guess that missed in a request that has several, and does not fail as a whole."""
    flask.g.misses = flask.g.get("misses", 0) + 1


def _misses() -> int:
    return int(flask.g.get("misses", 1))


def _missed(response: flask.Response) -> bool:
    return response.status_code >= 400 or "misses" in flask.g


def _know() -> None:
    # Before anything is counted, and outside what counting may swallow: where the database does not answer, this is
    # the request's answer too.
    if _free():
        return
    try:
        flask.g.whose = f"token:{identity.current().token_id}"
    except AccessNeeded:
        # Kept for the length of a window, and not as it is.
        address = flask.request.remote_addr or ""
        flask.g.whose = f"address:{sha256(address.encode()).hexdigest()[:32]}"


def _whose() -> str:
    whose: str = flask.g.whose
    return whose


def _free() -> bool:
    return flask.request.endpoint in _FREE


def _place() -> tuple[str, str]:
    rule = flask.request.url_rule
    return flask.request.method, "" if rule is None else rule.rule


def _name(limit: RequestLimit) -> str:
    return str(limit.request_args[-1])


def _policy(limit: RequestLimit) -> str:
    return f'"{_name(limit)}";q={limit.limit.amount};w={limit.limit.get_expiry()}'


def _tell(response: flask.Response, limit: RequestLimit) -> None:
    seconds = max(0, limit.reset_at - int(time.time()))
    response.headers["X-RateLimit-Limit"] = str(limit.limit.amount)
    response.headers["X-RateLimit-Remaining"] = str(limit.remaining)
    response.headers["X-RateLimit-Reset"] = str(limit.reset_at)
    response.headers["RateLimit"] = f'"{_name(limit)}";r={limit.remaining};t={seconds}'
    if limit.breached and response.status_code == 429:
        response.headers["Retry-After"] = str(max(1, seconds))
