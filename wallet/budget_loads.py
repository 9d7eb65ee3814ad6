"""Budget files that were loaded: looked through, and taken back while nothing of them is spent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import database
from ledger import posting
from ledger.errors import InsufficientFunds
from ledger.posting import Draft, Pair
from plans import plans
from plans.rows import Plan, table
from wallet import chart, telling, wallets
from wallet.errors import BudgetLoadNotFound, BudgetSpent, LoadOfFewPeople, ReasonRequired
from wallet.grants import CHUNK
from wallet.tables import BudgetLoad

_LOAD, _PLAN = table(BudgetLoad), table(Plan)
KEY: sa.ColumnElement[str] = _LOAD.c.load_id
_FOUND: sa.Select[Any] = sa.select(
    _LOAD.c.load_id,
    _LOAD.c.plan_id,
    _PLAN.c.code.label("plan_code"),
    _LOAD.c.reference,
    _LOAD.c.file_name,
    _LOAD.c.rows,
    _LOAD.c.total_minor,
    _LOAD.c.loaded_at,
).join(_PLAN, sa.and_(_PLAN.c.book_id == _LOAD.c.book_id, _PLAN.c.plan_id == _LOAD.c.plan_id))

# The grants of a load that were not taken back, each with its lot and whose that is.
_GRANTED = (
    "select e.reference, l.employee_id, l.account_id, p.amount_minor from entry e"
    "  join posting p on p.book_id = e.book_id and p.entry_id = e.entry_id"
    "  join lot l on l.book_id = p.book_id and l.account_id = p.credit_account_id"
    " where e.book_id = %(book)s and e.kind = 'grant' and e.reference like %(load)s || ':%%'"
    "   and not exists (select from entry b where b.book_id = e.book_id and b.reference = 'undo:' || e.reference)"
    " order by l.employee_id, e.entry_id"
)
_IS_UNDONE = f"select not exists ({_GRANTED}) as undone"
# Of whoever was granted something, as many as it takes to know whether they are few.
_SOME_PEOPLE = f"select distinct employee_id from ({_GRANTED}) granted limit {telling.SMALLEST_GROUP}"


@dataclass(frozen=True, slots=True)
class FoundLoad:
    """A budget file after its load; `total_minor` in minor units."""

    load_id: str
    plan_id: str
    plan_code: str
    reference: str
    file_name: str
    rows: int
    total_minor: int
    loaded_at: datetime


def query(book_id: int, *, plan_id: str | None = None) -> sa.Select[Any]:
    """Return the query of a book's loads, or of one plan's; `KEY` names one, `load` reads one."""
    found = _FOUND.where(_LOAD.c.book_id == book_id)
    return found if plan_id is None else found.where(_LOAD.c.plan_id == plan_id)


def load(row: sa.Row[Any]) -> FoundLoad:
    """Return a row of the query as what it says."""
    return FoundLoad(**row._mapping)


def find(session: Session, load_id: str) -> FoundLoad:
    """
    Return a load, as far as the session sees.

    Errors: BudgetLoadNotFound.
    """
    row = session.execute(_FOUND.where(_LOAD.c.load_id == load_id)).one_or_none()
    if row is None:
        raise BudgetLoadNotFound(load=load_id)
    return load(row)


def by_reference(session: Session, book_id: int, plan_code: str, reference: str) -> FoundLoad:
    """
    Return the load of a plan under a reference.

    Errors: BudgetLoadNotFound.
    """
    row = session.execute(
        _FOUND.where(_LOAD.c.book_id == book_id, _PLAN.c.code == plan_code, _LOAD.c.reference == reference)
    ).one_or_none()
    if row is None:
        raise BudgetLoadNotFound(load=reference)
    return load(row)


def free_reference(session: Session, book_id: int, plan_id: str, wanted: str) -> str:
    """Return a reference that no load of a plan has, undone or not: the one that is wanted, else with a number."""
    begins = _LOAD.c.reference.startswith(wanted, autoescape=True)
    statement = sa.select(_LOAD.c.reference).where(_LOAD.c.book_id == book_id, _LOAD.c.plan_id == plan_id, begins)
    taken = set(session.scalars(statement))
    names = (wanted if number == 1 else f"{wanted} ({number})" for number in count(1))
    return next(name for name in names if name not in taken)


def same_content(session: Session, book_id: int, plan_id: str, content_hash: str) -> str | None:
    """Return the reference under which the same content was first loaded for a plan, if it was and stands."""
    found = session.execute(
        sa.select(_LOAD.c.load_id, _LOAD.c.reference)
        .where(_LOAD.c.book_id == book_id, _LOAD.c.plan_id == plan_id, _LOAD.c.content_hash == content_hash)
        .order_by(_LOAD.c.load_id)
    )
    return next((row.reference for row in found if not is_undone(session, book_id, row.load_id)), None)


def is_undone(session: Session, book_id: int, load_id: str) -> bool:
    """Return whether nothing is left of what a load granted: all of it was taken back at once."""
    return bool(database.rows(session, _IS_UNDONE, {"book": book_id, "load": load_id})[0].undone)


def refuse_few(session: Session, book_id: int, load_id: str, *, on: date) -> None:
    """
    Refuse to take a load back whose credit fewer than five people have, and can spend on a day already.

    To be asked for a funder's office: whether it goes would tell at once, of somebody it can name, whether they used or
    committed any of it.
    Errors: BudgetLoadNotFound, LoadOfFewPeople.
    Source: docs/privacy.md.
    """
    found = find(session, load_id)
    some = len(database.rows(session, _SOME_PEOPLE, {"book": book_id, "load": load_id}))
    if 0 < some < telling.SMALLEST_GROUP and plans.by_code(session, book_id, found.plan_code).starts_on <= on:
        raise LoadOfFewPeople(reference=found.reference, people=telling.SMALLEST_GROUP)


def undo(session: Session, book_id: int, load_id: str, *, reason: str, on: date, actor: str) -> int:
    """
    Take back what a load granted by mistake, before any of it is spent; return how many grants that were.

    Undone a second time it takes nothing.
    Errors: ReasonRequired, BudgetLoadNotFound, BudgetSpent, PeriodClosed, OccurredInFuture; in this order.
    """
    if not reason.strip():
        raise ReasonRequired()
    found = find(session, load_id)
    terms = plans.by_code(session, book_id, found.plan_code)
    asked = {"book": book_id, "load": load_id}
    # A purchase that counts on this credit is decided before or after.
    for employee_id in sorted({row.employee_id for row in database.rows(session, _GRANTED, asked)}):
        wallets.lock(session, book_id, employee_id)
    source = chart.open_plan(session, terms)[chart.granting(terms)]
    drafts = [
        Draft(
            "grant_correction",
            on,
            (Pair(row.account_id, source, row.amount_minor),),
            f"undo:{row.reference}",
            reason.strip(),
        )
        for row in database.rows(session, _GRANTED, asked)
    ]
    for start in range(0, len(drafts), CHUNK):
        for outcome in posting.post_entries(session, book_id, drafts[start : start + CHUNK], actor=actor):
            if isinstance(outcome.refusal, InsufficientFunds):
                raise BudgetSpent(reference=found.reference) from outcome.refusal
            if outcome.refusal is not None:
                raise outcome.refusal
    return len(drafts)
