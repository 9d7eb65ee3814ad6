"""The demonstration's network, loaded, and a count of the statements a piece of work needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from network import loading

LOADED_AT = datetime(2026, 1, 2, 9, tzinfo=UTC)


@pytest.fixture
def network(session: Session) -> Session:
    loading.load(session, recorded_at=LOADED_AT)
    return session


@pytest.fixture
def counting(engine: Engine) -> Callable[[], AbstractContextManager[list[str]]]:
    @contextmanager
    def count() -> Iterator[list[str]]:
        statements: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            statements.append(statement)

        sa.event.listen(engine, "before_cursor_execute", note)
        try:
            yield statements
        finally:
            sa.event.remove(engine, "before_cursor_execute", note)

    return count
