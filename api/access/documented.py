"""How whoever asks says who they are, as the OpenAPI document has it: a bearer token, or a session's cookie."""

from __future__ import annotations

from typing import Any

from api.access import cookies

_TOKEN, _COOKIE = "token", "session"


def schemes() -> dict[str, dict[str, Any]]:
    """Return the security schemes of the document, by name."""
    return {
        _TOKEN: {
            "type": "http",
            "scheme": "bearer",
            "description": "A program's token (`POST /v1/tokens`), or a session's that was asked for as `bearer`.",
        },
        _COOKIE: {
            "type": "apiKey",
            "in": "cookie",
            "name": cookies.name(cookies.SESSION),
            "description": "A browser's session (`POST /v1/sessions/confirm`). Whatever is no `GET` must come from our"
            " own pages, as the browser says by itself: `Sec-Fetch-Site: same-origin`, or where that is missing an"
            " `Origin` of ours. Anything else is 403 `cross_site_refused`. There is no token to send along.",
        },
    }


def needs(*scopes: str) -> list[dict[str, list[str]]]:
    """Return what an operation asks for: either of the two, with these scopes."""
    return [{_TOKEN: list(scopes)}, {_COOKIE: list(scopes)}]
