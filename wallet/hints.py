"""What a worker is told about a purchase: the rulebook's sentence, or why it was declined and what to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from config import money
from plans.rulebook import sentences
from plans.rulebook.words import Outcome, Reason, Warn
from wallet.purchases import Decline

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
    Decline.TERRITORY_NOT_ENABLED: (
        "Il servizio a domicilio non arriva nel comune di questa persona: cercarne uno nel suo territorio.",
        "The service at home does not reach this person's town: look for one in their territory.",
    ),
    Decline.VOUCHER_ONE_SERVICE_ONLY: (
        "Un buono vale per un solo servizio: chiederne uno alla volta, o pagare il servizio direttamente.",
        "A voucher is for one service: ask for one at a time, or have the service paid directly.",
    ),
    Decline.BENEFICIARY_NOT_ELIGIBLE: (
        "Il piano non permette questa spesa per questa persona.",
        "The plan does not allow this purchase for this person.",
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
        "L'acquisto non è stato fatto perché supera il limite annuo dei fringe benefit.",
        "The purchase was not made because it crosses the yearly limit of fringe benefits.",
    ),
    Decline.ANNUAL_CAP_EXCEEDED: (
        "L'acquisto non è stato fatto perché supera il limite esente dell'anno.",
        "The purchase was not made because it exceeds the year's exempt limit.",
    ),
    Decline.NEEDS_CONSENT: (
        "L'acquisto sarebbe tassato in busta paga: serve il consenso, se il piano lo ammette.",
        "The purchase would be taxed through payroll: it needs consent, where the plan admits it.",
    ),
}


# The catalogue says that an expert has to confirm the service's category.
_DOUBT = (
    "La categoria fiscale di questo servizio va confermata dal welfare manager.",
    "The fiscal category of this service is to be confirmed by the welfare manager.",
)
DOUBTFUL = "category_doubtful"
# The provider has to renew its qualification before the day of the service; it is told, and so is the worker.
_LAPSE = (
    "Prima del giorno del servizio il fornitore deve rinnovare la qualifica.",
    "Before the day of the service the provider has to renew its qualification.",
)
LAPSES = "provider_qualification_lapses"


@dataclass(frozen=True, slots=True)
class Said:
    """All that a sentence about a purchase is made of; amounts in minor units, `figures` those of the decision."""

    decline: str | None
    outcome: str | None
    reasons: Sequence[str]
    warnings: Sequence[str]
    figures: Mapping[str, int]
    unit: str
    unit_price_minor: int
    amount_minor: int
    available_minor: int


def sentence(said: Said, language: str) -> str:
    """Return what the worker reads: for a decline its reason first, then what the rulebook says of the purchase."""
    position = 0 if language == "it" else 1
    parts = []
    if said.decline is not None:
        parts.append(
            _HINTS[Decline(said.decline)][position].format(
                price=money.local_minor(said.unit_price_minor, language),
                unit=said.unit,
                amount=money.local_minor(said.amount_minor, language),
                available=money.local_minor(said.available_minor, language),
            )
        )
    exempt = said.outcome in (Outcome.EXEMPT, Outcome.EXEMPT_ON_DECLARATION)
    # That it would be exempt is of no help to somebody whose purchase is declined for another reason.
    if said.outcome is not None and not (said.decline is not None and exempt):
        parts.append(
            sentences.compose(
                language,
                Outcome(said.outcome),
                [Reason(reason) for reason in said.reasons],
                [Warn(warning) for warning in said.warnings if warning not in (DOUBTFUL, LAPSES)],
                said.figures,
                declined=said.decline is not None,
            )
        )
    if DOUBTFUL in said.warnings:
        parts.append(_DOUBT[position])
    if LAPSES in said.warnings and said.decline is None:
        parts.append(_LAPSE[position])
    return " ".join(parts)
