"""What a provider, or one of its documents, is on a day."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """What a provider, or a document, is on a day; documents are never EXEMPT."""

    PENDING = "PENDING"
    QUALIFIED = "QUALIFIED"
    SUSPENDED = "SUSPENDED"
    EXPIRED = "EXPIRED"
    EXEMPT = "EXEMPT"

    @property
    def may_serve(self) -> bool:
        """Say whether a provider in this state may take an order."""
        return self in MAY_SERVE


MAY_SERVE = frozenset({State.QUALIFIED, State.EXEMPT})
