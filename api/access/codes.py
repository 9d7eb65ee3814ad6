"""The second thing somebody shows besides the password: an authenticator's code, one by e-mail, or a recovery code."""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256

import pyotp
import sqlalchemy as sa
from pyotp.exceptions import OTPVerificationError
from sqlalchemy.orm import Session

from api.access.tables import Member, RecoveryCode
from config import clock

ISSUER = "borsellino"
RECOVERY_CODES = 10
# One step before and one after, for a telephone whose clock is not quite right.
_WINDOW = 1


def new_secret() -> str:
    """Return the secret of a new authenticator."""
    return pyotp.random_base32()


def uri(secret: str, email: str) -> str:
    """Return what an authenticator reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def step(secret: str, code: str) -> int | None:
    """Return the half minute whose code this is, or None."""
    try:
        return pyotp.TOTP(secret).verify_and_get_timecode(code, for_time=clock.now(), valid_window=_WINDOW)
    except OTPVerificationError:
        return None


def accept_step(session: Session, member_id: str, secret: str, code: str) -> bool:
    """Take an authenticator's code, once: of two requests with one code, one is let in."""
    found = step(secret, code)
    if found is None:
        return False
    taken = session.execute(
        sa.update(Member)
        .where(Member.member_id == member_id, sa.or_(Member.totp_step.is_(None), Member.totp_step < found))
        .values(totp_step=found)
        .returning(Member.member_id)
    )
    return taken.first() is not None


def by_email() -> str:
    """Return a new code to send by e-mail: six digits."""
    return f"{secrets.randbelow(1_000_000):06d}"


def code_hash(salt: bytes, code: str) -> bytes:
    """Return what is kept of a short code; it is good for minutes and a few attempts, which protects it more."""
    return hmac.new(salt, code.encode(), sha256).digest()


def renew_recovery(session: Session, member_id: str) -> tuple[str, ...]:
    """Make new recovery codes, which end the old ones, and return them: they are told here and nowhere else."""
    made = tuple("-".join((secrets.token_hex(5), secrets.token_hex(5))) for _ in range(RECOVERY_CODES))
    session.execute(sa.delete(RecoveryCode).where(RecoveryCode.member_id == member_id))
    session.execute(sa.insert(RecoveryCode), [{"member_id": member_id, "hash": _recovery_hash(code)} for code in made])
    return made


def end_recovery(session: Session, member_id: str) -> None:
    """End the recovery codes of somebody who has no authenticator any more: nothing is left that they stand in for."""
    session.execute(sa.delete(RecoveryCode).where(RecoveryCode.member_id == member_id))


def accept_recovery(session: Session, member_id: str, code: str) -> bool:
    """Take a recovery code, once."""
    taken = session.execute(
        sa.update(RecoveryCode)
        .where(
            RecoveryCode.member_id == member_id,
            RecoveryCode.hash == _recovery_hash(code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=clock.now())
        .returning(RecoveryCode.member_id)
    )
    return taken.first() is not None


def recovery_left(session: Session, member_id: str) -> int:
    """Return how many recovery codes are left."""
    left = sa.select(sa.func.count()).where(RecoveryCode.member_id == member_id, RecoveryCode.used_at.is_(None))
    return session.scalar(left) or 0


def _recovery_hash(code: str) -> bytes:
    return sha256(code.strip().lower().encode()).digest()
