"""Over the whole demonstration nothing that an employer sees or exports tells what a person bought, where, for whom."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session

from api.demonstration.credits import TODAY
from config import clock, database
from plans import funders, plans
from plans.funders import FunderCard
from plans.words import FunderKind
from reports.errors import ClusterTooSmall, ClusterWithoutCredit
from reports.plan_statement import PlanStatement, Reading, csv, gather, pdf, xlsx
from tests.privacy import attacker, secrets
from tests.reports.test_formats import text_of
from tests.stories.test_demonstration import _finish, _start

FORMATS = (csv, pdf, xlsx)
# What the personnel office runs, for each employer; {book} and {plan} are filled in, files go to {folder}.
COMMANDS = (
    "plan list --book {book}",
    "plan list --book {book} --json",
    "plan show {plan} --book {book}",
    "leavers list --book {book}",
    "recharge list --book {book} --month 01/09/2026 --format csv --output {folder}/{book}-recharge.csv",
    "recharge list --book {book} --month 01/09/2026 --format xlsx --output {folder}/{book}-recharge.xlsx",
    "statement --book {book} --plan {plan} --json --format csv --output {folder}/{plan}.csv",
)
# The voucher's id is for who runs the mandate; the employer has a reference that is chance.
RECHARGED = ("authorization",)
# What else each reader may learn, by folder and how a file's name begins; nobody learns any other secret. A plan's
# statement for payroll has the categories of people, and nothing that this list would have to name.
MAY_LEARN = (
    ("azienda-personale", "", ()),
    ("azienda-amministrazione", "", ()),
    ("paghe", "paghe-", ("relative given back for",)),
    ("paghe", "", ()),
    ("commercialista", "cu-", ("relative given back for",)),
    # Which partners a municipality entrusted a service to is public; runs stand under their ids.
    ("commercialista", "bilancio-pub", ("provider",)),
    ("commercialista", "giornale-pub", ("provider", "id")),
    ("commercialista", "giornale", ("id",)),
    ("commercialista", "", ()),
    ("fornitore", "", ("provider", "service", "redemption code")),
    ("comune", "siuss", ("citizen", "application")),
    ("comune", "", ()),
    ("rete", "PAG", ("provider",)),
    ("rete", "riaddebiti", RECHARGED),
    ("rete", "", ("id",)),
    ("consulente-del-lavoro", "", ()),
)
# Whose readers never meet the employees at all.
WITHOUT_PEOPLE = ("azienda-amministrazione", "fornitore", "comune", "rete", "consulente-del-lavoro")


# The demonstration and some five hundred statements: minutes, where the machine has others to serve.
@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_no_employer_learns_what_a_person_bought(own_database: URL, tmp_path: Path) -> None:
    _finish(_start(own_database, tmp_path))

    assert findings(own_database, tmp_path) == {}


def findings(address: URL, output: Path) -> dict[str, list[object]]:
    """Return everything that the employers' offices learn and should not, by where they learn it."""
    engine = database.make_engine(address)
    found: dict[str, list[object]] = {}
    with clock.at(TODAY), Session(engine) as session:
        watch, codes, named = secrets.of(session), secrets.people(session), secrets.categories()
        assert len(watch.long) > 3_000
        written = list(_write(session, output))
        for path in (*_files(output, "azienda-personale"), *written):
            if told := watch.found_in(text_of(path)):
                found[f"{path.name}: secrets"] = [*told[:5]]
            if rows := secrets.beside_names(path, codes, named):
                found[f"{path.name}: a category beside a name"] = [*rows[:5]]
        found |= _readers(output, watch, codes)
        found |= _attacks(session)
        books = {funder.code: funder.book_id for funder in _employers(session)}
        firsts = {code: plans.of_book(session, book_id)[-1].code for code, book_id in books.items()}
    for code, plan in firsts.items():
        for command in COMMANDS:
            line = command.format(book=code, plan=plan, folder=output)
            said = _run(address, line)
            path = Path(line.rsplit(" ", 1)[1])
            if path.parent == output:
                said += text_of(path)
            if told := watch.found_in(said):
                found[line] = [*told[:5]]
            if any(person in text and name in text for text in said.splitlines() for person in codes for name in named):
                found[f"{line}: a category beside a name"] = []
    engine.dispose()
    return found


def _files(output: Path, folder: str) -> list[Path]:
    found = sorted((output / folder).iterdir())
    assert found
    return found


