"""The demonstration: its people, its files, and the whole run, killed half way and played again."""

from __future__ import annotations

import csv
import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL

from api.demonstration import credits, history, offices, people, purchases
from config import database
from network import data
from plans import people_file, plan_file, taxcodes


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
    assert "14 su 14 quadrano al centesimo" in resumed
    assert "già caricata" in repeated
    assert "nulla è cambiato" in repeated
    assert (_count(own_database, "authorization"), _count(own_database, "entry")) == (authorizations, entries)
    assert _hashes(output) == files
    # Every order and every act of a story was authorized or declined exactly once.
    planned = len(purchases.plan(people.employers(), credits.schedule(people.employers())[0], _prices()))
    assert bought == planned + 22


# What employees bought: neither reimbursements, which have no provider, nor what citizens did.
_BOUGHT = (
    'select count(*) from "authorization" a join book b using (book_id)'
    " where b.code in ('E1', 'E2', 'E3') and a.provider_code is not null"
)
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
