"""What nobody foresaw is answered with as little as a client needs, and with whether to try again."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from psycopg import errors as driver

from api import app

CASES = [
    (sa.exc.OperationalError("select 1", None, driver.LockNotAvailable("lock 10.0.0.3")), 503, "contention", "1"),
    (sa.exc.OperationalError("select 1", None, driver.DeadlockDetected("10.0.0.3")), 503, "contention", "1"),
    (sa.exc.TimeoutError("QueuePool limit, 10.0.0.3"), 503, "contention", "1"),
    (sa.exc.OperationalError("select 1", None, driver.AdminShutdown("10.0.0.3")), 503, "database_unavailable", "5"),
    (sa.exc.InterfaceError("select 1", None, driver.InterfaceError("10.0.0.3")), 503, "database_unavailable", "5"),
    (sa.exc.DataError("select 1", None, driver.NumericValueOutOfRange("10.0.0.3")), 500, "internal_failure", None),
    (OSError(28, "No space left on device", "/var/10.0.0.3"), 500, "internal_failure", None),
    (KeyError("10.0.0.3"), 500, "internal_failure", None),
]


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize(("error", "status", "code", "wait"), CASES, ids=lambda value: type(value).__name__)
def test_an_error_is_a_problem(error: Exception, status: int, code: str, wait: str | None, language: str) -> None:
    broken = app.create()

    @broken.get("/break")
    def _break() -> None:
        raise error

    answer = broken.test_client().get("/break", headers={"Accept-Language": language})

    problem = answer.get_json()
    assert (answer.status_code, problem["code"], problem["status"]) == (status, code, status)
    assert answer.mimetype == "application/problem+json"
    assert answer.headers.get("Retry-After") == wait
    assert answer.headers["Content-Language"] == language
    assert problem["request_id"] == answer.headers["Request-Id"]
    assert "10.0.0.3" not in answer.text
