"""The closed vocabularies of acceptance, each word with what people are told it means."""

from __future__ import annotations

from config.labelled import Labelled


class State(Labelled):
    """Where a provider's acceptance stands."""

    PENDING = "pending", "in attesa del fornitore", "waiting for the provider"
    ACCEPTED = "accepted", "accettata", "accepted"
    REFUSED = "refused", "rifiutata dal fornitore", "refused by the provider"
    LAPSED = "lapsed", "scaduta senza risposta", "lapsed without an answer"
    WITHDRAWN = "withdrawn", "annullata prima della risposta", "voided before an answer"


class Reason(Labelled):
    """Why a provider does not accept; codes, so that nobody writes a person's story here."""

    FULLY_BOOKED = "fully_booked", "non ci sono posti", "fully booked"
    NOT_THAT_DAY = "not_that_day", "non in quel giorno", "not on that day"
    OUT_OF_AREA = "out_of_area", "fuori dalla zona servita", "outside the area served"
    NOT_SUITABLE = "not_suitable", "il servizio non è adatto", "the service is not suitable"
    PAUSED = "paused", "servizio sospeso", "the service is paused"
