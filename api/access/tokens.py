"""Tokens: opaque secrets, shown once, kept as hashes, with scopes, an end, and a way to end them sooner."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.access.errors import ScopesTooWide
from api.access.roles import SCOPES, Role
from api.access.tables import Appointment, Member, Token
from config import clock, ids

# The prefix lets secret scanners know one when it is published by mistake.
PREFIX = "brsl_"
LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token; `secret` is told here and nowhere else."""

    token_id: str
    secret: str
    scopes: tuple[str, ...]
    expires_at: datetime


def issue(
    session: Session,
    appointment_id: str,
    *,
    lasting: timedelta,
    kind: str = "bearer",
    scopes: Iterable[str] | None = None,
    label: str = "",
    idle: timedelta | None = None,
) -> Issued:
    """
    Make a token for an appointment, with the scopes of its role or fewer; one with `idle` is a session.

    Errors: ValueError for scopes the role does not have, or a longer life than `LONGEST`: mistakes of the caller's.
    """
    appointment = session.get_one(Appointment, appointment_id)
    allowed = SCOPES[Role(appointment.role)]
    asked = allowed if scopes is None else frozenset(scopes)
    if not asked <= allowed or not timedelta(0) < lasting <= LONGEST:
        raise ValueError(f"{sorted(asked - allowed)} {lasting}")
    secret = PREFIX + secrets.token_urlsafe(32)
    now = clock.now()
    issued = Issued(ids.new("tok"), secret, tuple(sorted(asked)), now + lasting)
    session.add(
        Token(
            token_id=issued.token_id,
            hash=hashed(secret),
            kind=kind,
            appointment_id=appointment_id,
            scopes=list(issued.scopes),
            label=label,
            idle_seconds=None if idle is None else int(idle.total_seconds()),
            created_at=now,
            expires_at=issued.expires_at,
        )
    )
    session.flush()
    return issued


def issue_within(
    session: Session, appointment_id: str, *, scopes: Iterable[str] | None, label: str, lasting: timedelta
) -> Issued:
    """
    Make a token for an appointment, with scopes that somebody typed.

    Errors: ScopesTooWide.
    """
    allowed = SCOPES[Role(session.get_one(Appointment, appointment_id).role)]
    asked = allowed if scopes is None else frozenset(scopes)
    if not asked <= allowed:
        raise ScopesTooWide(scopes=sorted(asked - allowed))
    return issue(session, appointment_id, lasting=lasting, scopes=asked, label=label)


def revoke(session: Session, token_id: str) -> None:
    """End a token now; one that has ended stays so."""
    _end(session, Token.token_id == token_id)


def revoke_of_appointment(session: Session, appointment_id: str) -> None:
    """End every token and session of a role."""
    _end(session, Token.appointment_id == appointment_id)


def end_sessions(session: Session, member_id: str, *, but: str | None = None) -> int:
    """Sign a member out everywhere, but for one session, and return how many ended."""
    theirs = sa.select(Appointment.appointment_id).where(Appointment.member_id == member_id)
    conditions: list[sa.ColumnElement[bool]] = [Token.appointment_id.in_(theirs), Token.idle_seconds.is_not(None)]
    if but is not None:
        conditions.append(Token.token_id != but)
    return _end(session, *conditions)


def listing(*, sessions: bool) -> sa.Select[Any]:
    """Return the query of the tokens that are still good, or of the sessions, as far as the session's fence shows."""
    now = clock.now()
    statement: Any = (
        sa.select(
            Token.token_id,
            Token.kind,
            Token.label,
            Token.scopes,
            Token.created_at,
            Token.expires_at,
            Token.last_used_at,
            Appointment.appointment_id,
            Appointment.role,
            Member.member_id,
            Member.name.label("member_name"),
            Member.kind.label("member_kind"),
        )
        .join(Appointment, Appointment.appointment_id == Token.appointment_id)
        .join(Member, Member.member_id == Appointment.member_id)
        .where(Token.revoked_at.is_(None), Token.expires_at > now, Appointment.ended_at.is_(None))
    )
    if not sessions:
        tokens: sa.Select[Any] = statement.where(Token.idle_seconds.is_(None))
        return tokens
    seen = sa.func.coalesce(Token.last_used_at, Token.created_at)
    lasts = sa.func.make_interval(0, 0, 0, 0, 0, 0, Token.idle_seconds)
    found: sa.Select[Any] = statement.where(Token.idle_seconds.is_not(None), seen + lasts > now)
    return found


def sweep(session: Session, older_than: timedelta = timedelta(days=90)) -> int:
    """Forget the tokens that ended so long ago, and return how many."""
    ended = sa.func.least(Token.expires_at, Token.revoked_at)
    return session.execute(sa.delete(Token).where(ended < clock.now() - older_than)).rowcount  # type: ignore[attr-defined, no-any-return]


def hashed(secret: str) -> bytes:
    """Return what is kept of a token: it has too much chance in it to be guessed, so a plain hash will do."""
    return sha256(secret.encode()).digest()


def _end(session: Session, *conditions: sa.ColumnElement[bool]) -> int:
    ended = sa.update(Token).where(*conditions, Token.revoked_at.is_(None)).values(revoked_at=clock.now())
    return session.execute(ended).rowcount  # type: ignore[attr-defined, no-any-return]
