"""
The tables of reimbursements: what was asked, against which documents, and who did what.

The money stands where all of it stands: each reimbursement has an authorization, and with it a hold, of channel
REIMBURSEMENT. The bytes of the documents stand outside the database.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Identity, Index, SmallInteger, Text
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base

Moment = sa.DateTime(timezone=True)


class ReceiptRow(Base):
    """
    One expense document of one supplier: how much it says, and how much of it was asked for in all.

    The counter is what keeps the same document from being reimbursed twice, whoever of the book submits it.
    """

    __tablename__ = "reimbursement_receipt"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    receipt_id: Mapped[str] = mapped_column(Text, primary_key=True)
    supplier_key: Mapped[str] = mapped_column(Text)
    document_no_key: Mapped[str] = mapped_column(Text)
    document_on: Mapped[date]
    document_minor: Mapped[int] = mapped_column(BigInteger)
    asked_minor: Mapped[int] = mapped_column(BigInteger)
    __table_args__ = (
        ForeignKeyConstraint(["book_id"], ["book.book_id"]),
        Unique("book_id", "supplier_key", "document_no_key", "document_on", name="uq_reimbursement_receipt_document"),
        CheckConstraint("document_minor > 0 and asked_minor between 0 and document_minor", name="once"),
    )


class ReimbursementRow(Base):
    """
    An expense that an employee paid and asks the plan to give back.

    `document_on` is the document's day, `expense_on` the day the employee paid, `chosen_on` the day they asked,
    `reimbursed_on` and `payroll_month` when payroll paid. `expense_year` is that of `expense_on`.
    """

    __tablename__ = "reimbursement"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    reimbursement_id: Mapped[str] = mapped_column(Text, primary_key=True)
    authorization_id: Mapped[str] = mapped_column(Text)
    employee_id: Mapped[str] = mapped_column(Text)
    relative_id: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    expense: Mapped[str] = mapped_column(Text)
    category: Mapped[str] = mapped_column(Text)
    service_code: Mapped[str | None] = mapped_column(Text)
    receipt_id: Mapped[str] = mapped_column(Text)
    supplier: Mapped[str] = mapped_column(Text)
    supplier_tax_code: Mapped[str | None] = mapped_column(Text)
    document_no: Mapped[str] = mapped_column(Text)
    document_on: Mapped[date]
    document_minor: Mapped[int] = mapped_column(BigInteger)
    expense_on: Mapped[date]
    expense_year: Mapped[int] = mapped_column(SmallInteger)
    payment_means: Mapped[str] = mapped_column(Text)
    holder: Mapped[str] = mapped_column(Text)
    statements: Mapped[list[str]] = mapped_column(sa.ARRAY(Text))
    already_detracted: Mapped[bool | None]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    approved_minor: Mapped[int] = mapped_column(BigInteger, server_default="0")
    chosen_on: Mapped[date]
    promised_on: Mapped[date]
    fix_by: Mapped[date | None]
    approved_on: Mapped[date | None]
    reimbursed_on: Mapped[date | None]
    payroll_month: Mapped[date | None]
    submitted_at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))
    __table_args__ = (
        ForeignKeyConstraint(
            ["book_id", "authorization_id"], ["authorization.book_id", "authorization.authorization_id"]
        ),
        ForeignKeyConstraint(["book_id", "employee_id"], ["employee.book_id", "employee.employee_id"]),
        ForeignKeyConstraint(
            ["book_id", "receipt_id"], ["reimbursement_receipt.book_id", "reimbursement_receipt.receipt_id"]
        ),
        Unique("book_id", "authorization_id"),
        CheckConstraint(
            "status in ('submitted', 'needs_fix', 'approved', 'rejected', 'withdrawn', 'paid', 'expired')",
            name="status",
        ),
        CheckConstraint("amount_minor > 0 and amount_minor <= document_minor", name="amount"),
        CheckConstraint("approved_minor between 0 and amount_minor", name="approved"),
        CheckConstraint("(status in ('approved', 'paid')) = (approved_minor > 0)", name="approval"),
        CheckConstraint("(approved_minor > 0) = (approved_on is not null)", name="approved_on"),
        CheckConstraint("(status = 'needs_fix') = (fix_by is not null)", name="fix_by"),
        CheckConstraint(
            "(status = 'paid') = (payroll_month is not null) and (status = 'paid') = (reimbursed_on is not null)",
            name="paid",
        ),
        CheckConstraint("extract(day from payroll_month) = 1", name="payroll_month"),
        CheckConstraint("expense_on <= chosen_on and document_on <= chosen_on", name="days"),
        CheckConstraint("expense_year = extract(year from expense_on)", name="expense_year"),
        CheckConstraint("holder in ('EMPLOYEE', 'USER', 'RELATIVE', 'OTHER')", name="holder"),
        Index("ix_reimbursement_employee", "book_id", "employee_id"),
        Index(
            "ix_reimbursement_queue",
            "book_id",
            "submitted_at",
            postgresql_where=sa.text("status in ('submitted', 'needs_fix', 'approved')"),
        ),
        Index("ix_reimbursement_receipt", "book_id", "receipt_id"),
    )


class AuthorizationOfRow(Base):
    """
    An authorization that a reimbursement has or had: a hold that ended is followed by another. Append only.

    `reimbursement.authorization_id` is the one that stands; fiscal events of the earlier ones are told apart by this.
    """

    __tablename__ = "reimbursement_authorization"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    authorization_id: Mapped[str] = mapped_column(Text, primary_key=True)
    reimbursement_id: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))
    __table_args__ = (
        ForeignKeyConstraint(
            ["book_id", "authorization_id"], ["authorization.book_id", "authorization.authorization_id"]
        ),
        ForeignKeyConstraint(
            ["book_id", "reimbursement_id"], ["reimbursement.book_id", "reimbursement.reimbursement_id"]
        ),
        Index("ix_reimbursement_authorization_of", "book_id", "reimbursement_id"),
    )


class DocumentRow(Base):
    """One document of a reimbursement, by the hash of its content; `step` 0 came with the submission. Append only."""

    __tablename__ = "reimbursement_document"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[str] = mapped_column(Text, primary_key=True)
    reimbursement_id: Mapped[str] = mapped_column(Text)
    step: Mapped[int] = mapped_column(SmallInteger)
    purpose: Mapped[str] = mapped_column(Text)
    sha256: Mapped[bytes] = mapped_column(sa.LargeBinary)
    size_bytes: Mapped[int]
    media_type: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))
    __table_args__ = (
        ForeignKeyConstraint(
            ["book_id", "reimbursement_id"], ["reimbursement.book_id", "reimbursement.reimbursement_id"]
        ),
        CheckConstraint("octet_length(sha256) = 32", name="sha256"),
        CheckConstraint("size_bytes between 1 and 10485760", name="size"),
        CheckConstraint("media_type in ('application/pdf', 'image/jpeg', 'image/png')", name="media_type"),
        CheckConstraint("purpose in ('EXPENSE', 'PAYMENT', 'CONTRACT')", name="purpose"),
        Index("ix_reimbursement_document_of", "book_id", "reimbursement_id"),
        Index("ix_reimbursement_document_sha256", "book_id", "sha256"),
    )


class StepRow(Base):
    """
    What happened to a reimbursement: who did it, for whom, and why. Append only.

    `on_behalf_of` is the employee where somebody else acted for them.
    """

    __tablename__ = "reimbursement_step"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    step_id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    reimbursement_id: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    reasons: Mapped[list[str]] = mapped_column(sa.ARRAY(Text))
    note: Mapped[str] = mapped_column(Text, server_default="")
    amount_minor: Mapped[int | None] = mapped_column(BigInteger)
    entry_id: Mapped[int | None] = mapped_column(BigInteger)
    changes: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=sa.text("'{}'"))
    actor: Mapped[str] = mapped_column(Text)
    on_behalf_of: Mapped[str | None] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))
    __table_args__ = (
        ForeignKeyConstraint(
            ["book_id", "reimbursement_id"], ["reimbursement.book_id", "reimbursement.reimbursement_id"]
        ),
        CheckConstraint(
            "kind in ('submit', 'ask_fix', 'fix', 'approve', 'reject', 'withdraw', 'pay', 'expire',"
            " 'withdraw_approval', 'reverse_payment')",
            name="kind",
        ),
        Index("ix_reimbursement_step_of", "book_id", "reimbursement_id"),
    )
