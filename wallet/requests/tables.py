"""The tables: requests and what happened to each. Free words of people stand here, and go when they are erased."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, SmallInteger, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base

Moment = sa.DateTime(timezone=True)


class RequestRow(Base):
    """What a person asks for, in which territory; about a service where one is named."""

    __tablename__ = "request"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[str] = mapped_column(Text, primary_key=True)
    employee_id: Mapped[str] = mapped_column(Text)
    territory_code: Mapped[str] = mapped_column(sa.ForeignKey("territory.code"))
    service_code: Mapped[str | None] = mapped_column(sa.ForeignKey("service.code"))
    state: Mapped[str] = mapped_column(Text, server_default="open")
    outcome: Mapped[str | None] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    __table_args__ = (
        ForeignKeyConstraint(["book_id", "employee_id"], ["employee.book_id", "employee.employee_id"]),
        CheckConstraint("state in ('open', 'answered', 'closed')", name="state"),
        CheckConstraint("outcome in ('oriented', 'not_available', 'no_reply', 'withdrawn')", name="outcome"),
        CheckConstraint(
            "(state = 'closed') = (outcome is not null) and (outcome is null) = (closed_at is null)", name="closed"
        ),
        Index("ix_request_employee", "book_id", "employee_id"),
        Index("ix_request_waiting", "territory_code", "request_id", postgresql_where=sa.text("state = 'open'")),
    )


class RequestEvent(Base):
    """What happened to a request, in order, in whose words, and for whom they spoke. Append only but for the words."""

    __tablename__ = "request_event"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[str] = mapped_column(Text, primary_key=True)
    seq: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text)
    on_behalf_of: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    services: Mapped[list[str]] = mapped_column(ARRAY(Text))
    recorded_at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))
    __table_args__ = (
        ForeignKeyConstraint(["book_id", "request_id"], ["request.book_id", "request.request_id"]),
        CheckConstraint("kind in ('asked', 'answered', 'closed')", name="kind"),
        CheckConstraint("role in ('EMPLOYEE', 'WELFARE_MANAGER')", name="role"),
        CheckConstraint("cardinality(services) = 0 or kind = 'answered'", name="services"),
    )
