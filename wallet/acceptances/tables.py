"""The table of acceptances: what providers were asked, and what they answered."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base

Moment = sa.DateTime(timezone=True)


class AcceptanceRow(Base):
    """
    A purchase that its provider has to accept, by `answer_by`, before it has a code.

    Until then its money is held; `expires_at` is how long it is held once the provider has accepted.
    """

    __tablename__ = "acceptance"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    authorization_id: Mapped[str] = mapped_column(Text, primary_key=True)
    employee_id: Mapped[str] = mapped_column(Text)
    provider_code: Mapped[str] = mapped_column(ForeignKey("provider.code"))
    state: Mapped[str] = mapped_column(Text, server_default="pending")
    asked_at: Mapped[datetime] = mapped_column(Moment)
    answer_by: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    reason: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    actor: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (
        ForeignKeyConstraint(
            ["book_id", "authorization_id"], ["authorization.book_id", "authorization.authorization_id"]
        ),
        # Silence and the person's own voiding are the authorization's to tell.
        CheckConstraint("state in ('pending', 'accepted', 'refused')", name="state"),
        CheckConstraint("(state = 'refused') = (reason is not null)", name="reason"),
        CheckConstraint(
            "(state = 'pending') = (answered_at is null) and (answered_at is null) = (actor is null)", name="answered"
        ),
        CheckConstraint("asked_at < answer_by and answer_by <= expires_at", name="times"),
        Index("ix_acceptance_pending", "provider_code", "answer_by", postgresql_where=sa.text("state = 'pending'")),
    )
