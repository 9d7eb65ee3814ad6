"""The demonstration's network, loaded once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy.engine import URL, Engine
from sqlalchemy.orm import Session

from config import database
from network import loading
from tests.conftest import make_database

LOADED_AT = datetime(2026, 1, 2, 9, tzinfo=UTC)


@pytest.fixture(scope="session")
def network_engine(server: URL, template: URL, worker_id: str) -> Iterator[Engine]:
    """A database that holds the demonstration's network; tests leave nothing else in it."""
    engine = database.make_engine(make_database(server, f"network_{worker_id}", copy_of=template.database))
    with Session(engine) as session, session.begin():
        loading.load(session, recorded_at=LOADED_AT)
    yield engine
    engine.dispose()


@pytest.fixture
def network(network_engine: Engine) -> Iterator[Session]:
    """A session on the demonstration's network; its work is rolled back after the test."""
    with network_engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            yield session
        outer.rollback()
