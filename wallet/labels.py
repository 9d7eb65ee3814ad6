"""The Italian words for states, declines and kinds of entry, where there is no room for a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

STATUSES: Final[Mapping[str, str]] = {
    "declined": "rifiutata",
    "authorized": "autorizzata",
    "partially_captured": "addebitata in parte",
    "captured": "addebitata",
    "voided": "annullata",
    "expired": "scaduta",
    "partially_refunded": "stornata in parte",
    "refunded": "stornata",
}
DECLINES: Final[Mapping[str, str]] = {
    "employee_left": "rapporto di lavoro finito",
    "wallet_frozen": "borsellino sospeso",
    "provider_not_qualified": "fornitore non qualificato",
    "channel_not_allowed": "canale non ammesso",
    "price_mismatch": "prezzo diverso",
    "territory_not_enabled": "fuori dal territorio",
    "voucher_topup_not_allowed": "buono non integrabile",
    "voucher_one_service_only": "un buono per più servizi",
    "beneficiary_not_eligible": "beneficiario non ammesso",
    "beneficiary_document_missing": "manca un dato",
    "service_not_in_plan": "fuori dai piani",
    "category_not_allowed": "categoria non ammessa",
    "lot_expired": "credito scaduto",
    "insufficient_funds": "credito insufficiente",
    "fringe_limit_exceeded": "limite dei fringe benefit",
    "annual_cap_exceeded": "limite dell'anno",
    "needs_consent": "serve il consenso",
}
ENTRIES: Final[Mapping[str, str]] = {
    "commitment": "impegno",
    "funding": "bonifico",
    "grant": "accredito",
    "grant_correction": "correzione di accredito",
    "opening": "saldo portato",
    "opening_funding": "denaro dei saldi portati",
    "capture": "addebito",
    "refund": "storno a favore",
    "reimbursement": "rimborso approvato",
    "payroll_payment": "pagamento in busta paga",
    "carry_over": "riporto",
    "expiry": "scadenza",
    "payout": "pagamento a fornitore",
    "payout_confirmation": "pagamento confermato",
    "payout_return": "pagamento respinto",
    "clearing": "compensazione",
    "reversal": "storno contabile",
}


def status(code: str, language: str) -> str:
    """Return the word for the state of an authorization."""
    return STATUSES.get(code, code) if language == "it" else code


def decline(code: str, language: str) -> str:
    """Return a few words for why a purchase was declined; the sentence for the worker is in wallet/hints.py."""
    return f"{STATUSES['declined']}: {DECLINES[code]}" if language == "it" else code


def entry(kind: str, language: str) -> str:
    """Return the word for a kind of journal entry; one that is not the wallet's stands for itself."""
    return ENTRIES.get(kind, kind) if language == "it" else kind
