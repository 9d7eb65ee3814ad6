"""The server that is measured: a private PostgreSQL with durability on, in a folder of its own."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import URL

from config import database, embedded

_SYNCS = 200


@dataclass(frozen=True)
class Facts:
    """What must be known of the machine to read the figures."""

    postgres: str
    cores: int
    fsync: str
    syncs_per_second: int


@dataclass(frozen=True)
class Server:
    """A running server; every contender gets a database of its own in it."""

    address: URL
    facts: Facts

    def make_database(self, name: str, *, migrate: bool = False) -> str:
        """Create an empty (or migrated) database and return its address for psycopg."""
        with self.connect(self.address) as connection:
            connection.execute(f"create database {name}".encode())
        address = self.address.set(database=name)
        if migrate:
            database.migrate(address)
        return plain(address)

    @staticmethod
    def connect(address: URL | str) -> psycopg.Connection[tuple[object, ...]]:
        """Open an autocommitting connection."""
        return psycopg.connect(address if isinstance(address, str) else plain(address), autocommit=True)


def plain(address: URL) -> str:
    """Return an address as psycopg and DATABASE_URL take it."""
    return address.set(drivername="postgresql").render_as_string(hide_password=False)


@contextmanager
def running(folder: Path | None) -> Iterator[Server]:
    """Start a server under `folder` (a temporary one when None); stop it and remove its data at the end."""
    # A short path: a Unix socket's is limited to some hundred characters.
    with tempfile.TemporaryDirectory(prefix="brs-bench-", dir=folder, ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        syncs = _syncs_per_second(Path(name))
        data = Path(name) / "pg"
        address = embedded.start(data)
        try:
            yield Server(address, _facts(address, syncs))
        finally:
            embedded.stop(data)
            _wait_until_stopped(data)


def _facts(address: URL, syncs: int) -> Facts:
    engine = sa.create_engine(address)
    with engine.connect() as connection:
        version = connection.exec_driver_sql("show server_version").scalar_one()
        durability = {
            name: connection.exec_driver_sql(f"show {name}").scalar_one()
            for name in ("fsync", "synchronous_commit", "full_page_writes")
        }
    engine.dispose()
    if set(durability.values()) != {"on"}:
        raise SystemExit(f"Figures without durability say nothing: {durability}")
    return Facts(version, os.cpu_count() or 1, "on", syncs)


def _syncs_per_second(folder: Path) -> int:
    # A folder in memory syncs for nothing: whoever reads the figures must be able to see it.
    path = folder / "sync"
    with path.open("wb", buffering=0) as file:
        start = time.perf_counter()
        for _ in range(_SYNCS):
            file.write(b"x" * 8192)
            os.fsync(file.fileno())
        elapsed = time.perf_counter() - start
    path.unlink()
    return round(_SYNCS / elapsed)


def _wait_until_stopped(data: Path) -> None:
    deadline = time.monotonic() + 30
    while (data / "postmaster.pid").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
