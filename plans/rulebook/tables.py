"""The tables a rule file may have: for each, the keys of its rows and what they may say."""

from collections.abc import Callable, Mapping
from typing import Any

from plans.rulebook.reader import Row
from plans.rulebook.rows import (
    AgeRule,
    BonusRateRule,
    CategoryRule,
    CircleRule,
    EntitlementRule,
    ExpenseRule,
    ExtendedCashRule,
    LimitExceptionRule,
    LimitRule,
    MomentRule,
    NewHireRentRule,
    ReadingRule,
    Rule,
    SourceRule,
    VoucherRule,
)
from plans.rulebook.words import (
    AgeSubject,
    BonusRate,
    Category,
    Channel,
    CircleBasis,
    Confidence,
    EnforcedBy,
    ExpenseKind,
    Kinship,
    LimitSubject,
    LimitVariant,
    Moment,
    Outcome,
    OverCap,
    PlanSource,
    ReadingTopic,
    Reason,
    Reimburses,
    RelativesAdmitted,
    Unit,
    VoucherCheck,
    VoucherScope,
)

# What a decision knows of a voucher; the rest shows only where vouchers are issued and redeemed.
_DECIDED_CHECKS = {VoucherCheck.ONE_SERVICE, VoucherCheck.FULL_PRICE, VoucherCheck.CUMULATIVE_WITHIN_THRESHOLD}

_ANSWERS = {
    ReadingTopic.MAINTENANCE_SELF_CERTIFIED: {Outcome.EXEMPT, Outcome.EXEMPT_ON_DECLARATION, Outcome.BLOCKED},
    ReadingTopic.COHABITATION_SELF_CERTIFIED: {Outcome.EXEMPT, Outcome.EXEMPT_ON_DECLARATION, Outcome.BLOCKED},
    ReadingTopic.FRINGE_OUTSIDE_CIRCLE: {Outcome.EXEMPT, Outcome.TAXABLE},
}


def _common(row: Row) -> dict[str, Any]:
    values: dict[str, Any] = {
        "file": row.file,
        "id": row.text("id"),
        "sentence_it": row.text("sentence_it"),
        "sentence_en": row.text("sentence_en"),
        "valid_from": row.day("valid_from"),
        "valid_to": row.day("valid_to") if row.has("valid_to") else None,
        "known_from": row.day("known_from"),
        "checked_on": row.day("checked_on"),
        "legal_ref": row.text("legal_ref"),
        "source": row.text("source"),
        "confidence": row.word("confidence", Confidence),
        "supersedes": row.names("supersedes") if row.has("supersedes") else (),
        "note": row.text("note") if row.has("note") else "",
    }
    if row.text("signed_off_by", empty=True):
        raise row.refuse(
            "signed_off_by stays empty: a signature is recorded by rules sign, and lost when a row changes"
        )
    dated = "known_from_confidence"
    values[dated] = row.word(dated, Confidence) if row.has(dated) else values["confidence"]
    if values["valid_to"] is not None and values["valid_to"] < values["valid_from"]:
        raise row.refuse("valid_to is before valid_from")
    if values["checked_on"] < values["known_from"]:
        raise row.refuse("checked_on is before known_from: nobody can check an act that is not published")
    return values


def _category(row: Row) -> CategoryRule:
    rule = CategoryRule(
        **_common(row),
        category=row.word("category", Category),
        employee=row.flag("employee"),
        relatives=row.word("relatives", RelativesAdmitted),
        elderly_or_not_self_sufficient=row.flag("elderly_or_not_self_sufficient", False),
        channels=row.words("channels", Channel),
        reimburses=row.word("reimburses", Reimburses),
        voucher_scope=row.word("voucher_scope", VoucherScope),
        over_cap=row.word("over_cap", OverCap),
        contributions_due=row.flag("contributions_due", False),
    )
    if (Channel.REIMBURSEMENT in rule.channels) != (rule.reimburses is not Reimburses.NONE):
        raise row.refuse("reimburses and channels contradict each other")
    if (Channel.VOUCHER in rule.channels) != (rule.voucher_scope is not VoucherScope.NONE):
        raise row.refuse("voucher_scope and channels contradict each other")
    return rule


def _source(row: Row) -> SourceRule:
    return SourceRule(
        **_common(row),
        plan_source=row.word("plan_source", PlanSource),
        employment_income=row.flag("employment_income"),
    )


def _entitlement(row: Row) -> EntitlementRule:
    return EntitlementRule(
        **_common(row), categories=row.words("categories", Category), ad_personam=row.flag("ad_personam")
    )


def _circle(row: Row) -> CircleRule:
    rule = CircleRule(
        **_common(row),
        kinships=row.words("kinships", Kinship),
        member=row.flag("member"),
        ties=row.words("ties", CircleBasis, empty=True),
        parents_missing=row.flag("parents_missing", False),
    )
    if not rule.member and (rule.ties or rule.parents_missing):
        raise row.refuse("a kinship that is never a member cannot have conditions")
    return rule


