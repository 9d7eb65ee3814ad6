"""What a worker is told about a purchase: the rulebook's sentence, or why it was declined and what to do next."""

from __future__ import annotations

from config import money
from config.money import from_minor
from plans.rulebook.words import Outcome
from wallet.purchases import Considered, Decline

_HINTS: dict[Decline, tuple[str, str]] = {
    Decline.EMPLOYEE_LEFT: (
        "Il rapporto di lavoro è finito e il periodo per usare il credito è passato.",
        "The employment has ended and the time to use the credit is over.",
    ),
    Decline.WALLET_FROZEN: (
        "Il borsellino è sospeso: rivolgersi al welfare manager.",
        "The wallet is frozen: ask the welfare manager.",
    ),
    Decline.PROVIDER_NOT_QUALIFIED: (
        "Il fornitore oggi non è qualificato: scegliere un altro fornitore nel catalogo.",
        "The provider is not qualified today: choose another provider in the catalogue.",
    ),
    Decline.CHANNEL_NOT_ALLOWED: (
        "Questo servizio non si può pagare in questo modo: scegliere un'altra modalità.",
        "This service cannot be paid in this way: choose another channel.",
    ),
    Decline.PRICE_MISMATCH: (
        "L'importo non corrisponde al prezzo di listino di {price} per {unit}: indicare la quantità.",
        "The amount does not match the price of {price} per {unit}: give the quantity.",
    ),
    Decline.VOUCHER_TOPUP_NOT_ALLOWED: (
        "Un buono copre l'intero prezzo ({price}) e non si può integrare: scegliere un servizio entro il credito.",
        "A voucher covers the whole price ({price}) and cannot be topped up: choose a service within the credit.",
    ),
    Decline.VOUCHER_ONE_SERVICE_ONLY: (
        "Un buono vale per un solo servizio: chiederne uno alla volta, o pagare il servizio direttamente.",
        "A voucher is for one service: ask for one at a time, or have the service paid directly.",
    ),
    Decline.BENEFICIARY_NOT_ELIGIBLE: (
        "Il piano non permette questo acquisto per questa persona senza tassazione.",
        "The plan does not allow this purchase for this person free of tax.",
    ),
    Decline.BENEFICIARY_DOCUMENT_MISSING: (
        "Manca una dichiarazione o un dato sulla persona: aggiungerlo e riprovare.",
        "A declaration or a fact about the person is missing: add it and try again.",
    ),
    Decline.SERVICE_NOT_IN_PLAN: (
        "Nessuno dei piani comprende questo servizio: si può acquistare con denaro proprio al prezzo della rete.",
        "None of the plans includes this service: it can be bought with own money at the network's price.",
    ),
    Decline.CATEGORY_NOT_ALLOWED: (
        "Le regole non ammettono questo acquisto con questo piano.",
        "The rules do not allow this purchase under this plan.",
    ),
    Decline.LOT_EXPIRED: (
        "Il credito è scaduto.",
        "The credit has expired.",
    ),
    Decline.INSUFFICIENT_FUNDS: (
        "Il credito disponibile per questo servizio è {available}, ne servono {amount}: "
        "ridurre la quantità o scegliere un altro servizio.",
        "The credit available for this service is {available}, {amount} are needed: "
        "reduce the quantity or choose another service.",
    ),
    Decline.FRINGE_LIMIT_EXCEEDED: (
        "Con questo acquisto si supera il limite annuo dei fringe benefit e l'intero importo dell'anno è tassato.",
        "This purchase crosses the yearly limit of fringe benefits and the whole amount of the year becomes taxable.",
    ),
    Decline.ANNUAL_CAP_EXCEEDED: (
        "Con questo acquisto si supera il limite esente: la parte oltre il limite è tassata.",
        "This purchase exceeds the exempt limit: the part above it is taxable.",
    ),
    Decline.NEEDS_CONSENT: (
        "L'acquisto sarebbe tassato in busta paga: serve il consenso, se il piano lo ammette.",
        "The purchase would be taxed through payroll: it needs consent, where the plan admits it.",
    ),
}


def sentence(considered: Considered, language: str) -> str:
    """Return what the worker reads: for a decline its reason first, then what the rulebook says of the purchase."""
    said = "" if considered.decision is None else considered.decision.sentence(language)
    if considered.decline is None:
        return said
    template = _HINTS[considered.decline][0 if language == "it" else 1]
    hint = template.format(
        price=money.local(from_minor(considered.offer.price_minor), language),
        unit=considered.offer.unit,
        amount=money.local(from_minor(considered.amount_minor), language),
        available=money.local(from_minor(considered.available_minor), language),
    )
    exempt = considered.decision is not None and considered.decision.outcome in (
        Outcome.EXEMPT,
        Outcome.EXEMPT_ON_DECLARATION,
    )
    # What the law would say is of no help to somebody whose credit does not suffice.
    return hint if exempt or not said else f"{hint} {said}"
