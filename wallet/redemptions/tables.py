"""The tables of redemption: what providers entered by code, the batches they sent, and the codes that were none."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, Text
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base

Moment = sa.DateTime(timezone=True)


class RedemptionRow(Base):
    """
    A redemption that a provider entered, and what became of it.

    `occurred_at` is when the till gave the service, `recorded_at` when it told us. `reason` says why a conflict is one;
    `entry_id` is the capture it ended in, its own or that of the settling.
    """

    __tablename__ = "redemption"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    redemption_id: Mapped[str] = mapped_column(Text, primary_key=True)
    authorization_id: Mapped[str] = mapped_column(Text)
    employee_id: Mapped[str] = mapped_column(Text)
    provider_code: Mapped[str] = mapped_column(ForeignKey("provider.code"))
    nonce: Mapped[str] = mapped_column(Text)
    asked_minor: Mapped[int | None] = mapped_column(BigInteger)
    final: Mapped[bool | None]
    offline: Mapped[bool]
    occurred_at: Mapped[datetime] = mapped_column(Moment)
    status: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    amount_minor: Mapped[int] = mapped_column(BigInteger, server_default="0")
    entry_id: Mapped[int | None] = mapped_column(BigInteger)
    actor: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))
    settled_by: Mapped[str | None] = mapped_column(Text)
    settled_at: Mapped[datetime | None] = mapped_column(Moment)
    note: Mapped[str] = mapped_column(Text, server_default="")
    replaced_by: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (
        ForeignKeyConstraint(
            ["book_id", "authorization_id"], ["authorization.book_id", "authorization.authorization_id"]
        ),
        ForeignKeyConstraint(["book_id", "replaced_by"], ["authorization.book_id", "authorization.authorization_id"]),
        Unique("book_id", "provider_code", "nonce"),
        CheckConstraint("status in ('redeemed', 'conflict', 'charged', 'replaced', 'dismissed')", name="status"),
        CheckConstraint("(status = 'redeemed') = (reason is null)", name="reason"),
        CheckConstraint("(status in ('redeemed', 'charged')) = (entry_id is not null)", name="entry"),
        CheckConstraint("(status in ('redeemed', 'conflict')) = (settled_by is null)", name="settled"),
        CheckConstraint("(settled_by is null) = (settled_at is null)", name="settled_at"),
        CheckConstraint("(status = 'replaced') = (replaced_by is not null)", name="replaced"),
        CheckConstraint("amount_minor >= 0 and asked_minor > 0", name="amounts"),
        Index("ix_redemption_authorization", "book_id", "authorization_id"),
        Index("ix_redemption_conflict", "book_id", "redemption_id", postgresql_where=sa.text("status = 'conflict'")),
        # One purchase makes up for one conflict.
        Index(
            "uq_redemption_replaced_by",
            "book_id",
            "replaced_by",
            unique=True,
            postgresql_where=sa.text("replaced_by is not null"),
        ),
    )


class RedemptionBatch(Base):
    """A batch of offline redemptions that a till sent under a key: the same key never brings another batch."""

    __tablename__ = "redemption_batch"
    provider_code: Mapped[str] = mapped_column(ForeignKey("provider.code"), primary_key=True)
    actor: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary)
    recorded_at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))


class CodeAttempt(Base):
    """
    A code that a provider brought and that was none of its own. Append only.

    The code itself is not kept: but for a slip it may be somebody's.
    """

    __tablename__ = "code_attempt"
    attempt_id: Mapped[str] = mapped_column(Text, primary_key=True)
    provider_code: Mapped[str] = mapped_column(ForeignKey("provider.code"))
    actor: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text)
    attempted_at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))
    __table_args__ = (
        CheckConstraint("outcome in ('malformed', 'unknown')", name="outcome"),
        Index("ix_code_attempt_provider", "provider_code", "attempted_at"),
    )
