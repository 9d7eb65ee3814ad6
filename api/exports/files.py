"""
The files of statements: made in a folder of their own, kept outside the database under the hash of their content.

Only the program's user can read them, and only for as long as the task that made them is kept.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.tasks import State
from api.tasks.tables import TaskRow
from config import clock, settings
from wallet.reimbursements.documents import Store

TASK = "statement"
KEPT = timedelta(days=30)
# What was made, and is not yet named by its task, is left alone; so is a folder somebody may still be at work in.
_GRACE = timedelta(days=1)
_WORKSHOP = ".making-"


def store() -> Store:
    """Return where the files are kept: beside people's documents, where every process of the program reaches them."""
    return Store(settings.load().documents_dir / "statements")


@contextmanager
def workshop() -> Iterator[Path]:
    """Give a folder to make files in, which is gone afterwards; `Store.take` moves out of it what is to be kept."""
    folder = store().folder
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=_WORKSHOP) as made:
        yield Path(made)


def sweep(session: Session) -> int:
    """
    Remove the files that no statement names any more, and what broken-off work left behind; return how many.

    Safe beside work under way, and to run again. The transaction has to see every member's tasks.
    """
    kept, now = store(), clock.now()
    if not kept.folder.is_dir():
        return 0
    named = set(
        session.scalars(
            sa.select(TaskRow.result["sha256"].astext).where(
                TaskRow.kind == TASK, TaskRow.state == State.DONE, TaskRow.ended_at > now - KEPT
            )
        )
    )
    removed = 0
    for path in list(kept.every()):
        if path.name not in named:
            removed += kept.remove(path, older_than=now - _GRACE) is not None
    for folder in kept.folder.glob(f"{_WORKSHOP}*"):
        if datetime.fromtimestamp(folder.stat().st_mtime, UTC) < now - _GRACE:
            shutil.rmtree(folder, ignore_errors=True)
            removed += 1
    return removed
