"""What a page asks the database: how many statements, which must not grow with rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from tests.api.web.browser import Browser


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL statements of a block."""
    seen: list[str] = []

    def note(*told: object) -> None:
        seen.append(str(told[2]))

    sa.event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(Engine, "before_cursor_execute", note)


def asked(browser: Browser, path: str) -> int:
    """How many SQL statements a page takes."""
    with statements() as seen:
        page = browser.get(path)
    assert page.status_code == 200, page.text
    return len(seen)
