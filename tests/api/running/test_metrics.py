"""What a monitor reads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from api.running import metrics
from config import database
from tests.api.counter import Counter


def figures() -> Mapping[str, float]:
    text = metrics.page().decode()
    return {name: float(value) for name, value in re.findall(r"^([^#\s]+(?:\{.*\})?) (\S+)$", text, re.MULTILINE)}


def test_requests_are_counted_by_route_and_kind_of_status(counter: Counter) -> None:
    name = (
        'borsellino_http_requests_total{method="GET",route="/v1/authorizations/<string:authorization_id>",status="4xx"}'
    )
    before = figures().get(name, 0)

    counter.ask("giulia", "GET", "/v1/authorizations/aut_x")
    counter.ask(None, "GET", "/v1/authorizations/aut_x")

    assert figures()[name] == before + 2
    assert figures()["borsellino_http_requests_in_flight"] == 0


def test_no_client_can_make_the_figures_grow_without_end(counter: Counter) -> None:
    counter.client.open("/v1/a-path-of-nobody", method="BREW")

    names = [name for name in figures() if "nobody" in name or "BREW" in name]

    assert names == []
    assert 'borsellino_http_requests_total{method="other",route="-",status="4xx"}' in figures()


def test_decisions_are_counted_by_outcome(counter: Counter) -> None:
    yes = 'borsellino_decisions_total{reason="",status="authorized"}'
    no = 'borsellino_decisions_total{reason="insufficient_funds",status="declined"}'
    before = figures()

    counter.buy()
    counter.ask("giulia", "POST", "/v1/authorizations", {"service": "PSI-CR", "quantity": 10_000})
    counter.ask("giulia", "POST", "/v1/authorizations/simulate", {"service": "PSI-CR", "quantity": 1})

    after = figures()
    assert after[yes] == before.get(yes, 0) + 1
    assert after[no] == before.get(no, 0) + 1


def test_a_setting_that_comes_after_the_library_changes_nothing(
    counter: Counter, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    counter.ask("giulia", "GET", "/v1/me")

    assert any(name.startswith("borsellino_http_requests_total") for name in figures())


def test_what_waits_is_told_in_numbers(counter: Counter) -> None:
    found = figures()

    assert found["borsellino_database_up"] == 1
    for what in ("tasks", "events", "mail", "dead_mail", "deliveries", "dead_deliveries", "failed_jobs"):
        assert f'borsellino_waiting{{what="{what}"}}' in found


def test_how_the_last_verification_went_is_told(counter: Counter) -> None:
    ran = sa.text(
        "insert into job_run (run_id, job, outcome, started_at, ended_at, problem) values"
        " (:id, 'verify', :outcome, ledger_now(), ledger_now(), case :outcome when 'failed' then '{}'::jsonb end)"
    )
    told = []
    for number, outcome in enumerate(("done", "failed")):
        row = {"id": f"run_{number}", "outcome": outcome}
        database.transact(lambda session, row=row: session.execute(ran, row))  # type: ignore[misc]
        told.append(figures()['borsellino_job_done{job="verify"}'])
    database.transact(lambda session: session.execute(sa.text("delete from job_run where run_id like 'run__'")))

    assert told == [1, 0]


@pytest.mark.parametrize(
    ("port", "path", "status"), [("8001", "/metrics", "200 OK"), ("8001", "/healthz", "404 Not Found")]
)
def test_figures_are_told_at_the_monitors_address_alone(counter: Counter, port: str, path: str, status: str) -> None:
    seen: list[Any] = []
    answer = metrics.beside(lambda environ, start: [b"application"], "127.0.0.1:8001")

    body = b"".join(answer({"SERVER_PORT": port, "PATH_INFO": path}, lambda *given: seen.append(given)))

    assert seen[0][0] == status
    assert (b"borsellino_http" in body) == (status == "200 OK")
    assert list(answer({"SERVER_PORT": "8000", "PATH_INFO": "/metrics"}, seen.append)) == [b"application"]
