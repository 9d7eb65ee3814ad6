"""A shell to type commands into, on a database of the test's own that is already furnished."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from sqlalchemy.engine import URL
from sqlalchemy.orm import sessionmaker

from api.cli.program import program
from config import clock, database, settings
from plans.rulebook.words import Kinship
from tests import factories
from tests.conftest import _administer, make_database

TODAY = date(2026, 3, 2)
GIULIA, MARIO, ANNA = factories.tax_code(1001), factories.tax_code(1002), factories.tax_code(1003)
CACHES = (
    settings.load,
    database.url,
    database.engine,
    database.fenced_engine,
    database._owner_factory,
    database._fenced_factory,
)

_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Shell:
    """Runs commands of ours as a shell would, in the test's process."""

    address: URL
    folder: Path

    def run(self, line: str, *more: str, language: str = "en") -> Result:
        """Run a command line; `more` are arguments that hold spaces."""
        settings.load.cache_clear()
        return CliRunner().invoke(
            program, [*line.split(), *more], env={"BORSELLINO_LANGUAGE": language}, catch_exceptions=False
        )

    def done(self, line: str, *more: str, language: str = "en") -> str:
        """Run a command that must succeed, and return what it says."""
        result = self.run(line, *more, language=language)
        assert result.exit_code == 0, result.output
        return result.stdout

    def refused(self, code: int, line: str, *more: str, language: str = "en") -> str:
        """Run a command that must end with this code and no trace, and return what it says."""
        result = self.run(line, *more, language=language)
        assert result.exit_code == code, result.output
        assert "Traceback" not in result.output
        return result.output

    def sql(self, statement: str) -> list[tuple[object, ...]]:
        """Ask the test's database directly."""
        engine = sa.create_engine(self.address)
        with engine.begin() as connection:
            answer = connection.exec_driver_sql(statement)
            rows = [tuple(row) for row in answer] if answer.returns_rows else []
        engine.dispose()
        return rows

    def contents(self) -> dict[str, object]:
        """Return a digest of every table's content."""
        tables = self.sql("select tablename from pg_tables where schemaname = 'public' order by 1")
        return {
            str(name): self.sql(f'select count(*), md5(string_agg(t::text, chr(10) order by t::text)) from "{name}" t')
            for (name,) in tables
        }

    def write(self, name: str, text: str) -> str:
        """Write a file and return its path."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)


@pytest.fixture(scope="session")
def stage(server: URL, template: URL, worker_id: str) -> URL:
    """A database with the network, one employer, three employees, and a plan whose money has arrived."""
    address = make_database(server, f"stage_{worker_id}", copy_of=template.database)
    engine = database.make_engine(address)
    with clock.at(TODAY), sessionmaker(engine).begin() as session:
        factories.network(session)
        book_id = factories.employer(session)
        for code, first, last in ((GIULIA, "Giulia", "Niccolò"), (MARIO, "Mario", "Rossi"), (ANNA, "Anna", "D'Àvila")):
            factories.employee(session, book_id, tax_code=code, first_name=first, last_name=last)
        factories.relative(session, book_id, GIULIA, Kinship.PARENT, first_name="Teresa", birth_date=date(1940, 5, 5))
        factories.plan(session, book_id, "A")
        factories.funded(session, book_id, "A")
    engine.dispose()
    return address


def _forget() -> None:
    for engine in (database.engine, database.fenced_engine):
        if engine.cache_info().currsize:
            engine().dispose()
    for cached in CACHES:
        cached.cache_clear()
    clock.fix(None)


@pytest.fixture
def make_shell(
    server: URL, worker_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[URL], Shell]]:
    """Shells on copies of a database."""
    made: list[str] = []

    def make(copy_of: URL) -> Shell:
        name = f"shell_{worker_id}_{next(_numbers)}"
        made.append(name)
        address = make_database(server, name, copy_of=copy_of.database)
        _forget()
        monkeypatch.setenv("DATABASE_URL", address.render_as_string(hide_password=False))
        monkeypatch.setenv("BORSELLINO_CLOCK", f"{TODAY.isoformat()}T12:00:00")
        monkeypatch.delenv("COLUMNS", raising=False)
        monkeypatch.setenv("BORSELLINO_DATA_DIR", str(tmp_path / "data"))
        return Shell(address, tmp_path)

    yield make
    _forget()
    for name in made:
        _administer(server, f"drop database {name} with (force)")


@pytest.fixture
def shell(stage: URL, make_shell: Callable[[URL], Shell]) -> Shell:
    """A shell on a copy of the furnished database."""
    return make_shell(stage)


@pytest.fixture
def granted(shell: Shell) -> Shell:
    """The same, where Giulia and Mario have EUR 600 each."""
    path = shell.write("budget.csv", f"codice fiscale;importo\n{GIULIA};600,00\n{MARIO};600,00\n")
    shell.done(f"budget load {path} --plan A")
    return shell
