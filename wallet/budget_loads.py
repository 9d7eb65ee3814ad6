"""Budget files that were loaded, as they are looked through."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plans.rows import Plan, table
from wallet.errors import BudgetLoadNotFound
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


def same_content(session: Session, book_id: int, plan_id: str, content_hash: str) -> str | None:
    """Return the reference under which the same content was first loaded for a plan, if it was."""
    return session.scalar(
        sa.select(_LOAD.c.reference)
        .where(_LOAD.c.book_id == book_id, _LOAD.c.plan_id == plan_id, _LOAD.c.content_hash == content_hash)
        .order_by(_LOAD.c.load_id)
        .limit(1)
    )
