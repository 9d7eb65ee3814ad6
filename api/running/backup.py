"""
Back-up and restore: the database and the documents that it names, in one file.

The database is read first and the documents after it: they are never changed, so that everything the database names is
there. The key that signs checkpoints is not in the file: whoever had both could sign another past.
"""

from __future__ import annotations

import errno
import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import sqlalchemy as sa

from config import clock, database, embedded, settings
from config.errors import DomainError

_DUMP, _MANIFEST, _DOCUMENTS = "database.dump", "manifest.json", "documents"
_TABLES = sa.text("select count(*) from pg_tables where schemaname = 'public'")


class BackupUnreadable(DomainError):
    """A file that is no back-up of ours, or that was cut off."""

    it = "{file}: non è una copia di sicurezza completa."
    en = "{file}: this is no complete back-up."


class BackupOfNewerProgram(DomainError):
    """A back-up that a newer version of the program made."""

    it = "La copia è della versione {version}, più recente di questo programma: aggiornarlo prima di ripristinare."
    en = "The back-up is of version {version}, newer than this program: update it before restoring."


class DatabaseNotEmpty(DomainError):
    """A restore into a database that holds something already."""

    it = "Il database contiene già {count:tabella|tabelle}: si ripristina solo in uno vuoto."
    en = "The database holds {count:table|tables} already: a back-up is restored into an empty one alone."


class BackupProgramFailed(DomainError):
    """pg_dump or pg_restore did not do its work."""

    it = "{program} non è riuscito: {reason}."
    en = "{program} failed: {reason}."


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a back-up says of itself."""

    version: str
    taken_at: str
    documents: int


def take(file: Path) -> Manifest:
    """
    Write a back-up, readable by its owner alone; an unfinished one never has the file's name.

    Errors: FileExistsError, FileNotFoundError where its folder is not there, BackupProgramFailed.
    """
    if file.exists():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(file))
    if not file.absolute().parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(file.parent))
    documents = settings.load().documents_dir
    with _beside(file) as folder:
        dump = folder / _DUMP
        _run("pg_dump", "--format=custom", "--exclude-table-data=rate_window", f"--file={dump}")
        names = sorted(path for path in documents.rglob("*") if path.is_file()) if documents.is_dir() else []
        manifest = Manifest(database.newest_version(), clock.now().isoformat(), len(names))
        whole = folder / "whole"
        with os.fdopen(os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            with tarfile.open(fileobj=out, mode="w") as archive:
                archive.add(dump, _DUMP)
                for path in names:
                    archive.add(path, f"{_DOCUMENTS}/{path.relative_to(documents)}")
                # Last, so that a file that was cut off has none.
                _add(archive, _MANIFEST, json.dumps(asdict(manifest)).encode())
            out.flush()
            os.fsync(out.fileno())
        whole.replace(file)
    return manifest


def bring_back(file: Path) -> Manifest:
    """
    Restore a back-up into an empty database, and bring that to this program's version.

    Errors: BackupUnreadable, BackupOfNewerProgram, DatabaseNotEmpty, RolesNotMade, BackupProgramFailed.
    """
    manifest = _read(file)
    if manifest.version > database.newest_version():
        raise BackupOfNewerProgram(version=manifest.version)
    with database.engine().begin() as connection:
        count = connection.execute(_TABLES).scalar_one()
        if count:
            raise DatabaseNotEmpty(count=count)
        # Roles are of the server, not of the database: the policies in the back-up need them.
        database.lay_roles(connection)
    with tempfile.TemporaryDirectory(prefix="borsellino-") as name, tarfile.open(file) as archive:
        archive.extractall(name, filter="data")
        kept = Path(name) / _DOCUMENTS
        if kept.is_dir():
            # Each stands under the hash of its content: one that is there already is the same.
            shutil.copytree(kept, settings.load().documents_dir, dirs_exist_ok=True)
        _run("pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", str(Path(name) / _DUMP))
    database.migrate()
    with database.engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("analyze")
    return manifest


def _read(file: Path) -> Manifest:
    try:
        with tarfile.open(file) as archive:
            found = archive.extractfile(_MANIFEST)
            archive.getmember(_DUMP)
            return Manifest(**json.loads(found.read() if found is not None else b""))
    except (tarfile.TarError, KeyError, ValueError, TypeError, EOFError) as error:
        raise BackupUnreadable(file=file.name) from error


@contextmanager
def _beside(file: Path) -> Iterator[Path]:
    # On the same file system, so that the last step is a change of name.
    with tempfile.TemporaryDirectory(prefix=".borsellino-", dir=file.absolute().parent) as name:
        yield Path(name)


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = len(content), 0o600, int(clock.now().timestamp())
    archive.addfile(entry, io.BytesIO(content))


def _run(program: str, *arguments: str) -> None:
    address = database.url()
    plain = address.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    folder = embedded.programs()
    found = str(folder / program) if folder is not None else shutil.which(program)
    if found is None:
        raise BackupProgramFailed(program=program, reason="not installed")
    # Other users see a program's arguments, and not its environment.
    secret = {} if address.password is None else {"PGPASSWORD": str(address.password)}
    done = subprocess.run(  # noqa: S603
        [found, f"--dbname={plain}", *arguments],
        env={**os.environ, **secret},
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or ["-"]
        raise BackupProgramFailed(program=program, reason=lines[0].removeprefix(f"{program}: ").rstrip("."))
