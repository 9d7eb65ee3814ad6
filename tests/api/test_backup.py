"""A back-up brings everything back: money, proofs, documents and fences, in a server that knew nothing of it."""

from __future__ import annotations

import re
import stat
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL

from config import database, embedded, fences, settings
from tests.api.conftest import GIULIA, Shell, _forget
from tests.conftest import make_database

CONTENT = b"%PDF-1.4 a receipt"


@pytest.fixture
def elsewhere() -> Iterator[URL]:
    """An empty database of a server of its own."""
    # A short path: a Unix socket's is limited to some hundred characters.
    with tempfile.TemporaryDirectory(prefix="brs-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        server = embedded.start(Path(name) / "pg")
        yield make_database(server, "restored")
        embedded.stop(Path(name) / "pg")


def move(shell: Shell, address: URL, monkeypatch: pytest.MonkeyPatch, folder: Path) -> Shell:
    _forget()
    monkeypatch.setenv("DATABASE_URL", address.render_as_string(hide_password=False))
    monkeypatch.setenv("BORSELLINO_DATA_DIR", str(folder))
    return Shell(address, shell.folder)


def policies(shell: Shell) -> list[tuple[object, ...]]:
    return shell.sql("select tablename, policyname, roles::text, cmd, qual, with_check from pg_policies order by 1, 2")


@pytest.mark.slow
def test_everything_comes_back(granted: Shell, elsewhere: URL, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    granted.done(f"authorize {GIULIA} PSI-CR --quantity 1")
    granted.done("seal")
    kept = settings.load().documents_dir / "ab" / "abcdef"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(CONTENT)
    file = tmp_path / "all.backup"

    granted.done(f"db backup {file}")
    before, fenced = granted.contents(), policies(granted)
    restored = move(granted, elsewhere, monkeypatch, tmp_path / "other")
    said = restored.done(f"db restore {file}")

    assert re.match(r"Restored the back-up of \d{4}-\d\d-\d\d \d\d:\d\d, with 1 document\.", said)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert restored.contents() == before
    assert policies(restored) == fenced
    assert "no differences" in restored.done("ledger verify --all")
    assert restored.run("seal verify").exit_code == 0
    assert (settings.load().documents_dir / "ab" / "abcdef").read_bytes() == CONTENT
    assert not (settings.load().data_dir / "checkpoint-key.pem").exists()
    engine = sa.create_engine(elsewhere.set(username=fences.WEB_ROLE))
    with engine.connect() as connection:
        connection.execute(sa.text("set local role borsellino_nobody"))
        assert connection.scalar(sa.text("select count(*) from wallet")) == 0
        assert connection.scalar(sa.text("select schema_version from running_state()")) == database.newest_version()
    engine.dispose()
    # What was restored can be bought from again.
    restored.done(f"authorize {GIULIA} PSI-CR --quantity 1")


def test_a_database_that_holds_something_is_not_overwritten(shell: Shell, tmp_path: Path) -> None:
    shell.done(f"db backup {tmp_path / 'all'}")
    before = shell.contents()

    told = shell.refused(1, f"db restore {tmp_path / 'all'}")

    assert "[database_not_empty]" in told
    assert shell.contents() == before


def test_a_backup_is_not_written_over_another(shell: Shell) -> None:
    file = shell.write("mine", "precious")

    assert "[file_not_usable]" in shell.refused(2, f"db backup {file}")
    assert Path(file).read_text() == "precious"


def test_a_folder_that_is_not_there_is_named(shell: Shell, tmp_path: Path) -> None:
    said = shell.refused(2, f"db backup {tmp_path / 'none' / 'mine'}", language="it")

    assert said.startswith(f"{tmp_path / 'none'}: non si può usare (non esiste).")


def test_what_is_no_backup_or_a_part_of_one_is_refused(shell: Shell, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    shell.done(f"db backup {whole}")
    parts = {"text": b"no backup", "cut": whole.read_bytes()[:-20_000], "empty": b""}

    for name, content in parts.items():
        (tmp_path / name).write_bytes(content)
        assert "[backup_unreadable]" in shell.refused(1, f"db restore {tmp_path / name}"), name


def test_a_backup_of_a_newer_program_is_refused(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(database, "newest_version", lambda: "9999_later")
        shell.sql("update alembic_version set version_num = '9999_later'")
        shell.done(f"db backup {tmp_path / 'later'}")
        with tarfile.open(tmp_path / "later") as archive:
            assert "manifest.json" in archive.getnames()

    assert "[backup_of_newer_program]" in shell.refused(1, f"db restore {tmp_path / 'later'}")


def test_a_backup_that_fails_leaves_no_file(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "bin" / "pg_dump"
    broken.parent.mkdir()
    broken.write_text("#!/bin/sh\necho 'pg_dump: error: the disk is full' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(embedded, "programs", lambda: broken.parent)

    told = shell.refused(1, f"db backup {tmp_path / 'none'}")

    assert "pg_dump failed: error: the disk is full. [backup_program_failed]" in told
    assert not (tmp_path / "none").exists()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
