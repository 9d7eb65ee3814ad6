"""Kinds of letters, among which each member chooses, and the template that each letter is written from."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from config.labelled import Labelled


class Kind(Labelled):
    """What a letter is about; SECURITY is never turned off."""

    EXPIRING = "expiring", "Credito in scadenza", "Credit about to expire"
    PURCHASES = "purchases", "Acquisti autorizzati e rifiutati", "Purchases authorized and declined"
    REFUNDS = "refunds", "Storni a favore", "Refunds"
    REIMBURSEMENTS = "reimbursements", "Rimborsi", "Reimbursements"
    QUALIFICATION = "qualification", "Qualifica in scadenza", "Qualification about to expire"
    PAYOUTS = "payouts", "Pagamenti ai fornitori", "Payouts to providers"
    REQUESTS = "requests", "Richieste di orientamento", "Requests for orientation"
    CLOSING = "closing", "Mesi ancora da chiudere", "Months not closed yet"
    WEBHOOKS = "webhooks", "Avvisi sui webhook", "Notices about webhooks"
    SECURITY = "security", "Accesso e sicurezza", "Access and security"


class Channel(StrEnum):
    """How a member is told."""

    MAIL = "mail"


# By the name of the template's files in letters/.
TEMPLATES: Mapping[str, Kind] = {
    "invitation": Kind.SECURITY,
    "password_reset": Kind.SECURITY,
    "one_time_code": Kind.SECURITY,
    "password_changed": Kind.SECURITY,
    "lot_expiring": Kind.EXPIRING,
    "lot_expired": Kind.EXPIRING,
    "purchase_authorized": Kind.PURCHASES,
    "purchase_declined": Kind.PURCHASES,
    "purchase_ended": Kind.PURCHASES,
    "refund": Kind.REFUNDS,
    "reimbursement": Kind.REIMBURSEMENTS,
    "qualification_expiring": Kind.QUALIFICATION,
    "payout_scheduled": Kind.PAYOUTS,
    "request_created": Kind.REQUESTS,
    "request_answered": Kind.REQUESTS,
    "period_open": Kind.CLOSING,
    "webhook_disabled": Kind.WEBHOOKS,
}
