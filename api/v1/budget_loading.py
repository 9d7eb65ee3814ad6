"""Loading a budget file: at once, or by a worker where it takes longer than an answer may."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from marshmallow import fields
from sqlalchemy.orm import Session

from api import tasks
from api.access.identity import current
from api.conventions.fields import Schema
from api.tasks import Task, inputs
from api.tasks.kinds import Progress
from config import clock, database
from config.errors import DomainError
from config.fences import Fence, Sight
from wallet import budget_loads, budgets
from wallet.budget_loads import FoundLoad
from wallet.errors import BudgetFileRefused

KIND = "budget_load"


class BudgetLoadOut(Schema):
    """A budget file that was granted, in whole cents."""

    id = fields.String(attribute="load_id", required=True, metadata={"examples": ["bud_01K0Z7V3J8Q2X4N6B8C0D2F4H6"]})
    plan_id = fields.String(required=True)
    plan = fields.String(attribute="plan_code", required=True)
    reference = fields.String(required=True)
    file = fields.String(attribute="file_name", required=True)
    rows = fields.Integer(required=True)
    total_minor = fields.Integer(required=True)
    currency = fields.Constant("EUR", required=True)
    loaded_at = fields.AwareDateTime(required=True)


@dataclass(frozen=True, slots=True)
class Order:
    """What shall be loaded: under which plan and name, as of which day (that on which it was asked for unless told)."""

    book_id: int
    plan_code: str
    reference: str
    on: date | None
    repeat: bool
    expect_total_minor: int | None
    actor: str

    def kept(self) -> dict[str, Any]:
        """Return it as a task keeps it."""
        told = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return told | {"on": None if self.on is None else self.on.isoformat()}


def load(session: Session, order: Order, path: Path, on: date, progress: Progress | None = None) -> FoundLoad:
    """
    Grant what a budget file says, and return the load; an earlier one of the same content under the same reference.

    Errors: those of `wallet.budgets.load`.
    """
    # The first line is the heading.
    lines = path.read_bytes().count(b"\n") - 1 if progress is not None else 0
    done = budgets.load(
        session,
        order.book_id,
        order.plan_code,
        path,
        reference=order.reference,
        on=order.on or on,
        actor=order.actor,
        repeat=order.repeat,
        expect_total_minor=order.expect_total_minor,
        # How many rows a workbook has is known at its end.
        on_progress=None if progress is None else lambda rows: progress(rows, max(rows, lines)),
    )
    return budget_loads.find(session, done.load_id)


def queue(session: Session, order: Order, path: Path, key: str) -> Task:
    """
    Queue the load of a file, which is kept until it is over.

    Errors: KeyReused.
    """
    member_id = current().member_id
    fence = Fence(Sight.BOOK, order.book_id, member_id=member_id)
    arguments = {"order": order.kept(), "file": path.name, "sha256": inputs.digest(path)}
    task = tasks.ask(session, KIND, arguments, member_id=member_id, fence=fence, key=key)
    if not task.replayed:
        inputs.keep(task.task_id, path)
    return task


@tasks.kind(KIND)
def _work(task: Task, progress: Progress) -> Mapping[str, Any]:
    """Load the file of a task. Done again after a worker died, it finds its own load and changes nothing."""
    told = dict(task.arguments["order"])
    order = Order(**told | {"on": None if told["on"] is None else date.fromisoformat(told["on"])})
    try:
        path = inputs.find(task, task.arguments["file"], task.arguments["sha256"])
    except FileNotFoundError:
        # A worker that died at its very end had loaded it, and removed the file.
        found = database.transact(
            lambda session: budget_loads.by_reference(session, order.book_id, order.plan_code, order.reference)
        )
        return _told(found)
    asked_on = task.asked_at.astimezone(clock.ROME).date()
    try:
        found = database.transact(lambda session: load(session, order, path, asked_on, progress))
    except DomainError as refusal:
        if not refusal.retryable:
            inputs.remove(task)
        if isinstance(refusal, BudgetFileRefused):
            # The rows that are wrong are told by a check; a task keeps what it refused in a line.
            raise BudgetFileRefused(file=path.name, problems=refusal.details["problems"]) from refusal
        raise
    inputs.remove(task)
    # Not every line of a file is a row: the total is none.
    progress(found.rows, found.rows)
    return _told(found)


def _told(found: FoundLoad) -> Mapping[str, Any]:
    told: dict[str, Any] = BudgetLoadOut().dump(found)
    return told
