"""Passwords: which ones will do, and how they are kept."""

from __future__ import annotations

import base64
import secrets
from threading import BoundedSemaphore

import argon2
from argon2.exceptions import InvalidHashError, VerificationError

from api.access.errors import PasswordWeak

SHORTEST, LONGEST = 12, 200
_LEAST_DIFFERENT = 5

# RFC 9106's second choice: 64 MiB, three passes, four lanes. More than two at once would let a crowd of strangers take
# the machine's memory.
hasher = argon2.PasswordHasher()
_at_once = BoundedSemaphore(2)


def check(password: str, *, email: str) -> None:
    """
    Let a password through that is long and not made of the address or of a few characters.

    Errors: PasswordWeak.
    """
    local = email.partition("@")[0].casefold()
    plain = password.casefold()
    if (
        not SHORTEST <= len(password) <= LONGEST
        or len(set(plain)) < _LEAST_DIFFERENT
        or (len(local) >= _LEAST_DIFFERENT and local in plain)
        or plain == email.casefold()
    ):
        raise PasswordWeak(shortest=SHORTEST)


def kept(password: str) -> str:
    """Return what is kept of a password."""
    with _at_once:
        return hasher.hash(password)


def matches(kept_hash: str | None, password: str) -> bool:
    """Say whether this is the password; where there is none it takes as long to say no."""
    with _at_once:
        try:
            return hasher.verify(kept_hash or _nobodys(), password) and kept_hash is not None
        except (VerificationError, InvalidHashError):
            return False


def is_old(kept_hash: str) -> bool:
    """Say whether a hash was made with other parameters than today's."""
    return hasher.check_needs_rehash(kept_hash)


def _nobodys() -> str:
    # A hash that no password has, with today's parameters: it costs what a member's costs, the first time too.
    salt, digest = (
        base64.b64encode(secrets.token_bytes(length)).rstrip(b"=").decode()
        for length in (hasher.salt_len, hasher.hash_len)
    )
    return f"$argon2id$v=19$m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}${salt}${digest}"
