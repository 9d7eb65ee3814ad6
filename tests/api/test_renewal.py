"""plan renew: the next period from the last one, on the command line."""

from __future__ import annotations

import json

from tests.api.conftest import Shell
from tests.api.test_people_and_plans import plan


def test_a_dry_run_shows_what_differs_and_loads_nothing(shell: Shell) -> None:
    shell.done(f"plan load {plan(shell, 'B-2026')}")
    before = shell.contents()

    text = shell.done("plan renew B-2026 --dry-run", language="it")

    for part in ("Prova", "B-2027", "spend_by", "30/11/2026", "30/11/2027", "L'atto è quello del periodo scorso"):
        assert part in text
    assert shell.contents() == before


def test_it_is_loaded_once_and_the_last_period_is_untouched(shell: Shell) -> None:
    shell.done(f"plan load {plan(shell, 'B-2026')}")
    changes = shell.write("m.toml", 'carry_over_months = 6\n[act]\ndocument_ref = "verbale 2027"\n')
    old = shell.sql("select * from plan where code = 'B-2026'")

    found = json.loads(shell.done(f"plan renew B-2026 --changes {changes} --json"))

    assert (found["plan"], found["outcome"], found["act_kept"]) == ("B-2027", "CREATED", False)
    assert {"carry_over_months", "act.document_ref", "starts_on"} <= {each["key"] for each in found["differences"]}
    assert shell.sql("select * from plan where code = 'B-2026'") == old
    assert shell.sql("select starts_on::text, carry_over_months from plan where code = 'B-2027'") == [("2027-01-01", 6)]
    assert "unchanged" in shell.done(f"plan renew B-2026 --changes {changes}")
    assert "plan_changed" in shell.refused(1, "plan renew B-2026")


def test_what_cannot_be_renewed_is_refused(shell: Shell) -> None:
    changes = shell.write("m.toml", "boh = 1\n")

    assert "plan_not_found" in shell.refused(1, "plan renew Z")
    assert "renewal_code_needed" in shell.refused(1, "plan renew A")
    assert "boh" in shell.refused(2, f"plan renew A --code A2 --changes {changes}", language="it")
    assert "plan_file_unreadable" in shell.refused(2, f"plan renew A --code A2 --changes {changes}.no")
