"""The application as it is run: gunicorn's processes on ports of their own, asked over sockets."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import flask
import psutil
import pytest
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session

from config import clock, database, fences
from config.database import ROOT
from tests import factories
from tests.api.counter import Counter, furnish

NOON = "2026-03-02T12:00:00+01:00"
# A busy machine takes its time.
PATIENCE_SECONDS = 180


def furnished(address: URL) -> Counter:
    """Furnish a migrated database; Giulia has enough to buy all day."""
    counter = Counter(flask.Flask("site"))
    engine = database.make_engine(address)
    with clock.at(datetime.fromisoformat(NOON)), Session(engine) as session, session.begin():
        furnish(session, counter)
        factories.funded(session, counter.books["E1"], "A", factories.euro(200_000_000))
        factories.grant(session, counter.books["E1"], "A", counter.people["giulia"], 100_000_000)
    engine.dispose()
    return counter


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Site:
    """Two processes of gunicorn on a database."""

    address: URL
    counter: Counter
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.port, self.metrics_port = free_port(), free_port()
        plain = self.address.set(drivername="postgresql")
        told = {
            "DATABASE_URL": plain.render_as_string(hide_password=False),
            "BORSELLINO_WEB_DATABASE_URL": plain.set(username=fences.WEB_ROLE).render_as_string(hide_password=False),
            "BORSELLINO_BIND": f"127.0.0.1:{self.port}",
            "BORSELLINO_METRICS_BIND": f"127.0.0.1:{self.metrics_port}",
            "BORSELLINO_CLOCK": NOON,
            "BORSELLINO_LOG_FORMAT": "json",
            "BORSELLINO_DATA_DIR": str(self.folder),
        }
        self.log = self.folder / "web.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", "--config", "python:api.running.gunicorn"],
                cwd=ROOT,
                env={**os.environ, **told, **self.environment},
                stderr=log,
            )

    def started(self) -> Site:
        try:
            wait_until(lambda: self.process.poll() is not None or self._answers())
            assert self.process.poll() is None
        except AssertionError:
            self.stop()
            pytest.fail(self.log.read_text())
        return self

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(PATIENCE_SECONDS)

    def workers(self) -> list[int]:
        return [child.pid for child in psutil.Process(self.process.pid).children()]

    def kill_a_worker(self) -> None:
        os.kill(self.workers()[0], signal.SIGKILL)

    def ask(
        self,
        who: str | None,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        port: int | None = None,
        **headers: str,
    ) -> Answer:
        """Send one request over a connection of its own."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if who is not None:
            sent["Authorization"] = f"Bearer {self.counter.secrets[who]}"
        if key is not None:
            sent["Idempotency-Key"] = key
        raw = None
        if body is not None:
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=PATIENCE_SECONDS)
        try:
            connection.request(method, path, raw, sent)
            response = connection.getresponse()
            return Answer(response.status, dict(response.getheaders()), response.read())
        finally:
            connection.close()

    def buy(self, key: str) -> Answer:
        return self.ask("giulia", "POST", "/v1/authorizations", {"service": "PSI-CR", "quantity": 1}, key=key)

    def raw(self, sent: bytes) -> Answer:
        """Send bytes as they are and read one answer."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_SECONDS) as connection:
            connection.sendall(sent)
            response = http.client.HTTPResponse(connection)
            response.begin()
            return Answer(response.status, dict(response.getheaders()), response.read())

    def _answers(self) -> bool:
        try:
            return self.ask(None, "GET", "/readyz").status == 200
        except OSError:
            return False


class Shoppers:
    """Clients that buy one thing after the other, each until it is acknowledged, always under its own key."""

    def __init__(self, site: Site, clients: int = 4) -> None:
        self.site = site
        self.acknowledged: dict[str, str] = {}
        self.failures: list[str] = []
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._shop, args=(number,)) for number in range(clients)]

    def __enter__(self) -> Shoppers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def wait_for(self, more: int) -> None:
        """Wait until so many more purchases are acknowledged."""
        goal = len(self.acknowledged) + more
        wait_until(lambda: len(self.acknowledged) >= goal)

    def _shop(self, number: int) -> None:
        count = 0
        while not self._over.is_set():
            key = f"shopper-{number}-{count}"
            count += 1
            # A purchase that was begun is asked for until it is answered: the client does not know what became of it.
            while key not in self.acknowledged:
                try:
                    answer = self.site.buy(key)
                except (OSError, http.client.HTTPException) as error:
                    self.failures.append(type(error).__name__)
                else:
                    if answer.status == 201:
                        self.acknowledged[key] = answer.json()["id"]
                        break
                    self.failures.append(str(answer.status))
                    assert answer.status in (409, 503), answer.body
                time.sleep(0.05)


def wait_until(found: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not found():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
