"""What a worker is told about a purchase: the rulebook's sentence, or why it was declined and what to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from config import money
from plans.rulebook import sentences
from plans.rulebook.words import Outcome, Reason, Warn
from wallet.declines import Decline

_HINTS: dict[Decline, tuple[str, str]] = {
    Decline.EMPLOYEE_LEFT: (
        "Il rapporto di lavoro è finito e il periodo per usare il credito è passato.",
        "The employment has ended and the time to use the credit is over.",
    ),
    Decline.WALLET_FROZEN: (
        "Il borsellino è sospeso: rivolgiti al welfare manager.",
        "The wallet is frozen: ask the welfare manager.",
    ),
    Decline.MUNICIPAL_VOUCHER: (
        "Questo credito è un voucher del Comune, che paga solo insieme alla tua quota: chiedi allo sportello sociale.",
        "This credit is a voucher of the municipality, which pays only beside your own share: ask the social office.",
    ),
    Decline.PROVIDER_NOT_QUALIFIED: (
        "Il fornitore oggi non è qualificato: scegli un altro fornitore nel catalogo.",
        "The provider is not qualified today: choose another provider in the catalogue.",
    ),
    Decline.CHANNEL_NOT_ALLOWED: (
        "Questo servizio non si può pagare in questo modo: scegli un altro modo di pagare.",
        "This service cannot be paid in this way: choose another channel.",
    ),
    Decline.PRICE_MISMATCH: (
        "L'importo non corrisponde al prezzo di listino di {price} per {unit}: indica la quantità.",
        "The amount does not match the price of {price} per {unit}: give the quantity.",
    ),
    Decline.VOUCHER_TOPUP_NOT_ALLOWED: (
        "Un buono copre l'intero prezzo ({price}) e non si può integrare: scegli un servizio entro il credito.",
        "A voucher covers the whole price ({price}) and cannot be topped up: choose a service within the credit.",
    ),
    Decline.TERRITORY_NOT_ENABLED: (
        "Il servizio a domicilio non arriva nel comune di questa persona: cercane uno nel suo territorio.",
        "The service at home does not reach this person's town: look for one in their territory.",
    ),
    Decline.VOUCHER_ONE_SERVICE_ONLY: (
        "Un buono vale per un solo servizio: chiedine uno alla volta, o scegli il pagamento diretto.",
        "A voucher is for one service: ask for one at a time, or have the service paid directly.",
    ),
    Decline.BENEFICIARY_NOT_ELIGIBLE: (
        "Il piano non permette questa spesa per questa persona.",
        "The plan does not allow this purchase for this person.",
    ),
    Decline.BENEFICIARY_DOCUMENT_MISSING: (
        "Manca una dichiarazione o un dato sulla persona: aggiungilo e riprova.",
        "A declaration or a fact about the person is missing: add it and try again.",
    ),
    Decline.SERVICE_NOT_IN_PLAN: (
        "Nessuno dei piani comprende questo servizio: puoi acquistarlo con soldi tuoi al prezzo della rete.",
        "None of the plans includes this service: it can be bought with your own money at the network's price.",
    ),
    Decline.CATEGORY_NOT_ALLOWED: (
        "Le regole non ammettono questo acquisto con questo piano.",
        "The rules do not allow this purchase under this plan.",
    ),
    Decline.LOT_EXPIRED: (
        "Il credito finisce prima del giorno del servizio: scegli un giorno più vicino.",
        "The credit ends before the day of the service: choose an earlier day.",
    ),
    Decline.INSUFFICIENT_FUNDS: (
        "Il credito disponibile per questo servizio è {available}, ne servono {amount}: "
        "riduci la quantità o scegli un altro servizio.",
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
        "Questa spesa non è esente da tasse: si fa solo con il tuo consenso.",
        "This purchase is not free of tax: it is made only with your consent.",
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
# What follows of a purchase that would be taxed, where no plan that could pay for it admits that.
_REFUSED = (
    "Questa spesa sarebbe tassata, e il tuo piano non ammette spese tassate.",
    "This purchase would be taxed, and your plan does not admit taxed purchases.",
)
# The rulebook's sentence of these reasons offers to accept the tax: there it says the rest of it.
_WITHOUT_OFFER: dict[Reason, tuple[str, str]] = {
    Reason.SPORT_NOT_EDUCATION: (
        "Lo sport fuori dal programma della scuola non vale come istruzione. Se il piano lo paga direttamente può "
        "essere esente: cerca il servizio nel catalogo.",
        "Sport outside the school programme does not count as education. If the plan pays for it directly it may be "
        "exempt: look for the service in the catalogue.",
    ),
    Reason.SINGLE_TICKET_EXCLUDED: (
        "Il biglietto singolo non è esente: chiedi un abbonamento o usa soldi tuoi.",
        "A single ticket is not exempt: ask for a season ticket or use your own money.",
    ),
    Reason.EMPLOYEE_NOT_BENEFICIARY: (
        "Questo servizio è esente solo se è per un tuo familiare. Puoi usare soldi tuoi.",
        "This service is exempt only when it is for a relative of yours. You may use your own money.",
    ),
    Reason.RELATIVE_NOT_BENEFICIARY: (
        "Questo servizio è esente solo se è per te. Puoi usare soldi tuoi.",
        "This service is exempt only when it is for you. You may use your own money.",
    ),
    Reason.OUTSIDE_CIRCLE: (
        "Per la legge questa persona non è tra i familiari che danno diritto all'esenzione. Puoi usare soldi tuoi o "
        "chiedere al Comune.",
        "For the law this person is not among the relatives who give right to the exemption. You may use your own "
        "money or ask the municipality.",
    ),
    Reason.NOT_COHABITING: (
        "La legge chiede che questa persona viva con te. Se vive con te, dichiaralo. Se no, puoi usare soldi tuoi o "
        "chiedere al Comune.",
        "The law asks that this person live with you. If so, declare it. If not, you may use your own money or ask "
        "the municipality.",
    ),
    Reason.NOT_COHABITING_NOR_MAINTAINED: (
        "La legge chiede che questa persona viva con te o che tu la mantenga. Se le dai un aiuto regolare che nessun "
        "giudice ha ordinato, dichiaralo. Se no, puoi usare soldi tuoi o chiedere al Comune.",
        "The law asks that this person live with you or that you maintain them. If you give regular support that no "
        "court ordered, declare it. If not, you may use your own money or ask the municipality.",
    ),
    Reason.PARENTS_NOT_MISSING: (
        "I nonni contano solo se i tuoi genitori mancano. Puoi usare soldi tuoi o chiedere al Comune.",
        "Grandparents count only where your parents are missing. You may use your own money or ask the municipality.",
    ),
    Reason.NOT_DEPENDENT: (
        "Questo servizio è esente solo per i familiari a tuo carico per il fisco. Puoi usare soldi tuoi.",
        "This service is exempt only for relatives who are fiscally dependent on you. You may use your own money.",
    ),
    Reason.NEW_HIRE_CONDITIONS_NOT_MET: (
        "Mancano le condizioni per l'affitto dei neoassunti. Puoi usare soldi tuoi.",
        "The conditions for the rent of new hires are not met. You may use your own money.",
    ),
    Reason.FRINGE_LIMIT_EXCEEDED: (
        "Con questa spesa il totale dell'anno arriverebbe a {year_total} e supererebbe il limite di {limit}: "
        "diventerebbe tassato tutto, non solo la parte in più. Del totale, {ours} verrebbero dal tuo borsellino e "
        "{external} da altri benefit. Puoi ridurre l'importo o usare soldi tuoi.",
        "With this purchase the year's total would reach {year_total}, past the limit of {limit}: all of it would "
        "become taxable, not only the excess. Of the total, {ours} would come from your wallet and {external} from "
        "other benefits. You may lower the amount or use your own money.",
    ),
    Reason.ANNUAL_CAP_EXCEEDED: (
        "Il limite dell'anno è {limit}: la parte in più sarebbe tassata. Puoi ridurre l'importo.",
        "The limit of the year is {limit}: the excess would be taxable. You may lower the amount.",
    ),
}


@dataclass(frozen=True, slots=True)
class Said:
    """
    All that a sentence about a purchase is made of; amounts in minor units, `figures` those of the decision.

    `taxable_admitted` says whether a plan that could pay admits what is taxed, so that consent would help.
    """

    decline: str | None
    outcome: str | None
    reasons: Sequence[str]
    warnings: Sequence[str]
    figures: Mapping[str, int]
    unit: str
    unit_price_minor: int
    amount_minor: int
    available_minor: int
    taxable_admitted: bool = True


def sentence(said: Said, language: str) -> str:
    """Return what the worker reads: for a decline its reason first, then what the rulebook says of the purchase."""
    position = 0 if language == "it" else 1
    parts = []
    refused = said.decline is not None and said.outcome == Outcome.TAXABLE and not said.taxable_admitted
    # Where consent would not help, nobody is told that it is missing.
    if said.decline is not None and not (refused and said.decline == Decline.NEEDS_CONSENT):
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
    if refused:
        parts += _refused(said, language)
    elif said.outcome is not None and not (said.decline is not None and exempt):
        parts.append(
            sentences.compose(
                language,
                Outcome(said.outcome),
                [Reason(reason) for reason in said.reasons],
                _warnings(said),
                said.figures,
                declined=said.decline is not None,
            )
        )
    if DOUBTFUL in said.warnings:
        parts.append(_DOUBT[position])
    if LAPSES in said.warnings and said.decline is None:
        parts.append(_LAPSE[position])
    return " ".join(parts)


def _refused(said: Said, language: str) -> list[str]:
    """Return why a purchase would be taxed and what else can be done, without the offer that the plan does not make."""
    position = 0 if language == "it" else 1
    templates = sentences.load()
    texts = [
        _WITHOUT_OFFER[reason][position] if reason in _WITHOUT_OFFER else templates["reason"][reason][language]
        for reason in map(Reason, said.reasons)
    ]
    texts += [templates["warning"][warning][language] for warning in _warnings(said)]
    figures = {
        name.removesuffix("_minor"): money.local_minor(value, language) if name.endswith("_minor") else str(value)
        for name, value in said.figures.items()
    }
    return [_REFUSED[position], *(text.format(**figures) for text in texts)]


def _warnings(said: Said) -> list[Warn]:
    return [Warn(warning) for warning in said.warnings if warning not in (DOUBTFUL, LAPSES)]
