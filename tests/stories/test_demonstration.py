"""The demonstration: its people, its files, and the whole run, killed half way and played again."""

from __future__ import annotations

import csv
import hashlib
import os
import re
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from beancount import loader
from sqlalchemy.engine import URL

from api.demonstration import bank, credits, history, offices, people, purchases, receipts, settlement
from api.demonstration.bank import Movement
from api.demonstration.citizens import people as citizens_of
from config import database
from config.money import from_minor
from network import data
from plans import payroll_file, people_file, plan_file, taxcodes
from plans.bonus import choices_file
from plans.budgets import RosterEntry
from plans.words import Fact
from wallet.reimbursements import documents
from wallet.reimbursements.words import Purpose
from wallet.settlement import camt


def test_333_people_work_for_three_employers_and_none_of_them_exists() -> None:
    employers = people.employers()

    assert [len(employer.workers) for employer in employers] == [84, 212, 37]
    clusters = [worker.cluster for worker in employers[0].workers]
    assert [clusters.count(name) for name in ("operai", "impiegati", "quadri")] == [52, 26, 6]
    codes = [
        person.tax_code
        for employer in employers
        for worker in employer.workers
        for person in (worker, *worker.relatives)
    ]
    assert len(set(codes)) == len(codes)
    assert all(taxcodes.check(code) == code and code.startswith("Z") for code in codes)
    assert all(taxcodes.check_vat(employer.vat_number) for employer in employers)


def test_nine_people_at_the_workshop_have_a_car_declared_at_480_euro() -> None:
    workshop = people.employers()[1]

    assert sum(worker.fringe_elsewhere_minor == 48_000 for worker in workshop.workers) == 9
    assert any(worker.fringe_elsewhere_minor is None for worker in workshop.workers)


def test_people_and_purchases_are_the_same_at_every_run() -> None:
    prices = _prices()

    once, again = (
        purchases.plan(employers, credits.schedule(employers)[0], prices)
        for employers in (people.employers(), people.employers())
    )

    assert once == again
    assert len(once) > 3_000


def test_a_thousand_euro_in_twelfths_are_eight_of_83_33_and_four_of_83_34() -> None:
    assert sorted(credits.CAREGIVER_TWELFTHS) == [8_333] * 8 + [8_334] * 4
    assert sum(credits.CAREGIVER_TWELFTHS) == 100_000


def test_every_plan_has_its_file_and_every_file_its_plan() -> None:
    _, fundings = credits.schedule(people.employers())

    written = {path.stem: plan_file.read(path) for path in history.PLAN_FILES.glob("*.toml")}

    assert {one.plan_code.lower() for one in fundings} == written.keys()
    assert all(draft.code.lower() == stem for stem, draft in written.items())


@pytest.mark.parametrize("place", [0, 1, 2])
def test_each_office_s_files_are_read_back_as_they_were_meant(place: int, tmp_path: Path) -> None:
    employer = people.employers()[place]
    workers, relatives = tmp_path / "people.csv", tmp_path / "relatives.csv"
    offices.write_people(workers, employer, employer.workers)
    offices.write_relatives(relatives, employer, employer.workers)

    employees_read = people_file.read_employees(workers)
    relatives_read = people_file.read_relatives(relatives)

    assert employees_read.problems == relatives_read.problems == ()
    assert [(draft.tax_code, draft.last_name, draft.cluster) for _, draft in employees_read.drafts] == [
        (worker.tax_code, worker.last_name, worker.cluster) for worker in employer.workers
    ]
    assert [(draft.kinship, draft.birth_date) for _, draft in relatives_read.drafts] == [
        (relative.kinship, relative.birth_date) for worker in employer.workers for relative in worker.relatives
    ]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_what_payroll_knows_from_elsewhere_is_read_back_blanks_as_silence(place: int, tmp_path: Path) -> None:
    employer = people.employers()[place]
    path = tmp_path / "elsewhere.csv"
    roster = {worker.tax_code: RosterEntry(worker.tax_code, worker.cluster, None, None) for worker in employer.workers}

    assert offices.write_elsewhere(path, employer, employer.workers, 2026)
    read = payroll_file.read(path, roster, year=None, declared_on=date(2026, 1, 2))

    assert {(told.employee_id, told.amount_minor) for told in read.told} == {
        (worker.tax_code, worker.fringe_elsewhere_minor)
        for worker in employer.workers
        if worker.fringe_elsewhere_minor is not None
    }
    assert {(told.year, told.fact) for told in read.told} == {(2026, Fact.EXTERNAL_FRINGE)}


