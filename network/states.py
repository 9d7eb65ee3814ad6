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
    def label_it(self) -> str:
        """Return the state's name in Italian."""
        return _STATES_IT[self]

    @property
    def may_serve(self) -> bool:
        """Say whether a provider in this state may take an order."""
        return self in MAY_SERVE


_STATES_IT = {
    State.PENDING: "in attesa",
    State.QUALIFIED: "qualificato",
    State.SUSPENDED: "sospeso",
    State.EXPIRED: "scaduto",
    State.EXEMPT: "esente",
}
MAY_SERVE = frozenset({State.QUALIFIED, State.EXEMPT})
