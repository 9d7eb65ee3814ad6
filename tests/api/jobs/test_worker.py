"""Real workers, two at once, killed and stopped: each due run is done once, and none is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL, Engine

from config import database

PATIENCE = 60


class Workers:
    """Starts workers on a database of the test's own, and looks at what they leave there."""

    def __init__(self, address: URL) -> None:
        self.engine: Engine = sa.create_engine(address, isolation_level="AUTOCOMMIT")
        self.environment = os.environ | {"DATABASE_URL": address.render_as_string(hide_password=False)}
        self.environment.pop("BORSELLINO_CLOCK", None)
        self.started: list[subprocess.Popen[bytes]] = []
        self.sql("create table mark (left_at timestamptz default clock_timestamp())")

    def start(self, trial: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.api.jobs.process", trial]
        process = subprocess.Popen(command, cwd=database.ROOT, env=self.environment, stderr=subprocess.DEVNULL)
        self.started.append(process)
        return process

    def sql(self, statement: str) -> list[tuple[object, ...]]:
        with self.engine.connect() as connection:
            result = connection.exec_driver_sql(statement)
            return [tuple(row) for row in result] if result.returns_rows else []

    def runs(self) -> list[tuple[object, ...]]:
        return self.sql("select outcome, attempts, due_at, worker from job_run order by run_id")

    def marks(self) -> int:
        return int(str(self.sql("select count(*) from mark")[0][0]))

    def wait(self, until: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not until():
            assert time.monotonic() < end, self.runs()
            time.sleep(0.05)

    def stop(self) -> list[int]:
        for process in self.started:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        return [process.wait(PATIENCE) for process in self.started]


@pytest.fixture
def workers(own_database: URL) -> Iterator[Workers]:
    found = Workers(own_database)
    yield found
    for process in found.started:
        if process.poll() is None:
            process.kill()
            process.wait()
    found.engine.dispose()


@pytest.mark.slow
def test_two_workers_do_each_due_run_once(workers: Workers) -> None:
    workers.start("often")
    workers.start("often")
    # Until each has had its turn.
    workers.wait(lambda: len({worker for *_, worker in workers.runs()}) == 2 and len(workers.runs()) >= 5)

    ended = workers.stop()
    runs = workers.runs()

    assert ended == [0, 0]
    assert {outcome for outcome, *_ in runs} == {"done"}
    assert len({due_at for _, _, due_at, _ in runs}) == len(runs) == workers.marks()


@pytest.mark.slow
def test_a_run_whose_worker_is_killed_is_done_by_the_other(workers: Workers) -> None:
    first = workers.start("hanging")
    workers.wait(lambda: workers.marks() == 1)
    workers.start("hanging")
    [(outcome, attempts, due_at, _)] = workers.runs()

    first.kill()
    workers.wait(lambda: workers.runs()[0][0] == "done")

    assert (outcome, attempts) == ("running", 1)
    assert [run[:3] for run in workers.runs()] == [("done", 2, due_at)]
    assert workers.marks() == 2


@pytest.mark.slow
def test_a_worker_that_is_told_to_stop_ends_the_job_in_flight(workers: Workers) -> None:
    workers.start("slow")
    workers.wait(lambda: workers.marks() == 1)

    ended = workers.stop()

    assert ended == [0]
    assert (workers.marks(), workers.runs()[0][0]) == (2, "done")
