"""The refusals of acceptance."""

from __future__ import annotations

from wallet.errors import WalletError


class AcceptanceNotFound(WalletError):
    """Nobody asks the provider whether it accepts this purchase."""

    it = "L'autorizzazione {authorization} non aspetta l'accettazione del fornitore."
    en = "Authorization {authorization} is not one that its provider has to accept."


class AcceptanceAnswered(WalletError):
    """The provider answered before, the time to answer is over, or the person voided the purchase."""

    it = "L'acquisto {authorization} non aspetta più una risposta."
    en = "Purchase {authorization} does not wait for an answer any more."


class ProviderNotQualifiedNow(WalletError):
    """A provider that is not qualified today accepts a purchase."""

    it = "Oggi il fornitore {provider} non è qualificato: non può accettare acquisti."
    en = "Provider {provider} is not qualified today: it cannot accept purchases."
