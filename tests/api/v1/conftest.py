"""One furnished database for the tests of the HTTP API; each test makes its own purchases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
from sqlalchemy.engine import URL
from sqlalchemy.orm import sessionmaker

from api import app
from config import clock, database, fences
from tests.api.counter import Counter, open_counter
from tests.conftest import _administer, make_database

NOON = datetime(2026, 3, 2, 12, tzinfo=clock.ROME)


@contextmanager
def opened(server: URL, template: URL, name: str) -> Iterator[Counter]:
    """A furnished counter on a database of that name, which is the process's for the length of a block."""
    address = make_database(server, name, copy_of=template.database)
    engines = database.make_engine(address), database.make_engine(address.set(username=fences.WEB_ROLE))
    owner, fenced = (sessionmaker(engine, expire_on_commit=False) for engine in engines)
    with pytest.MonkeyPatch.context() as patch, clock.at(NOON):
        patch.setattr(database, "_owner_factory", lambda: owner)
        patch.setattr(database, "_fenced_factory", lambda: fenced)
        yield open_counter(app.create())
    for engine in engines:
        engine.dispose()
    _administer(server, f"drop database {name} with (force)")


# Imported into a module and not into a folder's conftest.py, it would last until the end of the run.
@pytest.fixture(scope="package")
def furnished(server: URL, template: URL, worker_id: str) -> Iterator[Counter]:
    """The counter of this folder's tests, on a database that they share."""
    with opened(server, template, f"web_{worker_id}") as counter:
        yield counter


@pytest.fixture
def counter(furnished: Counter) -> Iterator[Counter]:
    with clock.at(NOON):
        yield furnished
