"""The refusals of redemption. A redemption entered late that cannot be captured is none of them: it is a conflict."""

from __future__ import annotations

from wallet.errors import WalletError


class VoucherNotFound(WalletError):
    """No code of a purchase from this provider; whether it is another provider's is not told."""

    it = "Nessun acquisto di questo fornitore ha questo codice: ricontrollarlo con chi lo ha mostrato."
    en = "No purchase from this provider has this code: check it with whoever showed it."


class RedemptionNotFound(WalletError):
    """No such redemption."""

    it = "Il riscatto {redemption} non c'è."
    en = "There is no redemption {redemption}."


class RedemptionInFuture(WalletError):
    """A redemption bears a moment that is still to come, by more than clocks differ."""

    it = "Il riscatto porta la data {occurred_at}, che deve ancora venire: controllare l'orologio della cassa."
    en = "The redemption bears {occurred_at}, which is still to come: check the till's clock."


class NonceReused(WalletError):
    """A till's number for a redemption came again with another redemption."""

    it = "Il numero «{nonce}» è già di un altro riscatto: ogni riscatto ne ha uno suo."
    en = "The number '{nonce}' is another redemption's already: each redemption has one of its own."


class ConflictSettled(WalletError):
    """A redemption that is no conflict, or not any more."""

    it = "Il riscatto {redemption} non aspetta una decisione."
    en = "Redemption {redemption} does not wait for a decision."


class ReplacementInvalid(WalletError):
    """The purchase that should make up for a conflict is another person's or provider's, or was not captured."""

    it = (
        "L'autorizzazione {authorization} non può prendere il posto di questo riscatto: serve un acquisto addebitato, "
        "della stessa persona e dello stesso fornitore, che non ne abbia già preso il posto di un altro."
    )
    en = (
        "Authorization {authorization} cannot take the place of this redemption: it takes a captured purchase of the "
        "same person from the same provider, which has not taken another's place."
    )
