"""Statements: asked for by somebody, made by a task, and read by whoever asked while they are who they were then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api import tasks
from api.access.identity import Identity
from api.access.roles import Role
from api.conventions.paging import Page, cut
from api.exports import files
from api.exports.errors import StatementFileNotFound, StatementNotFound, StatementNotReady
from api.exports.kinds import KINDS, Kind, Reach
from api.exports.work import Job, Made
from api.tasks import State, Task
from api.tasks.kinds import Progress
from api.tasks.queue import of_row
from api.tasks.tables import TaskRow
from config import clock, database, fences
from config.fences import Fence, Sight
from network import territories
from plans import funders, plans
from wallet import outbox
from wallet.outbox import Event

EXPIRED = "expired"
_TABLE = TaskRow.__table__


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for; `parameters` are as their schema reads them."""

    kind: Kind
    parameters: Mapping[str, Any]
    form: str
    language: str


@dataclass(frozen=True, slots=True)
class File:
    """A file that was made; `sha256` in hexadecimal."""

    name: str
    media_type: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Statement:
    """
    A statement that was asked for. `status` is the task's, or "expired"; `parameters` are as they were written.

    `reconciles` is None where the figures are not held against the ledger, or are not there yet.
    """

    statement_id: str
    kind: str
    parameters: Mapping[str, Any]
    form: str
    language: str
    status: str
    done: int
    total: int | None
    asked_at: datetime
    ended_at: datetime | None
    expires_at: datetime | None
    file: File | None
    reconciles: bool | None
    remarks: tuple[str, ...]
    problem: Mapping[str, Any] | None
    replayed: bool = False


def ask(session: Session, asking: Identity, wanted: Wanted, *, key: str) -> Statement:
    """
    Queue the making of a statement, in the narrowest fence that its figures come from.

    The transaction is in the fence of whoever asks: what a parameter names and they do not see is not found.
    Errors: FunderNotFound, PlanNotFound, TerritoryNotFound, KeyReused.
    """
    kind, parameters = wanted.kind, wanted.parameters
    book_id = asking.book_id
    if "funder" in parameters:
        book_id = funders.by_code(session, parameters["funder"]).book_id
    if "plan" in parameters and book_id is not None:
        plans.by_code(session, book_id, parameters["plan"])
    if "territory" in parameters:
        territories.get(session, parameters["territory"])
    arguments = {
        "kind": kind.name,
        "parameters": kind.roles[asking.role]().dump(parameters),
        "format": wanted.form,
        "language": wanted.language,
        "asked_by": _reach(asking),
    }
    fence = _fence(kind.reach, book_id, asking)
    return _of(tasks.ask(session, files.TASK, arguments, member_id=asking.member_id, fence=fence, key=key))


def find(session: Session, asking: Identity, statement_id: str) -> Statement:
    """
    Return a statement that somebody asked for in the role, and for the book, person or provider, they have now.

    Errors: StatementNotFound.
    """
    row = session.execute(_own(asking).where(TaskRow.task_id == statement_id)).first()
    if row is None:
        raise StatementNotFound(statement=statement_id)
    return _of(of_row(row))


def page(session: Session, asking: Identity, asked: Mapping[str, Any]) -> Page[Statement]:
    """
    Return a page of the same, the newest first; `asked` is a PageQuery, with `kind` if need be.

    Errors: CursorUnknown.
    """
    statement = _own(asking)
    if "kind" in asked:
        statement = statement.where(TaskRow.arguments["kind"].astext == asked["kind"])
    return cut(session, statement, _TABLE.c.task_id, asked).each(lambda row: _of(of_row(row)))


def path_of(found: Statement) -> Path:
    """
    Return where a statement's file is kept.

    Errors: StatementFileNotFound, StatementNotReady.
    """
    gone = StatementFileNotFound(statement=found.statement_id, days=files.KEPT.days)
    if found.status == EXPIRED:
        raise gone
    if found.file is None:
        raise StatementNotReady(statement=found.statement_id)
    path = files.store().path(bytes.fromhex(found.file.sha256))
    if not path.is_file():
        raise gone
    return path


