"""
The tables of settlement: disputes, payout runs, what the bank confirmed, and clearing runs.

What belongs to one book starts its key with it. A payout run, a bank's file and a clearing run go over all books: a
provider is paid once for what it is owed in each.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, SmallInteger, Text
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base

Moment = sa.DateTime(timezone=True)


class DisputeRow(Base):
    """A capture that the employee or a welfare manager disputes; what happened to it is in `dispute_event`."""

    __tablename__ = "dispute"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    dispute_id: Mapped[str] = mapped_column(Text, primary_key=True)
    authorization_id: Mapped[str] = mapped_column(Text)
    entry_id: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="open")
    opened_at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))
    __table_args__ = (
        ForeignKeyConstraint(
            ["book_id", "authorization_id"], ["authorization.book_id", "authorization.authorization_id"]
        ),
        CheckConstraint("state in ('open', 'upheld', 'dismissed')", name="state"),
        CheckConstraint(
            "reason in ('NOT_DELIVERED', 'PARTLY_DELIVERED', 'WRONG_AMOUNT', 'CHARGED_TWICE', 'POOR_QUALITY')",
            name="reason",
        ),
        Index("uq_dispute_open", "book_id", "entry_id", unique=True, postgresql_where=sa.text("state = 'open'")),
    )


class DisputeEvent(Base):
    """What happened to a dispute, in order, and who did it, for whom. Append only."""

    __tablename__ = "dispute_event"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    dispute_id: Mapped[str] = mapped_column(Text, primary_key=True)
    seq: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text)
    on_behalf_of: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    refunded_minor: Mapped[int] = mapped_column(BigInteger, server_default="0")
    recorded_at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))
    __table_args__ = (
        ForeignKeyConstraint(["book_id", "dispute_id"], ["dispute.book_id", "dispute.dispute_id"]),
        CheckConstraint("kind in ('opened', 'answered', 'upheld', 'dismissed')", name="kind"),
        CheckConstraint("role in ('EMPLOYEE', 'WELFARE_MANAGER', 'OPERATOR', 'PROVIDER')", name="role"),
        CheckConstraint("(kind = 'answered') = (role = 'PROVIDER')", name="answered"),
        CheckConstraint("refunded_minor >= 0 and (kind = 'upheld' or refunded_minor = 0)", name="refunded"),
    )


class PayoutRun(Base):
    """One run of payments to providers over all books, from one account of the operator's."""

    __tablename__ = "payout_run"
    run_id: Mapped[str] = mapped_column(Text, primary_key=True)
    reference: Mapped[str] = mapped_column(Text, unique=True)
    due_by: Mapped[date]
    execute_on: Mapped[date]
    payer: Mapped[dict[str, Any]] = mapped_column(JSONB)
    left_out: Mapped[list[Any]] = mapped_column(JSONB)
    fees: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB)
    advances: Mapped[list[Any]] = mapped_column(JSONB, server_default=sa.text("'[]'::jsonb"))
    actor: Mapped[str] = mapped_column(Text)
    prepared_at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))


class PayoutPayment(Base):
    """What one provider is paid in a run: one credit transfer, to the account it had when the run was prepared."""

    __tablename__ = "payout_payment"
    run_id: Mapped[str] = mapped_column(ForeignKey("payout_run.run_id"), primary_key=True)
    provider_code: Mapped[str] = mapped_column(ForeignKey("provider.code"), primary_key=True)
    end_to_end_id: Mapped[str] = mapped_column(Text, unique=True)
    iban: Mapped[str] = mapped_column(Text)
    holder: Mapped[str] = mapped_column(Text)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    fee_minor: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(Text, server_default="prepared")
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="positive"),
        CheckConstraint("state in ('prepared', 'paid', 'failed')", name="state"),
        Index("ix_payout_payment_iban", "iban", "amount_minor"),
    )


class PayoutEvent(Base):
    """What became of a payment, in order. Append only."""

    __tablename__ = "payout_event"
    run_id: Mapped[str] = mapped_column(Text, primary_key=True)
    provider_code: Mapped[str] = mapped_column(Text, primary_key=True)
    seq: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    occurred_on: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    line_id: Mapped[str | None] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))
    __table_args__ = (
        ForeignKeyConstraint(["run_id", "provider_code"], ["payout_payment.run_id", "payout_payment.provider_code"]),
        CheckConstraint("kind in ('prepared', 'paid', 'failed')", name="kind"),
    )


