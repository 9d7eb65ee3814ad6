"""What is raised becomes one sentence and one exit code."""

from __future__ import annotations

import subprocess

import psycopg
import pytest
import sqlalchemy as sa

from api.errors import ExitCode, exit_code, translate
from config.embedded import NoPostgres
from ledger.errors import RefusedBefore
from wallet.errors import AuthorizationNotFound, QuantityOrAmount


def driver_error(sqlstate: str | None, text: str = "said by the server") -> sa.exc.OperationalError:
    error = psycopg.OperationalError(text)
    error.sqlstate = sqlstate
    return sa.exc.OperationalError("select 1", {}, error)


@pytest.mark.parametrize("sqlstate", ["40001", "40P01", "55P03", "57014"])
def test_a_database_that_is_busy_may_be_asked_again(sqlstate: str) -> None:
    refusal = translate(driver_error(sqlstate))

    assert refusal is not None
    assert refusal.retryable
    assert exit_code(refusal) is ExitCode.BUSY


@pytest.mark.parametrize(
    "error",
    [
        driver_error(None, "connection to server failed\nIs it running?"),
        driver_error("28P01"),
        NoPostgres("No PostgreSQL for this machine."),
        sa.exc.ArgumentError("Could not parse 'postgresql://me:secret@host/x'"),
        subprocess.TimeoutExpired("pg_ctl", 10),
    ],
)
def test_a_database_that_does_not_answer_is_unavailable_and_keeps_its_password(error: Exception) -> None:
    refusal = translate(error)

    assert refusal is not None
    assert exit_code(refusal) is ExitCode.UNAVAILABLE
    for language in ("it", "en"):
        assert "secret" not in refusal.text(language)
        assert "\n" not in refusal.text(language)


def test_a_file_that_cannot_be_written_is_named() -> None:
    refusal = translate(PermissionError(13, "Permission denied", "/there"))

    assert refusal is not None
    assert "/there" in refusal.text("it")
    assert exit_code(refusal) is ExitCode.USAGE


@pytest.mark.parametrize("error", [ZeroDivisionError(), KeyError("x"), OSError("nothing is named")])
def test_a_mistake_of_the_program_is_no_refusal(error: Exception) -> None:
    assert translate(error) is None


def test_a_refusal_that_is_answered_again_ends_as_the_first_did() -> None:
    for first in (QuantityOrAmount(), AuthorizationNotFound(authorization="aut_x")):
        again = RefusedBefore(first.code, it=first.text("it"), en=first.text("en"))

        assert exit_code(again) is exit_code(first)
