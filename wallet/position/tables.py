"""The table of what an employer handed over in January for the year before; append only."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Identity, Index, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base


class HandOverRow(Base):
    """That a document of January belongs to the year before (`attributed`), or does not after all (`withdrawn`)."""

    __tablename__ = "hand_over"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    hand_over_id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    authorization_id: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    handed_over_on: Mapped[date]
    fiscal_year: Mapped[int] = mapped_column(SmallInteger)
    document_ref: Mapped[str] = mapped_column(Text)
    document_on: Mapped[date]
    rule_id: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(
        sa.DateTime(timezone=True), server_default=sa.text("ledger_now()"), nullable=False
    )
    __table_args__ = (
        ForeignKeyConstraint(
            ["book_id", "authorization_id"], ["authorization.book_id", "authorization.authorization_id"]
        ),
        CheckConstraint("kind in ('attributed', 'withdrawn')", name="kind"),
        CheckConstraint("extract(year from handed_over_on) = fiscal_year + 1", name="year"),
        CheckConstraint("document_ref <> '' and document_on <= handed_over_on", name="document"),
        Index("ix_hand_over_authorization", "book_id", "authorization_id"),
    )
