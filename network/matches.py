"""A search that is read page by page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa


@dataclass(frozen=True, slots=True)
class Matches:
    """What was found, as a query, and its order; its column `code` tells any two rows apart."""

    statement: sa.Select[Any]
    order: tuple[sa.ColumnElement[Any], ...]
