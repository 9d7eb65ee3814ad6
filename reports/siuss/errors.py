"""What the SIUSS flow is refused for."""

from __future__ import annotations

from reports.errors import ReportError


class MunicipalityUnknown(ReportError):
    """The municipality's ISTAT code was not loaded."""

    it = "Non si sa quale Comune è {funder}: caricare [[municipality]] con istat_code."
    en = "Which comune {funder} is, is not known: load [[municipality]] with istat_code."


class BenefitUnknown(ReportError):
    """No entrusted service of the municipality has this benefit code."""

    it = "Nessun servizio affidato ha la prestazione {benefit}. Ci sono: {known}."
    en = "No entrusted service has the benefit {benefit}. There are: {known}."


class OperatorCodeInvalid(ReportError):
    """The tax code of who sends the flow is none that the register takes."""

    it = "«{code}» non è un codice fiscale che il SIUSS accetta per l'operatore: controllarlo."
    en = "'{code}' is no tax code that SIUSS takes for the operator: check it."


class FlowRefused(ReportError):
    """The flow has problems that the register would refuse it for; nothing was written."""

    it = "Il flusso {benefit} di {month} non si esporta, ha {problems:problema|problemi}: correggere e ripetere."
    en = "The flow {benefit} of {month} is not exported, it has {problems:problem|problems}: mend and repeat."


class FlowByHand(ReportError):
    """Nothing of the benefit and month can be told in a file."""

    it = (
        "Il flusso {benefit} di {month} è vuoto: le sue prestazioni ({count}) vanno comunicate a mano sul portale INPS."
    )
    en = "The flow {benefit} of {month} is empty: its benefits ({count}) have to be told by hand on the INPS portal."


class FlowEmpty(ReportError):
    """Nobody received the benefit in the month."""

    it = "Nel mese {month} nessuno ha ricevuto la prestazione {benefit}: non c'è nulla da inviare."
    en = "Nobody received the benefit {benefit} in {month}: there is nothing to send."


class FlowMonthNotOver(ReportError):
    """A month that is not over: what was received in it can still change."""

    it = "Il mese {month} non è finito: il flusso si prepara dal giorno {since}."
    en = "The month {month} is not over: its flow is prepared from {since} on."
