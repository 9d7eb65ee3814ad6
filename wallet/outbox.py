"""
The outbox: what happened, written in the transaction of the money that moved, for others to be told afterwards.

Nobody is told anything here: whoever delivers reads the events that are committed (api/events). What a fence does not
show of an event is not told to those who see through it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from psycopg.types.json import Jsonb
from sqlalchemy import BigInteger, Identity, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from config import database, ids
from config.database import Base


class Event(StrEnum):
    """What can happen that others are told of."""

    AUTHORIZATION_CREATED = "authorization.created"
    AUTHORIZATION_ACCEPTED = "authorization.accepted"
    AUTHORIZATION_DECLINED = "authorization.declined"
    AUTHORIZATION_CAPTURED = "authorization.captured"
    AUTHORIZATION_VOIDED = "authorization.voided"
    AUTHORIZATION_EXPIRED = "authorization.expired"
    REFUND_CREATED = "refund.created"
    REIMBURSEMENT_SUBMITTED = "reimbursement.submitted"
    REIMBURSEMENT_NEEDS_FIX = "reimbursement.needs_fix"
    REIMBURSEMENT_APPROVED = "reimbursement.approved"
    REIMBURSEMENT_PAID = "reimbursement.paid"
    REIMBURSEMENT_REJECTED = "reimbursement.rejected"
    LOT_EXPIRING = "wallet.lot_expiring"
    LOT_EXPIRED = "wallet.lot_expired"
    PLAN_ACTIVATED = "plan.activated"
    QUALIFICATION_EXPIRING = "provider.qualification_expiring"
    PAYOUT_SCHEDULED = "payout.scheduled"
    PAYOUT_PAID = "payout.paid"
    CLEARING_CLOSED = "clearing.closed"
    PERIOD_OPEN = "period.open"
    STATEMENT_READY = "statement.ready"
    REQUEST_CREATED = "request.created"
    REQUEST_ANSWERED = "request.answered"
    REQUEST_CLOSED = "request.closed"


class EventRow(Base):
    """
    Something that happened. `told_at` is empty until everybody who is to be told of it stands in line.

    `aggregate` is what it happened to: events of one aggregate are told in their order, which is that of `seq`.
    `personal` is what tells of one person's money: a funder never sees it. What `only_for` names is for one member.
    """

    __tablename__ = "event"
    event_id: Mapped[str] = mapped_column(Text, primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    type: Mapped[str] = mapped_column(Text)
    aggregate: Mapped[str] = mapped_column(Text)
    book_id: Mapped[int | None]
    employee_id: Mapped[str | None] = mapped_column(Text)
    provider_code: Mapped[str | None] = mapped_column(Text)
    personal: Mapped[bool]
    only_for: Mapped[str | None] = mapped_column(Text)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    occurred_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True), server_default=sa.text("ledger_now()"))
    told_at: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    # No key to what it tells of: the outbox is emptied after a time, and whoever writes it waits for nothing.
    __table_args__ = (Index("ix_event_waiting", "seq", postgresql_where=sa.text("told_at is null")),)


@dataclass(frozen=True, slots=True)
class Told:
    """One event of many that are written together."""

    type: Event
    aggregate: str
    facts: Mapping[str, Any]
    employee_id: str | None = None
    provider_code: str | None = None


_COLUMNS = "(event_id, type, aggregate, book_id, employee_id, provider_code, personal, only_for, facts)"
_TELL = (
    f"insert into event {_COLUMNS} values (%(told_id)s, %(told_type)s, %(told_aggregate)s, %(told_book)s,"
    " %(told_employee)s, %(told_provider)s, %(told_personal)s, %(told_only_for)s, %(told_facts)s)"
)
_TELL_MANY = (
    f"insert into event {_COLUMNS}"
    " select u.id, u.type, u.aggregate, %s, u.employee, u.provider, u.employee is not null, null, u.facts::jsonb"
    " from unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])"
    "   with ordinality u(id, type, aggregate, employee, provider, facts, place) order by u.place"
)


def tell(
    session: Session,
    book_id: int | None,
    type: Event,
    aggregate: str,
    facts: Mapping[str, Any],
    *,
    employee_id: str | None = None,
    provider_code: str | None = None,
    only_for: str | None = None,
) -> None:
    """
    Write down that something happened, in the transaction in which it did.

    `aggregate` is the id of what it happened to. With an `employee_id` it tells of that person's money, and no funder
    is told; `provider_code` is whose provider it concerns, `only_for` the one member whom it concerns. `facts` are
    ready for JSON, amounts in minor units; they name people by id alone.
    """
    told = Told(type, aggregate, facts, employee_id, provider_code)
    database.run(session, _TELL, parameters(book_id, told, only_for=only_for))


def beside(statement: str) -> str:
    """
    Return a statement that writes an event beside what it does, for verbs to which a round trip more would be dear.

    It takes `parameters` besides its own, all by name.
    """
    return f"with told as ({_TELL}) {statement}"


def parameters(book_id: int | None, told: Told, *, only_for: str | None = None) -> dict[str, object]:
    """Return what `beside` takes of an event."""
    return {
        "told_id": ids.new("evt"),
        "told_type": told.type,
        "told_aggregate": told.aggregate,
        "told_book": book_id,
        "told_employee": told.employee_id,
        "told_provider": told.provider_code,
        "told_personal": told.employee_id is not None,
        "told_only_for": only_for,
        "told_facts": Jsonb(told.facts),
    }


def tell_many(session: Session, book_id: int | None, events: Sequence[Told]) -> None:
    """Write down that many things happened, in their order."""
    if not events:
        return
    columns: tuple[list[Any], ...] = (
        ids.many("evt", len(events)),
        [event.type for event in events],
        [event.aggregate for event in events],
        [event.employee_id for event in events],
        [event.provider_code for event in events],
        [json.dumps(event.facts) for event in events],
    )
    database.run(session, _TELL_MANY, (book_id, *columns))