def _readers(output: Path, watch: secrets.Secrets, codes: frozenset[str]) -> dict[str, list[object]]:
    """Return what any reader of the written documents learns and should not; a worker's own year is the worker's."""
    found: dict[str, list[object]] = {}
    for folder in sorted({folder for folder, _, _ in MAY_LEARN}):
        for path in _files(output, folder):
            text = text_of(path)
            free = next(kinds for at, begins, kinds in MAY_LEARN if at == folder and path.name.startswith(begins))
            if told := watch.found_in(text, allowed=free):
                found[f"{folder}/{path.name}: secrets"] = [*told[:5]]
            if folder in WITHOUT_PEOPLE and (people := [code for code in codes if code in text]):
                found[f"{folder}/{path.name}: people"] = [*people[:5]]
    return found


def _employers(session: Session) -> list[FunderCard]:
    return [funder for funder in funders.every(session) if funder.kind is FunderKind.EMPLOYER]


def _write(session: Session, folder: Path) -> Iterator[Path]:
    """Write what else the personnel office may ask for: one cluster, one month, one day, another language."""
    for funder in _employers(session):
        for terms in plans.of_book(session, funder.book_id):
            if terms.starts_on.year != TODAY.year:
                continue
            clusters = set(session.scalars(sa.text("select cluster from employee where cluster is not null")))
            asked: list[tuple[date, date, str | None]] = [
                (date(2026, 9, 1), date(2026, 9, 30), None),
                (date(2026, 9, 10), date(2026, 9, 10), None),
                *((terms.starts_on, TODAY, cluster) for cluster in sorted(clusters)),
            ]
            for number, (first, last, cluster) in enumerate(asked):
                statement = _gather(session, funder.book_id, terms.code, first, last, cluster)
                for layout in FORMATS if statement is not None else ():
                    path = folder / f"{terms.code}-{number}.{layout.__name__.rsplit('.', 1)[1]}"
                    layout.write(statement, path, "en")
                    yield path


def _gather(
    session: Session, book_id: int, code: str, first: date, last: date, cluster: str | None = None
) -> PlanStatement | None:
    try:
        return gather(session, book_id, code, first, last, reading=Reading.HR, cluster=cluster)
    except (ClusterTooSmall, ClusterWithoutCredit):
        return None


def _attacks(session: Session) -> dict[str, list[object]]:
    """Ask every plan's statement up to each month's end, and add up and subtract all that they tell."""
    found: dict[str, list[object]] = {}
    told = 0
    for funder in _employers(session):
        for terms in plans.of_book(session, funder.book_id):
            statements = _monthly(session, funder.book_id, terms.code, terms.starts_on, min(terms.ends_on, TODAY))
            if small := attacker.small_clusters_solved(statements):
                found[f"{terms.code}: small clusters"] = [*small]
            # Each table goes up to a day, and the names beside it stand in the statement of that very day.
            tables = {}
            for statement in statements:
                through = statement.groups.through
                if through is not None and through not in tables:
                    exact = _gather(session, funder.book_id, terms.code, terms.starts_on, through)
                    assert exact is not None
                    tables[through] = attacker.table(exact) or attacker.table(statement)
            told += len(tables)
            days = sorted(tables)
            for place, day in enumerate(days):
                for earlier in (None, *days[:place]):
                    table = tables[day]
                    if table is None:
                        continue
                    if earlier is not None:
                        before = tables[earlier]
                        table = attacker.difference(table, before) if before is not None else table
                    if known := attacker.known(table):
                        found[f"{terms.code}: {earlier} to {day}"] = [*known[:5]]
    # Were nothing told, nothing would have been attacked.
    assert told > 10
    return found


def _monthly(session: Session, book_id: int, code: str, starts_on: date, until: date) -> list[PlanStatement]:
    day, found = starts_on, []
    while day <= until:
        following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        statement = _gather(session, book_id, code, starts_on, min(following - timedelta(days=1), until))
        assert statement is not None
        found.append(statement)
        day = following
    return found


def _run(address: URL, line: str) -> str:
    environment = os.environ | {
        "DATABASE_URL": address.render_as_string(hide_password=False),
        "BORSELLINO_CLOCK": f"{TODAY.isoformat()}T12:00:00+01:00",
    }
    done = subprocess.run(
        [sys.executable, "-m", "api.cli", *line.split()],
        check=False,
        env=environment,
        cwd=database.ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, (line, done.stdout)
    return done.stdout
