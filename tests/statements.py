"""What is sent to the database meanwhile, through SQLAlchemy or through the driver's own cursor."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import psycopg


@contextmanager
def statements() -> Iterator[list[str]]:
    """Note the statements that a block sends; savepoints are not counted."""
    noted: list[str] = []
    execute = psycopg.Cursor.execute

    def note(cursor: psycopg.Cursor[Any], query: Any, *rest: Any, **named: Any) -> psycopg.Cursor[Any]:
        text = query.decode() if isinstance(query, bytes) else str(query)
        if not text.startswith(("SAVEPOINT", "RELEASE")):
            noted.append(text)
        return execute(cursor, query, *rest, **named)

    with mock.patch.object(psycopg.Cursor, "execute", note):
        yield noted
