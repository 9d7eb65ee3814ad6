"""The Italian words for states, declines and kinds of entry, where there is no room for a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from config.labelled import Labelled

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
    "municipal_voucher": "voucher del Comune",
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


class EntryKind(Labelled):
    """Every kind of entry that the wallet writes; of a municipality's own and of citizens too."""

    COMMITMENT = "commitment", "impegno"
    FUNDING = "funding", "finanziamento"
    GRANT = "grant", "accredito"
    GRANT_CORRECTION = "grant_correction", "correzione di accredito"
    OPENING = "opening", "saldo portato", "opening balance"
    OPENING_FUNDING = "opening_funding", "denaro dei saldi portati", "money of opening balances"
    CAPTURE = "capture", "addebito"
    REFUND = "refund", "storno a favore"
    REIMBURSEMENT = "reimbursement", "rimborso approvato", "reimbursement approved"
    PAYROLL_PAYMENT = "payroll_payment", "pagamento in busta paga", "payment by payroll"
    PAYROLL_REPAYMENT = (
        "payroll_repayment",
        "restituzione di rimborsi pagati in busta paga",
        "reimbursements paid by payroll given back",
    )
    CARRY_OVER = "carry_over", "riporto", "carried over"
    EXPIRY = "expiry", "scadenza"
    PAYOUT = "payout", "pagamento a fornitore", "payment to a provider"
    PAYOUT_CONFIRMATION = "payout_confirmation", "pagamento confermato", "payment confirmed"
    PAYOUT_RETURN = "payout_return", "pagamento respinto", "payment returned"
    CLEARING = "clearing", "compensazione"
    RECHARGE = "recharge", "IVA aggiunta dal riaddebito", "VAT added by the recharge"
    RECHARGE_PAYMENT = "recharge_payment", "pagamento dell'IVA riaddebitata", "payment of recharged VAT"
    TENDER_RETURN = "tender_return", "restituzione al cittadino", "given back to the citizen"
    TENDER_TRANSFER = (
        "tender_transfer",
        "denaro dei cittadini versato in banca",
        "people's own money paid into the bank",
    )
    RESIDUAL_PAYMENT = "residual_payment", "pagamento di credito scaduto", "expired credit paid out"
    SERVICE_BUDGET = "service_budget", "budget di un servizio affidato", "budget of an entrusted service"
    COST_REPORT = "cost_report", "rendiconto dei costi di un partner", "costs reported by a partner"
    PRICE = "price", "prezzo di un appalto", "price of a contract"
    REVERSAL = "reversal", "storno contabile"


def status(code: str, language: str) -> str:
    """Return the word for the state of an authorization."""
    return STATUSES.get(code, code) if language == "it" else code


def decline(code: str, language: str) -> str:
    """Return a few words for why a purchase was declined; the sentence for the worker is in wallet/hints.py."""
    return f"{STATUSES['declined']}: {DECLINES[code]}" if language == "it" else code


def entry(kind: str, language: str) -> str:
    """Return the words for a kind of journal entry; one that is not the wallet's stands for itself."""
    return EntryKind(kind).label(language) if kind in set(EntryKind) else kind
