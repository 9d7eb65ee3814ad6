"""What retention refuses."""

from __future__ import annotations

from wallet.errors import WalletError


class LegalHoldNotFound(WalletError):
    """No legal hold of this book has this id."""

    it = "Nessun blocco legale ha il codice {hold}."
    en = "No legal hold has the id {hold}."


class LegalHoldLifted(WalletError):
    """A legal hold that was lifted before."""

    it = "Il blocco legale {hold} è già stato tolto il {lifted_at}."
    en = "The legal hold {hold} was lifted on {lifted_at} already."


class HoldReasonNeeded(WalletError):
    """A legal hold, or an erasure, without the reason for it."""

    it = "Indicare il motivo."
    en = "Say the reason."
