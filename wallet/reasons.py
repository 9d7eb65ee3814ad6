"""
Why a fiscal event was appended: a closed vocabulary, each word with what people read.

An event is read by payroll and kept for years, so nobody's own words stand in it: what somebody wrote about a person's
purchase is not a reason for the tax.
"""

from __future__ import annotations

from config.labelled import Labelled


class EventReason(Labelled):
    """What happened, as far as the tax is concerned."""

    VOUCHER_ISSUED = "voucher_issued", "buono emesso", "voucher issued"
    DELIVERED = "delivered", "servizio erogato", "service given"
    REIMBURSED = "reimbursed", "rimborso approvato", "reimbursement approved"
    APPROVAL_WITHDRAWN = "approval_withdrawn", "approvazione del rimborso ritirata", "approval withdrawn"
    PENSION_FUND = "pension_fund", "credito scaduto versato a previdenza", "expired credit paid into a pension fund"
    HOLD_EXPIRED = "hold_expired", "tempo scaduto", "time over"
    REFUND = "refund", "storno a favore", "refund"
    FRINGE_LIMIT_EXCEEDED = (
        "fringe_limit_exceeded",
        "limite superato: ricalcolo dell'anno",
        "limit crossed: the year recomputed",
    )
    FRINGE_LIMIT_RESPECTED = (
        "fringe_limit_respected",
        "limite rispettato: ricalcolo dell'anno",
        "within the limit: the year recomputed",
    )
    ANNUAL_CAP_SETTLED = "annual_cap_settled", "ricalcolo sul limite dell'anno", "recomputed at the year's limit"
    EXTENDED_CASH = "extended_cash", "consegna entro il 12 gennaio", "handed over by 12 January"


class Voiding(Labelled):
    """Why a purchase was voided."""

    VOIDED = "voided", "annullamento", "voided"
    CHANGED_MIND = "changed_mind", "ripensamento", "change of mind"
    WRONG_PURCHASE = "wrong_purchase", "acquisto sbagliato", "wrong purchase"
    NOT_SERVED = "not_served", "servizio non fruito", "service not taken"
    PROVIDER_REFUSED = "provider_refused", "fornitore non disponibile", "provider not available"
    PROVIDER_SUSPENDED = "provider_suspended", "fornitore sospeso", "provider suspended"


# Those that whoever bought may give; what a provider did is said by the verb that it did it with.
OF_BUYERS = (Voiding.VOIDED, Voiding.CHANGED_MIND, Voiding.WRONG_PURCHASE, Voiding.NOT_SERVED)


def of(code: str) -> EventReason | Voiding:
    """
    Return the reason of this code.

    Errors: ValueError for what is no reason: a mistake of the caller's.
    """
    return Voiding(code) if code in set(Voiding) else EventReason(code)


def label(code: str, language: str) -> str:
    """Say why in a few words; what was written before reasons were closed is told as a void."""
    try:
        return of(code).label(language)
    except ValueError:
        return Voiding.VOIDED.label(language)