def test_the_choices_on_a_bonus_are_read_back(tmp_path: Path) -> None:
    budgets, _ = credits.schedule(people.employers())
    budget = next(each for each in budgets if each.premiums)
    path = tmp_path / "choices.csv"

    offices.write_choices(path, budget.employer, budget.premiums, date(2024, 6, 30))
    drafts = choices_file.read(path, "Premio").drafts

    assert [(draft.tax_code, draft.amount, draft.share_percent) for draft in drafts] == [
        (worker.tax_code, from_minor(premium), share) for worker, premium, share in budget.premiums
    ]
    assert {(draft.chosen_on, draft.income_within) for draft in drafts} == {(date(2024, 6, 30), True)}
    # What is granted is what the shares come to.
    assert {worker.tax_code: amount for worker, amount in budget.credits} == {
        worker.tax_code: premium * share // 100 for worker, premium, share in budget.premiums if share
    }


def test_the_bank_s_answer_is_read_as_a_bank_s(tmp_path: Path) -> None:
    account, iban = settlement.agreed().payer.iban, "IT84U9900101600000000000002"
    sent = [Movement(12_345, "PAG-2026-10-00001", iban), Movement(12_345, "PAG-2026-10-00001", iban, returned="AC04")]
    charges = Movement(1_250, remittance="Commissioni & spese")

    path = bank.write(tmp_path / "bank" / "camt.xml", account, date(2026, 10, 7), [*sent, charges])
    _, lines = camt.read(path)

    assert [(line.outgoing, line.amount_minor, line.end_to_end_id, line.return_reason) for line in lines] == [
        (True, 12_345, "PAG-2026-10-00001", ""),
        (False, 12_345, "PAG-2026-10-00001", "AC04"),
        (True, 1_250, "", ""),
    ]
    assert {line.iban for line in lines[:2]} == {iban}
    assert lines[2].remittance == "Commissioni & spese"


def test_a_receipt_is_a_document_that_reimbursements_take() -> None:
    content = receipts.pdf("Ricevuta (copia)", ["Importo: 110,00 €", "Intestata a: Niccolò"])

    assert documents.check("ricevuta.pdf", content, Purpose.EXPENSE).media_type == "application/pdf"
    assert content == receipts.pdf("Ricevuta (copia)", ["Importo: 110,00 €", "Intestata a: Niccolò"])


def test_citizens_have_codes_of_their_own_that_nobody_bears() -> None:
    citizens = [one.tax_code for group in citizens_of.citizens().values() for one in group]
    others = {worker.tax_code for employer in people.employers() for worker in employer.workers}

    assert len(set(citizens)) == len(citizens) == 33
    assert not set(citizens) & others
    assert all(taxcodes.check(code) == code and code.startswith("Z") for code in citizens)


@pytest.mark.slow
def test_a_killed_demonstration_resumes_completes_once_and_is_harmless_when_repeated(
    own_database: URL, tmp_path: Path
) -> None:
    output = tmp_path / "out"
    with _start(own_database, output) as first:
        # In the middle: some purchases are committed, most are not.
        deadline = time.monotonic() + 300
        while _count(own_database, "authorization") == 0 and time.monotonic() < deadline:
            time.sleep(0.2)
        first.kill()
    assert _count(own_database, "authorization") > 0

    resumed = _finish(_start(own_database, output))
    authorizations, entries, files = (
        _count(own_database, "authorization"),
        _count(own_database, "entry"),
        _hashes(output),
    )
    bought = _scalar(own_database, _BOUGHT)
    repeated = _finish(_start(own_database, output))

    assert "interrotta: ripresa e completata" in resumed
    assert "nessuna differenza" in resumed
    assert "52 su 52 quadrano al centesimo" in resumed
    assert "già caricata" in repeated
    assert "nulla è cambiato" in repeated
    assert (_count(own_database, "authorization"), _count(own_database, "entry")) == (authorizations, entries)
    assert _hashes(output) == files
    _assert_money_adds_up(resumed)
    # Every order and every act of a story was authorized or declined exactly once.
    planned = len(purchases.plan(people.employers(), credits.schedule(people.employers())[0], _prices()))
    assert bought == planned + 22
    _assert_indexed(output)
    for journal in sorted(output.rglob("*.beancount")):
        assert loader.load_string(journal.read_text("utf-8"))[1] == [], journal
    assert _scalar(own_database, _IN_PAYMENT) == _scalar(own_database, _PREPARED) > 0
    # Citizens' card money has come to the bank before what it bought is due.
    assert _scalar(own_database, _NOT_COVERED) == 0
    assert _scalar(own_database, "select count(*) from request where state = 'open'") == 2
    assert _count(own_database, "request") == 4
    # Who is still to come knows where, of most orders.
    assert _count(own_database, "delivery_place") > 0


