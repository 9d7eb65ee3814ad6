"""The commands of payroll and accountant, as an office types them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from tests.api.conftest import GIULIA, Shell, granted, make_shell, shell, stage  # noqa: F401 - fixtures


def bought(shell: Shell) -> Shell:  # noqa: F811
    shell.done(f"authorize {GIULIA} PSI-CR --quantity 1 --channel voucher")
    return shell


def test_a_month_is_closed_sealed_mapped_and_exported(granted: Shell, tmp_path: Path) -> None:  # noqa: F811
    bought(granted)
    granted.done("ledger close-period --from 01/03/2026 --to 31/03/2026")
    granted.done("seal")
    granted.done("payroll map --preset hunext --from-month 03/2026 --company-code 0077")

    said = granted.done(f"payroll export --month 2026-03 --output {tmp_path / 'marzo.csv'}", language="it")

    assert "6010" in said
    assert "55,00" in said
    rows = list(csv.DictReader((tmp_path / "marzo.csv").read_text(encoding="utf-8").splitlines(), delimiter=";"))
    assert (rows[0]["azienda"], rows[0]["voce_esente"], rows[0]["importo"]) == ("0077", "6010", "55,00")
    again = granted.done(f"payroll export --month 3/2026 --output {tmp_path / 'again.csv'} --json", language="en")
    assert json.loads(again)["difference_minor"] == 0
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "marzo.csv").read_bytes()


def test_an_open_month_writes_no_file_and_says_what_to_do(granted: Shell, tmp_path: Path) -> None:  # noqa: F811
    bought(granted)
    path = tmp_path / "aperto.csv"

    said = granted.refused(1, f"payroll export --month 03/2026 --output {path}", language="it")

    assert "[payroll_month_open]" in said
    assert "--draft" in said
    assert not path.exists()
    granted.done(f"payroll export --month 03/2026 --draft --output {path}")
    assert "BOZZA" in path.read_text(encoding="utf-8")


def test_a_month_that_is_none_is_a_usage_error(shell: Shell) -> None:  # noqa: F811
    for text in ("13/2026", "2026", "marzo", "2026-3-1"):
        assert "10/2026" in shell.refused(2, f"payroll export --month {text}")


def test_a_bad_table_changes_nothing_and_names_its_rows(shell: Shell) -> None:  # noqa: F811
    path = shell.write("voci.csv", "categoria;voce\nCARE;1\nSPORT;2\n")
    before = shell.contents()

    said = shell.refused(2, f"payroll map {path} --from-month 03/2026", language="it")

    assert "riga 3: category «SPORT» non esiste" in said
    assert "[payroll_table_invalid]" in said
    assert shell.contents() == before
    shell.refused(2, "payroll map --from-month 03/2026")
    shell.refused(2, f"payroll map {path} --preset hunext --from-month 03/2026")
    shell.refused(2, "payroll map --preset hunext --from-month 03/2026 --company-code =1")
    shell.refused(2, "payroll map --preset nothing --from-month 03/2026")


def test_a_dry_run_of_a_table_keeps_nothing(shell: Shell) -> None:  # noqa: F811
    before = shell.contents()

    said = shell.done("payroll map --preset zucchetti-like --from-month 03/2026 --employee-width 6 --dry-run")

    assert "Dry run" in said
    assert shell.contents() == before


def test_a_table_for_a_closed_month_under_another_is_refused(shell: Shell) -> None:  # noqa: F811
    shell.done("payroll map --preset generic --from-month 01/2026")
    shell.done("ledger close-period --from 01/01/2026 --to 31/01/2026")

    said = shell.refused(1, "payroll map --preset hunext --from-month 01/2026")

    assert "[payroll_table_settled]" in said
    assert "02/2026" in said
    assert "already governs" in shell.done("payroll map --preset generic --from-month 01/2026")


def test_the_accountant_gets_the_year_the_balance_and_the_journal(granted: Shell, tmp_path: Path) -> None:  # noqa: F811
    bought(granted)

    for line, name in (
        ("accountant year --year 2026 --format csv", "cu.csv"),
        ("accountant year --year 2026", "cu.xlsx"),
        ("accountant deductibility --year 2026 --labour-cost 1.000.000,00", "d.pdf"),
        ("accountant deductibility --year 2026 --format xlsx", "d.xlsx"),
        ("accountant trial-balance --format csv", "t.csv"),
        ("accountant trial-balance --detail", "t.xlsx"),
        ("accountant journal --from 01/01/2026 --to 31/03/2026", "j.csv"),
        ("accountant journal --format beancount", "j.beancount"),
        ("accountant journal --format hledger", "j.journal"),
    ):
        granted.done(f"{line} --output {tmp_path / name}")
        assert (tmp_path / name).stat().st_size > 300
    said = json.loads(granted.done(f"accountant year --year 2026 --output {tmp_path / 'x.xlsx'} --json"))
    assert (said["exempt_minor"], said["taxable_minor"], said["difference_minor"]) == (5_500, 0, 0)


def test_a_period_the_wrong_way_round_is_refused(granted: Shell, tmp_path: Path) -> None:  # noqa: F811
    for command in ("journal", "trial-balance"):
        said = granted.refused(1, f"accountant {command} --from 31/03/2026 --to 01/03/2026 --output {tmp_path / 'x'}")
        assert "[period_ends_before_start]" in said


def test_a_balance_that_was_touched_ends_with_one_and_says_not_to_use_the_file(
    granted: Shell,  # noqa: F811
    tmp_path: Path,
) -> None:
    granted.sql(
        "update balance set credit_posted = credit_posted + 1"
        " where account_id in (select account_id from account where code like 'lot:%%' limit 1)"
    )

    said = granted.refused(1, f"accountant trial-balance --output {tmp_path / 't.xlsx'}", language="it")

    assert "NON quadra" in said


def test_a_month_that_the_ledger_does_not_confirm_ends_with_one(granted: Shell, tmp_path: Path) -> None:  # noqa: F811
    bought(granted)
    columns = (
        "book_id, kind, employee_id, authorization_id, plan_id, source, category, channel, amount_minor, exempt_minor,"
        " taxable_minor, in_limit, reason, fiscal_on, fiscal_year, entry_id, rule_ids"
    )
    granted.sql(f"insert into fiscal_event ({columns}) select {columns} from fiscal_event")

    said = granted.refused(1, f"payroll export --month 03/2026 --draft --output {tmp_path / 'm.csv'}", language="it")

    assert "NON quadrano" in said
    assert "55,00" in said
    year = granted.refused(1, f"accountant year --year 2026 --output {tmp_path / 'cu.xlsx'}")
    assert "does NOT agree" in year