class PayoutPart(Base):
    """A payment's part in one book, with its entries; below zero where refunds exceed captures there."""

    __tablename__ = "payout_part"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[str] = mapped_column(Text, primary_key=True)
    provider_code: Mapped[str] = mapped_column(Text, primary_key=True)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    fee_minor: Mapped[int] = mapped_column(BigInteger)
    entry_id: Mapped[int | None] = mapped_column(BigInteger)
    paid_entry_id: Mapped[int | None] = mapped_column(BigInteger)
    returned_entry_id: Mapped[int | None] = mapped_column(BigInteger)
    __table_args__ = (
        ForeignKeyConstraint(["run_id", "provider_code"], ["payout_payment.run_id", "payout_payment.provider_code"]),
        Index("ix_payout_part_run", "run_id", "provider_code"),
    )


class PayoutLine(Base):
    """A capture or refund that a payment settles; it is in one run at most, unless the bank returned the payment."""

    __tablename__ = "payout_line"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    run_id: Mapped[str] = mapped_column(Text, primary_key=True)
    capture_id: Mapped[int] = mapped_column(BigInteger)
    authorization_id: Mapped[str] = mapped_column(Text)
    provider_code: Mapped[str] = mapped_column(Text)
    home_territory: Mapped[str] = mapped_column(Text)
    delivery_territory: Mapped[str] = mapped_column(Text)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    fee_minor: Mapped[int] = mapped_column(BigInteger)
    fee_basis_points: Mapped[int]
    due_on: Mapped[date]
    returned: Mapped[bool] = mapped_column(server_default=sa.text("false"))
    __table_args__ = (
        ForeignKeyConstraint(["run_id", "provider_code"], ["payout_payment.run_id", "payout_payment.provider_code"]),
        CheckConstraint("amount_minor <> 0", name="something"),
        CheckConstraint("fee_basis_points between 0 and 10000", name="basis_points"),
        # Half up, a refund's fee is what its capture's fee falls by: never more than its amount.
        CheckConstraint("abs(fee_minor) <= abs(amount_minor) and fee_minor * sign(amount_minor) >= 0", name="fee"),
        Index("uq_payout_line_once", "book_id", "entry_id", unique=True, postgresql_where=sa.text("not returned")),
        Index("ix_payout_line_run", "run_id", "provider_code"),
    )


class PayoutLeftLine(Base):
    """A capture or refund that was due when a run was prepared, and why it is not in it. Append only."""

    __tablename__ = "payout_left_line"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("payout_run.run_id"), primary_key=True)
    authorization_id: Mapped[str] = mapped_column(Text)
    provider_code: Mapped[str] = mapped_column(Text)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    fee_minor: Mapped[int] = mapped_column(BigInteger)
    due_on: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    __table_args__ = (
        CheckConstraint("reason in ('not_covered')", name="reason"),
        Index("ix_payout_left_line_run", "run_id"),
    )


class BankConfirmation(Base):
    """A bank's file (camt.053) that was read."""

    __tablename__ = "bank_confirmation"
    confirmation_id: Mapped[str] = mapped_column(Text, primary_key=True)
    content_hash: Mapped[str] = mapped_column(Text, unique=True)
    file_name: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text)
    read_at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))


class BankLine(Base):
    """A movement of the operator's account as the bank tells it, and what it was found to be."""

    __tablename__ = "bank_line"
    line_id: Mapped[str] = mapped_column(Text, primary_key=True)
    confirmation_id: Mapped[str] = mapped_column(ForeignKey("bank_confirmation.confirmation_id"))
    line_key: Mapped[str] = mapped_column(Text, unique=True)
    account_iban: Mapped[str] = mapped_column(Text)
    booked_on: Mapped[date]
    outgoing: Mapped[bool]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(Text)
    end_to_end_id: Mapped[str] = mapped_column(Text)
    iban: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    remittance: Mapped[str] = mapped_column(Text)
    return_reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    why: Mapped[str] = mapped_column(Text)
    run_id: Mapped[str | None] = mapped_column(Text)
    provider_code: Mapped[str | None] = mapped_column(Text)
    resolved_by: Mapped[str | None] = mapped_column(Text)
    resolved_reason: Mapped[str | None] = mapped_column(Text)
    resolved_at: Mapped[datetime | None] = mapped_column(Moment)
    __table_args__ = (
        ForeignKeyConstraint(["run_id", "provider_code"], ["payout_payment.run_id", "payout_payment.provider_code"]),
        CheckConstraint("amount_minor > 0", name="positive"),
        CheckConstraint("state in ('matched', 'unmatched', 'resolved')", name="state"),
        CheckConstraint("state <> 'matched' or run_id is not null", name="matched"),
        CheckConstraint("(state = 'resolved') = (resolved_reason is not null)", name="resolved"),
        CheckConstraint("(run_id is null) = (provider_code is null)", name="payment"),
        Index("ix_bank_line_unmatched", "booked_on", postgresql_where=sa.text("state = 'unmatched'")),
    )


