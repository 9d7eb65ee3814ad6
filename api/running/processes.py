"""The processes of `borsellino serve`: the web server and the worker, started, watched and stopped together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from types import FrameType

from config import database, fences, settings

WEB = ("-m", "gunicorn", "--config", "python:api.running.gunicorn", "--chdir", str(database.ROOT))
WORKER = ("-m", "api.cli", "worker")
# The web server lets requests finish for thirty seconds.
_PATIENCE_SECONDS = 40.0


class Processes:
    """Programs of ours that live and end together."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = {**os.environ, **environment}
        self._running: list[subprocess.Popen[bytes]] = []
        self._asked_to_stop = False
        # Before the first is started: whoever closes the terminal meanwhile leaves none behind.
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # Where somebody wants a signal ignored (nohup), it is.
            if signal.getsignal(name) is not signal.SIG_IGN:
                signal.signal(name, self._ask)

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a program of ours, which this one alone tells to stop: a terminal's Ctrl-C reaches only us."""
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, *arguments], cwd=database.ROOT, env=self._environment, start_new_session=True
        )
        self._running.append(process)
        return process

    def watch(self) -> int:
        """Wait until one ends or a signal asks for it, then stop the others; return 0, or how the first one ended."""
        ended: int | None = None
        while not self._asked_to_stop and ended is None:
            time.sleep(0.2)
            ended = next((code for process in self._running if (code := process.poll()) is not None), None)
        self.stop()
        return 0 if self._asked_to_stop or ended is None else ended

    def stop(self) -> None:
        """Let every program finish what it has in hand, and wait for it."""
        for process in self._running:
            if process.poll() is None:
                process.terminate()
        end = time.monotonic() + _PATIENCE_SECONDS
        for process in self._running:
            try:
                process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _ask(self, _signal: int, _frame: FrameType | None) -> None:
        self._asked_to_stop = True


def addresses() -> dict[str, str]:
    """Return what the processes are told of the database: the embedded server's, which this process holds, or ours."""
    configured = settings.load()
    if configured.database_url:
        return {}
    owner = database.url().set(drivername="postgresql")
    web = owner.set(username=fences.WEB_ROLE)
    told = {"DATABASE_URL": owner, "BORSELLINO_WEB_DATABASE_URL": web}
    return {name: address.render_as_string(hide_password=False) for name, address in told.items()}
