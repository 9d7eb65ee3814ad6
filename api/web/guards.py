"""Guards: rooms that are one role's, or a few roles'."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

import flask

from api.access.identity import current
from api.access.roles import Role


def only(*roles: Role) -> Callable[[], None]:
    """Return what a room asks before each of its pages: whoever has none of these roles is shown another way on."""

    def look() -> None:
        if current().role not in roles:
            flask.abort(HTTPStatus.FORBIDDEN)

    return look


def own_book() -> int:
    """Return the book of whoever asks, whose role has one."""
    book_id = current().book_id
    assert book_id is not None  # noqa: S101 - the rooms that ask are those of a book's offices
    return book_id
