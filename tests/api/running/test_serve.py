"""One command serves everything, and stops everything."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from api.access.roles import Role
from api.demonstration import sign_ins
from api.running import serving
from api.running.serving import AddressTaken
from config import database
from config.database import ROOT
from tests.api.counter import Counter
from tests.api.running.site import PATIENCE_SECONDS, free_port, wait_until


@pytest.fixture
def folder() -> Iterator[Path]:
    # A short path: a Unix socket's is limited to some hundred characters.
    with tempfile.TemporaryDirectory(prefix="brs-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)


def told(port: int, path: str) -> dict[str, object]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path)
        found: dict[str, object] = json.loads(connection.getresponse().read())
        return found
    except OSError:
        return {}
    finally:
        connection.close()


@pytest.mark.slow
@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGHUP])
def test_it_serves_until_it_is_interrupted_and_leaves_nothing_behind(folder: Path, asked: signal.Signals) -> None:
    port = free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("BORSELLINO", "DATABASE_URL"))},
        "BORSELLINO_DATA_DIR": str(folder),
        "BORSELLINO_METRICS_BIND": f"127.0.0.1:{free_port()}",
    }
    with (folder / "log").open("wb") as log:
        serving = subprocess.Popen(
            [sys.executable, "-m", "api.cli", "--language", "en", "serve", "--bind", f"127.0.0.1:{port}"],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
        )
        try:
            # The worker does at its start what is due, which is how it is known to live.
            wait_until(lambda: told(port, "/readyz").get("status") == "ok" or serving.poll() is not None)
            assert serving.poll() is None, (folder / "log").read_text()
            others = [
                each for each in psutil.Process(serving.pid).children(recursive=True) if "postgres" not in each.name()
            ]
            serving.send_signal(asked)
            code = serving.wait(PATIENCE_SECONDS)
            left = [each for each in others if each.is_running()]
            for each in left:
                each.terminate()
        finally:
            if serving.poll() is None:
                serving.kill()

    assert f"http://127.0.0.1:{port}/docs/" in (folder / "log").read_text()
    assert (code, left) == (0, [])
    assert len(others) > 2
    wait_until(lambda: not (folder / "postgres" / "postmaster.pid").exists())


def test_the_demonstration_has_somebody_of_every_role(counter: Counter) -> None:
    database.transact(sign_ins.make)
    found = database.transact(sign_ins.make)

    assert {one.role for one in found} == set(Role) - {Role.EMPLOYEE}
    for one in found:
        answer = counter.client.get("/v1/me", headers={"Authorization": f"Bearer {one.token}"})
        assert (answer.status_code, answer.get_json()["role"]) == (200, one.role)
        assert one.email.endswith(".example")


def test_an_address_that_is_taken_is_told_with_its_setting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(AddressTaken) as refusal:
            serving.require({"BORSELLINO_BIND": "127.0.0.1:0", "BORSELLINO_METRICS_BIND": address})

    assert refusal.value.details == {"address": address, "setting": "BORSELLINO_METRICS_BIND"}
