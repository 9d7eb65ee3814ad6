"""The refusals of payout files."""

from __future__ import annotations

from config.errors import DomainError


class PayoutFileEmpty(DomainError):
    """The bank has answered every payment of the run, so that nothing is left to ask of it."""

    it = "Nel pagamento «{reference}» non resta niente da chiedere alla banca: ha già risposto di tutti."
    en = "Run '{reference}' has nothing left to ask of the bank: it has answered every payment."


class PayeeUnwritable(DomainError):
    """Nothing is left of a name in the characters that banks take."""

    it = "L'intestatario «{holder}» ({provider}) non si scrive con i caratteri delle banche: correggere l'anagrafica."
    en = "The holder '{holder}' ({provider}) cannot be written in the banks' characters: mend the provider's account."


class PayoutFileWrong(DomainError):
    """The file that was written does not say what the run says; it is not given out."""

    it = "Il file del pagamento «{reference}» non corrisponde ({field}): non va mandato. Segnalare il problema."
    en = "The file of run '{reference}' does not agree with it ({field}): do not send it. Report the problem."
