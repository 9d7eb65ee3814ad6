"""What a provider, or one of its documents, is on a day."""

from __future__ import annotations

from config.labelled import Labelled


class State(Labelled):
    """What a provider, or a document, is on a day; documents are never EXEMPT."""

    PENDING = "PENDING", "in attesa"
    QUALIFIED = "QUALIFIED", "qualificato"
    SUSPENDED = "SUSPENDED", "sospeso"
    EXPIRED = "EXPIRED", "scaduto"
    EXEMPT = "EXEMPT", "esente"

    @property
    def may_serve(self) -> bool:
        """Say whether a provider in this state may take an order."""
        return self in MAY_SERVE


MAY_SERVE = frozenset({State.QUALIFIED, State.EXEMPT})
