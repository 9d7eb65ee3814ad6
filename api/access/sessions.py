"""Sessions: what signing in gives, and how it ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.access import members, tokens
from api.access.errors import SessionNotFound, SignInRefused
from api.access.members import Holding
from api.access.tables import Token
from config import clock

# A session ends when it is not used for so long, and after a working day in any case.
IDLE = timedelta(minutes=30)
LASTING = timedelta(hours=12)
_LABEL = 120


@dataclass(frozen=True, slots=True)
class Opened:
    """A new session; `secret` is told here and nowhere else."""

    session_id: str
    secret: str
    kind: str
    member_id: str
    holding: Holding
    expires_at: datetime


def open_one(
    session: Session,
    member_id: str,
    *,
    kind: str,
    label: str,
    appointment_id: str | None = None,
    until: datetime | None = None,
) -> Opened:
    """
    Open a session for one of the roles that a member holds: the one asked for, or the first given.

    Errors: AppointmentNotFound; SignInRefused for somebody who holds none.
    """
    if appointment_id is not None:
        members.appointment(session, member_id, appointment_id)
    held = members.holdings(session, member_id)
    if not held:
        raise SignInRefused()
    lasting = LASTING if until is None else until - clock.now()
    chosen = next((one for one in held if one.appointment_id == appointment_id), held[0])
    made = tokens.issue(session, chosen.appointment_id, lasting=lasting, kind=kind, idle=IDLE, label=_told(label))
    return Opened(made.token_id, made.secret, kind, member_id, chosen, made.expires_at)


def end(session: Session, member_id: str, session_id: str) -> None:
    """
    Sign a member out of one session.

    Errors: SessionNotFound.
    """
    theirs = tokens.listing(sessions=True).where(Token.token_id == session_id)
    found = session.execute(theirs).first()
    if found is None or found.member_id != member_id:
        raise SessionNotFound(session=session_id)
    tokens.revoke(session, session_id)


def drop_secret(session: Session, secret: str) -> None:
    """End the session whose cookie a browser still had when somebody signed in in it anew."""
    if secret:
        found = session.scalar(sa.select(Token.token_id).where(Token.hash == tokens.hashed(secret)))
        if found is not None:
            tokens.revoke(session, found)


def _told(label: str) -> str:
    return "".join(character for character in label if character.isprintable())[:_LABEL]
