"""The tables: a municipality's tariffs and entrusted services, and the applications for them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ForeignKeyConstraint, SmallInteger, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base

Moment = sa.DateTime(timezone=True)


class SocialBody(Base):
    """Which of the national list of comuni the municipality of a book is."""

    __tablename__ = "social_body"
    book_id: Mapped[int] = mapped_column(sa.Integer, sa.ForeignKey("book.book_id"), primary_key=True)
    istat_code: Mapped[str] = mapped_column(Text)


class SocialTariff(Base):
    """A municipality's own co-payment tariff, as it was loaded. Append only: what changes has another id."""

    __tablename__ = "social_tariff"
    book_id: Mapped[int] = mapped_column(sa.Integer, sa.ForeignKey("book.book_id"), primary_key=True)
    tariff_id: Mapped[str] = mapped_column(Text, primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    actor: Mapped[str] = mapped_column(Text)
    loaded_at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))


class EntrustedService(Base):
    """A service that a municipality has entrusted, by which instrument and with which co-payment. Append only."""

    __tablename__ = "entrusted_service"
    book_id: Mapped[int] = mapped_column(sa.Integer, sa.ForeignKey("book.book_id"), primary_key=True)
    code: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    instrument: Mapped[str] = mapped_column(Text)
    selection: Mapped[str] = mapped_column(Text)
    services: Mapped[list[str]] = mapped_column(sa.ARRAY(Text))
    partners: Mapped[list[str]] = mapped_column(sa.ARRAY(Text))
    plan_id: Mapped[str | None] = mapped_column(Text)
    tariff_id: Mapped[str | None] = mapped_column(Text)
    threshold_minor: Mapped[int | None] = mapped_column(sa.BigInteger)
    benefit_code: Mapped[str] = mapped_column(Text)
    taken_in_charge: Mapped[bool]
    user_area: Mapped[int | None] = mapped_column(SmallInteger)
    act_ref: Mapped[str] = mapped_column(Text)
    contract_code: Mapped[str | None] = mapped_column(Text)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    actor: Mapped[str] = mapped_column(Text)
    loaded_at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))
    __table_args__ = (ForeignKeyConstraint(["book_id", "plan_id"], ["plan.book_id", "plan.plan_id"]),)


class SocialApplication(Base):
    """A citizen's application; `state` is where its history has come to."""

    __tablename__ = "social_application"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[str] = mapped_column(Text, primary_key=True)
    employee_id: Mapped[str] = mapped_column(Text)
    entrusted_code: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    protocol: Mapped[str] = mapped_column(Text)
    case_ref: Mapped[str | None] = mapped_column(Text)
    submitted_on: Mapped[date]
    citizenship: Mapped[str | None] = mapped_column(Text)
    residence_istat: Mapped[str | None] = mapped_column(Text)
    service_code: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (
        ForeignKeyConstraint(["book_id", "employee_id"], ["employee.book_id", "employee.employee_id"]),
        ForeignKeyConstraint(["book_id", "entrusted_code"], ["entrusted_service.book_id", "entrusted_service.code"]),
    )


class SocialStep(Base):
    """One step of an application: who moved it, when and why. Append only."""

    __tablename__ = "social_step"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[str] = mapped_column(Text, primary_key=True)
    seq: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    from_state: Mapped[str | None] = mapped_column(Text)
    to_state: Mapped[str] = mapped_column(Text)
    why: Mapped[str] = mapped_column(Text)
    act_ref: Mapped[str | None] = mapped_column(Text)
    occurred_on: Mapped[date]
    actor: Mapped[str] = mapped_column(Text)
    on_behalf_of: Mapped[str | None] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))
    __table_args__ = (
        ForeignKeyConstraint(
            ["book_id", "application_id"], ["social_application.book_id", "social_application.application_id"]
        ),
    )


class SocialIsee(Base):
    """What an attestation came to for one application: never the indicator itself. Append only."""

    __tablename__ = "social_isee"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[str] = mapped_column(Text, primary_key=True)
    seq: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    isee_type: Mapped[str | None] = mapped_column(Text)
    standing: Mapped[str] = mapped_column(Text)
    threshold_minor: Mapped[int | None] = mapped_column(sa.BigInteger)
    defects: Mapped[bool]
    dsu_protocol: Mapped[str | None] = mapped_column(Text)
    presented_on: Mapped[date | None]
    valid_until: Mapped[date | None]
    tariff_id: Mapped[str | None] = mapped_column(Text)
    quota_kind: Mapped[str] = mapped_column(Text)
    quota_value: Mapped[int] = mapped_column(sa.BigInteger)
    effective_from: Mapped[date]
    actor: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))
    __table_args__ = (
        ForeignKeyConstraint(
            ["book_id", "application_id"], ["social_application.book_id", "social_application.application_id"]
        ),
    )
