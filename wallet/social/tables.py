"""The tables: vouchers and what pays beside them. The ledger holds the same amounts."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base

Moment = sa.DateTime(timezone=True)


class SocialVoucher(Base):
    """What was assigned to an application: the lot it became, and for how long. Append only."""

    __tablename__ = "social_voucher"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    voucher_id: Mapped[str] = mapped_column(Text, primary_key=True)
    application_id: Mapped[str] = mapped_column(Text)
    lot_id: Mapped[str] = mapped_column(Text)
    plan_id: Mapped[str] = mapped_column(Text)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    assigned_on: Mapped[date]
    actor: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))
    __table_args__ = (
        ForeignKeyConstraint(
            ["book_id", "application_id"], ["social_application.book_id", "social_application.application_id"]
        ),
        ForeignKeyConstraint(["book_id", "lot_id"], ["lot.book_id", "lot.lot_id"]),
        Index("ix_social_voucher_lot", "book_id", "lot_id"),
    )


class SocialUse(Base):
    """A purchase with a voucher: how its price was shared between municipality and citizen. Append only."""

    __tablename__ = "social_use"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    authorization_id: Mapped[str] = mapped_column(Text, primary_key=True)
    voucher_id: Mapped[str] = mapped_column(Text)
    municipal_minor: Mapped[int] = mapped_column(BigInteger)
    citizen_minor: Mapped[int] = mapped_column(BigInteger)
    quota_kind: Mapped[str] = mapped_column(Text)
    quota_value: Mapped[int] = mapped_column(BigInteger)
    __table_args__ = (
        ForeignKeyConstraint(
            ["book_id", "authorization_id"], ["authorization.book_id", "authorization.authorization_id"]
        ),
        ForeignKeyConstraint(["book_id", "voucher_id"], ["social_voucher.book_id", "social_voucher.voucher_id"]),
    )


class Tender(Base):
    """A person's own money, paid elsewhere and recorded here, and the lot it became. Append only."""

    __tablename__ = "tender"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    tender_id: Mapped[str] = mapped_column(Text, primary_key=True)
    employee_id: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    reference: Mapped[str] = mapped_column(Text)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    plan_id: Mapped[str] = mapped_column(Text)
    lot_id: Mapped[str] = mapped_column(Text)
    authorization_id: Mapped[str | None] = mapped_column(Text)
    paid_on: Mapped[date]
    actor: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))
    __table_args__ = (
        ForeignKeyConstraint(["book_id", "lot_id"], ["lot.book_id", "lot.lot_id"]),
        ForeignKeyConstraint(
            ["book_id", "authorization_id"], ["authorization.book_id", "authorization.authorization_id"]
        ),
        Index("ix_tender_lot", "book_id", "lot_id"),
    )


class TenderReturn(Base):
    """Own money that went back to where it was paid from. Append only."""

    __tablename__ = "tender_return"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    tender_id: Mapped[str] = mapped_column(Text, primary_key=True)
    seq: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    entry_id: Mapped[int] = mapped_column(BigInteger)
    returned_on: Mapped[date]
    actor: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))
    __table_args__ = (ForeignKeyConstraint(["book_id", "tender_id"], ["tender.book_id", "tender.tender_id"]),)


class SocialClaim(Base):
    """What a partner asked the municipality for: costs that were reported, or the price of a tender. Append only."""

    __tablename__ = "social_claim"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    claim_id: Mapped[str] = mapped_column(Text, primary_key=True)
    entrusted_code: Mapped[str] = mapped_column(Text)
    partner: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    reference: Mapped[str] = mapped_column(Text)
    period_from: Mapped[date]
    period_to: Mapped[date]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    claimed_on: Mapped[date]
    entry_id: Mapped[int] = mapped_column(BigInteger)
    actor: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))
    __table_args__ = (
        ForeignKeyConstraint(["book_id", "entrusted_code"], ["entrusted_service.book_id", "entrusted_service.code"]),
    )
