"""
Documents: what is taken, checked by its content, and where it is kept.

A document is a file outside the database, named by the SHA-256 of its content, readable by the program's user alone.
Once checked it is never opened: its person and whoever reviews get a copy.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Final

import filetype

from config import clock, settings
from wallet.reimbursements.errors import (
    DocumentEmpty,
    DocumentNameDiffers,
    DocumentTooLarge,
    DocumentTypeUnknown,
    DocumentUnreadable,
)
from wallet.reimbursements.words import Purpose

MEBIBYTE = 1 << 20
LARGEST_BYTES = 10 * MEBIBYTE
MOST = 10
# In bytes, as file systems count: a copy's name has the purpose and a number before it.
LONGEST_NAME = 150
# A little more than the probe's own processor time, for a machine that is busy.
TIMEOUT_SECONDS = 60

EXTENSIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "application/pdf": (".pdf",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
}
_PROBLEMS: Final[Mapping[str, tuple[str, str]]] = {
    "damaged": ("il file è danneggiato o incompleto", "the file is damaged or incomplete"),
    "locked": ("è protetto da una password", "it is locked by a password"),
    "too_big": ("ha troppe pagine o punti", "it has too many pages or dots"),
    "active": (
        "contiene comandi che si avviano da soli: stamparlo in PDF e mandare la copia",
        "it holds commands that start by themselves: print it to PDF and send the copy",
    ),
}


@dataclass(frozen=True, slots=True)
class Upload:
    """A document that was checked and may be kept."""

    purpose: Purpose
    name: str
    media_type: str
    content: bytes
    sha256: bytes

    @property
    def size_bytes(self) -> int:
        """How large it is."""
        return len(self.content)


def read(path: Path, purpose: Purpose) -> Upload:
    """
    Read a document from a file; not a byte more than is taken.

    Errors: OSError where there is no such file; those of `check`.
    """
    if path.stat().st_size > LARGEST_BYTES:
        raise _too_large(path.name, path.stat().st_size)
    with path.open("rb") as file:
        content = file.read(LARGEST_BYTES + 1)
    return check(path.name, content, purpose)


def check(name: str, content: bytes, purpose: Purpose) -> Upload:
    """
    Return a document that is what its name says, opens, and is neither too large nor a trap.

    Errors: DocumentEmpty, DocumentTooLarge, DocumentTypeUnknown, DocumentNameDiffers, DocumentUnreadable; in this
            order.
    """
    shown = safe_name(name)
    if not content:
        raise DocumentEmpty(file=shown)
    if len(content) > LARGEST_BYTES:
        raise _too_large(shown, len(content))
    guessed = filetype.guess_mime(content)
    if guessed not in EXTENSIONS:
        raise DocumentTypeUnknown(file=shown)
    suffix = Path(shown).suffix.lower()
    if suffix not in EXTENSIONS[guessed]:
        raise DocumentNameDiffers(file=shown, named=suffix or "-", found=guessed)
    problem = _probe(guessed, content)
    if problem != "ok":
        it, en = _PROBLEMS.get(problem, _PROBLEMS["damaged"])
        raise DocumentUnreadable(file=shown, problem_it=it, problem_en=en)
    return Upload(purpose, shown, guessed, content, sha256(content).digest())


def safe_name(name: str) -> str:
    """Return a file's own name without folders, controls or anything that a terminal or a shell would obey."""
    plain = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    kept = "".join(letter if letter.isalnum() or letter in " ._-()" else "_" for letter in plain)
    kept = " ".join(kept.split()).lstrip(".-") or "_"
    suffix = Path(kept).suffix
    suffix = suffix if len(suffix) <= 10 else ""
    stem = kept[: len(kept) - len(suffix)].encode()[: LONGEST_NAME - len(suffix.encode())]
    return stem.decode(errors="ignore") + suffix


@dataclass(frozen=True, slots=True)
class Store:
    """The folder of documents; its layout is `ab/abcdef...`, by the content's hash in hexadecimal."""

    folder: Path

    def path(self, digest: bytes) -> Path:
        """Return where the document of this hash is."""
        name = digest.hex()
        return self.folder / name[:2] / name

    def keep(self, upload: Upload) -> None:
        """
        Write a document down, whole or not at all, for the program's user alone; the same again is as if it were new.

        A document whose transaction then fails stays behind, and no row names it: `orphans.sweep` takes it.
        """
        target = self.path(upload.sha256)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self.locked():
            if not (target.exists() and sha256(target.read_bytes()).digest() == upload.sha256):
                self._write(target, upload.content)
            # Young again: whoever sweeps leaves it to the transaction that will name it.
            moment = clock.now().timestamp()
            os.utime(target, (moment, moment))

    def take(self, path: Path) -> bytes:
        """Move a finished file of the same file system in, and return its hash; the same content again is one file."""
        with path.open("rb") as file:
            digest = file_digest(file, "sha256").digest()
            os.fsync(file.fileno())
        path.chmod(0o600)
        target = self.path(digest)
        with self.locked():
            target.parent.mkdir(mode=0o700, exist_ok=True)
            moment = clock.now().timestamp()
            os.utime(path, (moment, moment))
            path.replace(target)
        _sync(target.parent)
        return digest

    def every(self) -> Iterator[Path]:
        """Yield each file there is, what an interrupted writing left behind too."""
        for path in sorted(self.folder.glob("[0-9a-f][0-9a-f]/*")):
            if path.is_file():
                yield path

    def remove(self, path: Path, *, older_than: datetime) -> int | None:
        """Remove a file that nobody kept again since a moment and return its size; None where it stays or is gone."""
        with self.locked():
            try:
                found = path.stat()
            except FileNotFoundError:
                return None
            if found.st_mtime >= older_than.timestamp():
                return None
            path.unlink()
        return found.st_size

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Let nobody else keep or remove a file meanwhile, in this process or another."""
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _write(self, target: Path, content: bytes) -> None:
        target.parent.mkdir(mode=0o700, exist_ok=True)
        # A fresh file of `mkstemp` is readable by its owner alone.
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        _sync(target.parent)

    def read(self, digest: bytes) -> bytes:
        """
        Return a document's content, proven to be what its hash says.

        Errors: OSError where it is missing; ValueError where it is another content.
        """
        content = self.path(digest).read_bytes()
        if sha256(content).digest() != digest:
            raise ValueError(f"{digest.hex()} is not the hash of what is kept under it")
        return content


def store() -> Store:
    """Return the store that the settings name."""
    return Store(settings.load().documents_dir)


def _too_large(name: str, size_bytes: int) -> DocumentTooLarge:
    # Rounded up to a tenth, so that what is a byte too large is not said to be as large as allowed.
    tenths = -(-size_bytes * 10 // MEBIBYTE)
    return DocumentTooLarge(file=safe_name(name), size=f"{tenths // 10}.{tenths % 10}", limit=LARGEST_BYTES // MEBIBYTE)


def _probe(media_type: str, content: bytes) -> str:
    command = [sys.executable, "-m", "wallet.reimbursements.probe", media_type]
    root = Path(__file__).resolve().parents[2]
    try:
        done = subprocess.run(  # noqa: S603
            command, input=content, capture_output=True, check=False, timeout=TIMEOUT_SECONDS, cwd=root
        )
    except subprocess.TimeoutExpired:
        return "too_big"
    # Killed for what it asked of the machine, which is what a bomb does.
    return done.stdout.decode() if done.returncode == 0 else "too_big" if done.returncode < 0 else "damaged"


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
