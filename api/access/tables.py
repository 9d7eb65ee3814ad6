"""The tables of access: members, the roles they hold, and their tokens. No fence shows them: functions.sql asks."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from api.access.roles import Role
from config.database import Base

Moment = sa.DateTime(timezone=True)
_ROLES = ", ".join(f"'{role}'" for role in Role)


class Member(Base):
    """A person who signs in, or a program that brings a token."""

    __tablename__ = "member"
    member_id: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text, server_default="it")
    password_hash: Mapped[str | None] = mapped_column(Text)
    totp_secret: Mapped[str | None] = mapped_column(Text)
    totp_step: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    __table_args__ = (
        CheckConstraint("kind in ('person', 'machine')", name="kind"),
        CheckConstraint("name <> '' and (kind = 'machine') = (email is null)", name="named"),
        Index("uq_member_email", sa.text("lower(email)"), unique=True),
    )


class Appointment(Base):
    """A role that a member holds: for a book, a person in it, a provider, or the whole network."""

    __tablename__ = "appointment"
    appointment_id: Mapped[str] = mapped_column(Text, primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("member.member_id"))
    role: Mapped[str] = mapped_column(Text)
    book_id: Mapped[int | None] = mapped_column(ForeignKey("book.book_id"))
    employee_id: Mapped[str | None] = mapped_column(Text)
    provider_code: Mapped[str | None] = mapped_column(ForeignKey("provider.code"))
    appointed_at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    __table_args__ = (
        sa.ForeignKeyConstraint(["book_id", "employee_id"], ["employee.book_id", "employee.employee_id"]),
        CheckConstraint(f"role in ({_ROLES})", name="role"),
        CheckConstraint(
            "(role in ('employee', 'employer', 'payroll', 'accountant', 'municipality')) = (book_id is not null)"
            " and (role = 'employee') = (employee_id is not null)"
            " and (role = 'provider') = (provider_code is not null)",
            name="reach",
        ),
        Index("ix_appointment_member", "member_id"),
    )


class Token(Base):
    """A secret that stands for an appointment until it expires or is revoked; only its hash is here."""

    __tablename__ = "token"
    token_id: Mapped[str] = mapped_column(Text, primary_key=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    kind: Mapped[str] = mapped_column(Text)
    appointment_id: Mapped[str] = mapped_column(ForeignKey("appointment.appointment_id"))
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    label: Mapped[str] = mapped_column(Text, server_default="")
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))
    expires_at: Mapped[datetime] = mapped_column(Moment)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)
    last_used_at: Mapped[datetime | None] = mapped_column(Moment)
    __table_args__ = (
        CheckConstraint("kind in ('bearer', 'cookie')", name="kind"),
        CheckConstraint("octet_length(hash) = 32 and expires_at > created_at", name="shape"),
        Index("ix_token_appointment", "appointment_id"),
    )
