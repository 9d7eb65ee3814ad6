"""Verification, periods, expiry, seals, rules and statements."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.api.conftest import Shell


def test_a_sound_book_has_no_differences(granted: Shell) -> None:
    assert "no differences" in granted.done("ledger verify --all")


def test_each_difference_is_named_and_the_exit_code_is_1(granted: Shell) -> None:
    granted.sql(
        "set session_replication_role = replica; update balance set credit_posted = credit_posted + 1, "
        "debit_posted = debit_posted where account_id = (select account_id from account where code = 'bank')"
    )

    text = granted.refused(1, "ledger verify", language="it")

    assert "conto bank" in text
    assert "differenze" in text


def test_the_trial_balance_balances_and_adds_lots_up(granted: Shell) -> None:
    found = json.loads(granted.done("ledger trial-balance --json"))
    assert found["debit_minor"] == found["credit_minor"] > 0
    assert "lot:*" in granted.done("ledger trial-balance")
    assert "passività" in granted.done("ledger trial-balance", language="it")
    assert "lot:lot_" in granted.done("ledger trial-balance --lots --on 02/03/2026")


def test_the_journal_is_read_by_kind(granted: Shell) -> None:
    text = granted.done("ledger journal --kind grant --limit 1")

    assert "600.00" in text
    assert "commitment" not in text


def test_a_closed_period_takes_no_entries_and_closes_once(granted: Shell) -> None:
    granted.done("ledger close-period --from 01/01/2026 --to 31/01/2026")

    assert "è chiuso" in granted.refused(1, "fund commit A 1,00 --on 15/01/2026", language="it")
    assert "overlaps" in granted.refused(1, "ledger close-period --from 2026-01-31 --to 2026-02-28")


def test_expiry_ends_what_is_over_and_nothing_twice(granted: Shell) -> None:
    assert "0 lots ended" in granted.done("expire --all")
    assert "has not come yet" in granted.refused(1, "expire --on 2027-06-30")


def test_sealing_verifying_and_a_signed_checkpoint(granted: Shell) -> None:
    assert "4 entries sealed" in granted.done("seal")
    assert "0 entries sealed" in granted.done("seal --all")
    path = granted.folder / "checkpoint.json"
    said = granted.done(f"seal checkpoint --output {path}")
    key = said.split()[-1]

    assert "intact" in granted.done(f"seal verify --checkpoint {path} --public-key {key}")

    kept = json.loads(path.read_text())
    path.write_text(json.dumps(kept | {"link_hash": "00" * 32}))
    assert "firma" in granted.refused(1, f"seal verify --checkpoint {path}", language="it")
    assert "no signed checkpoint" in granted.refused(2, f"seal verify --checkpoint {path} --public-key zz")
    path.write_text("[]")
    assert "no signed checkpoint" in granted.refused(2, f"seal verify --checkpoint {path}")


def test_a_tampered_entry_breaks_the_chain(granted: Shell) -> None:
    granted.done("seal")
    granted.sql("set session_replication_role = replica; update entry set memo = 'altro' where entry_id = 1")

    assert "content is not what was sealed" in granted.refused(1, "seal verify")


def test_rules_are_listed_by_day_and_by_confidence(shell: Shell) -> None:
    everything, uncertain = (json.loads(shell.done(f"rules list {more} --json")) for more in ("", "--uncertain"))

    assert 0 < len(uncertain["rules"]) < len(everything["rules"])
    assert "category-care" in shell.done("rules list --on 01/03/2026 --known-at 01/03/2026")
    assert "V-LAW" not in shell.done("rules list", language="it")
    assert "testo dell'atto letto" in shell.done("rules list", language="it")
    assert "Superseded" not in shell.done("rules show category-care")
    assert "Nessuna regola" in shell.refused(1, "rules show nope", language="it")


@pytest.mark.parametrize("reading", ["hr", "payroll"])
@pytest.mark.parametrize(("form", "magic"), [("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK"), ("pdf", b"%PDF")])
def test_a_statement_is_written_in_each_format_for_each_reading(
    granted: Shell, reading: str, form: str, magic: bytes
) -> None:
    path = granted.folder / f"statement.{form}"

    granted.done(f"statement --plan A --reading {reading} --format {form} --output {path}")

    assert path.read_bytes().startswith(magic)


def test_unless_told_the_personnel_office_reads_up_to_the_last_month_that_is_over(
    granted: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)

    assert "A-2026-02-28-hr.csv" in granted.done("statement --plan A --format csv")
    assert "A-2026-12-31-payroll.csv" in granted.done("statement --plan A --format csv --reading payroll")
    assert "whole months" not in (tmp_path / "A-2026-02-28-hr.csv").read_text("utf-8-sig")


def test_the_accountant_gets_the_journal_as_a_table(
    granted: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    path = granted.folder / "giornale.csv"

    granted.done(f"statement --format journal-csv --output {path}", language="it")
    said = granted.done("statement --format journal-csv --from 01/01/2026 --to 31/12/2026")

    italian, english = path.read_bytes().decode("utf-8-sig"), (tmp_path / "E1-journal.csv").read_text("utf-8-sig")
    assert "E1-journal.csv" in said
    assert italian.startswith("Giornale;Data;")
    assert ";accredito;" in italian
    assert ";600,00;" in italian
    assert "Saldi;bank;Banca;0,00;" in italian
    assert english.startswith("Journal,Date,")
    assert ",grant," in english


@pytest.mark.parametrize("form", ["beancount", "hledger"])
def test_the_journal_is_written_for_other_programs(granted: Shell, form: str) -> None:
    path = granted.folder / "journal"

    granted.done(f"statement --format {form} --from 01/01/2026 --output {path}")

    assert "600.00" in path.read_text(encoding="utf-8")


def test_a_statement_that_cannot_be(granted: Shell) -> None:
    assert "Missing option '--plan'" in granted.refused(2, "statement --format csv")
    assert "There is no plan NOPE" in granted.refused(1, "statement --plan NOPE --format csv")
    nowhere = "statement --plan A --format csv --output /nowhere/at/all.csv"
    assert "cannot be used (No such file" in granted.refused(2, nowhere)
    assert "non si può usare (non esiste)" in granted.refused(2, nowhere, language="it")
    reversed_period = "statement --plan A --format csv --from 2026-02-01 --to 2026-01-01"
    assert granted.refused(1, reversed_period)


@pytest.mark.parametrize("line", ["ledger verify", "ledger trial-balance", "seal", "expire"])
def test_a_book_nobody_opened(shell: Shell, line: str) -> None:
    assert "Book NOPE not found" in shell.refused(1, f"{line} --book NOPE")
