"""borsellino social, as an office types it: a voucher from the application to the meal, with its refusals."""

from __future__ import annotations

import json

import pytest

from tests.api.conftest import Shell
from tests.wallet.social_office import OFFER

PLAN = """
code = "PUB"
name = "Voucher sociali 2026"
source = "MUNICIPAL"
starts_on = 2026-01-01
ends_on = 2026-12-31
spend_by = 2026-12-31
entitlement = "AD_PERSONAM"
funding_policy = "PREFUNDED"
taxable_policy = "REFUSE"
categories = ["CARE", "FRINGE"]
channels = ["DIRECT", "VOUCHER"]
"""
BRUNO = "RSSMRA80A01H501U"
ISEE = "--isee 9.500,00 --dsu INPS-ISEE-2026-01234567A-00 --presented 15/01/2026 --valid-until 31/12/2026"


@pytest.fixture
def office(shell: Shell) -> Shell:
    """A municipality's book with its offer loaded and 1,000 euro for vouchers."""
    shell.done("book open PUB --kind municipality --home cremona --name", "Comune di Cremona")
    people = shell.write("people.csv", f"codice fiscale;cognome;nome\n{BRUNO};Rossi;Bruno\n")
    shell.done(f"people load {people} --book PUB")
    shell.done(f"plan load {shell.write('pub.toml', PLAN)} --book PUB")
    shell.done("fund commit PUB 1.000,00 --book PUB")
    shell.done("fund transfer PUB 1.000,00 --book PUB")
    shell.done(f"social load {shell.write('cremona.toml', OFFER)} --book PUB")
    return shell


def active(office: Shell) -> None:
    office.done(f"social apply {BRUNO} PASTI --protocol 2026/1 --case PAI-2026-0042 {ISEE} --book PUB")
    for state in ("under-review", "admitted"):
        office.done(f"social advance 2026/1 {state} --book PUB")
    office.done("social assign 2026/1 100,00 --from 01/03/2026 --to 31/12/2026 --book PUB")
    for state in ("pai-agreed", "provider-chosen", "active"):
        office.done(f"social advance 2026/1 {state} --book PUB")


def test_a_meal_from_the_application_to_the_void(office: Shell) -> None:
    active(office)

    said = office.done("social buy 2026/1 PAS-CR --card POS-1 --book PUB --json")
    bought = json.loads(said)
    assert (bought["municipal_minor"], bought["citizen_minor"]) == (680, 170)
    undone = office.done(f"social void {bought['authorization_id']} --book PUB", language="it")
    assert "8,50" in undone
    assert "1,70" in undone
    assert "attiva" in office.done("social list --book PUB", language="it")
    assert "PAI concordato" in office.done("social show 2026/1 --book PUB", language="it")
    office.done("ledger verify --book PUB")


@pytest.mark.parametrize(
    ("code", "line"),
    [
        (2, f"social apply {BRUNO} PASTI --protocol 2026/2 --case ALZHEIMER-2026"),
        (1, f"social apply {BRUNO} NUOTO --protocol 2026/2"),
        (2, f"social apply {BRUNO} PASTI --protocol 2026/2 --isee 1.234"),
        (1, "social buy 2026/1 PAS-CR"),
        (1, "social buy 2026/1 PAS-CR --quantity 100 --card POS-9"),
        (1, "social buy 2026/9 PAS-CR --card POS-9"),
        (2, "social advance 2026/1 flying"),
        (1, "social advance 2026/1 submitted"),
        (1, "social assign 2026/1 10,00 --from 01/03/2026 --to 31/12/2026"),
        (1, "social claim PASTI P05 10,00 --reference R-1 --from 01/01/2026 --to 31/01/2026"),
        (1, "social statement --from 02/03/2026 --to 31/03/2026"),
        (1, "social siuss A2.01 --month 01/03/2026 --operator RSSMRA80A01H501U"),
        (2, "social load nowhere.toml"),
    ],
)
def test_what_cannot_be_done_says_why_and_how_in_both_languages(office: Shell, code: int, line: str) -> None:
    active(office)
    before = office.contents()

    for language in ("it", "en"):
        assert office.refused(code, f"{line} --book PUB", language=language).strip()

    after = office.contents()
    # A decline is an answer and is recorded; nothing of the citizen's money is taken.
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {"authorization", "event"}


def test_a_file_that_cannot_be_read_is_a_file_to_mend(office: Shell) -> None:
    path = office.write("bad.toml", OFFER.replace('"PASTI"', '"PASTI2"').replace("selection", "selezione", 1))

    assert "selection" in office.refused(2, f"social load {path} --book PUB")


def test_a_dry_run_keeps_nothing(office: Shell) -> None:
    active(office)
    before = office.contents()

    office.done("social buy 2026/1 PAS-CR --card POS-1 --dry-run --book PUB")
    office.done("social advance 2026/1 revoked --why false-declaration --dry-run --book PUB")

    assert office.contents() == before


def test_the_statement_and_the_tariff_are_written_and_told(office: Shell) -> None:
    active(office)
    path = office.folder / "sociale.xlsx"

    office.done(f"social statement --from 01/03/2026 --to 31/03/2026 --format xlsx --output {path} --book PUB")

    assert path.stat().st_size > 5_000
    assert "1,70" in office.done("social tariff cremona-demo --isee 9.500,00 --price 8,50 --book PUB", language="it")
    assert "teramo-home-care" in office.done("social tariff --book PUB")
