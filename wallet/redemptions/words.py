"""The closed vocabularies of redemption, each word with what people are told it means."""

from __future__ import annotations

from config.labelled import Labelled


class Status(Labelled):
    """What became of a redemption: captured at once, or a conflict and how a person settled it."""

    REDEEMED = "redeemed", "riscattato"
    CONFLICT = "conflict", "da decidere", "to be settled"
    CHARGED = "charged", "addebitato da una persona", "charged by a person"
    REPLACED = "replaced", "sostituito da un altro acquisto", "replaced by another purchase"
    DISMISSED = "dismissed", "respinto"


class Conflict(Labelled):
    """Why a redemption that was entered late could not be captured by itself."""

    NOT_OPEN = (
        "not_open",
        "Quando il riscatto è arrivato, l'acquisto era già stato riscattato, annullato o scaduto.",
        "When the redemption arrived, the purchase had been redeemed, voided or had expired.",
    )
    BEFORE_AUTHORIZATION = (
        "before_authorization",
        "Il servizio porta una data precedente all'acquisto.",
        "The service bears a day before the purchase.",
    )
    BEFORE_SERVICE = (
        "before_service",
        "Il servizio è stato reso prima del giorno per cui l'acquisto è stato deciso, e sarebbe tassato in altro modo.",
        "The service was given before the day the purchase was decided for, and would be taxed otherwise.",
    )
    AMOUNT = (
        "amount",
        "L'importo non è quello del buono, o supera quanto l'acquisto vincola ancora.",
        "The amount is not the voucher's, or exceeds what the purchase still reserves.",
    )
    PERIOD_CLOSED = (
        "period_closed",
        "Il mese del servizio è già chiuso.",
        "The month of the service is closed already.",
    )


class Decision(Labelled):
    """How a person settles a conflict."""

    CHARGE = "charge", "addebita adesso", "charge now"
    REPLACE = "replace", "un altro acquisto ne prende il posto", "another purchase takes its place"
    DISMISS = "dismiss", "non si addebita nulla", "nothing is charged"


class Refusal(Labelled):
    """Why a code cannot be redeemed now."""

    USED = "used", "È già stato riscattato.", "It has been redeemed already."
    VOIDED = "voided", "L'acquisto è stato annullato.", "The purchase was voided."
    EXPIRED = "expired", "Il tempo per riscattarlo è finito.", "The time to redeem it is over."
