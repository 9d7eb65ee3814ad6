"""From nothing to a book: the database, the network, the funder."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from click.testing import CliRunner
from sqlalchemy.engine import URL

from api.cli.program import program
from config import database, settings
from tests.api.conftest import Shell
from tests.conftest import make_database


@pytest.fixture
def empty(server: URL, worker_id: str, make_shell: Callable[[URL], Shell]) -> Shell:
    return make_shell(make_database(server, f"empty_{worker_id}"))


@pytest.mark.parametrize("line", ["book list", "wallet show X", "expire", "ledger verify", "network load"])
def test_a_database_that_was_never_migrated_is_told_how_to_be(empty: Shell, line: str) -> None:
    assert "run 'borsellino db migrate' first" in empty.refused(69, line)
    assert "eseguire prima «borsellino db migrate»" in empty.refused(69, line, language="it")


def test_migrating_twice_changes_nothing_the_second_time(empty: Shell) -> None:
    first, second = empty.done("db migrate"), empty.done("db migrate")

    assert "brought to version" in first
    assert "already" in second
    assert "No rows." in empty.done("book list")


def test_status_hides_the_password_and_says_the_version(empty: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    text = empty.done("db status")

    assert "***" in text or "password" not in text
    assert "PostgreSQL" in text


def test_the_newest_version_is_the_head_of_the_migrations() -> None:
    assert ScriptDirectory(str(database.ROOT / "migrations")).get_current_head() == database.newest_version()


def test_a_server_that_does_not_answer_is_a_sentence(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://user:secret@127.0.0.1:1/nothing")
    database.url.cache_clear()
    database.engine.cache_clear()
    database._owner_factory.cache_clear()
    text = shell.refused(69, "book list")

    assert "The database does not answer" in text
    assert "server sia acceso (" in shell.refused(69, "book list", language="it")
    assert "secret" not in text


@pytest.mark.parametrize(
    ("variable", "value", "it"),
    [
        ("BORSELLINO_LANGUAGE", "de", "una di it, en"),
        ("BORSELLINO_CLOCK", "yesterday", "serve un momento come"),
        ("DATABASE_URL", "mysql://u:secret@h/x", "solo postgresql://"),
    ],
)
def test_a_bad_setting_is_named_in_italian(shell: Shell, variable: str, value: str, it: str) -> None:
    settings.load.cache_clear()

    result = CliRunner().invoke(program, ["book", "list"], env={variable: value})

    assert result.exit_code == 2
    assert f"{variable}: {it}" in result.output
    assert "secret" not in result.output


def test_opening_a_book_writes_down_whose_it_is(shell: Shell) -> None:
    shell.done("book open E2 --vat-number IT00000010215 --home bari --name", "Perché srl", language="it")

    assert "Perché srl" in shell.done("book list")


@pytest.mark.parametrize(
    ("arguments", "code", "it", "en"),
    [
        ("E2 --vat-number 12345670018 --home cremona", 2, "cifra di controllo", "check digit"),
        ("E2 --vat-number 123 --home cremona", 2, "deve avere 11 cifre", "must have 11 digits"),
        ("E2 --home cremona", 2, "Manca la partita IVA", "VAT number of E2 is missing"),
        ("E2 --vat-number 12345670017 --home atlantis", 1, "Nessun territorio", "No territory"),
        ("E1 --vat-number 12345670017 --home cremona", 1, "esiste già", "already exists"),
    ],
)
def test_a_book_that_cannot_be_opened(shell: Shell, arguments: str, code: int, it: str, en: str) -> None:
    assert it in shell.refused(code, f"book open {arguments} --name Ditta", language="it")
    assert en in shell.refused(code, f"book open {arguments} --name Ditta")


def test_with_several_books_the_command_wants_to_know_which(shell: Shell) -> None:
    shell.done("book open E2 --vat-number 00000010215 --home bari --name Altra")

    assert "--book: E1, E2" in shell.refused(2, "plan list")
    assert "A" in shell.done("plan list --book E1")
    assert "No rows" in shell.done("--book E2 plan list")


def test_a_stopped_book_takes_no_entries_until_it_is_resumed(shell: Shell) -> None:
    shell.done("book stop")

    assert "stopped" in shell.refused(1, "fund commit A 10,00")
    shell.done("book resume")
    shell.done("fund commit A 10,00")


def test_loading_the_network_again_changes_nothing(shell: Shell) -> None:
    before = shell.contents()

    shell.done("network load")

    assert shell.contents() == before


def test_the_network_is_listed_by_territory_provider_and_service(shell: Shell) -> None:
    assert "Cremona" in shell.done("network list territories")
    assert "QUALIFIED" in shell.done("network list providers --territory cremona")
    italian = shell.done("network list providers --territory cremona", language="it")
    assert "qualificato" in italian
    assert "cooperativa sociale A" in italian
    assert not re.search(r"QUALIFIED|SOCIAL_COOP|PUBLIC_BODY", italian)
    assert "azienda" in shell.done("book list", language="it")
    services = shell.done("network list services domiciliare", language="it")
    assert "diretto" in services
    assert "DIRECT" not in services
    services = shell.done("network list services domiciliare --near cremona --max-price 50,00 --qualified")
    assert services.index("ADI-CR") < services.index("ADI-NA")


def test_searching_within_a_distance_needs_a_place(shell: Shell) -> None:
    assert "from which territory" in shell.refused(2, "network list services --max-distance 30")


def test_a_folder_without_network_files_is_refused(shell: Shell) -> None:
    assert "none of the network's files" in shell.refused(2, f"network load {shell.folder}")


def test_the_demonstration_gets_a_folder_and_the_language(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {}
    monkeypatch.setattr("api.demonstration.main.run", lambda _console, **options: asked.update(options))

    shell.done("demo", language="it")

    assert asked == {"output": Path("output/demo"), "language": "it"}