class ClearingRun(Base):
    """A month of clearing between territories: closed, or reopened with a reason and run again as the next version."""

    __tablename__ = "clearing_run"
    run_id: Mapped[str] = mapped_column(Text, primary_key=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    version: Mapped[int]
    state: Mapped[str] = mapped_column(Text, server_default="closed")
    actor: Mapped[str] = mapped_column(Text)
    closed_at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))
    reopened_by: Mapped[str | None] = mapped_column(Text)
    reopened_reason: Mapped[str | None] = mapped_column(Text)
    reopened_at: Mapped[datetime | None] = mapped_column(Moment)
    __table_args__ = (
        Unique("starts_on", "version"),
        CheckConstraint("state in ('closed', 'reopened')", name="state"),
        CheckConstraint("(state = 'reopened') = (coalesce(reopened_reason, '') <> '')", name="reason"),
        CheckConstraint("starts_on <= ends_on", name="period"),
        Index("uq_clearing_run_closed", "starts_on", unique=True, postgresql_where=sa.text("state = 'closed'")),
    )


class ClearingLine(Base):
    """What one entry brought to a pair of territories; it is in one run at most, unless that was reopened."""

    __tablename__ = "clearing_line"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    home_territory: Mapped[str] = mapped_column(ForeignKey("territory.code"), primary_key=True)
    delivery_territory: Mapped[str] = mapped_column(ForeignKey("territory.code"), primary_key=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("clearing_run.run_id"), primary_key=True)
    gross_minor: Mapped[int] = mapped_column(BigInteger)
    fee_minor: Mapped[int] = mapped_column(BigInteger)
    released: Mapped[bool] = mapped_column(server_default=sa.text("false"))
    __table_args__ = (
        CheckConstraint("gross_minor <> 0 or fee_minor <> 0", name="something"),
        Index(
            "uq_clearing_line_once",
            "book_id",
            "entry_id",
            "home_territory",
            "delivery_territory",
            unique=True,
            postgresql_where=sa.text("not released"),
        ),
        Index("ix_clearing_line_run", "run_id"),
    )


class ClearingFlow(Base):
    """What one book brought to a pair of territories in a run, and how the fee on it is shared."""

    __tablename__ = "clearing_flow"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("clearing_run.run_id"), primary_key=True)
    home_territory: Mapped[str] = mapped_column(ForeignKey("territory.code"), primary_key=True)
    delivery_territory: Mapped[str] = mapped_column(ForeignKey("territory.code"), primary_key=True)
    gross_minor: Mapped[int] = mapped_column(BigInteger)
    fee_minor: Mapped[int] = mapped_column(BigInteger)
    home_basis_points: Mapped[int]
    delivery_basis_points: Mapped[int]
    network_basis_points: Mapped[int]
    home_fee_minor: Mapped[int] = mapped_column(BigInteger)
    delivery_fee_minor: Mapped[int] = mapped_column(BigInteger)
    network_fee_minor: Mapped[int] = mapped_column(BigInteger)
    __table_args__ = (
        CheckConstraint(
            "home_basis_points + delivery_basis_points + network_basis_points = 10000"
            " and least(home_basis_points, delivery_basis_points, network_basis_points) >= 0",
            name="basis_points",
        ),
        CheckConstraint("home_fee_minor + delivery_fee_minor + network_fee_minor = fee_minor", name="split"),
        CheckConstraint("home_territory <> delivery_territory or gross_minor = 0", name="gross"),
    )


class ClearingPosition(Base):
    """What a party (a territory, or `network`) gets in a run, below zero what it pays; the sum over them is zero."""

    __tablename__ = "clearing_position"
    run_id: Mapped[str] = mapped_column(ForeignKey("clearing_run.run_id"), primary_key=True)
    party: Mapped[str] = mapped_column(Text, primary_key=True)
    position_minor: Mapped[int] = mapped_column(BigInteger)
