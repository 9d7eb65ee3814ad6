"""borsellino request, as an office types it."""

from __future__ import annotations

import json

from tests.api.conftest import MARIO, Shell


def test_a_request_from_the_first_word_to_the_last(shell: Shell) -> None:
    made = json.loads(shell.done(f"request ask {MARIO} Aiuto --service CON-CR --json"))["request"]["request_id"]
    shell.done(f"request answer {made} Eccolo --service PSI-CR --dry-run")
    assert "aperta" in shell.done(f"request show {made}", language="it")
    shell.done(f"request answer {made} Eccolo --service PSI-CR")
    assert made in shell.done("request list --state answered --territory cremona")
    assert "PSI-CR" in shell.done(f"request show {made}")
    assert "chiusa" in shell.done(f"request close {made} not-available", language="it")
    assert "chiusa" in shell.refused(1, f"request close {made} oriented", language="it")
