"""A search that is read page by page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of a search that come together, and their order, in which nothing is missing."""

    condition: sa.ColumnElement[bool]
    order: tuple[sa.ColumnElement[Any], ...]


@dataclass(frozen=True, slots=True)
class Matches:
    """
    What was found, as a query, and its order; its column `code` tells any two rows apart.

    `parts` say the same order one part after the other, which spares the database the sorting of parts that nobody
    asks for.
    """

    statement: sa.Select[Any]
    order: tuple[sa.ColumnElement[Any], ...]
    parts: tuple[Part, ...] = ()
