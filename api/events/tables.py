"""The tables of what is told outside: endpoints of programs, what is on its way to them, and letters."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Text
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
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


class EndpointRow(Base):
    """
    Where a program is told of events: those that the fence of whoever registered it shows, of the types it names.

    `failing_since` is the first failure after the last success; `paused_until` what the receiver asked for.
    """

    __tablename__ = "webhook_endpoint"
    endpoint_id: Mapped[str] = mapped_column(Text, primary_key=True)
    registered_by: Mapped[str] = mapped_column(ForeignKey("member.member_id"))
    role: Mapped[str] = mapped_column(Text)
    sight: Mapped[str] = mapped_column(Text)
    book_id: Mapped[int | None] = mapped_column(ForeignKey("book.book_id"))
    employee_id: Mapped[str | None] = mapped_column(Text)
    provider_code: Mapped[str | None] = mapped_column(ForeignKey("provider.code"))
    url: Mapped[str] = mapped_column(Text)
    types: Mapped[list[str]] = mapped_column(ARRAY(Text))
    description: Mapped[str] = mapped_column(Text, server_default="")
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))
    disabled_at: Mapped[datetime | None] = mapped_column(Moment)
    disabled_why: Mapped[str | None] = mapped_column(Text)
    failing_since: Mapped[datetime | None] = mapped_column(Moment)
    paused_until: Mapped[datetime | None] = mapped_column(Moment)
    __table_args__ = (
        CheckConstraint("cardinality(types) > 0", name="types"),
        CheckConstraint("(disabled_at is null) = (disabled_why is null)", name="disabled"),
        CheckConstraint("disabled_why in ('asked', 'gone', 'failing', 'left')", name="why"),
    )


class SecretRow(Base):
    """
    A secret that an endpoint's events are signed with: the newest, and until `older_until` the one before it too.

    Written by whoever sees the endpoint, read by no fence.
    """

    __tablename__ = "webhook_secret"
    secret_id: Mapped[str] = mapped_column(Text, primary_key=True)
    endpoint_id: Mapped[str] = mapped_column(ForeignKey("webhook_endpoint.endpoint_id", ondelete="cascade"))
    secret: Mapped[str] = mapped_column(Text)
    older_until: Mapped[datetime] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))
    __table_args__ = (Index("ix_webhook_secret_endpoint", "endpoint_id"),)


class DeliveryRow(Base):
    """
    One event on its way to one endpoint: pending, delivered, or dead when no more attempts are made.

    `body` is what is sent, the same at every attempt. `tries` is what came of each.
    """

    __tablename__ = "webhook_delivery"
    delivery_id: Mapped[str] = mapped_column(Text, primary_key=True)
    endpoint_id: Mapped[str] = mapped_column(ForeignKey("webhook_endpoint.endpoint_id", ondelete="cascade"))
    event_id: Mapped[str] = mapped_column(Text)
    seq: Mapped[int] = mapped_column(BigInteger)
    type: Mapped[str] = mapped_column(Text)
    aggregate: Mapped[str] = mapped_column(Text)
    book_id: Mapped[int | None]
    employee_id: Mapped[str | None] = mapped_column(Text)
    provider_code: Mapped[str | None] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="pending")
    attempts: Mapped[int] = mapped_column(server_default="0")
    tries: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    queued_at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))
    next_at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    __table_args__ = (
        Unique("endpoint_id", "event_id"),
        CheckConstraint("state in ('pending', 'delivered', 'dead')", name="state"),
        CheckConstraint("(state = 'pending') = (ended_at is null)", name="ended"),
        Index("ix_webhook_delivery_due", "next_at", postgresql_where=sa.text("state = 'pending'")),
        Index(
            "ix_webhook_delivery_order",
            "endpoint_id",
            "aggregate",
            "seq",
            postgresql_where=sa.text("state = 'pending'"),
        ),
    )


class ChoiceRow(Base):
    """Whether a member wants to be told of a kind of thing in a way; without a row they are."""

    __tablename__ = "notification_choice"
    member_id: Mapped[str] = mapped_column(ForeignKey("member.member_id"), primary_key=True)
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    channel: Mapped[str] = mapped_column(Text, primary_key=True)
    wanted: Mapped[bool]
