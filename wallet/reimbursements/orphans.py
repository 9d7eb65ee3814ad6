"""
Documents that no reimbursement names: what a submission left behind that failed between keeping its files and its end.

A file is removed only when no book names it and nobody has kept it for longer than any submission takes. Keeping a file
that is there already makes it young again, under the same lock as its removal: a submission under way never loses one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from pathlib import Path

from sqlalchemy.orm import Session

from config import clock, database
from wallet.reimbursements.documents import Store
from wallet.reimbursements.errors import SweepGraceTooShort, SweepNamesNothing

GRACE_DAYS = 7
LEAST_DAYS = 1
_CHUNK = 1_000
_NAMED = "select distinct encode(sha256, 'hex') as name from reimbursement_document where sha256 = any(%s::bytea[])"
_DIGITS = frozenset("0123456789abcdef")
_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep found: files that a reimbursement names, those too young to tell, and those that went."""

    named: int
    young: int
    removed: int
    removed_bytes: int


def sweep(session: Session, store: Store, *, days: int = GRACE_DAYS, dry_run: bool = False) -> Swept:
    """
    Remove the files that no reimbursement of any book names and that nobody kept for so many days.

    Safe beside submissions, and to run again. With `dry_run` it only says what would go.

    Errors: SweepGraceTooShort, SweepNamesNothing; OSError where a file cannot be removed.
    """
    if days < LEAST_DAYS:
        raise SweepGraceTooShort(days=days, least=LEAST_DAYS)
    older_than = clock.now() - timedelta(days=days)
    named, orphans = 0, []
    for paths in _chunks(store.every()):
        known = _named(session, paths)
        named += sum(path.name in known for path in paths)
        orphans += [path for path in paths if path.name not in known]
    if orphans and not named:
        raise SweepNamesNothing(files=len(orphans), folder=str(store.folder))
    sizes = []
    for path in orphans:
        if dry_run:
            found = path.stat()
            size = found.st_size if found.st_mtime < older_than.timestamp() else None
        else:
            size = store.remove(path, older_than=older_than)
        if size is not None:
            sizes.append(size)
    return Swept(named, len(orphans) - len(sizes), len(sizes), sum(sizes))


def _named(session: Session, paths: Sequence[Path]) -> set[str]:
    digests = [bytes.fromhex(path.name) for path in paths if len(path.name) == _LENGTH and set(path.name) <= _DIGITS]
    return {row.name for row in database.rows(session, _NAMED, (digests,))}


def _chunks(paths: Iterator[Path]) -> Iterator[list[Path]]:
    while chunk := list(islice(paths, _CHUNK)):
        yield chunk
