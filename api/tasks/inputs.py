"""Files that a task reads: kept outside the database from when it is asked for until it is over."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime, timedelta
from hashlib import file_digest
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.tasks.queue import State, Task
from api.tasks.tables import TaskRow
from config import clock, settings

# Whose transaction is under way has no task yet that others could see.
_GRACE = timedelta(days=1)


def digest(path: Path) -> str:
    """Return the SHA-256 of a file's content, in hexadecimal."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def keep(task_id: str, path: Path) -> None:
    """Copy a file for a task, under its own name, for the program's user alone; durable before the task is."""
    folder = _folder() / task_id
    _folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    handle = os.open(folder / path.name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with path.open("rb") as source, os.fdopen(handle, "wb") as target:
        shutil.copyfileobj(source, target)
        target.flush()
        os.fsync(target.fileno())


def find(task: Task, name: str, sha256: str) -> Path:
    """
    Return where a task's file is, proven to be the one that was sent.

    Errors: OSError where it is missing; ValueError where it is another content.
    """
    return held(task.task_id, name, sha256)


def held(place: str, name: str, sha256: str) -> Path:
    """
    Return where a file is that was kept for a task, or under an id of no task until it is swept.

    Errors: OSError where it is missing; ValueError where it is another content.
    """
    path = _folder() / place / name
    if digest(path) != sha256:
        raise ValueError(f"{sha256} is not the hash of what is kept for {place}")
    return path


def remove(task: Task) -> None:
    """Remove what was kept for a task."""
    shutil.rmtree(_folder() / task.task_id, ignore_errors=True)


def sweep(session: Session) -> int:
    """
    Remove what was kept for tasks that are over, and what no task came to name; return for how many.

    Safe beside work under way, and to run again. The transaction has to see every member's tasks.
    """
    if not _folder().is_dir():
        return 0
    wanted = set(session.scalars(sa.select(TaskRow.task_id).where(TaskRow.state.in_([State.QUEUED, State.RUNNING]))))
    removed = 0
    for folder in sorted(_folder().iterdir()):
        made = datetime.fromtimestamp(folder.stat().st_mtime, UTC)
        if folder.name not in wanted and made < clock.now() - _GRACE:
            shutil.rmtree(folder, ignore_errors=True)
            removed += 1
    return removed


def _folder() -> Path:
    return settings.load().data_dir / "inputs"