# Two rows of what came in, three of where it is.
_EQUATION = ("Accreditato", "Portato da altra piattaforma", "Usato", "Scaduto", "Residuo")
# What employees bought: neither reimbursements, which have no provider, nor what citizens did.
_BOUGHT = (
    'select count(*) from "authorization" a join book b using (book_id)'
    " where b.code in ('E1', 'E2', 'E3') and a.provider_code is not null"
)
# What the books hold for the bank, and the run that it has not answered; in cents.
_IN_PAYMENT = (
    "select sum(b.credit_posted - b.debit_posted)::bigint from balance b join account a using (book_id, account_id)"
    " where a.code = 'payout'"
)
_PREPARED = "select sum(amount_minor)::bigint from payout_payment where state = 'prepared'"
_NOT_COVERED = "select count(*) from payout_left_line join book b using (book_id) where b.code in ('PUB', 'PRV')"
_RUN = (
    "import sys; from pathlib import Path; from rich.console import Console; from api.demonstration import main;"
    " main.run(Console(width=200), output=Path(sys.argv[1]))"
)


def _start(address: URL, output: Path) -> subprocess.Popen[str]:
    environment = os.environ | {
        "DATABASE_URL": address.render_as_string(hide_password=False),
        "BORSELLINO_DOCUMENTS_DIR": f"{output}-documenti",
    }
    return subprocess.Popen(
        [sys.executable, "-c", _RUN, str(output)],
        env=environment,
        cwd=database.ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _finish(process: subprocess.Popen[str]) -> str:
    told, _ = process.communicate(timeout=500)
    assert process.returncode == 0, told
    return told


def _assert_indexed(output: Path) -> None:
    """Every file that was written is named in the index, under the folder of its reader."""
    index = (output / "LEGGIMI.txt").read_text("utf-8")
    parts = {found[1]: found[2] for found in re.finditer(r"^([a-z-]+)/\n((?:  .*\n|\n)+)", index, re.MULTILINE)}
    folders = {path.name for path in output.iterdir() if path.is_dir()}
    assert folders == parts.keys()
    for folder in folders - {"file-ricevuti"}:
        for path in (output / folder).iterdir():
            assert path.name in parts[folder] or f"{path.stem} (" in parts[folder], path


def _assert_money_adds_up(told: str) -> None:
    """What came in is what was used, what expired and what is left: in every column of the table of money."""
    rows = {
        name: [int(re.sub(r"\D", "", amount)) for amount in re.findall(r"[\d.]+,\d\d", amounts)]
        for name, amounts in re.findall(rf"^ *({'|'.join(_EQUATION)})  (.*€.*)$", told, re.M)
    }
    granted, brought, *out = (rows[name] for name in _EQUATION)
    assert [len(row) for row in rows.values()] == [3] * len(_EQUATION)
    assert any(brought)
    assert [sum(column) for column in zip(granted, brought, strict=True)] == [sum(c) for c in zip(*out, strict=True)]


def _count(address: URL, table: str) -> int:
    return _scalar(address, f'select count(*) from "{table}"')


def _scalar(address: URL, statement: str) -> int:
    engine = database.make_engine(address)
    with engine.connect() as connection:
        found = connection.scalar(sa.text(statement))
    engine.dispose()
    return int(found or 0)


def _hashes(folder: Path) -> dict[str, str]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def _prices() -> dict[str, int]:
    with (data.FOLDER / "service_prices.csv").open(encoding="utf-8") as file:
        return {row["service_code"]: int(row["price_minor"]) for row in csv.DictReader(file)}
