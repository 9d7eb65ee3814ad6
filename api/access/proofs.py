"""Proofs: secrets that stand for one step of something, are good once and for some minutes."""

from __future__ import annotations

import secrets
from datetime import timedelta
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.access.tables import Proof
from config import clock


def make(
    session: Session,
    kind: str,
    member_id: str | None,
    *,
    lasting: timedelta,
    code_hash: bytes | None = None,
    secret: str | None = None,
    **facts: Any,
) -> tuple[str, Proof]:
    """Write a proof down and return its secret, which is told here and nowhere else, with it."""
    secret = secret or secrets.token_urlsafe(32)
    now = clock.now()
    proof = Proof(
        hash=hashed(secret),
        kind=kind,
        member_id=member_id,
        code_hash=code_hash,
        facts=facts,
        created_at=now,
        expires_at=now + lasting,
        attempts=0,
    )
    session.add(proof)
    session.flush()
    return secret, proof


def find(session: Session, kind: str, secret: str, *, lock: bool = False) -> Proof | None:
    """Return the proof whose secret this is, if it is still good."""
    statement = sa.select(Proof).where(
        Proof.hash == hashed(secret), Proof.kind == kind, Proof.used_at.is_(None), Proof.expires_at > clock.now()
    )
    return session.scalar(statement.with_for_update() if lock else statement)


def use(session: Session, proof: Proof) -> bool:
    """Use a proof up; of two that try at once one is told that it did."""
    used = session.execute(
        sa.update(Proof)
        .where(Proof.hash == proof.hash, Proof.used_at.is_(None))
        .values(used_at=clock.now())
        .returning(Proof.hash)
    )
    return used.first() is not None


def end_all(session: Session, kind: str, member_id: str) -> None:
    """Let no proof of a kind be good any more for a member."""
    session.execute(
        sa.update(Proof)
        .where(Proof.member_id == member_id, Proof.kind == kind, Proof.used_at.is_(None))
        .values(used_at=clock.now())
    )


def sweep(session: Session) -> int:
    """Forget the proofs whose time is over, and return how many."""
    return session.execute(sa.delete(Proof).where(Proof.expires_at < clock.now())).rowcount  # type: ignore[attr-defined, no-any-return]


def hashed(secret: str) -> bytes:
    """Return what is kept of a proof."""
    return sha256(secret.encode()).digest()
