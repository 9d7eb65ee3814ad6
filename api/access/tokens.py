"""Tokens: opaque secrets, shown once, kept as hashes, with scopes, an end, and a way to end them sooner."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.access.roles import SCOPES, Role
from api.access.tables import Appointment, Token
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
) -> Issued:
    """
    Make a token for an appointment, with the scopes of its role or fewer.

    Errors: ValueError for scopes the role does not have, or a longer life than `LONGEST`: mistakes of the caller's.
    """
    appointment = session.get_one(Appointment, appointment_id)
    allowed = SCOPES[Role(appointment.role)]
    asked = allowed if scopes is None else frozenset(scopes)
    if not asked <= allowed or not timedelta(0) < lasting <= LONGEST:
        raise ValueError(f"{sorted(asked - allowed)} {lasting}")
    secret = PREFIX + secrets.token_urlsafe(32)
    issued = Issued(ids.new("tok"), secret, tuple(sorted(asked)), clock.now() + lasting)
    session.add(
        Token(
            token_id=issued.token_id,
            hash=hashed(secret),
            kind=kind,
            appointment_id=appointment_id,
            scopes=list(issued.scopes),
            label=label,
            expires_at=issued.expires_at,
        )
    )
    session.flush()
    return issued


def revoke(session: Session, token_id: str) -> None:
    """End a token now; one that has ended stays so."""
    session.execute(
        sa.update(Token).where(Token.token_id == token_id, Token.revoked_at.is_(None)).values(revoked_at=clock.now())
    )


def hashed(secret: str) -> bytes:
    """Return what is kept of a token: it has too much chance in it to be guessed, so a plain hash will do."""
    return sha256(secret.encode()).digest()
