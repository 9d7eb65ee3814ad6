"""What payroll's file says of amounts from elsewhere: declared as dated facts, and the years they move settled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import clock, ids, money
from plans import payroll_file, people
from plans.errors import DeclaredInFuture
from plans.payroll_file import Told
from plans.rows import PayrollLoad, table
from wallet import declarations, wallets
from wallet.errors import PayrollLoadNotFound

_LOAD = table(PayrollLoad)


@dataclass(frozen=True, slots=True)
class Load:
    """
    What loading a payroll file did; `load_id` is None where nothing changed.

    `loaded_before` is the last day on which the very same content was loaded; `corrections` counts the fiscal events
    that changed because a year's limit moved; `silent_rows` say nothing, and leave the unknown unknown.
    """

    file: str
    load_id: str | None
    rows: int
    silent_rows: int
    created: int
    replaced: int
    unchanged: int
    corrections: int
    loaded_before: date | None
    ignored: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FoundLoad:
    """A payroll file that was loaded and changed something."""

    load_id: str
    file_name: str
    rows: int
    declared_on: date
    loaded_at: datetime


_FOUND = sa.select(_LOAD.c.load_id, _LOAD.c.file_name, _LOAD.c.rows, _LOAD.c.declared_on, _LOAD.c.loaded_at)
KEY: sa.ColumnElement[str] = _LOAD.c.load_id


def loads(book_id: int) -> sa.Select[Any]:
    """Return the query of a book's loads; `KEY` names one, `found_load` reads one."""
    return _FOUND.where(_LOAD.c.book_id == book_id)


def found_load(row: sa.Row[Any]) -> FoundLoad:
    """Return a row of the query as what it says."""
    return FoundLoad(**row._mapping)


def find(session: Session, load_id: str) -> FoundLoad:
    """
    Return a load, as far as the session sees.

    Errors: PayrollLoadNotFound.
    """
    row = session.execute(_FOUND.where(_LOAD.c.load_id == load_id)).one_or_none()
    if row is None:
        raise PayrollLoadNotFound(load=load_id)
    return FoundLoad(**row._mapping)


def load(
    session: Session, book_id: int, path: Path, *, year: int | None, declared_on: date | None = None, actor: str
) -> Load:
    """
    Declare what a payroll file says, all of it or nothing; the same content again changes nothing.

    A later file about a person, year and kind replaces what an earlier one said, as a later declaration does. Every
    year whose limit moves is held against its purchases again, at once.

    Errors: those of `plans.payroll_file.read`; DeclaredInFuture.
    Source: docs/fiscal-events.md; unknown is not zero.
    """
    today = clock.today()
    declared_on = declared_on or today
    if declared_on > today:
        raise DeclaredInFuture(declared_on=declared_on, today=today)
    reading = payroll_file.read(path, people.roster(session, book_id), year=year, declared_on=declared_on)

    before = session.scalar(
        sa.select(sa.func.max(_LOAD.c.loaded_at)).where(
            _LOAD.c.book_id == book_id, _LOAD.c.content_hash == reading.content_hash
        )
    )
    created = replaced = corrections = 0
    # Always in the same order, as everybody takes the people's mutexes.
    for employee_id in sorted({told.employee_id for told in reading.told}):
        wallets.lock(session, book_id, employee_id)
    for told in sorted(reading.told, key=_order):
        done, corrected = declarations.declare(
            session,
            book_id,
            told.employee_id,
            told.fact,
            declared_on=declared_on,
            recorded_at=clock.now(),
            year=told.year,
            amount=money.from_minor(told.amount_minor),
        )
        created += done.created
        replaced += done.replaced is not None
        corrections += corrected
    load_id = None
    if created:
        load_id = ids.new("pay")
        session.execute(
            sa.insert(_LOAD).values(
                book_id=book_id,
                load_id=load_id,
                content_hash=reading.content_hash,
                file_name=path.name,
                rows=reading.rows,
                declared_on=declared_on,
                actor=actor,
                loaded_at=clock.now(),
            )
        )
    return Load(
        file=path.name,
        load_id=load_id,
        rows=reading.rows,
        silent_rows=reading.silent_rows,
        created=created - replaced,
        replaced=replaced,
        unchanged=len(reading.told) - created,
        corrections=corrections,
        loaded_before=None if before is None else before.astimezone(clock.ROME).date(),
        ignored=reading.ignored,
    )


def _order(told: Told) -> tuple[str, int, str]:
    return told.employee_id, told.year, told.fact
