"""What is raised becomes one sentence and one exit code."""

from __future__ import annotations

import subprocess

import psycopg
import pytest
import sqlalchemy as sa
from environs import EnvValidationError

from api.errors import ExitCode, exit_code, translate
from config import settings
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


@pytest.mark.parametrize(
    ("name", "value", "italian"),
    [
        ("BIND", "here", "un indirizzo come 127.0.0.1:8000"),
        ("PUBLIC_URL", "here", "un indirizzo come https://welfare.example.it"),
        ("OIDC_ISSUER", "http://example.it", "un indirizzo come https://spid.example.it"),
        ("MAIL_FROM", "@", "un indirizzo come Welfare <welfare@example.it>"),
        ("RATE", "often", "un ritmo come 30/minute, oppure off"),
        ("LOGO", "/nowhere.png", "un file PNG o JPEG che si possa leggere"),
        ("LOG_FORMAT", "xml", "uno di auto, json, text"),
        ("MAIL_TLS", "ssl", "uno di starttls, tls, none"),
        ("THREADS", "0", "da 1 a 64"),
        ("WORKERS", "many", "un numero intero"),
        ("WEBHOOKS_PRIVATE", "perhaps", "true o false"),
    ],
)
def test_a_setting_that_is_wrong_is_explained_in_italian(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, italian: str
) -> None:
    monkeypatch.setenv(f"BORSELLINO_{name}", value)

    # What was read before stays as it is for whoever comes after.
    with pytest.raises(EnvValidationError) as wrong:
        settings.load.__wrapped__()
    refusal = translate(wrong.value)

    assert refusal is not None
    assert f"BORSELLINO_{name}: valore non valido ({italian})" in refusal.text("it")
