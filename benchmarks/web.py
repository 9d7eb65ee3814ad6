"""The web server under load: gunicorn on the town's database, and clients that hold one connection each."""

from __future__ import annotations

import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import psutil
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from api.access import members, tokens
from api.access.roles import Role
from benchmarks import town
from benchmarks.rounds import Step
from config import fences
from config.database import ROOT
from ledger import books

CLIENTS = 16
# The server lets go of a connection that nobody uses; its clients' turns come further apart.
_IDLE_SECONDS = 2.0


@dataclass(frozen=True)
class Web:
    """Where it listens, who may ask, and its processes."""

    port: int
    secrets: tuple[tuple[str, str], ...]
    pid: int

    @property
    def told(self) -> str:
        """Return what a client's process needs to know, in one text."""
        return json.dumps([self.port, self.secrets])

    def megabytes(self) -> float:
        """Return the memory of the larger worker, without what it shares."""
        found: float = max(child.memory_full_info().uss for child in psutil.Process(self.pid).children())
        return found / 1_000_000


@contextmanager
def serving(address: str, secrets: tuple[tuple[str, str], ...] = ()) -> Iterator[Web]:
    """Serve a database with limits that count and do not stop anybody."""
    port, monitor = _free_port(), _free_port()
    plain = make_url(address).set(drivername="postgresql")
    told = {
        "DATABASE_URL": address,
        "BORSELLINO_WEB_DATABASE_URL": plain.set(username=fences.WEB_ROLE).render_as_string(hide_password=False),
        "BORSELLINO_BIND": f"127.0.0.1:{port}",
        "BORSELLINO_METRICS_BIND": f"127.0.0.1:{monitor}",
        "BORSELLINO_RATE": "1000000/minute",
        "BORSELLINO_RATE_SEARCHES": "1000000/minute",
        "BORSELLINO_LOG_FORMAT": "json",
    }
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--config", "python:api.running.gunicorn"],
            cwd=ROOT,
            env={**os.environ, **told},
            stdout=log,
            stderr=log,
        )
        try:
            _wait(port)
            yield Web(port, secrets, process.pid)
        finally:
            process.terminate()
            process.wait(60)


def appoint(address: str) -> tuple[tuple[str, str], ...]:
    """Let some of the town's employees in, and return their ids and tokens."""
    bench = town.engine(address)
    with Session(bench) as session, session.begin():
        book_id = books.require(session, town.EMPLOYER)
        found = []
        for number, employee_id in enumerate(town.employees(session, book_id)[: town.BUYERS]):
            member_id = members.admit(session, "Giulia", email=f"{number}-{time.time_ns()}@bench.example")
            role = members.appoint(session, member_id, Role.EMPLOYEE, book_id=book_id, employee_id=employee_id)
            found.append((employee_id, tokens.issue(session, role, lasting=timedelta(hours=8)).secret))
    bench.dispose()
    return tuple(found)


def authorize(told: str, _address: str, seed: int) -> Step:
    """One purchase a step, asked for over HTTP by the person themself, under a key."""
    client, choice = Client(told, seed), random.Random(seed)
    name = f"{seed}-{time.time_ns()}"
    count = 0

    def step() -> int:
        nonlocal count
        count += 1
        body = b'{"service":"%b","quantity":1}' % choice.choice(town.SERVICES).encode()
        status = client.ask(b"POST /v1/authorizations", body, f"{name}-{count}")
        assert status == 201, status
        return 1

    return step


def wallet(told: str, _address: str, seed: int) -> Step:
    """One look at one's own wallet a step."""
    client = Client(told, seed)

    def step() -> int:
        status = client.ask(b"GET /v1/wallets/mine")
        assert status == 200, status
        return 1

    return step


class Client:
    """A program that asks over one connection, at as little cost to itself as can be: it shares the machine."""

    def __init__(self, told: str, seed: int) -> None:
        self._port, secrets = json.loads(told)
        # As many people as there are, each program for one in turn.
        mine = secrets[seed % CLIENTS :: CLIENTS]
        self._heads = [f"\r\nHost: x\r\nAuthorization: Bearer {secret}\r\n".encode() for _, secret in mine]
        self._turn = 0
        self._socket: socket.socket | None = None
        self._used = 0.0

    def ask(self, line: bytes, body: bytes = b"", key: str = "") -> int:
        """Send a request, read the whole answer, and return its status."""
        self._turn += 1
        parts = [line, b" HTTP/1.1", self._heads[self._turn % len(self._heads)]]
        if body:
            parts.append(b"Content-Type: application/json\r\nContent-Length: %d\r\n" % len(body))
            parts.append(b"Idempotency-Key: %b\r\n" % key.encode())
        connection = self._connection()
        connection.sendall(b"".join([*parts, b"\r\n", body]))
        answer = _more(connection)
        while b"\r\n\r\n" not in answer:
            answer += _more(connection)
        head, _, rest = answer.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        while len(rest) < length:
            rest += _more(connection)
        return int(head[9:12])

    def _connection(self) -> socket.socket:
        now = time.monotonic()
        if self._socket is None or now - self._used > _IDLE_SECONDS:
            if self._socket is not None:
                self._socket.close()
            self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=60)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._used = now
        return self._socket


def _more(connection: socket.socket) -> bytes:
    found = connection.recv(65_536)
    if not found:
        raise ConnectionError("the server hung up")
    return found


def _wait(port: int) -> None:
    for _ in range(600):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
                connection.sendall(b"GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                if connection.recv(64).startswith(b"HTTP/1.1 200"):
                    return
        except OSError:
            pass
        time.sleep(0.1)
    raise RuntimeError("the web server did not come up")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
