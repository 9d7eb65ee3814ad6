"""The closed vocabularies of municipal social services, each with its Italian words."""

from __future__ import annotations

from config.labelled import Labelled


class Instrument(Labelled):
    """By which public procedure a municipality entrusts a service; it says what the money is."""

    ACCREDITAMENTO_VOUCHER = "ACCREDITAMENTO_VOUCHER", "accreditamento con voucher", "accreditation with a voucher"
    COPROGETTAZIONE = "COPROGETTAZIONE", "coprogettazione", "co-design (coprogettazione)"
    APPALTO = "APPALTO", "appalto", "public contract (appalto)"


class Selection(Labelled):
    """In which order admitted applications are served."""

    COUNTER = "COUNTER", "a sportello"
    RANKING = "RANKING", "graduatoria"


class State(Labelled):
    """Where an application stands."""

    DRAFT = "DRAFT", "bozza"
    SUBMITTED = "SUBMITTED", "presentata"
    UNDER_REVIEW = "UNDER_REVIEW", "istruttoria"
    INTEGRATION_REQUESTED = "INTEGRATION_REQUESTED", "integrazione richiesta", "papers asked for"
    ADMITTED = "ADMITTED", "ammessa"
    NOT_ADMITTED = "NOT_ADMITTED", "non ammessa"
    RANKED = "RANKED", "in graduatoria"
    WAITING = "WAITING", "lista d'attesa"
    ASSIGNED = "ASSIGNED", "assegnata"
    PAI_AGREED = "PAI_AGREED", "PAI concordato", "care plan (PAI) agreed"
    PROVIDER_CHOSEN = "PROVIDER_CHOSEN", "fornitore scelto"
    ACTIVE = "ACTIVE", "attiva"
    SUSPENDED = "SUSPENDED", "sospesa"
    REPORTED = "REPORTED", "rendicontata"
    SETTLED = "SETTLED", "liquidata"
    EXHAUSTED = "EXHAUSTED", "esaurita"
    EXPIRED = "EXPIRED", "scaduta"
    RENOUNCED = "RENOUNCED", "rinunciata"
    REVOKED = "REVOKED", "revocata"


class Why(Labelled):
    """Why an application moved; codes, so that nobody writes a person's story here."""

    ORDINARY = "ORDINARY", "corso ordinario"
    DOCUMENTS_MISSING = "DOCUMENTS_MISSING", "documenti mancanti"
    DOCUMENTS_RECEIVED = "DOCUMENTS_RECEIVED", "documenti ricevuti"
    THRESHOLD_EXCEEDED = "THRESHOLD_EXCEEDED", "oltre la soglia ISEE"
    REQUIREMENTS_MISSING = "REQUIREMENTS_MISSING", "requisiti mancanti"
    REQUIREMENTS_LOST = "REQUIREMENTS_LOST", "requisiti venuti meno"
    FUNDS_EXHAUSTED = "FUNDS_EXHAUSTED", "fondi esauriti"
    PLACE_FREED = "PLACE_FREED", "scorrimento"
    AT_REQUEST = "AT_REQUEST", "su richiesta del cittadino"
    TEMPORARY_ABSENCE = "TEMPORARY_ABSENCE", "assenza temporanea"
    ISEE_EXPIRED = "ISEE_EXPIRED", "ISEE scaduto", "ISEE expired"
    ISEE_RENEWED = "ISEE_RENEWED", "ISEE rinnovato", "ISEE renewed"
    RESUMED = "RESUMED", "ripresa"
    PERIOD_OVER = "PERIOD_OVER", "periodo finito"
    CREDIT_USED_UP = "CREDIT_USED_UP", "credito esaurito"
    FALSE_DECLARATION = "FALSE_DECLARATION", "dichiarazione non veritiera"
    REGISTRY = "REGISTRY", "dati anagrafici aggiornati"


class IseeType(Labelled):
    """Which of the indicators an attestation carries."""

    ORDINARIO = "ORDINARIO", "ordinario"
    MINORENNI = "MINORENNI", "minorenni"
    SOCIOSANITARIO = "SOCIOSANITARIO", "sociosanitario"
    RESIDENZIALE = "RESIDENZIALE", "sociosanitario residenze"
    UNIVERSITARIO = "UNIVERSITARIO", "universitario"


class Standing(Labelled):
    """How an attestation stands to the threshold of a service; all that is kept of the indicator."""

    BELOW = "BELOW", "entro la soglia"
    ABOVE = "ABOVE", "oltre la soglia"
    NO_THRESHOLD = "NO_THRESHOLD", "nessuna soglia"
    NOT_PRESENTED = "NOT_PRESENTED", "ISEE non presentato"


class TariffKind(Labelled):
    """The shape of a co-payment function."""

    STEP = "STEP", "a fasce"
    LINEAR = "LINEAR", "lineare"
    PIECEWISE = "PIECEWISE", "a tratti"


class Fallback(Labelled):
    """What somebody pays whose indicator is not known, or attests omissions."""

    LAST_BAND = "LAST_BAND", "ultima fascia"
    FULL_PRICE = "FULL_PRICE", "prezzo intero"
    AS_USUAL = "AS_USUAL", "come da ISEE"


class Effect(Labelled):
    """From when a new indicator changes what is paid."""

    SAME_DAY = "SAME_DAY", "dallo stesso giorno"
    NEXT_MONTH = "NEXT_MONTH", "dal mese successivo"


class QuotaKind(Labelled):
    """In which form a citizen's share is said."""

    AMOUNT = "AMOUNT", "importo per unità"
    PERCENT = "PERCENT", "percentuale del prezzo"
    FULL = "FULL", "prezzo intero"


class ClaimKind(Labelled):
    """What a partner may ask a municipality for; co-design pays back costs, never a price."""

    COST_REPORT = "COST_REPORT", "rendiconto dei costi"
    PRICE = "PRICE", "corrispettivo d'appalto"
