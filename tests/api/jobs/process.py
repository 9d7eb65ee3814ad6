"""A worker of a process of its own, with a job of the test's: it leaves marks in a table, and may be held up."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import sqlalchemy as sa

from api.jobs import registry, worker
from api.jobs.registry import Job
from api.jobs.schedules import Schedule, daily
from api.jobs.works import Tally
from config import database


def mark(tally: Tally) -> None:
    """Leave one mark."""
    database.transact(lambda session: session.execute(sa.text("insert into mark default values")))
    tally["marks"] += 1


def hang_once(tally: Tally) -> None:
    """Leave a mark, and never end unless there was one before."""
    with database.transaction() as session:
        before = session.scalar(sa.text("select count(*) from mark"))
    mark(tally)
    if not before:
        time.sleep(600)


def mark_slowly(tally: Tally) -> None:
    """Leave a mark, and another one a while later."""
    mark(tally)
    time.sleep(1)
    mark(tally)


SECONDLY = Schedule("ogni secondo", "every second", {"second": "*"})
TRIALS: dict[str, tuple[Schedule, Callable[[Tally], None]]] = {
    "often": (SECONDLY, mark),
    "hanging": (daily(0, 15), hang_once),
    "slow": (daily(0, 15), mark_slowly),
}

if __name__ == "__main__":
    schedule, work = TRIALS[sys.argv[1]]
    registry.JOBS.clear()
    registry.JOBS["trial"] = Job("trial", schedule, "Prova.", "A trial.", work)
    worker.LOOK_SECONDS = 1
    worker.Worker().run()
