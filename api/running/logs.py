"""
Logs: one line a request, JSON for programs and text on a terminal, without anything that says whose it is.

A line has the route and never the path, no value of a query, no body, no token; what is logged of an error is where it
happened and never what it was about. Whatever still looks like a secret is struck out of every line.
"""

from __future__ import annotations

import logging
import re
import sys
import time
import traceback
from collections.abc import Iterator, MutableMapping
from typing import Any

import flask
import structlog
from sqlalchemy.exc import DBAPIError, OperationalError

from config import settings

_log = structlog.get_logger("borsellino")
# Tokens of ours and of webhooks, passwords in addresses, tax codes, e-mail addresses, IBANs.
_SECRETS = re.compile(
    r"brsl_[\w-]+|whsec_[\w+/=-]+|(?<=://)[^/\s]+@|\b[A-Z]{6}[\dL-NP-V]{2}[A-EHLMPRST][\dL-NP-V]{2}[A-Z][\dL-NP-V]{3}[A-Z]\b"
    r"|[\w.+-]+@[\w-]+\.[\w.-]+|\b[A-Z]{2}\d\d(?: ?[A-Z0-9]{4}){3,7}[A-Z0-9]{0,3}\b",
    re.IGNORECASE,
)
_STRUCK = "***"
# What a proxy or a client may call a request, to find it again in its own log.
_THEIR_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def configure() -> None:
    """Send the logs of this process, ours and the libraries', to the error stream; JSON unless that is a terminal."""
    configured = settings.load()
    asked = configured.log_format
    as_text = asked == "text" or (asked == "auto" and sys.stderr.isatty())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        scrub,
    ]
    last: Any = structlog.dev.ConsoleRenderer() if as_text else structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.PositionalArgumentsFormatter(), *shared[:-1], _plain_trace, scrub],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(configured.log_level.upper())


def watch(app: flask.Flask) -> None:
    """Write one line for every request of an application."""
    app.before_request(_begin)
    app.after_request(_end)


def failure(event: str, error: BaseException, *, trace: bool = True) -> None:
    """Log an error by where it happened; what it quotes, which may be somebody's data, is left out."""
    told = {"error": type(error).__qualname__, "why": why(error)}
    if trace:
        told["trace"] = "\n".join(steps(error))
    _log.error(event, **told)


def why(error: BaseException) -> str:
    """Return what an error says, as far as it cannot quote data."""
    if isinstance(error, DBAPIError):
        diagnosis = getattr(error.orig, "diag", None)
        if isinstance(error, OperationalError) and error.statement is None and str(error.orig):
            # Nothing was asked yet that could be quoted: it names the server, the role, and what is wrong with them.
            return str(error.orig).splitlines()[0]
        parts = [getattr(error.orig, "sqlstate", None), getattr(diagnosis, "constraint_name", None)]
        parts += [getattr(diagnosis, "table_name", None), type(error.orig).__name__]
        return " ".join(part for part in parts if part)
    return ""


def steps(error: BaseException) -> Iterator[str]:
    """Return where an error came from, cause before effect: files, lines and functions, no values."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from steps(before)
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"{frame.filename}:{frame.lineno} {frame.name}"
    yield f"{type(error).__qualname__} {why(error)}".rstrip()


def scrub(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Strike out of a line whatever looks like a secret or names a person."""
    for name, value in event.items():
        if isinstance(value, str) and name not in ("timestamp", "trace"):
            event[name] = _SECRETS.sub(_STRUCK, value)
    return event


def _plain_trace(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    # Of a library's own log: the same as of ours.
    record = event.get("_record")
    if record is not None and record.exc_info and record.exc_info[1] is not None:
        event["trace"] = "\n".join(steps(record.exc_info[1]))
        record.exc_info = record.exc_text = None
    event.pop("exc_info", None)
    return event


def _begin() -> None:
    # Threads are used again: what the last request bound is not this one's.
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=flask.g.request_id)
    flask.g.began = time.perf_counter()


def _end(response: flask.Response) -> flask.Response:
    request = flask.request
    told: dict[str, Any] = {
        "method": request.method if request.method in METHODS else "other",
        "route": route(),
        "status": response.status_code,
        "ms": round((time.perf_counter() - flask.g.began) * 1_000, 1),
    }
    theirs = request.headers.get("X-Request-Id", "")
    if _THEIR_ID.fullmatch(theirs):
        told["their_request_id"] = theirs
    identity = flask.g.get("identity")
    if identity is not None:
        told |= {"role": str(identity.role), "member_id": identity.member_id, "book_id": identity.book_id}
    _log.info("request", **told)
    return response


METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def route() -> str:
    """Return the pattern that this request's path matched, which names nobody."""
    rule = flask.request.url_rule
    return "-" if rule is None else rule.rule
