"""
gunicorn's settings: `gunicorn --config python:api.running.gunicorn wsgi:app`.

Each worker loads the application for itself, so that no connection crosses a fork, and one that dies is replaced.
"""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from config import settings

_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
# Before anything counts: the library reads it once.
_ours = _FOLDER not in os.environ
if _ours:
    os.environ[_FOLDER] = tempfile.mkdtemp(prefix="borsellino-metrics-")

_configured = settings.load()

bind = [_configured.bind, _configured.metrics_bind]
wsgi_app = "wsgi:app"
worker_class = "gthread"
workers = _configured.workers
threads = _configured.threads
proc_name = "borsellino"

# A worker that is told to stop takes no new request and finishes those it has; a request that outlasts a statement's
# minute is stuck.
graceful_timeout = 30
timeout = 90
keepalive = 5

# What is longer than 4,000 characters is refused by the application, in words; no secret and no data is in an address.
limit_request_line = 8_190
limit_request_fields = 64
limit_request_field_size = 8_190
# Whom to believe about the client is the application's to say (BORSELLINO_PROXIES).
forwarded_allow_ips = ""

# What stops and starts it is its process, not a socket beside it.
control_socket_disable = True
# Every request has its line already (logs.py).
accesslog = None
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "loggers": {"gunicorn.error": {"level": "INFO", "handlers": [], "propagate": True}},
}


def on_starting(_server: Any) -> None:
    """Let the first process log as the others do, and forget the figures of the last run."""
    from api.running import logs

    logs.configure()
    for left in Path(os.environ[_FOLDER]).glob("*.db"):
        left.unlink()


def post_worker_init(_worker: Any) -> None:
    """Leave what a process loaded for good out of every later search for what can be forgotten."""
    gc.collect()
    gc.freeze()


def child_exit(_server: Any, worker: Any) -> None:
    """Take what a process that ended was doing out of the figures; what it had done stays."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def worker_exit(_server: Any, _worker: Any) -> None:
    """Give back the connections of a process that ends."""
    from config import database

    for engine in (database.engine, database.fenced_engine):
        if engine.cache_info().currsize:
            engine().dispose()


def on_exit(_server: Any) -> None:
    """Remove the folder of figures that this run made."""
    if _ours:
        shutil.rmtree(os.environ[_FOLDER], ignore_errors=True)
