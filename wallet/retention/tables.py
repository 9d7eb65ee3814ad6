"""The tables of retention: what must not be erased for now, and what was erased."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, SmallInteger, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base

Moment = sa.DateTime(timezone=True)


class LegalHoldRow(Base):
    """
    Something that stops erasures: an open assessment, an inspection, a lawsuit.

    For one person or everybody of a book (`employee_id` null), for one tax year or all of them (`tax_year` null).
    """

    __tablename__ = "legal_hold"
    hold_id: Mapped[str] = mapped_column(Text, primary_key=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("book.book_id"))
    employee_id: Mapped[str | None] = mapped_column(Text)
    tax_year: Mapped[int | None] = mapped_column(SmallInteger)
    reason: Mapped[str] = mapped_column(Text)
    placed_by: Mapped[str] = mapped_column(Text)
    placed_at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))
    lifted_by: Mapped[str | None] = mapped_column(Text)
    lifted_at: Mapped[datetime | None] = mapped_column(Moment)
    __table_args__ = (
        ForeignKeyConstraint(["book_id", "employee_id"], ["employee.book_id", "employee.employee_id"]),
        CheckConstraint("reason <> ''", name="reason"),
        CheckConstraint("(lifted_by is null) = (lifted_at is null)", name="lifted"),
        Index("ix_legal_hold_open", "book_id", postgresql_where=sa.text("lifted_at is null")),
    )


class ErasureRow(Base):
    """What was erased of a person, and what was kept and why; without a word of theirs. Append only."""

    __tablename__ = "erasure"
    erasure_id: Mapped[str] = mapped_column(Text, primary_key=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("book.book_id"))
    employee_id: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    report: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    actor: Mapped[str] = mapped_column(Text)
    erased_at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))
    __table_args__ = (
        ForeignKeyConstraint(["book_id", "employee_id"], ["employee.book_id", "employee.employee_id"]),
        CheckConstraint("reason <> ''", name="reason"),
        Index("ix_erasure_person", "book_id", "employee_id"),
    )
