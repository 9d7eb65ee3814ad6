"""What must be right about the purchase itself: channel, source, entitlement, voucher, expense, meal."""

from collections.abc import Callable

from plans.rulebook import limits
from plans.rulebook.inquiry import Inquiry
from plans.rulebook.words import (
    Category,
    Channel,
    EnforcedBy,
    Entitlement,
    Outcome,
    Reason,
    Reimburses,
    VoucherCheck,
    VoucherScope,
)


def check_channel(inquiry: Inquiry) -> Outcome | None:
    if inquiry.facts.channel in inquiry.category.channels:
        return None
    return inquiry.refuse(Outcome.BLOCKED, Reason.CHANNEL_NOT_ALLOWED)


def check_source(inquiry: Inquiry) -> Outcome | None:
    rule = inquiry.rulebook.sources.at(inquiry.facts.source, inquiry.on, inquiry.known_at)
    if rule is None:
        return inquiry.refuse(Outcome.BLOCKED, Reason.NO_RULE_ON_DATE)
    if rule.employment_income:
        return None
    # Only this rule decides: what the category says of employees plays no part.
    inquiry.rules = [rule]
    inquiry.reasons.append(Reason.NOT_EMPLOYMENT_INCOME)
    return Outcome.EXEMPT


def check_entitlement(inquiry: Inquiry) -> Outcome | None:
    if inquiry.facts.entitlement is not Entitlement.AD_PERSONAM:
        return None
    rule = inquiry.rulebook.entitlements.at(inquiry.facts.category, inquiry.on, inquiry.known_at)
    if rule is not None:
        inquiry.use(rule)
        if rule.ad_personam:
            return None
    reason = Reason.AD_PERSONAM_EXCLUDED if rule is not None else Reason.NO_RULE_ON_DATE
    return inquiry.refuse(Outcome.BLOCKED, reason)


def check_voucher(inquiry: Inquiry) -> Outcome | None:
    facts = inquiry.facts
    if facts.channel is not Channel.VOUCHER:
        return None
    scope = inquiry.category.voucher_scope
    if scope is VoucherScope.COMMA_3 and facts.voucher_items == 1:
        return None
    for rule in inquiry.rulebook.vouchers.all_at(inquiry.on, inquiry.known_at):
        if scope not in rule.scopes or rule.enforced_by is not EnforcedBy.DECISION:
            continue
        for check in rule.checks:
            reason = _VOUCHER_CHECKS[check](inquiry)
            if reason is not None:
                inquiry.use(rule)
                return inquiry.refuse(Outcome.BLOCKED, reason)
    return None


def _check_full_price(inquiry: Inquiry) -> Reason | None:
    price = inquiry.facts.full_price_minor
    if price is None:
        return Reason.FULL_PRICE_MISSING
    inquiry.figures["price_minor"] = price
    if inquiry.facts.amount_minor < price:
        return Reason.VOUCHER_BELOW_FULL_PRICE
    return Reason.VOUCHER_ABOVE_FULL_PRICE if inquiry.facts.amount_minor > price else None


def _check_one_service(inquiry: Inquiry) -> Reason | None:
    return Reason.VOUCHER_ONE_SERVICE_ONLY if inquiry.facts.voucher_items > 1 else None


def _check_cumulative(inquiry: Inquiry) -> Reason | None:
    limit = limits.fringe_limit(
        inquiry.rulebook, inquiry.on, inquiry.known_at, dependent_child=inquiry.facts.dependent_child_declared
    )
    if inquiry.facts.voucher_items == 1 or limit is None or inquiry.facts.amount_minor <= limit.amount_minor:
        return None
    inquiry.use(limit)
    inquiry.figures["limit_minor"] = limit.amount_minor
    return Reason.CUMULATIVE_VOUCHER_OVER_THRESHOLD


_VOUCHER_CHECKS: dict[VoucherCheck, Callable[[Inquiry], Reason | None]] = {
    VoucherCheck.ONE_SERVICE: _check_one_service,
    VoucherCheck.FULL_PRICE: _check_full_price,
    VoucherCheck.CUMULATIVE_WITHIN_THRESHOLD: _check_cumulative,
}


def check_expense(inquiry: Inquiry) -> Outcome | None:
    facts = inquiry.facts
    listed = facts.channel is Channel.REIMBURSEMENT and inquiry.category.reimburses is Reimburses.LISTED
    if facts.expense_kind is None:
        if listed:
            return inquiry.refuse(Outcome.BLOCKED, Reason.EXPENSE_KIND_MISSING)
        return None
    rule = inquiry.rulebook.expenses.at((facts.category, facts.expense_kind), inquiry.on, inquiry.known_at)
    if rule is not None and facts.channel in rule.channels:
        inquiry.use(rule)
        if rule.reason is not None:
            return inquiry.refuse(rule.answer, rule.reason)
        if facts.dependent_child_declared or not rule.requires_dependent_child:
            return None
        listed = True
    if listed:
        return inquiry.refuse(Outcome.BLOCKED, Reason.EXPENSE_NOT_REIMBURSABLE)
    return None


def check_meal(inquiry: Inquiry) -> Outcome | None:
    if inquiry.facts.category is not Category.MEAL_VOUCHER:
        return None
    if inquiry.facts.meal_kind is None:
        return inquiry.refuse(Outcome.BLOCKED, Reason.MEAL_KIND_MISSING)
    if inquiry.facts.days == 0:
        return inquiry.refuse(Outcome.BLOCKED, Reason.MEAL_DAYS_MISSING)
    return None
