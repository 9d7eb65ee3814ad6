"""Files that clients send: larger than other bodies, named safely, and gone when the request is answered."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import flask
from werkzeug.datastructures import FileStorage
from werkzeug.utils import secure_filename

T = TypeVar("T")
_LONGEST_NAME = 100


def up_to(most_bytes: int) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """
    Let a view take a body of so many bytes; stands above whatever reads the body, also above `keyed`.

    Where a form is read before its view, `make_room` lets it in.
    """

    def decorate(view: Callable[..., T]) -> Callable[..., T]:
        @wraps(view)
        def taking_more(*args: Any, **kwargs: Any) -> T:
            flask.request.max_content_length = most_bytes
            return view(*args, **kwargs)

        apidoc = getattr(taking_more, "_apidoc", {})
        apidoc.setdefault("refusals", set()).update({413, 415, 422})
        taking_more._apidoc = apidoc  # type: ignore[attr-defined]
        taking_more._most_bytes = most_bytes  # type: ignore[attr-defined]
        return taking_more

    return decorate


def takes(view: Callable[..., Any]) -> int | None:
    """Return how many bytes `up_to` lets a view take; None where it takes no more than others."""
    most: int | None = getattr(view, "_most_bytes", None)
    return most


def make_room(view: Callable[..., Any], scopes: Collection[str]) -> None:
    """Let the body of this request in before its view is called; only from whoever may call the view."""
    most = takes(view)
    if most is not None and getattr(view, "_scope", None) in scopes:
        flask.request.max_content_length = most


@contextmanager
def kept(upload: FileStorage) -> Iterator[Path]:
    """Keep an uploaded file while a block reads it, under its own name as far as that is harmless."""
    name = secure_filename(upload.filename or "")[-_LONGEST_NAME:].lstrip(".") or "file"
    with tempfile.TemporaryDirectory(prefix="borsellino-") as folder:
        path = Path(folder) / name
        upload.save(path)
        yield path
