"""What providers, employers and the network's offices have written from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.api.conftest import GIULIA, Shell


@pytest.fixture
def delivered(granted: Shell) -> Shell:
    """A session of speech therapy by a flat-rate provider, captured."""
    said = granted.done(f"authorize {GIULIA} LOG-TP --channel direct --json")
    granted.done(f"capture {json.loads(said)['authorization']['authorization_id']}")
    return granted


PERIOD = "--from 01/03/2026 --to 31/03/2026"


@pytest.mark.parametrize("form", ["pdf", "csv"])
def test_a_providers_statement_is_written(delivered: Shell, form: str) -> None:
    path = delivered.folder / f"p25.{form}"

    text = delivered.done(f"provider-statement P25 {PERIOD} --format {form} --output {path}", language="it")

    assert "Scritto" in text
    assert path.stat().st_size > 300


@pytest.mark.parametrize(("form", "name"), [("proforma", "PF-P25-2603-1.pdf"), ("fattura", "PF-P25-2603-1.xml")])
def test_the_invoices_it_has_to_issue_are_written_into_a_folder(delivered: Shell, form: str, name: str) -> None:
    folder = delivered.folder / "invoices"

    said = delivered.done(f"provider-statement P25 {PERIOD} --format {form} --output {folder} --json")

    assert [Path(path).name for path in json.loads(said)["paths"]] == [name]
    assert (folder / name).exists()


def test_without_purchases_there_is_nothing_to_invoice(delivered: Shell) -> None:
    assert "nothing to invoice" in delivered.done(f"provider-statement P24 {PERIOD} --format fattura")


def test_a_recharge_is_recorded_listed_and_paid(delivered: Shell) -> None:
    before = delivered.contents()
    assert "8.80 more" in delivered.done("recharge record --month 02/03/2026 --dry-run")
    assert delivered.contents() == before

    delivered.done("recharge record --month 02/03/2026")
    path = delivered.folder / "list.csv"
    listed = json.loads(
        delivered.done(f"recharge list --month 02/03/2026 --detail --format csv --output {path} --json")
    )
    paid = delivered.done("recharge pay 8,80")

    assert listed["reconciles"] is True
    assert "48.80" in path.read_text("utf-8-sig")
    assert "€0.00 is left" in paid


@pytest.mark.parametrize("form", ["pdf", "xlsx"])
def test_the_clearing_of_a_month_is_written(delivered: Shell, form: str) -> None:
    path = delivered.folder / f"clearing.{form}"

    for more in ("", " --territory napoli"):
        asked = f"clearing-statement --month 02/03/2026{more} --format {form} --output {path} --json"
        said = json.loads(delivered.done(asked))

        assert (said["closed"], said["reconciles"]) == (False, True)
        assert path.stat().st_size > 1_000


@pytest.mark.parametrize(
    ("code", "line", "said"),
    [
        (1, f"provider-statement P99 {PERIOD}", "P99"),
        (1, "provider-statement P25 --from 31/03/2026 --to 01/03/2026", "Swap the two dates"),
        (2, "provider-statement P25 --from 31/03/2026", "--to"),
        (2, "recharge list --month 2026-13-01", "--month"),
        (1, "recharge list --month 02/03/2026", "ledger close-period"),
        (1, "clearing-statement --month 02/03/2026 --territory atlantide", "atlantide"),
        (1, "recharge pay 8,81", "is recorded as owed"),
    ],
)
def test_bad_requests_are_refused_and_change_nothing(delivered: Shell, code: int, line: str, said: str) -> None:
    before = delivered.contents()

    assert said in delivered.refused(code, line)

    assert delivered.contents() == before
