"""The tables of access: members, their roles and tokens, what proves who they are, and the audit trail (fences.sql)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from api.access.roles import Role
from config.database import Base

Moment = sa.DateTime(timezone=True)
_ROLES = ", ".join(f"'{role}'" for role in Role)
_REACH = (
    "(role in ('employee', 'employer', 'payroll', 'accountant', 'municipality')) = (book_id is not null)"
    " and (role = 'employee') = (employee_id is not null)"
    " and (role = 'provider') = (provider_code is not null)"
)


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
    totp_pending: Mapped[str | None] = mapped_column(Text)
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
        CheckConstraint(_REACH, name="reach"),
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
    # A session, made by signing in, ends also when it is not used for so long; a token of a program does not.
    idle_seconds: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))
    expires_at: Mapped[datetime] = mapped_column(Moment)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)
    last_used_at: Mapped[datetime | None] = mapped_column(Moment)
    __table_args__ = (
        CheckConstraint("kind in ('bearer', 'cookie')", name="kind"),
        CheckConstraint("octet_length(hash) = 32 and expires_at > created_at", name="shape"),
        Index("ix_token_appointment", "appointment_id"),
    )


class Invitation(Base):
    """A role that somebody is asked by e-mail to take; only the hash of the link's secret is here."""

    __tablename__ = "invitation"
    invitation_id: Mapped[str] = mapped_column(Text, primary_key=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    email: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    book_id: Mapped[int | None] = mapped_column(ForeignKey("book.book_id"))
    employee_id: Mapped[str | None] = mapped_column(Text)
    provider_code: Mapped[str | None] = mapped_column(ForeignKey("provider.code"))
    invited_by: Mapped[str | None] = mapped_column(ForeignKey("member.member_id"))
    created_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    accepted_at: Mapped[datetime | None] = mapped_column(Moment)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)
    __table_args__ = (
        sa.ForeignKeyConstraint(["book_id", "employee_id"], ["employee.book_id", "employee.employee_id"]),
        CheckConstraint(f"role in ({_ROLES})", name="role"),
        CheckConstraint(_REACH, name="reach"),
        Index(
            "uq_invitation_open",
            sa.text("lower(email)"),
            "role",
            "book_id",
            "employee_id",
            "provider_code",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=sa.text("accepted_at is null and revoked_at is null"),
        ),
    )


class Proof(Base):
    """A secret that proves one step of something, once and for some minutes; only its hash is here."""

    __tablename__ = "proof"
    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    member_id: Mapped[str | None] = mapped_column(ForeignKey("member.member_id"))
    code_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    attempts: Mapped[int] = mapped_column(server_default="0")
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    created_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)
    __table_args__ = (
        CheckConstraint("kind in ('sign_in', 'reset', 'oidc', 'demonstration')", name="kind"),
        Index("ix_proof_member", "member_id"),
    )


class RecoveryCode(Base):
    """A code that stands in once for a lost telephone."""

    __tablename__ = "recovery_code"
    member_id: Mapped[str] = mapped_column(ForeignKey("member.member_id"), primary_key=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    used_at: Mapped[datetime | None] = mapped_column(Moment)


class Device(Base):
    """A browser in which a member has signed in before: other people's failures do not slow it down."""

    __tablename__ = "device"
    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("member.member_id"), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)


class Pace(Base):
    """How often somebody failed of late, and until when the next attempt has to wait."""

    __tablename__ = "pace"
    key: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(Moment)
    wait_until: Mapped[datetime] = mapped_column(Moment)


class LinkedIdentity(Base):
    """A member as an identity provider knows them."""

    __tablename__ = "linked_identity"
    issuer: Mapped[str] = mapped_column(Text, primary_key=True)
    subject: Mapped[str] = mapped_column(Text, primary_key=True)
    identity_id: Mapped[str] = mapped_column(Text, unique=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("member.member_id"))
    linked_at: Mapped[datetime] = mapped_column(Moment)
    __table_args__ = (Index("ix_linked_identity_member", "member_id"),)


class AuditEvent(Base):
    """What somebody did, and about whom; written with what was done, and never changed."""

    __tablename__ = "audit_event"
    event_id: Mapped[str] = mapped_column(Text, primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))
    # No foreign keys: the trail outlives what it speaks of, and a write takes no lock on anybody's row.
    member_id: Mapped[str | None] = mapped_column(Text)
    role: Mapped[str | None] = mapped_column(Text)
    book_id: Mapped[int | None]
    employee_id: Mapped[str | None] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    operation: Mapped[str] = mapped_column(Text)
    target: Mapped[str | None] = mapped_column(Text)
    personal: Mapped[bool]
    outcome: Mapped[str] = mapped_column(Text)
    request_id: Mapped[str] = mapped_column(Text)
    __table_args__ = (
        CheckConstraint("outcome in ('done', 'declined', 'refused')", name="outcome"),
        Index("ix_audit_event_book", "book_id", "event_id"),
        Index("ix_audit_event_employee", "employee_id", "event_id"),
        Index("ix_audit_event_member", "member_id", "event_id"),
        Index("ix_audit_event_target", "target", "event_id"),
    )
