"""
What libraries say, in the language the client reads.

marshmallow and the HTTP framework speak English; what is known of theirs is said in Italian here, what is not stays.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus

from api import errors
from config.errors import DomainError
from ledger.errors import Contention

_ITALIAN: Mapping[str, str] = {
    "Missing data for required field.": "Manca un campo obbligatorio.",
    "Unknown field.": "Campo sconosciuto.",
    "Given twice.": "Indicato due volte.",
    "Not a month: write it as 2026-03.": "Non è un mese: si scrive come 2026-03.",
    "Only where it is upheld.": "Solo quando la contestazione è accolta.",
    "Say either payout_id or not_ours.": "Indicare payout_id oppure not_ours.",
    "The period ends before it starts.": "Il periodo finisce prima di cominciare.",
    "Field may not be null.": "Il campo non può essere nullo.",
    "Invalid value.": "Valore non valido.",
    "Invalid type.": "Tipo non valido.",
    "Invalid input.": "Valore non valido.",
    "Invalid input type.": "Non è un oggetto.",
    "Not a valid integer.": "Non è un numero intero.",
    "Not a valid number.": "Non è un numero.",
    "Number too large.": "Numero troppo grande.",
    "Special numeric values (nan or infinity) are not permitted.": "Deve essere un numero finito.",
    "Not a valid string.": "Non è un testo.",
    "Not a valid utf-8 string.": "Non è un testo UTF-8.",
    "Not a valid boolean.": "Non è vero o falso (true o false).",
    "Not a valid date.": "Non è una data: si scrive come 2026-03-31.",
    "Not a valid time.": "Non è un'ora.",
    "Not a valid datetime.": "Non è un momento: si scrive come 2026-03-31T12:00:00Z.",
    "Not a valid naive datetime.": "È un momento con fuso orario: va scritto senza.",
    "Not a valid aware datetime.": "È un momento senza fuso orario: si scrive come 2026-03-31T12:00:00Z.",
    "Not a valid period of time.": "Non è una durata.",
    "Not a valid list.": "Non è un elenco.",
    "Not a valid tuple.": "Non è un elenco della lunghezza giusta.",
    "Not a valid mapping type.": "Non è un oggetto.",
    "Not a valid email address.": "Non è un indirizzo e-mail.",
    "Not a valid URL.": "Non è un indirizzo web.",
    "Not a valid UUID.": "Non è un UUID.",
    "String does not match expected pattern.": "Il testo non ha la forma richiesta.",
    "Holds characters that are no text.": "Contiene caratteri che non sono testo.",
    "Not a file.": "Non è un file.",
    "Not both.": "L'uno esclude l'altro.",
    "In the future.": "È nel futuro.",
    "Before the first day.": "È prima del primo giorno.",
    "Below the least.": "È sotto il minimo.",
    "Not the one in the tax code.": "Non è quella del codice fiscale.",
    "Only whoever sees a document says that it is recorded.": "Che sia documentato lo dice chi vede il documento.",
    "Out of place in this fact.": "Questo fatto non lo prevede.",
    "Needed to measure a distance.": "Serve per misurare una distanza.",
    "Needed to know whose plans.": "Serve per sapere di chi sono i piani.",
    "Needed to know whose relative.": "Serve per sapere di chi è il familiare.",
}
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(english), italian)
    for english, italian in (
        (r"Must be one of: (.+)\.", r"Deve essere uno di: \1."),
        (r"Must be equal to (.+)\.", r"Deve essere uguale a \1."),
        (r"Length must be between (\d+) and (\d+)\.", r"Deve essere lungo da \1 a \2."),
        (r"Length must be (\d+)\.", r"Deve essere lungo \1."),
        (r"Longer than maximum length (\d+)\.", r"Può essere lungo al massimo \1."),
        (r"Shorter than minimum length (\d+)\.", r"Deve essere lungo almeno \1."),
        (r"Must be greater than or equal to (\S+) and less than or equal to (\S+)\.", r"Deve stare fra \1 e \2."),
        (
            r"Must be greater than (\S+) and less than or equal to (\S+)\.",
            r"Deve essere oltre \1, al massimo \2.",
        ),
        (r"Must be between (\S+) and (\S+)\.", r"Deve stare fra \1 e \2."),
        (r"Must be greater than or equal to (\S+)\.", r"Deve essere almeno \1."),
        (r"Must be less than or equal to (\S+)\.", r"Può essere al massimo \1."),
        (r"Must be greater than (\S+)\.", r"Deve essere maggiore di \1."),
        (r"Must be less than (\S+)\.", r"Deve essere minore di \1."),
        (r"One or more of the choices you made was not in: (.+)\.", r"Si può scegliere solo fra: \1."),
        (r"One or more of the choices you made was in: (.+)\.", r"Non si può scegliere fra: \1."),
    )
)
_STATUS: Mapping[HTTPStatus, tuple[str, str]] = {
    HTTPStatus.BAD_REQUEST: ("La richiesta non si legge.", "The request cannot be read."),
    HTTPStatus.UNAUTHORIZED: ("Serve un token valido.", "A valid token is needed."),
    HTTPStatus.FORBIDDEN: ("Non è permesso.", "This is not allowed."),
    HTTPStatus.NOT_FOUND: ("A questo indirizzo non c'è nulla.", "There is nothing at this address."),
    HTTPStatus.METHOD_NOT_ALLOWED: (
        "Qui questo metodo non si usa: «Allow» dice quali.",
        "This method is not used here: 'Allow' says which are.",
    ),
    HTTPStatus.NOT_ACCEPTABLE: (
        "Nessuno dei formati chiesti con «Accept» è disponibile qui.",
        "None of the formats asked for with 'Accept' is given here.",
    ),
    HTTPStatus.REQUEST_TIMEOUT: ("La richiesta ha tardato troppo.", "The request took too long to arrive."),
    HTTPStatus.LENGTH_REQUIRED: ("Serve «Content-Length».", "'Content-Length' is needed."),
    HTTPStatus.PRECONDITION_FAILED: (
        "Intanto è cambiato: leggerlo di nuovo e ripetere con il nuovo «ETag».",
        "It has changed meanwhile: read it again and repeat with the new 'ETag'.",
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("Il corpo della richiesta è troppo grande.", "The body is too large."),
    HTTPStatus.REQUEST_URI_TOO_LONG: ("L'indirizzo è troppo lungo.", "The address is too long."),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: (
        "Il corpo è di un tipo che qui non si legge.",
        "The body is of a kind that is not read here.",
    ),
    HTTPStatus.PRECONDITION_REQUIRED: (
        "Serve «If-Match» con l'«ETag» letto prima.",
        "'If-Match' is needed, with the 'ETag' that was read before.",
    ),
    HTTPStatus.TOO_MANY_REQUESTS: (
        "Troppe richieste: riprovare dopo i secondi di «Retry-After».",
        "Too many requests: try again after the seconds of 'Retry-After'.",
    ),
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: ("Le intestazioni sono troppo grandi.", "The headers are too large."),
}  # fmt: skip
# What a refusal says to whoever runs the program is not for those who only use it.
_OUTSIDE: Mapping[type[DomainError], tuple[str, str]] = {
    errors.InternalFailure: (
        "Errore interno: segnalarlo con il codice che sta in «request_id».",
        "Internal error: report it with the id in 'request_id'.",
    ),
    Contention: ("C'è troppo traffico in questo momento: riprovare.", "There is too much going on now: try again."),
    **dict.fromkeys(
        (errors.DatabaseUnavailable, errors.SchemaNotCurrent, errors.SettingsInvalid),
        (
            "Il servizio non è disponibile in questo momento: riprovare fra poco.",
            "The service is not available at the moment: try again shortly.",
        ),
    ),
}


def of_field(sentence: str, language: str) -> str:
    """Return what is wrong with a field, as marshmallow or a schema of ours says it in English."""
    if language != "it":
        return sentence
    if sentence in _ITALIAN:
        return _ITALIAN[sentence]
    for pattern, italian in _PATTERNS:
        found = pattern.fullmatch(sentence)
        if found is not None:
            return found.expand(italian)
    return sentence


def of_status(status: HTTPStatus, language: str) -> str:
    """Return what a status of the framework's means to whoever sent the request."""
    italian, english = _STATUS.get(status, (status.phrase, status.phrase))
    return italian if language == "it" else english


def of_refusal(refusal: DomainError, language: str) -> str:
    """Return a refusal's sentence for a client, who neither reads our logs nor mends our database."""
    for known, (italian, english) in _OUTSIDE.items():
        if isinstance(refusal, known):
            return italian if language == "it" else english
    return refusal.text(language)
