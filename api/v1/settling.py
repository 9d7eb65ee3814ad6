"""Settling by a worker: a payout run and a clearing go over all books, which may take longer than an answer may."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from api import tasks
from api.access import audit
from api.access.identity import current
from api.tasks import Task, TaskNotFound
from api.tasks.kinds import Progress
from config import database
from ledger import idempotency
from ledger.idempotency import NO_BOOK
from wallet.settlement import clearing, payouts, terms
from wallet.settlement.payouts import Advance

PAYOUT_RUN = "payout_run"
CLEARING = "clearing"


@dataclass(frozen=True, slots=True)
class RunOrder:
    """A payout run that somebody has looked at, and what it would pay in all; minor units."""

    reference: str
    due_by: date
    execute_on: date
    advances: tuple[Advance, ...]
    expect_total_minor: int

    def kept(self) -> dict[str, Any]:
        """Return it as a task keeps it."""
        days = {"due_by": self.due_by.isoformat(), "execute_on": self.execute_on.isoformat()}
        return asdict(self) | days | {"advances": [asdict(advance) for advance in self.advances]}


def queue_run(session: Session, order: RunOrder, key: str) -> Task:
    """
    Queue a payout run.

    Errors: KeyReused.
    """
    return _queue(session, PAYOUT_RUN, order.kept(), key, order.reference)


def queue_clearing(session: Session, month: date, key: str) -> Task:
    """
    Queue the clearing of a month.

    Errors: KeyReused.
    """
    return _queue(session, CLEARING, {"month": month.isoformat()}, key, f"{month:%Y-%m}")


def find(session: Session, kind: str, task_id: str) -> Task:
    """
    Return a task of one of these kinds, as far as the transaction's fence shows it.

    Errors: TaskNotFound.
    """
    found = tasks.find(session, task_id)
    if found.kind != kind:
        raise TaskNotFound(task=task_id)
    return found


def _queue(session: Session, kind: str, arguments: Mapping[str, Any], key: str, target: str) -> Task:
    audit.about(target=target)
    who = current()
    return tasks.ask(session, kind, arguments, member_id=who.member_id, fence=who.fence, key=key)


@tasks.kind(PAYOUT_RUN)
def _pay(task: Task, progress: Progress) -> Mapping[str, Any]:
    """Prepare the run of a task; done again after a worker died, it is the same run."""
    told = task.arguments

    def prepare(session: Session) -> Mapping[str, Any]:
        run = payouts.prepare(
            session,
            told["reference"],
            due_by=date.fromisoformat(told["due_by"]),
            execute_on=date.fromisoformat(told["execute_on"]),
            terms=terms.agreed(),
            actor=task.member_id,
            advances=[Advance(**advance) for advance in told["advances"]],
            expect_total_minor=told["expect_total_minor"],
        )
        return {"id": run.run_id, "payments": len(run.payments), "total_minor": run.total_minor}

    return _once(task, progress, "payout_prepare", prepare)


@tasks.kind(CLEARING)
def _clear(task: Task, progress: Progress) -> Mapping[str, Any]:
    """Clear the month of a task; done again after a worker died, it is the same clearing."""

    def clear(session: Session) -> Mapping[str, Any]:
        month = date.fromisoformat(task.arguments["month"])
        return {"id": clearing.run(session, month, terms=terms.agreed(), actor=task.member_id).run_id}

    return _once(task, progress, "clearing_run", clear)


def _once(
    task: Task, progress: Progress, operation: str, work: Callable[[Session], Mapping[str, Any]]
) -> Mapping[str, Any]:
    # It is one transaction: how far it is nobody can say before its end.
    progress(0, 1)
    told: Mapping[str, Any] = database.transact(
        lambda session: idempotency.once(
            session,
            NO_BOOK,
            task.member_id,
            operation,
            task.task_id,
            task.arguments,
            work=lambda: work(session),
            answer=lambda made: made,
            replay=lambda kept: kept,
        )
    )
    progress(1, 1)
    return told
