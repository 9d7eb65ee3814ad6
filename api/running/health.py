"""Health: whether the process lives, whether it can serve, and what is wrong where it cannot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import flask
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from api.running import logs
from config import database, fences
from config.errors import DomainError
from config.fences import Fence, Sight

blueprint = flask.Blueprint("running", __name__)

_STATE = "select * from running_state()"


class Finding(StrEnum):
    """What a check found: `fail` means that requests cannot be served, `warn` that somebody should look."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that has to be as it should; `told` is for people and says nothing of anybody's data."""

    name: str
    finding: Finding
    told: str = ""


def look() -> list[Check]:
    """Look at everything that serving a request needs."""
    try:
        with fences.inside(Fence(Sight.NOBODY)):
            return database.transact(_look)
    except (SQLAlchemyError, DomainError) as error:
        logs.failure("not ready", error, trace=False)
        if looks_unlaid(error):
            return [Check("database", Finding.OK), Check("schema", Finding.FAIL, "run borsellino db migrate")]
        return [Check("database", Finding.FAIL, "no answer")]


def looks_unlaid(error: Exception) -> bool:
    """Say whether a role, function or table is not there or not for us: no schema was laid, or an old one."""
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    return state in ("22023", "42883", "42501", "42P01", "28000")


def is_unlaid() -> bool:
    """Say whether the schema is not this program's."""
    return any(check.name == "schema" and check.finding is Finding.FAIL for check in look())


def _look(session: Session) -> list[Check]:
    (state,) = database.rows(session, _STATE, ())
    return [Check("database", Finding.OK), *(check(state) for check in _CHECKS)]


def _schema(state: Any) -> Check:
    newest = database.newest_version()
    if state.schema_version != newest:
        return Check("schema", Finding.FAIL, f"database {state.schema_version}, program {newest}")
    if state.laid_version != database.laid_version():
        return Check("schema", Finding.FAIL, "functions and fences of another program: run borsellino db migrate")
    return Check("schema", Finding.OK, newest)


def _role(state: Any) -> Check:
    if state.unfenced:
        return Check("role", Finding.FAIL, "connected as a role that row-level security does not hold")
    return Check("role", Finding.OK)


def _jobs(state: Any) -> Check:
    failed = [name for name in (state.failed_jobs or ()) if name in _PROOFS]
    if failed:
        return Check("proofs", Finding.FAIL, f"failed: {', '.join(sorted(failed))}")
    if state.failed_jobs:
        return Check("proofs", Finding.WARN, f"failed: {', '.join(sorted(state.failed_jobs))}")
    return Check("proofs", Finding.OK)


def _worker(state: Any) -> Check:
    if state.worker_idle_seconds is None:
        return Check("worker", Finding.WARN, "never seen: start borsellino worker")
    if state.worker_idle_seconds > _WORKER_SECONDS:
        return Check("worker", Finding.WARN, f"last seen {state.worker_idle_seconds:.0f} seconds ago")
    return Check("worker", Finding.OK)


# What frees the money of authorizations that ended runs every ten minutes.
_WORKER_SECONDS = 1_500
# Jobs whose failure means that the books may be wrong: nothing is spent on top of that unseen.
_PROOFS = frozenset({"verify", "seal"})
_CHECKS: tuple[Callable[[Any], Check], ...] = (_schema, _role, _jobs, _worker)
_STATUS: Mapping[bool, int] = {True: 200, False: 503}


@blueprint.get("/healthz")
def alive() -> dict[str, str]:
    """Say that the process answers; the database is not asked."""
    return {"status": "ok"}


@blueprint.get("/readyz")
def ready() -> tuple[dict[str, Any], int]:
    """Say whether requests can be served, and each thing that was looked at."""
    checks = look()
    worst = max((check.finding for check in checks), key=list(Finding).index)
    told = [{"name": check.name, "status": str(check.finding), "detail": check.told} for check in checks]
    return {"status": str(worst), "checks": told}, _STATUS[worst is not Finding.FAIL]
