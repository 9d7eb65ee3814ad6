"""The closed vocabularies of requests, each with its Italian words."""

from __future__ import annotations

from config.labelled import Labelled


class State(Labelled):
    """Where a request stands; an answered one may be answered again."""

    OPEN = "open", "aperta"
    ANSWERED = "answered", "risposta"
    CLOSED = "closed", "chiusa"


class Outcome(Labelled):
    """What became of a request that is closed."""

    ORIENTED = "oriented", "orientata a una risposta", "oriented to an answer"
    NOT_AVAILABLE = "not_available", "nessun servizio adatto", "no fitting service"
    NO_REPLY = "no_reply", "senza riscontro", "no reply"
    WITHDRAWN = "withdrawn", "ritirata", "withdrawn"


class Step(Labelled):
    """What happens to a request."""

    ASKED = "asked", "richiesta"
    ANSWERED = "answered", "risposta"
    CLOSED = "closed", "chiusura"


class Role(Labelled):
    """Who asks, answers or closes."""

    EMPLOYEE = "EMPLOYEE", "lavoratore"
    WELFARE_MANAGER = "WELFARE_MANAGER", "welfare manager"
