"""
Cookies: a browser's session, the browser itself, and a sign-in that went to an identity provider.

Each holds a secret whose hash is in the database, so that a session ends when we say so. Their names begin with
`__Host-`, which a browser takes over TLS alone, for this host alone; where the address people use is plain HTTP on
loopback, the prefix is left away.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit

import flask

from api.access import addresses
from api.access.errors import CrossSiteRefused

SESSION, DEVICE, OIDC = "borsellino", "borsellino_device", "borsellino_oidc"
DEVICE_LASTING = timedelta(days=180)


def session() -> str:
    """Return the secret of the session that this request's cookie bears, or nothing."""
    return flask.request.cookies.get(name(SESSION), "")


def device() -> str:
    """Return the secret by which this browser is known, or nothing."""
    return flask.request.cookies.get(name(DEVICE), "")


def oidc() -> str:
    """Return the secret of the sign-in that this browser began at an identity provider, or nothing."""
    return flask.request.cookies.get(name(OIDC), "")


def put(response: flask.Response, which: str, secret: str, expires_at: datetime) -> None:
    """Give the browser a secret that no script can read and no other site can send along with a change."""
    response.set_cookie(
        name(which), secret, expires=expires_at, path="/", secure=not _plain(), httponly=True, samesite="Lax"
    )


def drop(response: flask.Response, which: str) -> None:
    """Let the browser forget a secret."""
    response.delete_cookie(name(which), path="/", secure=not _plain(), httponly=True, samesite="Lax")


def name(which: str) -> str:
    """Return a cookie's name, with the prefix unless the address is plain HTTP."""
    return which if _plain() else f"__Host-{which}"


def refuse_other_sites() -> None:
    """
    Refuse a change that a page of another site asks for with our cookie.

    A browser says where a request comes from (`Sec-Fetch-Site`, and `Origin` with every change); one that says neither
    is no browser, and has no business with a cookie.
    Errors: CrossSiteRefused.
    """
    site = flask.request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site == "same-origin":
            return
        raise CrossSiteRefused()
    origin = flask.request.headers.get("Origin")
    if origin is None or origin not in (_origin(addresses.base()), _origin(flask.request.host_url)):
        raise CrossSiteRefused()


def _plain() -> bool:
    return addresses.is_plain()


def _origin(address: str) -> str:
    found = urlsplit(address)
    return f"{found.scheme}://{found.netloc}"