@tasks.kind(files.TASK)
def make(task: Task, progress: Progress) -> Mapping[str, Any]:
    """Make a statement from one snapshot of its figures, and keep its file."""
    arguments = task.arguments
    kind, role = KINDS[arguments["kind"]], Role(arguments["asked_by"]["role"])
    progress(0, 2)
    with files.workshop() as folder:
        job = Job(
            role=role,
            book_id=task.fence.book_id,
            employee_id=arguments["asked_by"]["employee_id"],
            provider_code=arguments["asked_by"]["provider_code"],
            parameters=kind.roles[role]().load(arguments["parameters"]),
            form=arguments["format"],
            language=arguments["language"],
            folder=folder,
        )
        made = _made(kind, job)
        progress(1, 2)
        size_bytes = made.path.stat().st_size
        digest = files.store().take(made.path)
    progress(2, 2)
    _tell(task)
    return {
        "name": made.path.name,
        "media_type": kind.formats[job.form],
        "size_bytes": size_bytes,
        "sha256": digest.hex(),
        "reconciles": made.reconciles,
        "remarks": list(made.remarks),
    }


def _made(kind: Kind, job: Job) -> Made:
    with database.transaction() as session:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        made = kind.make(session, job)
        # What the reading opened is not kept.
        session.rollback()
    return made


def _tell(task: Task) -> None:
    # Whoever made it and died before saying so lets it be told again: better than not at all.
    facts = {"statement_id": task.task_id, "kind": task.arguments["kind"], "format": task.arguments["format"]}
    asked_by = task.arguments["asked_by"]

    def tell(session: Session) -> None:
        outbox.tell(
            session,
            task.fence.book_id,
            Event.STATEMENT_READY,
            task.task_id,
            facts,
            employee_id=asked_by["employee_id"],
            provider_code=asked_by["provider_code"],
            only_for=task.member_id,
        )

    with fences.inside(Fence(Sight.NETWORK, member_id=task.member_id)):
        database.transact(tell)


def _fence(reach: Reach, book_id: int | None, asking: Identity) -> Fence:
    member = asking.member_id
    match reach:
        case Reach.PERSON | Reach.BOOK:
            return Fence(Sight.BOOK, book_id, member_id=member)
        case Reach.RULES:
            # Of no book.
            return Fence(Sight.BOOK, member_id=member)
        case Reach.PROVIDER | Reach.NETWORK:
            return Fence(Sight.NETWORK, provider_code=asking.provider_code, member_id=member)


def _reach(asking: Identity) -> dict[str, Any]:
    return {
        "role": str(asking.role),
        "book_id": asking.book_id,
        "employee_id": asking.employee_id,
        "provider_code": asking.provider_code,
    }


def _own(asking: Identity) -> sa.Select[Any]:
    # Who changes their role, or its book, leaves behind what they asked for in the one before.
    return sa.select(_TABLE).where(
        TaskRow.member_id == asking.member_id,
        TaskRow.kind == files.TASK,
        TaskRow.arguments.contains({"asked_by": _reach(asking)}),
    )


def _of(task: Task) -> Statement:
    arguments, result = task.arguments, task.result
    done_at = task.ended_at if task.state is State.DONE else None
    found = Statement(
        statement_id=task.task_id,
        kind=arguments["kind"],
        parameters=arguments["parameters"],
        form=arguments["format"],
        language=arguments["language"],
        status=str(task.state),
        done=task.done,
        total=task.total,
        asked_at=task.asked_at,
        ended_at=task.ended_at,
        expires_at=None if done_at is None else done_at + files.KEPT,
        file=None,
        reconciles=None,
        remarks=(),
        problem=task.problem,
        replayed=task.replayed,
    )
    if result is None:
        return found
    if found.expires_at is not None and found.expires_at <= clock.now():
        return replace(found, status=EXPIRED)
    file = File(result["name"], result["media_type"], result["size_bytes"], result["sha256"])
    return replace(found, file=file, reconciles=result["reconciles"], remarks=tuple(result["remarks"]))
