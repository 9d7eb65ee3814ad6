"""
Metrics: what a monitor collects, on an address of its own that no client reaches.

With several processes each writes its figures into a folder (`PROMETHEUS_MULTIPROC_DIR`, set by config/gunicorn.py
before this is imported), and whoever answers the monitor adds them up.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any

import flask
import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, multiprocess, values
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from api.running import logs
from config import database, fences
from config.fences import Fence, Sight

REQUESTS = Counter("borsellino_http_requests", "Requests answered.", ("route", "method", "status"))
SECONDS = Histogram(
    "borsellino_http_request_seconds",
    "How long an answer took.",
    ("route", "method"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
IN_FLIGHT = Gauge("borsellino_http_requests_in_flight", "Requests being answered.", multiprocess_mode="livesum")
CONNECTIONS = Gauge(
    "borsellino_database_connections_in_use", "Connections that requests hold.", multiprocess_mode="livesum"
)
_JOBS = "select job, done, seconds from running_jobs()"
_BACKLOG = "select what, waiting, oldest_seconds from running_backlog()"
DECISIONS = Counter("borsellino_decisions", "Purchases decided, by status and reason.", ("status", "reason"))


def watch(app: flask.Flask) -> None:
    """Count the requests of an application."""
    app.before_request(_begin)
    app.after_request(_end)
    app.teardown_request(_leave)


def watch_pool(engine: Engine) -> None:
    """Count the connections that are in use of an engine."""
    event.listen(engine, "checkout", lambda *_: CONNECTIONS.inc())
    event.listen(engine, "checkin", lambda *_: CONNECTIONS.dec())


def decided(status: str, reason: str | None) -> None:
    """Count a decision on a purchase that was written down."""
    DECISIONS.labels(status, reason or "").inc()


def page() -> bytes:
    """Return the figures of all processes as a monitor reads them, and what waits in the database now."""
    # What the library made of the setting when it was first imported, and not what the setting is by now.
    if values.ValueClass._multiprocess:
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        written = prometheus_client.generate_latest(registry)
    else:
        written = prometheus_client.generate_latest()
    now = CollectorRegistry()
    up = Gauge("borsellino_database_up", "Whether the database answers.", registry=now)
    waiting = Gauge("borsellino_waiting", "What waits to be done, or failed and was left.", ("what",), registry=now)
    oldest = Gauge("borsellino_waiting_seconds", "For how long the oldest of it waits.", ("what",), registry=now)
    done = Gauge("borsellino_job_done", "Whether the job's last run did its work.", ("job",), registry=now)
    ago = Gauge("borsellino_job_seconds", "How long ago the job's last run ended.", ("job",), registry=now)
    try:
        with fences.inside(Fence(Sight.NOBODY)):
            found, jobs = database.transact(
                lambda session: (database.rows(session, _BACKLOG, ()), database.rows(session, _JOBS, ()))
            )
    except SQLAlchemyError:
        up.set(0)
    else:
        up.set(1)
        for row in found:
            waiting.labels(row.what).set(row.waiting)
            oldest.labels(row.what).set(row.oldest_seconds or 0)
        for run in jobs:
            done.labels(run.job).set(run.done)
            ago.labels(run.job).set(run.seconds)
    return written + prometheus_client.generate_latest(now)


def beside(app: Any, address: str) -> Any:
    """Answer the monitor, who comes in by an address of its own, and let everybody else through to an application."""
    port = address.rpartition(":")[2]

    def answer(asked: Mapping[str, Any], start: Any) -> Iterable[bytes]:
        # The server's own word, not the client's.
        if asked["SERVER_PORT"] != port:
            found: Iterable[bytes] = app(asked, start)
            return found
        if asked["PATH_INFO"] != "/metrics":
            start("404 Not Found", [("Content-Type", "text/plain")])
            return [b"/metrics\n"]
        start("200 OK", [("Content-Type", prometheus_client.CONTENT_TYPE_LATEST), ("Cache-Control", "no-store")])
        return [page()]

    return answer


def _begin() -> None:
    IN_FLIGHT.inc()
    flask.g.counted_from = time.perf_counter()


def _end(response: flask.Response) -> flask.Response:
    method = flask.request.method if flask.request.method in logs.METHODS else "other"
    REQUESTS.labels(logs.route(), method, f"{response.status_code // 100}xx").inc()
    SECONDS.labels(logs.route(), method).observe(time.perf_counter() - flask.g.counted_from)
    return response


def _leave(_error: BaseException | None) -> None:
    if flask.g.pop("counted_from", None) is not None:
        IN_FLIGHT.dec()
