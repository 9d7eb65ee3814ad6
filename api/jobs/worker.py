"""
The worker: a process that does the jobs when they are due, until it is told to stop.

APScheduler says when; what is to be done then is read from the database, so that a run that was missed, or whose worker
died, is found at the next look.
"""

from __future__ import annotations

import logging
import signal
import threading
import time
from datetime import UTC

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from api.jobs import running
from api.jobs.registry import JOBS, Job
from api.jobs.runs import Run
from config import clock

# Each needs a connection for its lock and one for its work; the pool has ten.
THREADS = 5
LOOK_SECONDS = 30
# After a failure of what is looked for every second.
REST_SECONDS = 60
_log = structlog.get_logger("borsellino.worker")


class Worker:
    """The jobs of one process."""

    def __init__(self) -> None:
        """Register every job."""
        self._stop = threading.Event()
        self._resting: dict[str, float] = {}
        # A fixed clock is fixed for this process's first thread only.
        self._fixed = clock.fixed()
        logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(THREADS)},
            # How late a run may be is ours to say: what was missed is done once, whenever.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        for job in JOBS.values():
            trigger = job.schedule.trigger()
            self._scheduler.add_job(self._run, trigger, args=[job], id=job.name, max_instances=job.at_once)
        self._scheduler.add_job(self._look, IntervalTrigger(seconds=LOOK_SECONDS, timezone=UTC), id="look")
        self._scheduler.add_job(self._run_asked, IntervalTrigger(seconds=1, timezone=UTC), id="asked")

    def run(self) -> None:
        """Work until SIGTERM or SIGINT; a job in flight ends first."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stop())
        _log.info("worker_started", worker=running.WORKER, jobs=len(JOBS))
        self._scheduler.start()
        self.catch_up()
        self._stop.wait()
        self._scheduler.shutdown(wait=True)
        _log.info("worker_stopped", worker=running.WORKER)

    def stop(self) -> None:
        """Begin nothing more, and let `run` return when what was begun has ended."""
        self._stop.set()

    def catch_up(self) -> None:
        """Do what was due last of each job and was not done, and what there is to do now."""
        for job in JOBS.values():
            if not self._stop.is_set():
                self._run(job)

    def _run(self, job: Job) -> None:
        if self._stop.is_set() or self._resting.get(job.name, 0) > time.monotonic():
            return
        clock.fix(self._fixed)
        try:
            if job.schedule.fields is not None:
                self._tell(running.run_latest(job))
                return
            run = running.watch(job, self._stop.is_set)
            self._tell(run)
            if run is not None and run.problem is not None:
                self._resting[job.name] = time.monotonic() + REST_SECONDS
        except Exception as error:
            # The database is away, or went away before the run could be written down: the next look finds it.
            _log.error("job_not_run", job=job.name, problem=type(error).__name__)

    def _look(self) -> None:
        for job in JOBS.values():
            if job.schedule.fields is not None:
                self._run(job)

    def _run_asked(self) -> None:
        clock.fix(self._fixed)
        try:
            while not self._stop.is_set() and (run := running.run_asked()) is not None:
                self._tell(run)
        except Exception as error:
            _log.error("job_not_run", job="asked", problem=type(error).__name__)

    def _tell(self, run: Run | None) -> None:
        if run is None:
            return
        told = {"job": run.job, "duration_ms": run.duration_ms, **run.summary}
        if run.problem is None:
            _log.info("job_done", **told)
        else:
            _log.error("job_failed", **told, problem=run.problem["code"], detail=run.problem["en"])
