"""The closed vocabularies of reimbursements, each word with what people are told it means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from config.labelled import Labelled


class State(Labelled):
    """Where a reimbursement stands."""

    SUBMITTED = "submitted", "presentata"
    NEEDS_FIX = "needs_fix", "da sistemare"
    APPROVED = "approved", "approvata"
    REJECTED = "rejected", "respinta"
    WITHDRAWN = "withdrawn", "ritirata"
    PAID = "paid", "pagata"
    EXPIRED = "expired", "scaduta"


# States in which the money is held and somebody still has to act; and those in which its receipt counts as asked for.
OPEN: Final = (State.SUBMITTED, State.NEEDS_FIX)
ASKING: Final = (*OPEN, State.APPROVED, State.PAID)


class Purpose(Labelled):
    """What a document is there to prove. A health certificate is none of them: only its expiry is kept, as a fact."""

    EXPENSE = "EXPENSE", "documento di spesa"
    PAYMENT = "PAYMENT", "prova del pagamento"
    CONTRACT = "CONTRACT", "contratto"


class Holder(Labelled):
    """In whose name the expense document is: the employee, the person the expense is for, or somebody else."""

    EMPLOYEE = "EMPLOYEE", "il lavoratore", "the employee"
    USER = "USER", "chi usa il servizio", "the person who uses the service"
    RELATIVE = "RELATIVE", "un familiare del lavoratore", "a relative of the employee"
    OTHER = "OTHER", "un'altra persona", "somebody else"


class PaymentMeans(Labelled):
    """How the employee paid; the law of these reimbursements asks for no traceable means, and it is only kept."""

    CARD = "CARD", "carta"
    TRANSFER = "TRANSFER", "bonifico", "bank transfer"
    DIRECT_DEBIT = "DIRECT_DEBIT", "addebito sul conto"
    PAGOPA = "PAGOPA", "pagoPA", "pagoPA"
    CHEQUE = "CHEQUE", "assegno"
    CASH = "CASH", "contanti"


class Statement(Labelled):
    """What the employee declares when submitting (art. 46-47 DPR 445/2000)."""

    NOT_REIMBURSED_ELSEWHERE = (
        "NOT_REIMBURSED_ELSEWHERE",
        "la spesa non è stata e non sarà rimborsata da altri, nemmeno in parte",
        "the expense has not been and will not be reimbursed by others, not even in part",
    )
    NOT_TO_BE_DETRACTED = (
        "NOT_TO_BE_DETRACTED",
        "la parte rimborsata non sarà portata in detrazione o deduzione",
        "what is reimbursed will not be detracted or deducted",
    )
    RELATIONSHIP = (
        "RELATIONSHIP",
        "la persona per cui è la spesa è il familiare indicato",
        "the person whom the expense is for is the relative named",
    )
    MAIN_HOME = (
        "MAIN_HOME",
        "la spesa riguarda un immobile a uso abitativo, abitazione principale dove la legge la chiede",
        "the expense is about a home, the main home where the law asks for it",
    )


class Reason(Labelled):
    """Why something has to be mended or is rejected; each says what to do."""

    HOLDER_NOT_ALLOWED = (
        "holder_not_allowed",
        "Il documento è intestato a un'altra persona: serve intestato a te o a chi ha usato il servizio. "
        "Chiedi al fornitore di riemetterlo e allegalo.",
        "The document is in somebody else's name: it must be in yours, or in that of whoever used the service. "
        "Ask the provider to issue it again and attach it.",
    )
    USER_NOT_SHOWN = (
        "user_not_shown",
        "Il documento non dice chi ha usato il servizio: allega una dichiarazione del fornitore con il nome.",
        "The document does not say who used the service: attach a statement of the provider with the name.",
    )
    SERVICE_NOT_SHOWN = (
        "service_not_shown",
        "Il documento non dice di quale servizio si tratta: allega il dettaglio del fornitore.",
        "The document does not say which service it is about: attach the provider's detail.",
    )
    DOCUMENT_UNREADABLE = (
        "document_unreadable",
        "Il documento non si legge: allega una copia intera e nitida.",
        "The document cannot be read: attach a whole and sharp copy.",
    )
    DOCUMENT_INCOMPLETE = (
        "document_incomplete",
        "Il documento non è completo: allega tutte le pagine.",
        "The document is not complete: attach every page.",
    )
    AMOUNT_DIFFERS = (
        "amount_differs",
        "L'importo del documento non è quello indicato: correggilo o allega il documento giusto.",
        "The document's amount is not the one given: correct it or attach the right document.",
    )
    DATE_DIFFERS = (
        "date_differs",
        "La data del documento o del pagamento non è quella indicata: correggila.",
        "The date of the document or of the payment is not the one given: correct it.",
    )
    NUMBER_DIFFERS = (
        "number_differs",
        "Il numero del documento o il fornitore non sono quelli indicati: correggili.",
        "The document's number or the provider are not the ones given: correct them.",
    )
    PAYMENT_NOT_SHOWN = (
        "payment_not_shown",
        "Non si vede che la spesa è stata pagata: allega la ricevuta o la quietanza.",
        "It does not show that the expense was paid: attach the receipt.",
    )
    CERTIFICATE_MISSING = (
        "certificate_missing",
        "Manca un certificato di non autosufficienza in corso di validità: fallo registrare (si tiene la scadenza).",
        "A certificate of non self-sufficiency that is still valid is missing: have it recorded (its expiry is kept).",
    )
    NOT_REIMBURSABLE = (
        "not_reimbursable",
        "Questa spesa non è fra quelle che il piano rimborsa.",
        "This expense is not one that the plan reimburses.",
    )
    REIMBURSED_ELSEWHERE = (
        "reimbursed_elsewhere",
        "La spesa è già stata rimborsata da altri.",
        "The expense has been reimbursed by others already.",
    )
    NOT_AUTHENTIC = (
        "not_authentic",
        "Il documento non risulta autentico: rivolgiti al welfare manager.",
        "The document does not appear authentic: ask the welfare manager.",
    )


class Undoing(Labelled):
    """Why an approval or a payment is undone; codes, so that nobody writes a person's story here."""

    WRONG_REQUEST = "wrong_request", "era un'altra richiesta", "it was another request"
    WRONG_AMOUNT = "wrong_amount", "l'importo approvato non è quello giusto", "the amount approved is not the right one"
    TO_BE_REVIEWED = "to_be_reviewed", "i documenti vanno riesaminati", "the documents have to be looked at again"
    NOT_PAID = "not_paid", "la busta paga non l'ha pagato", "payroll did not pay it"
    WRONG_PAYMENT = "wrong_payment", "il giorno o il mese paga non sono quelli", "the day or the payroll month is wrong"


