"""borsellino residual: what ended, what of it was paid to whom, and what was undone."""

from __future__ import annotations

import json
import re

import pytest

from tests.api.conftest import Shell

PLAN = """
code = "PRV"
name = "Soldi propri 2025"
source = "PRIVATE"
starts_on = 2025-01-01
ends_on = 2026-02-28
spend_by = 2026-02-28
entitlement = "AD_PERSONAM"
funding_policy = "PREFUNDED"
taxable_policy = "REFUSE"
categories = ["CARE", "FRINGE"]
channels = ["DIRECT", "VOUCHER"]
"""
ROSA = "RSSMRA80A41H501Y"
PAY = f"residual pay {ROSA} --plan PRV --to citizen --account IT60X0542811101000000123456 --reference BON-1 --book PRV"


@pytest.fixture
def ended(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """Rosa paid 50 euro by card in February, spent nothing, and her plan is over since then."""
    monkeypatch.setenv("BORSELLINO_CLOCK", "2026-02-10T12:00:00")
    shell.done("book open PRV --kind private --home cremona --name", "Cittadini di Cremona")
    people = shell.write("people.csv", f"codice fiscale;cognome;nome\n{ROSA};Rossi;Rosa\n")
    shell.done(f"people load {people} --book PRV")
    shell.done(f"plan load {shell.write('prv.toml', PLAN)} --book PRV")
    shell.done(f"social pay {ROSA} 50,00 --plan PRV --receipt POS-1 --book PRV")
    monkeypatch.setenv("BORSELLINO_CLOCK", "2026-03-02T12:00:00")
    shell.done("expire --book PRV")
    return shell


def test_own_money_that_ended_is_listed_paid_back_and_undone(ended: Shell) -> None:
    assert "Totale 50,00" in ended.done("residual citizens --book PRV", language="it")
    assert "bank_not_covering" in ended.refused(1, PAY)
    said = ended.done("social transfer 50,00 --reference CRO-1 --book PRV", language="it")
    assert "Versati in banca 50,00" in said
    assert "tender_transfer_exceeds" in ended.refused(1, "social transfer 0,01 --reference CRO-2 --book PRV")
    assert "tender_handed_over" in ended.refused(1, "social give-back POS-1 --book PRV")

    said = ended.done(PAY, language="it")

    assert "pagati 50,00" in said
    assert "(cittadino), conto IT60X0542811101000000123456, riferimento BON-1" in said
    (payment,) = re.findall(r"rpy_\w+", said)
    assert "Recorded before:" in ended.done(PAY)
    assert "residual_payment_changed" in ended.refused(1, f"{PAY} --amount 10,00")
    assert json.loads(ended.done("residual citizens --book PRV --json"))["total_minor"] == 0
    assert "BON-1" in ended.done("residual payments --book PRV")
    ended.done("ledger verify --book PRV")

    assert "di nuovo da pagare" in ended.done(f"residual undo {payment} --reason errore --book PRV", language="it")
    assert "residual_payment_undone" in ended.refused(1, f"residual undo {payment} --reason errore --book PRV")
    assert "errore" in ended.done("residual payments --book PRV")
    ended.done("ledger verify --book PRV")


def test_a_dry_run_pays_nobody(ended: Shell) -> None:
    ended.done("social transfer 50,00 --reference CRO-1 --book PRV")
    before = ended.contents()

    ended.done(f"{PAY} --dry-run")

    assert ended.contents() == before
