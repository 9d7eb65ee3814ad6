"""Identity, made in one place: a prefix that says what it names, and a ULID."""

from __future__ import annotations

from ulid import ULID


def new(prefix: str) -> str:
    """Return a fresh public identifier such as `aut_01J...`; sorted by creation within a prefix."""
    return f"{prefix}_{ULID()}"
