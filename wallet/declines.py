"""Why a purchase was declined, and what of a decision of the rulebook says so."""

from __future__ import annotations

from enum import StrEnum

from plans.rulebook.decision import Decision
from plans.rulebook.words import Outcome, Reason


class Decline(StrEnum):
    """Why a purchase was declined; stable codes, each with a sentence in wallet/hints.py."""

    EMPLOYEE_LEFT = "employee_left"
    WALLET_FROZEN = "wallet_frozen"
    MUNICIPAL_VOUCHER = "municipal_voucher"
    PROVIDER_NOT_QUALIFIED = "provider_not_qualified"
    CHANNEL_NOT_ALLOWED = "channel_not_allowed"
    PRICE_MISMATCH = "price_mismatch"
    TERRITORY_NOT_ENABLED = "territory_not_enabled"
    VOUCHER_TOPUP_NOT_ALLOWED = "voucher_topup_not_allowed"
    VOUCHER_ONE_SERVICE_ONLY = "voucher_one_service_only"
    BENEFICIARY_NOT_ELIGIBLE = "beneficiary_not_eligible"
    BENEFICIARY_DOCUMENT_MISSING = "beneficiary_document_missing"
    SERVICE_NOT_IN_PLAN = "service_not_in_plan"
    CATEGORY_NOT_ALLOWED = "category_not_allowed"
    LOT_EXPIRED = "lot_expired"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    FRINGE_LIMIT_EXCEEDED = "fringe_limit_exceeded"
    ANNUAL_CAP_EXCEEDED = "annual_cap_exceeded"
    NEEDS_CONSENT = "needs_consent"


# What a worker is told when the rulebook's answer cannot be followed; the first reason that is listed decides.
_DECLINES = {
    Reason.CHANNEL_NOT_ALLOWED: Decline.CHANNEL_NOT_ALLOWED,
    Reason.AD_PERSONAM_EXCLUDED: Decline.CATEGORY_NOT_ALLOWED,
    Reason.NO_RULE_ON_DATE: Decline.CATEGORY_NOT_ALLOWED,
    Reason.FULL_PRICE_MISSING: Decline.PRICE_MISMATCH,
    Reason.VOUCHER_BELOW_FULL_PRICE: Decline.VOUCHER_TOPUP_NOT_ALLOWED,
    Reason.VOUCHER_ABOVE_FULL_PRICE: Decline.PRICE_MISMATCH,
    Reason.VOUCHER_ONE_SERVICE_ONLY: Decline.VOUCHER_ONE_SERVICE_ONLY,
    Reason.CUMULATIVE_VOUCHER_OVER_THRESHOLD: Decline.FRINGE_LIMIT_EXCEEDED,
    Reason.EVIDENCE_NEEDED: Decline.BENEFICIARY_DOCUMENT_MISSING,
    Reason.PARENTS_MISSING_UNKNOWN: Decline.BENEFICIARY_DOCUMENT_MISSING,
    Reason.DEPENDENCY_UNKNOWN: Decline.BENEFICIARY_DOCUMENT_MISSING,
    Reason.BIRTH_DATE_MISSING: Decline.BENEFICIARY_DOCUMENT_MISSING,
    Reason.NEW_HIRE_FACTS_MISSING: Decline.BENEFICIARY_DOCUMENT_MISSING,
    Reason.EXPENSE_KIND_MISSING: Decline.BENEFICIARY_DOCUMENT_MISSING,
    Reason.EXPENSE_NOT_REIMBURSABLE: Decline.CHANNEL_NOT_ALLOWED,
    Reason.SPORT_NOT_EDUCATION: Decline.CATEGORY_NOT_ALLOWED,
    Reason.SINGLE_TICKET_EXCLUDED: Decline.CATEGORY_NOT_ALLOWED,
    Reason.MEAL_KIND_MISSING: Decline.BENEFICIARY_DOCUMENT_MISSING,
    Reason.MEAL_DAYS_MISSING: Decline.BENEFICIARY_DOCUMENT_MISSING,
    Reason.NEW_HIRE_CONDITIONS_NOT_MET: Decline.BENEFICIARY_NOT_ELIGIBLE,
    Reason.FRINGE_LIMIT_EXCEEDED: Decline.FRINGE_LIMIT_EXCEEDED,
    Reason.ANNUAL_CAP_EXCEEDED: Decline.ANNUAL_CAP_EXCEEDED,
    Reason.DAILY_CAP_EXCEEDED: Decline.ANNUAL_CAP_EXCEEDED,
    Reason.EMPLOYEE_NOT_BENEFICIARY: Decline.BENEFICIARY_NOT_ELIGIBLE,
    Reason.RELATIVE_NOT_BENEFICIARY: Decline.BENEFICIARY_NOT_ELIGIBLE,
    Reason.OUTSIDE_CIRCLE: Decline.BENEFICIARY_NOT_ELIGIBLE,
    Reason.NOT_COHABITING: Decline.BENEFICIARY_NOT_ELIGIBLE,
    Reason.NOT_COHABITING_NOR_MAINTAINED: Decline.BENEFICIARY_NOT_ELIGIBLE,
    Reason.PARENTS_NOT_MISSING: Decline.BENEFICIARY_NOT_ELIGIBLE,
    Reason.NOT_DEPENDENT: Decline.BENEFICIARY_NOT_ELIGIBLE,
    Reason.NOT_ELDERLY_NOR_CERTIFIED: Decline.BENEFICIARY_NOT_ELIGIBLE,
}


def because(decision: Decision) -> Decline:
    """Return why a decision cannot be followed: the first of its reasons that is one."""
    for reason in decision.reasons:
        if reason in _DECLINES:
            return _DECLINES[reason]
    return Decline.NEEDS_CONSENT if decision.outcome is Outcome.TAXABLE else Decline.CATEGORY_NOT_ALLOWED
