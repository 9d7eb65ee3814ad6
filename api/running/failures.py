"""What nobody foresaw: a mistake of ours or a database that is away, told to the client as little as it needs."""

from __future__ import annotations

import flask
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from api import errors
from api.conventions import problems
from api.running import health, logs
from config.errors import DomainError
from ledger.errors import Contention

# Seconds; a restart of PostgreSQL takes about as long.
_AWAY, _BUSY = 5, 1


def watch(app: flask.Flask) -> None:
    """Answer what no view foresaw with a problem, and keep its trace in the log."""
    app.register_error_handler(Exception, answer)


def answer(error: Exception) -> flask.Response:
    """Write an unforeseen error as a problem: 503 where trying again may help, else 500."""
    refusal = noted(error)
    return problems.render(refusal, patience(refusal))


def patience(refusal: DomainError) -> dict[str, str]:
    """Return the header that says after how many seconds to try again, where that may help."""
    wait = {Contention: _BUSY, errors.DatabaseUnavailable: _AWAY, errors.SchemaNotCurrent: _AWAY}.get(type(refusal))
    return {} if wait is None else {"Retry-After": str(wait)}


def noted(error: Exception) -> DomainError:
    """Keep the trace of an unforeseen error in the log, and return what people are told of it."""
    refusal = _meaning(error)
    if isinstance(refusal, errors.InternalFailure):
        logs.failure("uncaught", error)
    else:
        logs.failure("unavailable", error, trace=False)
    return refusal


def _meaning(error: Exception) -> DomainError:
    # Files that cannot be written or settings that are wrong are mistakes of whoever runs this, not of the client.
    if isinstance(error, PoolTimeout):
        # Every connection of this process is in use.
        return Contention()
    if isinstance(error, SQLAlchemyError):
        found = errors.translate(error)
        if isinstance(found, (Contention, errors.DatabaseUnavailable)):
            return found
        if health.looks_unlaid(error) and health.is_unlaid():
            return errors.SchemaNotCurrent()
    return errors.InternalFailure(incident=flask.g.get("request_id", ""), log="")
