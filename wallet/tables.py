"""
The wallet's tables: who has which lots, what was authorized, what it meant for the tax.

No amount of money lives here that the ledger does not have: a lot is an account, an authorization stands on a hold.
The amounts on an authorization are what was asked and decided, and counters that `wallet.verification` re-derives.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    SmallInteger,
    Text,
)
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base

Moment = sa.DateTime(timezone=True)


class Wallet(Base):
    """One person's lots in one book. Its row is the mutex of every decision that looks at the person's year."""

    __tablename__ = "wallet"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    employee_id: Mapped[str] = mapped_column(Text, primary_key=True)
    status: Mapped[str] = mapped_column(Text, server_default="open")
    __table_args__ = (
        ForeignKeyConstraint(["book_id", "employee_id"], ["employee.book_id", "employee.employee_id"]),
        CheckConstraint("status in ('open', 'frozen')", name="status"),
    )


class Lot(Base):
    """Credit of one wallet with the same plan, source and expiry: one ledger account."""

    __tablename__ = "lot"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    lot_id: Mapped[str] = mapped_column(Text, primary_key=True)
    employee_id: Mapped[str] = mapped_column(Text)
    plan_id: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    expires_on: Mapped[date]
    grace_until: Mapped[date | None]
    account_id: Mapped[int] = mapped_column(BigInteger)
    carried_from: Mapped[str | None] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))
    __table_args__ = (
        ForeignKeyConstraint(["book_id", "employee_id"], ["employee.book_id", "employee.employee_id"]),
        ForeignKeyConstraint(["book_id", "plan_id"], ["plan.book_id", "plan.plan_id"]),
        # No foreign key to the account, which the same call opens; wallet.verification finds a lot without one.
        Unique("book_id", "account_id"),
        CheckConstraint("source not in ('MUNICIPAL', 'PRIVATE') or carried_from is null", name="goes_back"),
        # Credit carried over never mixes with credit granted under the same plan.
        Index(
            "uq_lot_kind",
            "book_id",
            "employee_id",
            "plan_id",
            "expires_on",
            sa.text("(carried_from is not null)"),
            unique=True,
        ),
        Index("ix_lot_expiry", "book_id", "expires_on"),
    )


class AuthorizationRow(Base):
    """A decision on one purchase and, unless it was declined, the hold that reserves its money."""

    __tablename__ = "authorization"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    authorization_id: Mapped[str] = mapped_column(Text, primary_key=True)
    status: Mapped[str] = mapped_column(Text)
    employee_id: Mapped[str] = mapped_column(Text)
    relative_id: Mapped[str | None] = mapped_column(Text)
    service_code: Mapped[str] = mapped_column(Text)
    provider_code: Mapped[str | None] = mapped_column(Text)
    home_territory: Mapped[str | None] = mapped_column(Text)
    delivery_territory: Mapped[str | None] = mapped_column(Text)
    channel: Mapped[str | None] = mapped_column(Text)
    category: Mapped[str | None] = mapped_column(Text)
    outcome: Mapped[str | None] = mapped_column(Text)
    quantity: Mapped[int]
    unit_price_minor: Mapped[int] = mapped_column(BigInteger)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    vat_regime: Mapped[str | None] = mapped_column(Text)
    net_minor: Mapped[int] = mapped_column(BigInteger)
    vat_minor: Mapped[int] = mapped_column(BigInteger)
    exempt_minor: Mapped[int] = mapped_column(BigInteger, server_default="0")
    taxable_minor: Mapped[int] = mapped_column(BigInteger, server_default="0")
    captured_minor: Mapped[int] = mapped_column(BigInteger, server_default="0")
    refunded_minor: Mapped[int] = mapped_column(BigInteger, server_default="0")
    in_limit: Mapped[bool] = mapped_column(server_default=sa.text("true"))
    consent: Mapped[bool] = mapped_column(server_default=sa.text("false"))
    hold_id: Mapped[int | None] = mapped_column(BigInteger)
    code: Mapped[str | None] = mapped_column(Text)
    service_on: Mapped[date]
    tax_on: Mapped[date]
    decided_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime | None] = mapped_column(Moment)
    decline_code: Mapped[str | None] = mapped_column(Text)
    reasons: Mapped[list[str]] = mapped_column(sa.ARRAY(Text))
    warnings: Mapped[list[str]] = mapped_column(sa.ARRAY(Text))
    rule_ids: Mapped[list[str]] = mapped_column(sa.ARRAY(Text))
    rulebook_version: Mapped[str] = mapped_column(Text)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    actor: Mapped[str] = mapped_column(Text)
    __table_args__ = (
        ForeignKeyConstraint(["book_id", "employee_id"], ["employee.book_id", "employee.employee_id"]),
        CheckConstraint(
            "status in ('declined', 'authorized', 'partially_captured', 'captured', 'voided', 'expired',"
            " 'partially_refunded', 'refunded')",
            name="status",
        ),
        CheckConstraint("(status = 'declined') = (decline_code is not null)", name="decline"),
        CheckConstraint("(status = 'declined') = (hold_id is null)", name="hold"),
        CheckConstraint("status = 'declined' or exempt_minor + taxable_minor = amount_minor", name="split"),
        CheckConstraint("net_minor + vat_minor = amount_minor", name="vat"),
        CheckConstraint("captured_minor between 0 and amount_minor", name="captured"),
        CheckConstraint("refunded_minor between 0 and captured_minor", name="refunded"),
        Index("ix_authorization_employee", "book_id", "employee_id"),
        # Lists over all books, the newest first: a provider's, and the network's.
        Index("ix_authorization_provider", "provider_code", "authorization_id"),
        Index("ix_authorization_id", "authorization_id"),
        Index(
            "ix_authorization_open",
            "book_id",
            "expires_at",
            postgresql_where=sa.text("status in ('authorized', 'partially_captured')"),
        ),
        # A provider has the code alone; with the book the key stays the book's.
        Index("uq_authorization_code", "code", "book_id", unique=True, postgresql_where=sa.text("code is not null")),
        Index(
            "uq_authorization_hold", "book_id", "hold_id", unique=True, postgresql_where=sa.text("hold_id is not null")
        ),
    )


class DeliveryPlaceRow(Base):
    """
    Where a service at home is to come, and whom to ask for: of one authorization, as its person told it last.

    It says where somebody lives: `wallet.delivery_places.forget` deletes it soon after the order's end.
    """

    __tablename__ = "delivery_place"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    authorization_id: Mapped[str] = mapped_column(Text, primary_key=True)
    comune: Mapped[str] = mapped_column(ForeignKey("comune.istat_code"))
    street: Mapped[str] = mapped_column(Text)
    ask_for: Mapped[str] = mapped_column(Text)
    phone: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, server_default="")
    told_by: Mapped[str] = mapped_column(Text)
    told_at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))
    __table_args__ = (
        ForeignKeyConstraint(
            ["book_id", "authorization_id"], ["authorization.book_id", "authorization.authorization_id"]
        ),
        CheckConstraint("length(street) between 1 and 120", name="street"),
        CheckConstraint("length(ask_for) between 1 and 80", name="ask_for"),
        CheckConstraint(
            "phone ~ '^[0-9 +]{6,20}$' and length(regexp_replace(phone, '[^0-9]', '', 'g')) >= 6", name="phone"
        ),
        CheckConstraint("length(note) <= 200", name="note"),
    )


class FiscalEvent(Base):
    """What happened for the tax: a use or its reversal. Append only; positions are sums of these, never of balances."""

    __tablename__ = "fiscal_event"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    employee_id: Mapped[str] = mapped_column(Text)
    authorization_id: Mapped[str] = mapped_column(Text)
    plan_id: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    category: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    exempt_minor: Mapped[int] = mapped_column(BigInteger)
    taxable_minor: Mapped[int] = mapped_column(BigInteger)
    in_limit: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)
    fiscal_on: Mapped[date]
    fiscal_year: Mapped[int] = mapped_column(SmallInteger)
    entry_id: Mapped[int | None] = mapped_column(BigInteger)
    rule_ids: Mapped[list[str]] = mapped_column(sa.ARRAY(Text))
    recorded_at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))
    __table_args__ = (
        ForeignKeyConstraint(
            ["book_id", "authorization_id"], ["authorization.book_id", "authorization.authorization_id"]
        ),
        CheckConstraint("kind in ('use', 'reversal')", name="kind"),
        CheckConstraint("amount_minor > 0 and exempt_minor >= 0 and taxable_minor >= 0", name="parts"),
        CheckConstraint("exempt_minor + taxable_minor = amount_minor", name="split"),
        Index("ix_fiscal_event_person", "book_id", "employee_id", "fiscal_year"),
        Index("ix_fiscal_event_authorization", "book_id", "authorization_id"),
    )


class BudgetLoad(Base):
    """A budget file that was loaded: whole, once."""

    __tablename__ = "budget_load"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    load_id: Mapped[str] = mapped_column(Text, primary_key=True)
    plan_id: Mapped[str] = mapped_column(Text)
    reference: Mapped[str] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(Text)
    file_name: Mapped[str] = mapped_column(Text)
    rows: Mapped[int]
    total_minor: Mapped[int] = mapped_column(BigInteger)
    actor: Mapped[str] = mapped_column(Text)
    loaded_at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))
    __table_args__ = (
        ForeignKeyConstraint(["book_id", "plan_id"], ["plan.book_id", "plan.plan_id"]),
        Unique("book_id", "plan_id", "reference"),
        CheckConstraint("rows > 0 and total_minor > 0", name="something"),
    )


class ResidualPayment(Base):
    """Ended credit that was paid out: to a private citizen, or into a worker's pension fund. Append only."""

    __tablename__ = "residual_payment"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    payment_id: Mapped[str] = mapped_column(Text, primary_key=True)
    employee_id: Mapped[str] = mapped_column(Text)
    plan_id: Mapped[str] = mapped_column(Text)
    payee: Mapped[str] = mapped_column(Text)
    payer: Mapped[str] = mapped_column(Text)
    account: Mapped[str] = mapped_column(Text)
    reference: Mapped[str] = mapped_column(Text)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    paid_on: Mapped[date]
    entry_id: Mapped[int] = mapped_column(BigInteger)
    actor: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))
    __table_args__ = (
        ForeignKeyConstraint(["book_id", "employee_id"], ["employee.book_id", "employee.employee_id"]),
        ForeignKeyConstraint(["book_id", "plan_id"], ["plan.book_id", "plan.plan_id"]),
        CheckConstraint("payee in ('CITIZEN', 'PENSION_FUND')", name="payee"),
        CheckConstraint("payer in ('OPERATOR', 'EMPLOYER')", name="payer"),
        CheckConstraint("payee = 'PENSION_FUND' or payer = 'OPERATOR'", name="citizen_by_operator"),
        CheckConstraint("amount_minor > 0", name="positive"),
        CheckConstraint("account <> '' and reference <> ''", name="filled"),
        Index("ix_residual_payment_of", "book_id", "employee_id", "plan_id"),
    )


class ResidualReversal(Base):
    """A payment of ended credit that was recorded by mistake, and the entry that reverses it. Append only."""

    __tablename__ = "residual_reversal"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    payment_id: Mapped[str] = mapped_column(Text, primary_key=True)
    entry_id: Mapped[int] = mapped_column(BigInteger)
    reversed_on: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))
    __table_args__ = (
        ForeignKeyConstraint(["book_id", "payment_id"], ["residual_payment.book_id", "residual_payment.payment_id"]),
        CheckConstraint("reason <> ''", name="reason"),
    )
