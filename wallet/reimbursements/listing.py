"""Reimbursements in lists and whole, for whoever the session shows them to; and what payroll is to pay."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import clock
from wallet.reimbursements import records
from wallet.reimbursements.errors import ReimbursementDocumentNotFound, ReimbursementNotFound
from wallet.reimbursements.records import Document, Reimbursement, Step
from wallet.reimbursements.tables import DocumentRow, ReimbursementRow
from wallet.reimbursements.words import OPEN, State
from wallet.tables import AuthorizationRow


@dataclass(frozen=True, slots=True)
class Whole:
    """A reimbursement with its documents and its history."""

    reimbursement: Reimbursement
    documents: tuple[Document, ...]
    steps: tuple[Step, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it has to be mended, or was rejected."""
        told = self.reimbursement.status in (State.NEEDS_FIX, State.REJECTED)
        return self.steps[-1].reasons if told and self.steps else ()


@dataclass(frozen=True, slots=True)
class Payable:
    """
    What payroll owes to a person, or paid, and how it is taxed; nothing of what was bought, where, or for whom.

    Units: minor units. `separate` says that it was detracted in an earlier year, and is taxed apart (art. 17 TUIR).
    """

    reimbursement_id: str
    employee_id: str
    status: State
    category: str
    amount_minor: int
    exempt_minor: int
    taxable_minor: int
    tax_year: int
    separate: bool
    approved_on: date
    reimbursed_on: date | None
    payroll_month: date | None


_TABLE, _AUTHORIZATION = ReimbursementRow.__table__, AuthorizationRow.__table__
ID = _TABLE.c.reimbursement_id
_FIELDS = tuple(name for name in Reimbursement.__dataclass_fields__ if name != "replayed")
_JOINED = _TABLE.join(
    _AUTHORIZATION,
    sa.and_(
        _AUTHORIZATION.c.book_id == _TABLE.c.book_id, _AUTHORIZATION.c.authorization_id == _TABLE.c.authorization_id
    ),
)


def query(*, employee_id: str | None = None, states: Collection[State] = ()) -> sa.Select[Any]:
    """Return the query of the reimbursements that the session sees, for a list that is read by pages."""
    status = _status()
    columns = [
        status if name == "status" else _TABLE.c[name] if name in _TABLE.c else _AUTHORIZATION.c[name]
        for name in _FIELDS
    ]
    statement = sa.select(*columns).select_from(_JOINED)
    if employee_id is not None:
        statement = statement.where(_TABLE.c.employee_id == employee_id)
    if states:
        statement = statement.where(status.in_([str(state) for state in states]))
    return statement


def value(row: Any) -> Reimbursement:
    """Return a row of `query` as a value."""
    values = dict(zip(_FIELDS, row, strict=True))
    values["status"] = State(values["status"])
    for name in ("statements", "rule_ids", "warnings"):
        values[name] = tuple(values[name])
    return Reimbursement(**values)


def book_of(session: Session, reimbursement_id: str) -> tuple[int, str]:
    """
    Return the book and the person of a reimbursement, as far as the session sees.

    Errors: ReimbursementNotFound.
    """
    row = session.execute(
        sa.select(_TABLE.c.book_id, _TABLE.c.employee_id).where(_TABLE.c.reimbursement_id == reimbursement_id)
    ).one_or_none()
    if row is None:
        raise ReimbursementNotFound(reimbursement=reimbursement_id)
    return row.book_id, row.employee_id


def whole(session: Session, reimbursement_id: str) -> Whole:
    """
    Return a reimbursement with its documents and its history, as far as the session sees.

    Errors: ReimbursementNotFound.
    """
    book_id, _ = book_of(session, reimbursement_id)
    return Whole(
        records.get(session, book_id, reimbursement_id),
        tuple(records.documents(session, book_id, reimbursement_id)),
        tuple(records.steps(session, book_id, reimbursement_id)),
    )


def document(session: Session, reimbursement_id: str, document_id: str) -> Document:
    """
    Return one document of a reimbursement, as far as the session sees.

    Errors: ReimbursementNotFound, ReimbursementDocumentNotFound.
    """
    book_id, _ = book_of(session, reimbursement_id)
    names = tuple(Document.__dataclass_fields__)
    row = session.execute(
        sa.select(*[DocumentRow.__table__.c[name] for name in names]).where(
            DocumentRow.book_id == book_id,
            DocumentRow.reimbursement_id == reimbursement_id,
            DocumentRow.document_id == document_id,
        )
    ).one_or_none()
    if row is None:
        raise ReimbursementDocumentNotFound(document=document_id)
    return Document(*row)


def payable(book_id: int, *, paid: bool = False) -> sa.Select[Any]:
    """Return the query of what payroll owes in a book, or has paid, for a list that is read by pages."""
    return query(states=(State.PAID if paid else State.APPROVED,)).where(_TABLE.c.book_id == book_id)


def of_payroll(session: Session, reimbursement_id: str) -> str:
    """
    Return whose reimbursement it is that payroll acts on, inside a funder's fence: one that was once approved.

    Errors: ReimbursementNotFound.
    """
    employee_id: str | None = session.scalar(sa.select(sa.func.fence_payable(reimbursement_id)))
    if employee_id is None:
        raise ReimbursementNotFound(reimbursement=reimbursement_id)
    return employee_id


def as_payable(found: Reimbursement) -> Payable:
    """Return what payroll may know of a reimbursement that was approved."""
    assert found.approved_on is not None  # noqa: S101
    return Payable(
        reimbursement_id=found.reimbursement_id,
        employee_id=found.employee_id,
        status=found.status,
        category=found.category,
        amount_minor=found.approved_minor,
        exempt_minor=found.approved_exempt_minor,
        taxable_minor=found.approved_minor - found.approved_exempt_minor,
        tax_year=found.chosen_on.year,
        separate=bool(found.already_detracted),
        approved_on=found.approved_on,
        reimbursed_on=found.reimbursed_on,
        payroll_month=found.payroll_month,
    )


def _status() -> sa.ColumnElement[str]:
    # Past its time is expired, whether or not the clock's sweep has come by.
    over = sa.or_(_AUTHORIZATION.c.expires_at <= sa.func.ledger_now(), _TABLE.c.fix_by < clock.today())
    return sa.case(
        (sa.and_(_TABLE.c.status.in_([str(state) for state in OPEN]), over), str(State.EXPIRED)), else_=_TABLE.c.status
    ).label("status")
