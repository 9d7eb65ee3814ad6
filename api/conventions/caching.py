"""Answers that a client may keep, as long as it asks each time whether they still hold."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import flask

T = TypeVar("T")


def revalidated(view: Callable[..., T]) -> Callable[..., T]:
    """Let the client keep the answer for itself and ask with its ETag; stands above `etag`."""

    @wraps(view)
    def keepable(*args: Any, **kwargs: Any) -> T:
        flask.after_this_request(_say)
        return view(*args, **kwargs)

    return keepable


def _say(response: flask.Response) -> flask.Response:
    if response.status_code in (200, 304):
        response.headers["Cache-Control"] = "private, no-cache"
        response.vary.update(("Authorization", "Accept-Language"))
    return response
