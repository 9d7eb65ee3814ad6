"""The tables of what is told outside: letters that wait for the mail server."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base

Moment = sa.DateTime(timezone=True)


class MailRow(Base):
    """
    A letter: queued, sent, or dead when no more attempts are made. No fence shows it, any may queue one.

    `facts` may hold a secret (a link, a code): they are emptied once the letter is sent or dead.
    """

    __tablename__ = "mail"
    mail_id: Mapped[str] = mapped_column(Text, primary_key=True)
    # Not `member_id`: by that name the fence would show it to them.
    addressee_id: Mapped[str | None] = mapped_column(ForeignKey("member.member_id"))
    address: Mapped[str] = mapped_column(Text)
    template: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(Text, server_default="queued")
    attempts: Mapped[int] = mapped_column(server_default="0")
    queued_at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))
    next_at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))
    useful_until: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    problem: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (
        CheckConstraint("state in ('queued', 'sent', 'dead')", name="state"),
        CheckConstraint("(state = 'queued') = (ended_at is null)", name="ended"),
        CheckConstraint("state = 'queued' or facts = '{}'", name="forgotten"),
        Index("ix_mail_queued", "next_at", postgresql_where=sa.text("state = 'queued'")),
    )
