"""The rules as a document, signed and compared, as typed."""

from __future__ import annotations

import json
from pathlib import Path

from plans.rulebook import loading
from tests.api.conftest import Shell

VERDI = ("--by", "Rita Verdi", "--register", "Cremona 123")
TOTAL = len(loading.load().rows)


def test_rules_are_signed_and_what_is_left_is_told(shell: Shell) -> None:
    said = shell.done("rules sign --rules health-fund-cap,pension-cap-2026 --on 01/03/2026", *VERDI, language="it")

    assert "Firmate ora: 2 regole; già firmate da Rita Verdi: 0." in said
    assert f"Regole firmate 2 di {TOTAL}" in said
    found = json.loads(shell.done("rules changes --json"))
    assert (found["signed"], found["total"], len(found["changes"])) == (2, TOTAL, TOTAL - 2)
    assert "mai firmata" in shell.done("rules changes", language="it")


def test_all_rules_are_signed_of_the_version_that_was_read(shell: Shell) -> None:
    # Rules published by the day the test's clock stands at can be signed; some were published later.
    version = loading.load().version

    found = json.loads(shell.done(f"rules sign --rules health-fund-cap --version {version} --json", *VERDI))

    assert found["signoff"]["rule_ids"] == ["health-fund-cap"]
    again = json.loads(shell.done(f"rules sign --rules health-fund-cap --version {version} --json", *VERDI))
    assert (again["signoff"]["rule_ids"], again["signed"]) == ([], 1)


def test_a_dry_run_and_every_refusal_leave_nothing_behind(shell: Shell) -> None:
    before = shell.contents()

    assert "Dry run" in shell.done("rules sign --rules health-fund-cap --dry-run", *VERDI)
    assert "rule_not_found" in shell.refused(1, "rules sign --rules nothing", *VERDI)
    assert "rule_not_found" in shell.refused(1, "rules sign --rules ,", *VERDI)
    assert "rulebook_differs" in shell.refused(1, "rules sign --rules health-fund-cap --version 0", *VERDI)
    assert "signature_day_invalid" in shell.refused(1, "rules sign --rules health-fund-cap --on 03/03/2026", *VERDI)
    no_number = ("--by", "Rita Verdi", "--register", "Cremona")
    assert "register_number_invalid" in shell.refused(1, "rules sign --rules health-fund-cap", *no_number)
    shell.refused(2, "rules sign --rules health-fund-cap", "--by", "Rita Verdi")

    assert shell.contents() == before


def test_the_document_is_written_in_both_formats(shell: Shell, tmp_path: Path) -> None:
    for form in ("pdf", "xlsx"):
        path = tmp_path / f"rules.{form}"
        assert f"{TOTAL} rules, 0 signed" in " ".join(
            shell.done(f"rules document --format {form} --output {path}").split()
        )
        assert path.stat().st_size > 10_000


def test_a_signature_is_withdrawn_with_a_reason(shell: Shell) -> None:
    signed = json.loads(shell.done("rules sign --rules health-fund-cap,pension-cap-2026 --json", *VERDI))
    signing = signed["signoff"]["signoff_id"]

    said = shell.done(f"rules withdraw-signature {signing} --rules health-fund-cap --reason read-otherwise",
                      language="it")  # fmt: skip

    assert "Ritirata la firma di 1 regola: chi ha firmato legge ora diversamente." in " ".join(said.split())
    assert signing in shell.done("rules signatures")
    assert "firma ritirata" in " ".join(shell.done("rules changes", language="it").split())
    again = f"rules withdraw-signature {signing} --rules health-fund-cap --reason read-otherwise"
    assert "signature_not_standing" in shell.refused(1, again)
    assert "sign_off_not_found" in shell.refused(1, "rules withdraw-signature sgn_0 --reason read-otherwise")
