"""Names: what people read for the codes of the catalogue; a word that nobody foresaw is shown as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from network.services import Delivery
from network.states import State
from plans.rulebook.words import Channel

NEEDS: Mapping[str, object] = {
    "anziani": _l("Anziani"),
    "bambini": _l("Bambini e ragazzi"),
    "casa": _l("Casa"),
    "cultura": _l("Cultura"),
    "disabilità": _l("Disabilità"),
    "famiglia": _l("Famiglia"),
    "lavoro": _l("Lavoro"),
    "mobilità": _l("Mobilità"),
    "pratiche": _l("Pratiche e domande"),
    "previdenza": _l("Previdenza"),
    "salute": _l("Salute"),
    "spesa": _l("Spesa"),
    "tempo libero": _l("Tempo libero"),
}
DELIVERIES: Mapping[Delivery, object] = {
    Delivery.HOME: _l("A domicilio"),
    Delivery.CENTRE: _l("In sede"),
    Delivery.REMOTE: _l("A distanza"),
}
CHANNELS: Mapping[Channel, object] = {
    Channel.DIRECT: _l("La rete paga il fornitore: tu ricevi il servizio."),
    Channel.VOUCHER: _l("Ricevi un buono a tuo nome, da mostrare al fornitore."),
    Channel.REIMBURSEMENT: _l("Paghi tu e chiedi il rimborso con il documento di spesa."),
}
UNITS: Mapping[str, object] = {
    "anno": _l("anno"),
    "buono": _l("buono"),
    "carnet": _l("carnet"),
    "ciclo": _l("ciclo"),
    "colloquio": _l("colloquio"),
    "corso": _l("corso"),
    "giorno": _l("giorno"),
    "importo": _l("importo"),
    "incontro": _l("incontro"),
    "intervento": _l("intervento"),
    "mese": _l("mese"),
    "notte": _l("notte"),
    "ora": _l("ora"),
    "pacchetto": _l("pacchetto"),
    "pasto": _l("pasto"),
    "percorso": _l("percorso"),
    "pratica": _l("pratica"),
    "prestazione": _l("prestazione"),
    "seduta": _l("seduta"),
    "servizio": _l("servizio"),
    "settimana": _l("settimana"),
    "tratta": _l("tratta"),
    "trimestre": _l("trimestre"),
    "visita": _l("visita"),
}


@dataclass(frozen=True, slots=True)
class Badge:
    """What a provider's state is to whoever buys: a word, a sign beside it, and a tone of ours."""

    word: object
    sign: str
    tone: str


BADGES: Mapping[State, Badge] = {
    State.QUALIFIED: Badge(_l("Qualificato"), "✓", "good"),
    State.EXEMPT: Badge(_l("Ente che non deve qualificarsi"), "✓", "good"),
    State.PENDING: Badge(_l("In attesa di qualificazione"), "…", "wait"),
    State.SUSPENDED: Badge(_l("Sospeso: per ora non si ordina"), "✕", "stop"),
    State.EXPIRED: Badge(_l("Qualificazione scaduta: per ora non si ordina"), "✕", "stop"),
}


def need(code: str) -> object:
    """Return what a need is called."""
    return NEEDS.get(code, code)


def unit(code: str) -> object:
    """Return what a unit is called."""
    return UNITS.get(code, code)
