"""Idempotency-Key: the header under which a command is done once, however often it is sent."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import flask

from api.conventions.problems import KeyMalformed
from ledger.errors import KeyRequired

T = TypeVar("T")
HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
LONGEST = 255


def keyed(view: Callable[..., T]) -> Callable[..., T]:
    """
    Give a view the request's key as `key`; the verb it calls does the rest in its own transaction.

    Errors: KeyRequired, KeyMalformed; before the arguments are looked at.
    """

    @wraps(view)
    def with_key(*args: Any, **kwargs: Any) -> T:
        return view(*args, key=_given(), **kwargs)

    apidoc = getattr(with_key, "_apidoc", {})
    apidoc.setdefault("manual_doc", {}).setdefault("parameters", []).append(
        {
            "name": HEADER,
            "in": "header",
            "required": True,
            "description": "A text of your own that names this command, such as a UUID. The same key with the same body"
            " gives the first answer again for 30 days; with another body it is refused (422).",
            "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": "^[ -~]+$"},
        }
    )
    apidoc.setdefault("refusals", set()).update({400, 409, 422})
    with_key._apidoc = apidoc  # type: ignore[attr-defined]
    return with_key


def mark(replayed: bool) -> dict[str, str]:
    """Return the header that says an answer was given before."""
    return {REPLAYED: "true"} if replayed else {}


def _given() -> str:
    given = flask.request.headers.get(HEADER)
    if given is None:
        raise KeyRequired()
    # The draft writes it as a quoted string; most clients leave the quotes away.
    if len(given) >= 2 and given[0] == given[-1] == '"':
        given = given[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    if not 1 <= len(given) <= LONGEST or not given.isascii() or not given.isprintable() or not given.strip():
        raise KeyMalformed()
    return given
