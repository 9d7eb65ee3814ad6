"""The tasks by which copies are made and erasures done: a worker does what no request may."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from api import tasks
from api.data import copies, erasing
from api.data.errors import ErasureNotPreviewed, ExportNotReady
from api.tasks import State, Task, TaskNotFound
from config import clock, database, fences
from config.fences import Fence

EXPORT = "data_export"
ERASURE = "data_erasure"
PREVIEW_GOOD_FOR = timedelta(days=1)


@tasks.kind(EXPORT)
def export(task: Task, progress: Callable[[int, int], None]) -> Mapping[str, Any]:
    """Make a copy of a person's data; who asked was let through by what they see."""
    with fences.outside():
        return asdict(copies.make(task.arguments["book_id"], task.arguments["employee_id"], progress))


@tasks.kind(ERASURE)
def erase(task: Task, progress: Callable[[int, int], None]) -> Mapping[str, Any]:
    """Erase what nothing keeps of a person, or say what that would be."""
    book_id, employee_id = task.arguments["book_id"], task.arguments["employee_id"]
    progress(0, 1)
    with fences.outside():
        if task.arguments["dry_run"]:
            report = database.transact(lambda session: erasing.preview(session, book_id, employee_id))
            return {"dry_run": True, "erasure_id": None, "report": erasing.plain(report)}
        done = erasing.erase(book_id, employee_id, actor=task.member_id, reason=task.arguments["reason"])
        if done is None:
            return {"dry_run": False, "erasure_id": None, "report": []}
        return {"dry_run": False, "erasure_id": done.erasure_id, "report": [dict(item) for item in done.report]}


def ask_copy(
    session: Session, book_id: int, employee_id: str, *, member_id: str, fence: Fence, key: str | None
) -> Task:
    """
    Ask for a copy of a person's data.

    Errors: KeyReused.
    """
    arguments = {"book_id": book_id, "employee_id": employee_id}
    return tasks.ask(session, EXPORT, arguments, member_id=member_id, fence=fence, key=key)


def ask_erasure(
    session: Session,
    book_id: int,
    employee_id: str,
    *,
    reason: str,
    preview: str | None,
    dry_run: bool,
    member_id: str,
    fence: Fence,
    key: str | None,
) -> Task:
    """
    Ask for an erasure, or for its trial, which has to come first and be done: `preview` is its id.

    Errors: ErasureNotPreviewed, KeyReused.
    """
    if not dry_run and not _previewed(session, preview, employee_id):
        raise ErasureNotPreviewed()
    arguments = {"book_id": book_id, "employee_id": employee_id, "reason": reason, "dry_run": dry_run}
    return tasks.ask(session, ERASURE, arguments, member_id=member_id, fence=fence, key=key)


def find(session: Session, kind: str, task_id: str) -> Task:
    """
    Return a task of one of these kinds, as far as the transaction's fence shows it.

    Errors: TaskNotFound.
    """
    found = tasks.find(session, task_id)
    if found.kind != kind:
        raise TaskNotFound(task=task_id)
    return found


def file_of(task: Task) -> tuple[str, str]:
    """
    Return where the file of a copy is, and its hash.

    Errors: ExportNotReady.
    """
    if task.state is not State.DONE or task.result is None:
        raise ExportNotReady(export=task.task_id)
    digest = str(task.result["sha256"])
    path = copies.store().path(bytes.fromhex(digest))
    if not path.is_file():
        raise ExportNotReady(export=task.task_id)
    return str(path), digest


def _previewed(session: Session, task_id: str | None, employee_id: str) -> bool:
    if task_id is None:
        return False
    try:
        found = find(session, ERASURE, task_id)
    except TaskNotFound:
        return False
    asked = found.arguments
    recent = found.ended_at is not None and found.ended_at > clock.now() - PREVIEW_GOOD_FOR
    return found.state is State.DONE and recent and bool(asked["dry_run"]) and asked["employee_id"] == employee_id
