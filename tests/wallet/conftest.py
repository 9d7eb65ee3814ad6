"""What the wallet's tests stand on: the demonstration's network, loaded once, and a funder's book on top of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy.engine import URL, Engine
from sqlalchemy.orm import Session

from config import database
from network import loading
from tests.conftest import make_database
from tests.wallet.scene import NOON, Scene, at, open_scene


@pytest.fixture(scope="session")
def wallet_engine(server: URL, template: URL, worker_id: str) -> Iterator[Engine]:
    """A database that holds the demonstration's network; tests leave nothing else in it."""
    engine = database.make_engine(make_database(server, f"wallet_{worker_id}", copy_of=template.database))
    with Session(engine) as session, session.begin():
        loading.load(session, recorded_at=datetime(2024, 1, 1, tzinfo=UTC))
    yield engine
    engine.dispose()


@pytest.fixture
def empty_scene(wallet_engine: Engine) -> Iterator[Scene]:
    """A funder's book at noon of 10 March 2026, with one worker and no plan; rolled back after the test."""
    with wallet_engine.connect() as connection:
        outer = connection.begin()
        with (
            Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session,
            at(session, NOON),
        ):
            yield open_scene(session)
        outer.rollback()


@pytest.fixture
def scene(empty_scene: Scene) -> Scene:
    """The same with plan A: on top, prefunded with 10,000 euro, to be spent by 30 November, taxable refused."""
    empty_scene.plan()
    return empty_scene
