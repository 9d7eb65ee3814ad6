"""A few real processes: what the shell sees is what the tests above see."""

from __future__ import annotations

import os
import subprocess
import sys

from config import database
from tests.api.conftest import GIULIA, Shell


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "api.cli", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=database.ROOT,
        env=os.environ | environment,
        timeout=120,
        check=False,
    )


def test_a_command_that_succeeds_writes_to_standard_output_alone(shell: Shell) -> None:
    done = run("plan", "list")

    assert (done.returncode, done.stderr) == (0, "")
    assert "impegnato" in done.stdout


def test_a_refusal_writes_to_the_error_stream_alone(shell: Shell) -> None:
    refused = run("people", "show", "ZZZ", "--language", "en")

    assert (refused.returncode, refused.stdout) == (2, "")
    assert "[tax_code_length]" in refused.stderr


def test_two_processes_load_the_same_budget_once(shell: Shell) -> None:
    path = shell.write("budget.csv", f"codice fiscale;importo\n{GIULIA};600,00\n")
    line = [sys.executable, "-m", "api.cli", "budget", "load", path, "--plan", "A"]
    both = [subprocess.Popen(line, cwd=database.ROOT, stdout=subprocess.DEVNULL) for _ in range(2)]

    assert [process.wait(120) for process in both] == [0, 0]
    assert shell.sql("select count(*) from budget_load") == [(1,)]


def test_a_terminal_without_the_euro_sign_is_no_reason_to_end(shell: Shell) -> None:
    done = run("plan", "list", PYTHONIOENCODING="ascii", PYTHONUTF8="0")

    assert done.returncode == 0


def test_text_that_is_no_text_is_refused(shell: Shell) -> None:
    refused = subprocess.run(
        [sys.executable, "-m", "api.cli", "people", "show", b"\xff\xfe"],
        capture_output=True,
        cwd=database.ROOT,
        timeout=120,
        check=False,
    )

    assert refused.returncode == 2
    assert b"Traceback" not in refused.stderr
