"""A log tells what happened and to which route, and never whose it was."""

from __future__ import annotations

import io
import json
import logging
import socket
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
import structlog
from sqlalchemy.exc import OperationalError

from api import app
from api.running import logs
from config import database, settings
from tests import factories
from tests.api.counter import Counter


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What the process logs, as programs read it."""
    stream = io.StringIO()
    monkeypatch.setenv("BORSELLINO_LOG_FORMAT", "json")
    settings.load.cache_clear()
    monkeypatch.setattr(sys, "stderr", stream)
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    logs.configure()
    yield stream
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()
    monkeypatch.undo()
    settings.load.cache_clear()


def lines(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_a_request_is_one_line_with_its_route_and_who_asked(counter: Counter, written: io.StringIO) -> None:
    answer = counter.ask("giulia", "GET", "/v1/authorizations/aut_x?secret=1", X_Request_Id="proxy-7")

    (line,) = lines(written)
    assert line["event"] == "request"
    assert (line["method"], line["status"]) == ("GET", answer.status_code)
    assert line["route"] == "/v1/authorizations/<string:authorization_id>"
    assert line["request_id"] == answer.headers["Request-Id"]
    assert line["their_request_id"] == "proxy-7"
    assert (line["role"], line["book_id"]) == ("employee", counter.books["E1"])
    assert line["member_id"].startswith("mbr_")
    assert line["ms"] >= 0


@pytest.mark.parametrize("theirs", ["giulia@example.it", "a" * 65, "a b", "{}"])
def test_what_a_proxy_calls_a_request_is_kept_only_where_it_is_an_id(
    counter: Counter, written: io.StringIO, theirs: str
) -> None:
    counter.ask("giulia", "GET", "/v1/authorizations/aut_x", X_Request_Id=theirs)

    assert "their_request_id" not in lines(written)[0]


def test_one_request_leaves_nothing_of_itself_to_the_next(counter: Counter, written: io.StringIO) -> None:
    counter.ask("giulia", "GET", "/v1/authorizations/aut_x")
    counter.client.get("/v1/authorizations/aut_x")

    first, second = lines(written)
    assert "member_id" not in second
    assert first["request_id"] != second["request_id"]


def test_nothing_that_a_client_sends_is_logged(counter: Counter, written: io.StringIO) -> None:
    code, secret = factories.tax_code(4711), counter.secrets["giulia"]
    body = {"service": "PSI-CR", "quantity": 1, "relative_id": f"Niccolò {code} giulia@example.it"}

    counter.ask("giulia", "POST", "/v1/authorizations", body)
    counter.ask("giulia", "POST", f"/v1/authorizations?token={secret}&who={code}", body)
    counter.ask("giulia", "GET", f"/v1/authorizations/{code}")
    counter.ask(None, "GET", "/v1/authorizations/x", Authorization=f"Bearer {secret}x")
    counter.client.get(f"/v1/{code}/giulia@example.it/{secret}")

    text = written.getvalue()
    assert len(lines(written)) == 5
    for told in (code, "Niccol", "giulia@example.it", secret, "brsl_"):
        assert told not in text


def test_an_uncaught_error_is_logged_by_its_place_and_answered_by_its_id(
    counter: Counter, written: io.StringIO
) -> None:
    broken = app.create()
    code = factories.tax_code(4711)

    @broken.get("/break")
    def _break() -> None:
        raise RuntimeError(f"Giulia Niccolò, {code}")

    answer = broken.test_client().get("/break", headers={"Accept-Language": "it"})

    problem = answer.get_json()
    failure, request = lines(written)
    assert (answer.status_code, problem["code"]) == (500, "internal_failure")
    assert problem["request_id"] == failure["request_id"] == request["request_id"]
    assert "_break" in failure["trace"]
    assert failure["error"] == "RuntimeError"
    assert "Giulia" not in written.getvalue() + answer.text
    assert code not in written.getvalue() + answer.text
    assert "errors.log" not in answer.text


def test_an_error_of_the_database_is_logged_without_what_it_was_given(counter: Counter, written: io.StringIO) -> None:
    broken = app.create()

    @broken.get("/break")
    def _break() -> None:
        twice = sa.text("insert into territory (code, name) values (:code, :name), (:code, :name)")
        database.transact(lambda session: session.execute(twice, {"code": "niccolo", "name": "Niccolò"}))

    answer = broken.test_client().get("/break")

    assert answer.status_code == 500
    assert "niccol" not in (written.getvalue() + answer.text).lower()
    assert "23505" in lines(written)[0]["why"] or "23502" in lines(written)[0]["why"]


def test_a_database_that_lets_nobody_in_is_logged_with_what_it_said(written: io.StringIO) -> None:
    address = sa.URL.create("postgresql+psycopg", "web", "a-secret", "127.0.0.1", _nobodys_port(), "borsellino")

    with pytest.raises(OperationalError) as refused:
        sa.create_engine(address).connect()
    logs.failure("database away", refused.value, trace=False)

    assert "Connection refused" in lines(written)[0]["why"]
    assert "a-secret" not in written.getvalue()


def _nobodys_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port


def test_a_librarys_own_words_are_struck_too(written: io.StringIO) -> None:
    code = factories.tax_code(4711)
    try:
        raise ValueError(code)
    except ValueError:
        logging.getLogger("library").exception("could not send %s to %s", code, "giulia@example.it")

    (line,) = lines(written)
    assert line["event"] == "could not send *** to ***"
    assert code not in written.getvalue()
    assert line["trace"].endswith("ValueError")


@pytest.mark.parametrize(
    "text",
    [
        "brsl_abc-DEF_123",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "postgresql://user:secret@host/borsellino",
        "giulia.niccolò@example.it",
        "IT60X0542811101000000123456",
        "it60 x054 2811 1010 0000 0123 456",
    ],
)
def test_what_looks_like_a_secret_is_struck(text: str) -> None:
    scrubbed = logs.scrub(None, "info", {"event": f"before {text} after"})["event"]

    assert "***" in scrubbed
    assert scrubbed.startswith("before ")
    assert scrubbed.endswith(" after")
    for part in ("abc-DEF", "MfKQ9r", "secret", "niccol", "0542811", "2811"):
        assert part not in scrubbed


def test_a_terminal_is_written_for_people(
    monkeypatch: pytest.MonkeyPatch, written: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BORSELLINO_LOG_FORMAT", "text")
    settings.load.cache_clear()
    logs.configure()

    structlog.get_logger("borsellino").info("request", status=200)

    told = capsys.readouterr().err
    assert "request" in told
    assert not told.startswith("{")
