"""Legal holds: what must not be erased while an assessment, an inspection or a lawsuit is open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import clock, ids
from plans import people
from wallet.retention.errors import HoldReasonNeeded, LegalHoldLifted, LegalHoldNotFound
from wallet.retention.tables import LegalHoldRow

_TABLE = LegalHoldRow.__table__


@dataclass(frozen=True, slots=True)
class LegalHold:
    """A legal hold; see `LegalHoldRow`."""

    hold_id: str
    book_id: int
    employee_id: str | None
    tax_year: int | None
    reason: str
    placed_by: str
    placed_at: datetime
    lifted_by: str | None
    lifted_at: datetime | None

    def stops(self, year: int | None) -> bool:
        """Return whether it keeps what belongs to a tax year; to none in particular is kept by one for all years."""
        return self.tax_year is None or self.tax_year == year


def place(
    session: Session,
    book_id: int,
    *,
    reason: str,
    actor: str,
    employee_id: str | None = None,
    tax_year: int | None = None,
) -> LegalHold:
    """
    Stop erasures in a book: of one person or everybody, of one tax year or all of them.

    Errors: HoldReasonNeeded, EmployeeNotFound.
    """
    if not reason.strip():
        raise HoldReasonNeeded()
    if employee_id is not None:
        people.employee(session, book_id, employee_id)
    row = LegalHoldRow(
        hold_id=ids.new("lgh"),
        book_id=book_id,
        employee_id=employee_id,
        tax_year=tax_year,
        reason=reason.strip(),
        placed_by=actor,
    )
    session.add(row)
    session.flush()
    return find(session, book_id, row.hold_id)


def lift(session: Session, book_id: int, hold_id: str, *, actor: str) -> LegalHold:
    """
    End a legal hold.

    Errors: LegalHoldNotFound, LegalHoldLifted.
    """
    found = find(session, book_id, hold_id)
    ended = session.execute(
        sa.update(LegalHoldRow)
        .where(LegalHoldRow.hold_id == hold_id, LegalHoldRow.lifted_at.is_(None))
        .values(lifted_by=actor, lifted_at=clock.now())
        .returning(*_TABLE.c)
    ).first()
    if ended is None:
        raise LegalHoldLifted(hold=hold_id, lifted_at=found.lifted_at)
    return _hold(ended)


def find(session: Session, book_id: int, hold_id: str) -> LegalHold:
    """
    Return a legal hold of a book.

    Errors: LegalHoldNotFound.
    """
    row = session.execute(
        sa.select(_TABLE).where(LegalHoldRow.book_id == book_id, LegalHoldRow.hold_id == hold_id)
    ).first()
    if row is None:
        raise LegalHoldNotFound(hold=hold_id)
    return _hold(row)


def every(session: Session, book_id: int) -> list[LegalHold]:
    """Return the legal holds of a book, those that were lifted too, the newest first."""
    rows = session.execute(
        sa.select(_TABLE).where(LegalHoldRow.book_id == book_id).order_by(LegalHoldRow.hold_id.desc())
    )
    return [_hold(row) for row in rows]


def of_person(session: Session, book_id: int, employee_id: str) -> list[LegalHold]:
    """Return the legal holds that stop something of a person now."""
    concerned = sa.or_(LegalHoldRow.employee_id.is_(None), LegalHoldRow.employee_id == employee_id)
    rows = session.execute(
        sa.select(_TABLE).where(LegalHoldRow.book_id == book_id, LegalHoldRow.lifted_at.is_(None), concerned)
    )
    return [_hold(row) for row in rows]


def _hold(row: sa.Row[Any]) -> LegalHold:
    return LegalHold(**{name: getattr(row, name) for name in LegalHold.__dataclass_fields__})
