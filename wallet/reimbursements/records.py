"""Reimbursements as they are kept: read, locked, changed together with their history."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy.orm import Session

from config import clock, database, ids
from wallet import telling, wallets
from wallet.reimbursements.documents import Upload
from wallet.reimbursements.errors import ReimbursementNotFound
from wallet.reimbursements.words import State


@dataclass(frozen=True, slots=True)
class Reimbursement:
    """
    An expense an employee asks to have back; amounts in minor units.

    `status` is as of now: what nobody mended in time, or whose hold is over, is expired, swept or not.
    """

    reimbursement_id: str
    authorization_id: str
    employee_id: str
    relative_id: str | None
    status: State
    expense: str
    category: str
    service_code: str | None
    receipt_id: str
    supplier: str
    supplier_tax_code: str
    document_no: str
    document_on: date
    document_minor: int
    expense_on: date
    expense_year: int
    payment_means: str
    holder: str
    statements: tuple[str, ...]
    already_detracted: bool | None
    amount_minor: int
    approved_minor: int
    chosen_on: date
    promised_on: date
    fix_by: date | None
    approved_on: date | None
    reimbursed_on: date | None
    payroll_month: date | None
    submitted_at: datetime
    hold_id: int
    expires_at: datetime
    outcome: str
    exempt_minor: int
    taxable_minor: int
    in_limit: bool
    rule_ids: tuple[str, ...]
    warnings: tuple[str, ...]
    rulebook_version: str
    replayed: bool = False

    @property
    def partial(self) -> bool:
        """Whether less was approved than was asked for."""
        return 0 < self.approved_minor < self.amount_minor

    @property
    def certified(self) -> bool:
        """Whether boxes 701-706 of the certificate may be about it: what is taxed is income, and stands elsewhere."""
        return self.exempt_minor > 0

    @property
    def approved_exempt_minor(self) -> int:
        """What of the approved amount was decided as exempt: what the limit leaves exempt is used first."""
        return min(self.approved_minor, self.exempt_minor)


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it is known: what it proves, its name made safe, and the hash it is kept under."""

    document_id: str
    step: int
    purpose: str
    sha256: bytes
    size_bytes: int
    media_type: str
    name: str
    actor: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened: who did it, on whose behalf, why, and what changed."""

    kind: str
    status: str
    reasons: tuple[str, ...]
    note: str
    amount_minor: int | None
    entry_id: int | None
    changes: dict[str, Any]
    actor: str
    on_behalf_of: str | None
    recorded_at: datetime


_OF_AUTHORIZATION = (
    "hold_id",
    "expires_at",
    "outcome",
    "exempt_minor",
    "taxable_minor",
    "in_limit",
    "rule_ids",
    "warnings",
    "rulebook_version",
)
_FIELDS = tuple(name for name in Reimbursement.__dataclass_fields__ if name != "replayed")
_OWN = tuple(name for name in _FIELDS if name not in _OF_AUTHORIZATION)
# Past its time is expired, whether or not the clock's sweep has come by.
_STATUS = (
    "case when r.status in ('submitted', 'needs_fix') and (a.expires_at <= ledger_now() or r.fix_by < %(today)s::date)"
    " then 'expired' else r.status end as status"
)
_SELECT = (
    "select "
    + ", ".join(
        _STATUS if name == "status" else f"a.{name}" if name in _OF_AUTHORIZATION else f"r.{name}" for name in _FIELDS
    )
    + ' from reimbursement r join "authorization" a using (book_id, authorization_id)'
)
_GET = f"{_SELECT} where r.book_id = %(book)s and r.reimbursement_id = %(id)s"
_EMPLOYEE = "select employee_id from reimbursement where book_id = %s and reimbursement_id = %s"
_INSERT = (
    f"insert into reimbursement (book_id, {', '.join(n for n in _OWN if n != 'submitted_at')})"
    f" values (%(book_id)s, {', '.join(f'%({n})s' for n in _OWN if n != 'submitted_at')})"
)
_BIND = "insert into reimbursement_authorization (book_id, authorization_id, reimbursement_id) values (%s, %s, %s)"
_STEP = (
    "insert into reimbursement_step"
    " (book_id, reimbursement_id, kind, status, reasons, note, amount_minor, entry_id, changes, actor, on_behalf_of)"
    " values (%(book)s, %(id)s, %(kind)s, %(status)s, %(reasons)s::text[], %(note)s, %(amount)s, %(entry)s,"
    " %(changes)s, %(actor)s, %(behalf)s)"
)
_STEPS = (
    "select kind, status, reasons, note, amount_minor, entry_id, changes, actor, on_behalf_of, recorded_at"
    " from reimbursement_step where book_id = %s and reimbursement_id = %s order by step_id"
)
_DOCUMENT = (
    "insert into reimbursement_document"
    " (book_id, document_id, reimbursement_id, step, purpose, sha256, size_bytes, media_type, name, actor)"
    " values (%(book)s, %(document)s, %(id)s, %(step)s, %(purpose)s, %(sha256)s, %(size)s, %(type)s, %(name)s,"
    " %(actor)s)"
)
_DOCUMENTS = (
    "select document_id, step, purpose, sha256, size_bytes, media_type, name, actor, recorded_at"
    " from reimbursement_document where book_id = %s and reimbursement_id = %s order by step, document_id"
)
# Columns that a verb may change; the others are what was asked, and stay.
_CHANGING = frozenset(
    {
        "status",
        "authorization_id",
        "amount_minor",
        "approved_minor",
        "fix_by",
        "approved_on",
        "reimbursed_on",
        "payroll_month",
        "promised_on",
        "receipt_id",
        "supplier",
        "supplier_tax_code",
        "document_no",
        "document_on",
        "document_minor",
        "expense_on",
        "expense_year",
        "holder",
        "already_detracted",
    }
)


def get(session: Session, book_id: int, reimbursement_id: str) -> Reimbursement:
    """
    Return a reimbursement as it stands now.

    Errors: ReimbursementNotFound (also for another book's).
    """
    found = database.rows(session, _GET, {"book": book_id, "id": reimbursement_id, "today": clock.today()})
    if not found:
        raise ReimbursementNotFound(reimbursement=reimbursement_id)
    return _value(found[0])


def lock(session: Session, book_id: int, reimbursement_id: str) -> Reimbursement:
    """
    Take the mutex of the person and return their reimbursement as it is once nobody else changes it.

    Errors: ReimbursementNotFound.
    """
    found = database.rows(session, _EMPLOYEE, (book_id, reimbursement_id))
    if not found:
        raise ReimbursementNotFound(reimbursement=reimbursement_id)
    wallets.lock(session, book_id, found[0].employee_id)
    return get(session, book_id, reimbursement_id)


def find(
    session: Session,
    book_id: int,
    *,
    employee_id: str | None = None,
    states: Collection[State] | None = None,
) -> list[Reimbursement]:
    """Return a book's reimbursements in the order of the queue: whoever submitted first comes first."""
    asked = {"book": book_id, "today": clock.today(), "employee": employee_id}
    rows = database.rows(
        session,
        f"{_SELECT} where r.book_id = %(book)s and (%(employee)s::text is null or r.employee_id = %(employee)s)"
        " order by r.submitted_at, r.reimbursement_id",
        asked,
    )
    found = [_value(row) for row in rows]
    return found if states is None else [one for one in found if one.status in states]


def steps(session: Session, book_id: int, reimbursement_id: str) -> list[Step]:
    """Return what happened to a reimbursement, from the first step on."""
    return [
        Step(row.kind, row.status, tuple(row.reasons), *tuple(row)[3:])
        for row in database.rows(session, _STEPS, (book_id, reimbursement_id))
    ]


def documents(session: Session, book_id: int, reimbursement_id: str) -> list[Document]:
    """Return the documents of a reimbursement, those of the submission first."""
    return [Document(*row) for row in database.rows(session, _DOCUMENTS, (book_id, reimbursement_id))]


def insert(session: Session, book_id: int, values: dict[str, Any]) -> None:
    """Write a reimbursement down, with the authorization it begins with."""
    database.run(session, _INSERT, {"book_id": book_id, **values})
    bind(session, book_id, values["reimbursement_id"], values["authorization_id"])


def bind(session: Session, book_id: int, reimbursement_id: str, authorization_id: str) -> None:
    """Write down that an authorization is a reimbursement's, for as long as there are events of it."""
    database.run(session, _BIND, (book_id, authorization_id, reimbursement_id))


def attach(
    session: Session, book_id: int, reimbursement_id: str, step: int, uploads: Sequence[Upload], actor: str
) -> None:
    """Write down which documents came with a step."""
    for document_id, upload in zip(ids.many("doc", len(uploads)), uploads, strict=True):
        asked = {
            "book": book_id,
            "document": document_id,
            "id": reimbursement_id,
            "step": step,
            "purpose": str(upload.purpose),
            "sha256": upload.sha256,
            "size": upload.size_bytes,
            "type": upload.media_type,
            "name": upload.name,
            "actor": actor,
        }
        database.run(session, _DOCUMENT, asked)


def change(session: Session, book_id: int, found: Reimbursement, **values: Any) -> Reimbursement:
    """Change what a verb may change of a reimbursement, and return it as it is then."""
    unknown = values.keys() - _CHANGING
    if unknown:
        raise ValueError(f"{', '.join(sorted(unknown))} of a reimbursement never change")
    assigned = ", ".join(f"{name} = %({name})s" for name in values)
    database.run(
        session,
        f"update reimbursement set {assigned} where book_id = %(book)s and reimbursement_id = %(id)s",
        {"book": book_id, "id": found.reimbursement_id, **values},
    )
    return get(session, book_id, found.reimbursement_id)


def write_step(
    session: Session,
    book_id: int,
    found: Reimbursement,
    kind: str,
    *,
    actor: str,
    reasons: Sequence[str] = (),
    note: str = "",
    amount_minor: int | None = None,
    entry_id: int | None = None,
    changes: dict[str, Any] | None = None,
    by_employee: bool = False,
) -> None:
    """Write down what happened; a step `by_employee` that somebody else made bears both names."""
    asked = {
        "book": book_id,
        "id": found.reimbursement_id,
        "kind": kind,
        "status": str(found.status),
        "reasons": [str(reason) for reason in reasons],
        "note": note,
        "amount": amount_minor,
        "entry": entry_id,
        "changes": Jsonb(changes or {}),
        "actor": actor,
        "behalf": found.employee_id if by_employee and actor != found.employee_id else None,
    }
    database.run(session, _STEP, asked)
    telling.reimbursement(session, book_id, kind, found, reasons)


def _value(row: Any) -> Reimbursement:
    values = dict(zip(_FIELDS, row, strict=True))
    values["status"] = State(values["status"])
    for name in ("statements", "rule_ids", "warnings"):
        values[name] = tuple(values[name])
    return Reimbursement(**values)
