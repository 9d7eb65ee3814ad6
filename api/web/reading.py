"""Reading for a page: inside the fence of whoever looks; who is not known reads what the network tells everybody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import flask
from sqlalchemy.orm import Session

from api.access import identity
from config import database, fences
from config.fences import Fence, Sight

T = TypeVar("T")


def part(limit: int) -> dict[str, Any]:
    """Return which part of a list this page's address asks for: the first rows, or those that come after one."""
    after = flask.request.args.get("starting_after")
    return {"limit": limit} | ({"starting_after": after} if after else {})


def anyone(work: Callable[[Session], T]) -> T:
    """Read in one transaction for whoever looks, known or not."""
    if flask.g.get("identity") is not None:
        return identity.transact(work)
    with fences.inside(Fence(Sight.NOBODY)):
        return database.transact(work)