# What each verb may be done for: a payment that was not made says nothing of the approval.
OF_APPROVALS: Final = (Undoing.WRONG_REQUEST, Undoing.WRONG_AMOUNT, Undoing.TO_BE_REVIEWED)
OF_PAYMENTS: Final = (Undoing.WRONG_REQUEST, Undoing.NOT_PAID, Undoing.WRONG_PAYMENT)

# Reasons that no new document mends: they end the reimbursement and are no reason to ask for a fix.
FINAL: Final = (Reason.NOT_REIMBURSABLE, Reason.REIMBURSED_ELSEWHERE, Reason.NOT_AUTHENTIC)


STEPS_IT: Final[Mapping[str, str]] = {
    "submit": "presentata",
    "ask_fix": "da sistemare",
    "fix": "sistemata",
    "approve": "approvata",
    "reject": "respinta",
    "withdraw": "ritirata",
    "pay": "pagata",
    "expire": "scaduta",
    "withdraw_approval": "approvazione ritirata",
    "reverse_payment": "pagamento stornato",
}


def step(kind: str, language: str) -> str:
    """Return the word for a step of the history; in English the code is the word."""
    return STEPS_IT[kind] if language == "it" else kind.replace("_", " ")


def state(code: str, language: str) -> str:
    """Return the word for a state."""
    return State(code).label(language)


def purpose(code: str, language: str) -> str:
    """Return the words for what a document proves."""
    return Purpose(code).label(language)


def reason(code: str, language: str) -> str:
    """Return the sentence for a reason of a review, or the words for one of undoing."""
    if code in set(Undoing):
        return Undoing(code).label(language)
    return Reason(code).label(language)
