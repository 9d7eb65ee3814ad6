"""One PostgreSQL server a run, one migrated database a worker, one rolled-back transaction a test."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL, Engine
from sqlalchemy.orm import Session, sessionmaker

from config import database, embedded

# Tests ask faster than people do.
for _name in ("RATE", "RATE_SEARCHES", "RATE_GUARDED"):
    os.environ.setdefault(f"BORSELLINO_{_name}", "1000000/minute")
# And leave nothing in anybody's data folder.
os.environ.setdefault("BORSELLINO_PAGE_SECRET", "a secret of the tests, and of nobody else")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[URL]:
    """The address of a private server without durability; or TEST_DATABASE_URL's."""
    if configured := os.environ.get("TEST_DATABASE_URL"):
        yield sa.engine.make_url(configured).set(drivername="postgresql+psycopg")
        return
    # A short path: a Unix socket's is limited to some hundred characters.
    with tempfile.TemporaryDirectory(prefix="brs-") as folder:
        Path(folder).chmod(0o755)
        address = embedded.start(Path(folder) / "pg")
        engine = sa.create_engine(address, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.exec_driver_sql(f"alter system set {setting} = off")
            connection.exec_driver_sql("select pg_reload_conf()")
        engine.dispose()
        yield address
        embedded.stop(Path(folder) / "pg")


@pytest.fixture(scope="session")
def template(server: URL, worker_id: str) -> URL:
    """A migrated, empty database that others are copied from."""
    return make_database(server, f"template_{worker_id}", migrate=True)


@pytest.fixture(scope="session")
def engine(server: URL, template: URL, worker_id: str) -> Iterator[Engine]:
    """The worker's own database; tests leave nothing in it."""
    address = make_database(server, f"shared_{worker_id}", copy_of=template.database)
    engine = database.make_engine(address)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session whose work is rolled back after the test."""
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            yield session
        outer.rollback()


_counter = iter(range(1, 1_000_000))


@pytest.fixture
def own_database(server: URL, template: URL, worker_id: str) -> Iterator[URL]:
    """A database of the test's own, for tests that commit from several processes."""
    name = f"own_{worker_id}_{next(_counter)}"
    address = make_database(server, name, copy_of=template.database)
    yield address
    _administer(server, f"drop database {name} with (force)")


@pytest.fixture
def own_sessions(own_database: URL) -> Iterator[sessionmaker[Session]]:
    """Committing sessions on a database of the test's own."""
    engine = database.make_engine(own_database)
    yield sessionmaker(engine, expire_on_commit=False)
    engine.dispose()


def make_database(server: URL, name: str, *, migrate: bool = False, copy_of: str | None = None) -> URL:
    """Create a database, empty and migrated or as a copy, and return its address."""
    _administer(server, f"drop database if exists {name} with (force)")
    _administer(server, f"create database {name}" + (f" template {copy_of} strategy file_copy" if copy_of else ""))
    address = server.set(database=name)
    if migrate:
        database.migrate(address)
    return address


def _administer(server: URL, statement: str) -> None:
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()
