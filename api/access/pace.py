"""
Pace: whoever fails has to wait, a little longer each time, and nobody else has to.

What is counted is never an account alone, or a stranger could keep its owner out: it is an account as tried from one
place, and a place. A browser in which the owner signed in before is counted by itself. An attempt is counted before it
is judged and forgiven when it succeeds, so that a hundred at once are a hundred.
"""

from __future__ import annotations

import ipaddress
import math
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from api.access.errors import TryLater
from api.access.tables import Pace
from config import clock

LONGEST_WAIT = timedelta(minutes=15)
# A failure counts until nothing failed for so long.
FORGOTTEN_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Lane:
    """Something that failures are counted for, and how many are free."""

    key: bytes
    free: int


def lanes(account: str, source: str, device: bytes | None) -> tuple[Lane, ...]:
    """
    Return what an attempt is counted for: the browser if the account's owner is known in it, else account and place.

    `device` is the hash of a browser that is known for this very account.
    """
    if device is not None:
        return (_lane("device", account, device.hex(), free=5),)
    return _lane("pair", account, source, free=5), _lane("source", source, free=30)


def code_lanes(member_id: str, device: bytes | None) -> tuple[Lane, ...]:
    """Return what a wrong second code is counted for: only who knows the password can make the owner wait."""
    where = "anywhere" if device is None else device.hex()
    return (_lane("code", member_id, where, free=10),)


def letter_lanes(account: str, source: str) -> tuple[Lane, ...]:
    """Return what a letter asked for without signing in is counted for, so that nobody's mailbox is filled."""
    return _lane("letter", account, source, free=3), _lane("letters", source, free=30)


def take(session: Session, counted: tuple[Lane, ...]) -> None:
    """
    Count an attempt, if none of its lanes has to wait.

    Errors: TryLater.
    """
    now = clock.now()
    for lane in counted:
        row = insert(Pace).values(key=lane.key, failures=1, last_at=now, wait_until=now)
        failures = sa.case((Pace.last_at < now - FORGOTTEN_AFTER, 0), else_=Pace.failures) + 1
        beyond = sa.func.least(sa.func.greatest(failures - lane.free, 0), 20)
        # 1, 2, 4, ... seconds after the free ones.
        seconds = sa.case((beyond == 0, 0), else_=sa.func.power(2, beyond - 1))
        wait = sa.func.least(sa.func.make_interval(0, 0, 0, 0, 0, 0, seconds), LONGEST_WAIT)
        taken = session.execute(
            row.on_conflict_do_update(
                index_elements=[Pace.key],
                set_={"failures": failures, "last_at": now, "wait_until": now + wait},
                where=Pace.wait_until <= now,
            ).returning(Pace.key)
        ).first()
        if taken is None:
            until = session.scalar(sa.select(Pace.wait_until).where(Pace.key == lane.key)) or now
            raise TryLater(seconds=max(1, math.ceil((until - now).total_seconds())))


def forgive(session: Session, counted: tuple[Lane, ...]) -> None:
    """Forget what an attempt counted: it succeeded. Of a place only this one attempt is taken back."""
    own, *shared = counted
    session.execute(sa.delete(Pace).where(Pace.key == own.key))
    for lane in shared:
        session.execute(
            sa.update(Pace)
            .where(Pace.key == lane.key)
            .values(failures=sa.func.greatest(Pace.failures - 1, 0), wait_until=clock.now())
        )


def sweep(session: Session) -> int:
    """Forget what is too old to count, and return how many rows that were."""
    old = sa.delete(Pace).where(Pace.last_at < clock.now() - FORGOTTEN_AFTER, Pace.wait_until < clock.now())
    return session.execute(old).rowcount  # type: ignore[attr-defined, no-any-return]


def place(address: str | None) -> str:
    """Return the place an address stands for: of IPv6 the network that one customer has."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def _lane(*parts: str, free: int) -> Lane:
    return Lane(sha256("\x00".join(parts).encode()).digest(), free)
