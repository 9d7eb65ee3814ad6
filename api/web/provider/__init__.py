"""The provider's room: what is to be given, the till, what is paid when, and what lets it serve."""

from __future__ import annotations

from api.access.identity import current


def code() -> str:
    """Return the provider that somebody acts for, whose role has one."""
    found = current().provider_code
    assert found is not None  # noqa: S101 - the room is this role's
    return found
