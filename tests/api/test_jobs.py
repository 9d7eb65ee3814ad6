"""borsellino jobs and borsellino worker: every job by hand, and how the runs went."""

from __future__ import annotations

import json

import pytest

from api.jobs.registry import JOBS
from tests.api.conftest import Shell


def test_every_job_is_listed_with_when_it_is_due(shell: Shell) -> None:
    told = json.loads(shell.done("jobs list --json"))["jobs"]

    assert [job["name"] for job in told] == list(JOBS)
    assert "ogni giorno alle 04:00" in shell.done("jobs list", language="it")


@pytest.mark.parametrize("name", JOBS)
def test_every_job_can_be_run_by_hand_and_again(shell: Shell, name: str) -> None:
    first = json.loads(shell.done(f"jobs run {name} --json"))["run"]
    again = json.loads(shell.done(f"jobs run {name} --json"))["run"]

    assert (first["job"], first["outcome"], again["outcome"]) == (name, "done", "done")
    assert first["asked_by"].startswith("cli:")


def test_what_a_worker_did_is_told(shell: Shell) -> None:
    shell.done("worker --once")
    shell.done("worker --once")
    told = json.loads(shell.done("jobs history --limit 100 --json"))["runs"]
    timed = {name for name, job in JOBS.items() if job.schedule.fields is not None}

    assert sorted(run["job"] for run in told if run["due_at"]) == sorted(timed)
    assert {run["outcome"] for run in told} == {"done"}
    assert "fatto" in shell.done("jobs history --job verify", language="it")


def test_a_job_that_is_not_there_is_refused(shell: Shell) -> None:
    assert "[job_not_found]" in shell.refused(1, "jobs run none")
    assert "[job_not_found]" in shell.refused(1, "jobs history --job none")
