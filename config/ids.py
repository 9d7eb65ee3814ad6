"""Identity, made in one place: a prefix that says what it names, and a ULID."""

from __future__ import annotations

import base64
import secrets

from ulid import ULID

# A ULID is ten characters of time and sixteen of chance, in the alphabet that leaves out I, L, O and U.
CHANCE = 16
_ALPHABET = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", b"0123456789ABCDEFGHJKMNPQRSTVWXYZ")


def new(prefix: str) -> str:
    """Return a fresh public identifier such as `aut_01J...`; sorted by creation within a prefix."""
    return f"{prefix}_{ULID()}"


def many(prefix: str, count: int) -> list[str]:
    """Return that many fresh identifiers of one moment, in ascending order; a hundred thousand cost what few do."""
    start = new(prefix)[:-CHANCE]
    chance = base64.b32encode(secrets.token_bytes(count * 10)).translate(_ALPHABET).decode()
    return sorted(start + chance[i : i + CHANCE] for i in range(0, count * CHANCE, CHANCE))
