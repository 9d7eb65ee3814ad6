"""Devices: browsers in which a member signed in before, so that a stranger's failures do not slow the owner down."""

from __future__ import annotations

import secrets
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from api.access.cookies import DEVICE_LASTING
from api.access.tables import Device
from api.access.tokens import hashed
from config import clock


def known(session: Session, member_id: str | None, secret: str) -> bytes | None:
    """Return what is kept of a browser, if this member has signed in in it."""
    if member_id is None or not secret:
        return None
    mine = (Device.hash == hashed(secret), Device.member_id == member_id, Device.expires_at > clock.now())
    return session.scalar(sa.select(Device.hash).where(*mine))


def remember(session: Session, member_id: str, secret: str) -> tuple[str, datetime]:
    """
    Know a browser from now on, and return the secret it keeps and until when.

    A secret that we did not give is not taken: somebody else may have planted it.
    """
    if not secret or session.scalar(sa.select(Device.hash).where(Device.hash == hashed(secret)).limit(1)) is None:
        secret = secrets.token_urlsafe(32)
    now = clock.now()
    until = now + DEVICE_LASTING
    row = insert(Device).values(hash=hashed(secret), member_id=member_id, seen_at=now, expires_at=until)
    session.execute(
        row.on_conflict_do_update(
            index_elements=[Device.hash, Device.member_id], set_={"seen_at": now, "expires_at": until}
        )
    )
    return secret, until


def sweep(session: Session) -> int:
    """Forget the browsers that nobody signed in in for long, and return how many."""
    return session.execute(sa.delete(Device).where(Device.expires_at < clock.now())).rowcount  # type: ignore[attr-defined, no-any-return]