def _limit(row: Row) -> LimitRule:
    common = _common(row)
    subject = row.word("subject", LimitSubject)
    daily = subject is LimitSubject.MEAL_VOUCHER
    rule = LimitRule(
        **common,
        subject=subject,
        variant=row.word("variant", LimitVariant),
        amount_minor=row.euro("amount"),
        unit=row.unit(Unit.EUR_PER_DAY if daily else Unit.EUR_PER_YEAR),
        over_cap=row.word("over_cap", OverCap),
        counts_elsewhere=row.flag("counts_elsewhere", False),
        channels=row.words("channels", Channel) if row.has("channels") else (),
        contract_signed_by=row.day("contract_signed_by") if row.has("contract_signed_by") else None,
    )
    if daily and rule.over_cap is not OverCap.EXCESS_ONLY:
        raise row.refuse("a daily limit can only tax the excess")
    return rule


def _limit_exception(row: Row) -> LimitExceptionRule:
    return LimitExceptionRule(
        **_common(row),
        categories=row.words("categories", Category),
        plan_source=row.word("plan_source", PlanSource),
    )


def _age(row: Row) -> AgeRule:
    return AgeRule(
        **_common(row),
        subject=row.word("subject", AgeSubject),
        years=row.whole("years"),
        unit=row.unit(Unit.YEARS),
    )


def _expense(row: Row) -> ExpenseRule:
    rule = ExpenseRule(
        **_common(row),
        category=row.word("category", Category),
        expense_kinds=row.words("expense_kinds", ExpenseKind),
        channels=row.words("channels", Channel),
        answer=row.word("answer", Outcome),
        reason=row.word("reason", Reason) if row.has("reason") else None,
        requires_dependent_child=row.flag("requires_dependent_child", False),
    )
    if rule.answer is Outcome.EXEMPT_ON_DECLARATION:
        raise row.refuse("answer of an expense is EXEMPT, TAXABLE or BLOCKED")
    if (rule.reason is None) != (rule.answer is Outcome.EXEMPT):
        raise row.refuse("reason is written exactly when answer is not EXEMPT")
    return rule


def _voucher(row: Row) -> VoucherRule:
    rule = VoucherRule(
        **_common(row),
        number=row.text("number"),
        checks=row.words("checks", VoucherCheck),
        scopes=row.words("scopes", VoucherScope),
        enforced_by=row.word("enforced_by", EnforcedBy),
    )
    if rule.enforced_by is EnforcedBy.DECISION and not _DECIDED_CHECKS.issuperset(rule.checks):
        raise row.refuse(f"a decision can only enforce {', '.join(sorted(_DECIDED_CHECKS))}")
    return rule


def _reading(row: Row) -> ReadingRule:
    rule = ReadingRule(**_common(row), topic=row.word("topic", ReadingTopic), answer=row.word("answer", Outcome))
    if rule.answer not in _ANSWERS[rule.topic]:
        raise row.refuse(f"answer of {rule.topic} is {' or '.join(sorted(_ANSWERS[rule.topic]))}")
    return rule


def _new_hire_rent(row: Row) -> NewHireRentRule:
    rule = NewHireRentRule(
        **_common(row),
        hired_from=row.day("hired_from"),
        hired_to=row.day("hired_to"),
        first_years=row.whole("first_years"),
        prior_income_limit_minor=row.euro("prior_income_limit"),
        distance_over_km=row.whole("distance_over_km"),
    )
    if rule.hired_to < rule.hired_from:
        raise row.refuse("hired_to is before hired_from")
    return rule


def _moment(row: Row) -> MomentRule:
    return MomentRule(
        **_common(row),
        plan_sources=row.words("plan_sources", PlanSource),
        channels=row.words("channels", Channel),
        moment=row.word("moment", Moment),
    )


def _extended_cash(row: Row) -> ExtendedCashRule:
    rule = ExtendedCashRule(
        **_common(row),
        channels=row.words("channels", Channel),
        through_month=row.whole("through_month"),
        through_day=row.whole("through_day"),
    )
    try:
        rule.valid_from.replace(month=rule.through_month, day=rule.through_day)
    except ValueError:
        raise row.refuse("through_month and through_day are no day of the year") from None
    return rule


def _bonus_rate(row: Row) -> BonusRateRule:
    return BonusRateRule(
        **_common(row),
        plan_source=PlanSource.PDR,
        rate=row.word("rate", BonusRate),
        basis_points=row.percent("percent"),
        unit=row.unit(Unit.PERCENT),
    )


TABLES: Mapping[str, Callable[[Row], Rule]] = {
    "category": _category,
    "plan_source": _source,
    "entitlement": _entitlement,
    "circle": _circle,
    "limit": _limit,
    "limit_exception": _limit_exception,
    "age": _age,
    "expense": _expense,
    "voucher": _voucher,
    "reading": _reading,
    "new_hire_rent": _new_hire_rent,
    "bonus_rate": _bonus_rate,
    "moment": _moment,
    "extended_cash": _extended_cash,
}
