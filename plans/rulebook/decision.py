"""Decides what the law says of one purchase, from dated rules alone."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from plans.rulebook import sentences
from plans.rulebook.facts import Facts, Relative
from plans.rulebook.model import Rulebook
from plans.rulebook.rows import CategoryRule, LimitRule, Rule
from plans.rulebook.words import (
    AgeSubject,
    Basis,
    Category,
    Channel,
    CircleBasis,
    Confidence,
    EnforcedBy,
    Entitlement,
    LimitSubject,
    LimitVariant,
    Outcome,
    OverCap,
    ReadingTopic,
    Reason,
    Reimburses,
    RelativesAdmitted,
    Unit,
    VoucherCheck,
    VoucherScope,
    Warn,
)

_STRENGTH = {confidence: position for position, confidence in enumerate(Confidence)}


@dataclass(frozen=True, slots=True)
class Decision:
    """
    What the rulebook says of one purchase.

    Units: euro cents. `exempt_minor + taxable_minor` is the purchase, or nothing when BLOCKED.
           `year_taxable_minor` is how much of the whole year's total, this purchase and what came from elsewhere
           included, is taxable under the same limit. `recomputed_minor` is the part spent earlier from the wallet
           that this purchase turns taxable: the wallet appends corrections for it.
    `confidence` is that of the weakest rule used and `checked_on` the oldest day one of them was compared with the law.
    `figures` are the numbers the sentences show, by name; cents where the name ends in `_minor`.
    """

    outcome: Outcome
    category: Category
    exempt_minor: int
    taxable_minor: int
    year_taxable_minor: int
    recomputed_minor: int
    limit_minor: int | None
    reasons: tuple[Reason, ...]
    warnings: tuple[Warn, ...]
    rule_ids: tuple[str, ...]
    confidence: Confidence
    checked_on: date | None
    figures: tuple[tuple[str, int], ...]

    def sentence(self, language: str) -> str:
        """Say the decision to the worker, in plain "it" or "en", with what to do next."""
        return sentences.compose(
            language,
            self.outcome,
            self.reasons,
            self.warnings,
            dict(self.figures),
        )


@dataclass(frozen=True, slots=True)
class FringeYear:
    """
    How a worker stands against the fringe threshold of a year.

    Units: euro cents. `taxable_minor` is zero up to the threshold and the whole total one cent past it;
           `ours_taxable_minor` is the part of it that came from the wallet. `external_known` False means that what
           came from elsewhere was counted as nothing because nobody has declared it.
    """

    limit_minor: int
    total_minor: int
    left_minor: int
    taxable_minor: int
    ours_taxable_minor: int
    external_known: bool
    rule_ids: tuple[str, ...]


class _Inquiry:
    """One decision on its way: the question, and what was used and found so far."""

    __slots__ = (
        "category",
        "declared",
        "facts",
        "figures",
        "known_at",
        "on",
        "reasons",
        "rulebook",
        "rules",
        "warnings",
    )

    def __init__(self, facts: Facts, rulebook: Rulebook, on: date, known_at: date, category: CategoryRule) -> None:
        self.facts = facts
        self.rulebook = rulebook
        self.on = on
        self.known_at = known_at
        self.category = category
        self.declared = False
        self.rules: list[Rule] = [category]
        self.reasons: list[Reason] = []
        self.warnings: list[Warn] = []
        self.figures: dict[str, int] = {"amount_minor": facts.amount_minor}

    def use(self, rule: Rule) -> None:
        self.rules.append(rule)

    def refuse(self, outcome: Outcome, reason: Reason) -> Outcome:
        """Settle on an outcome whose one reason replaces what had spoken for the purchase so far."""
        self.reasons = [reason]
        self.declared = False
        return outcome

    def warn(self, warning: Warn) -> None:
        if warning not in self.warnings:
            self.warnings.append(warning)


# A step returns the outcome it settles, or None to let the next one look.
_Step = Callable[[_Inquiry], "Outcome | None"]


def decide(facts: Facts, rulebook: Rulebook, on: date, known_at: date) -> Decision:
    """
    Say whether one purchase is exempt, exempt on a declaration, taxable or blocked on a day, as the law was known then.

    The first that settles wins, in this order: no rule for the day; forbidden channel; a source that pays no employment
    income; a grant to one chosen person; the form of the voucher; the kind of expense; kind and days of a meal; the
    beneficiary, the circle of relatives, dependency, age or certificate; the conditions of a new hire; the limit. What
    is not known of a relative matters only where the answer depends on it.

    Units:  euro cents; `on` is the tax day of the purchase, `known_at` the day whose knowledge of the law counts.
    Errors: none; a purchase that cannot be decided is BLOCKED with the reason.
    Source: data/*.toml; docs/rulebook.md; glossary, "decision".
    """
    category = rulebook.categories.at(facts.category, on, known_at)
    if category is None:
        return _blocked_without_rule(facts)
    inquiry = _Inquiry(facts, rulebook, on, known_at, category)
    for step in _STEPS:
        outcome = step(inquiry)
        if outcome is not None:
            return _settle(inquiry, outcome)
    return _apply_limit(inquiry)


def assess_fringe_year(
    used_minor: int,
    external_minor: int | None,
    *,
    dependent_child_declared: bool,
    rulebook: Rulebook,
    on: date,
    known_at: date,
) -> FringeYear | None:
    """
    Measure a year's fringe total against its threshold, for the gauge and for the year-end recomputation.

    Units:  euro cents; `used_minor` from the wallet, `external_minor` from payroll (None: unknown, counted as nothing
            and said so). Returns None where no threshold is known for the day.
    Source: data/thresholds.toml.
    """
    limit = _fringe_limit(rulebook, on, known_at, dependent_child=dependent_child_declared)
    if limit is None:
        return None
    total = used_minor + (external_minor or 0)
    over = total > limit.amount_minor
    return FringeYear(
        limit_minor=limit.amount_minor,
        total_minor=total,
        left_minor=max(0, limit.amount_minor - total),
        taxable_minor=total if over else 0,
        ours_taxable_minor=used_minor if over else 0,
        external_known=external_minor is not None,
        rule_ids=(limit.id,),
    )


def dependent_by_income(
    income_minor: int,
    *,
    young_child_born: date | None,
    rulebook: Rulebook,
    on: date,
    known_at: date,
) -> tuple[bool, str] | None:
    """
    Say whether a yearly income leaves a relative fiscally dependent, and under which rule.

    Units:  euro cents; `young_child_born` is the birth date when the relative is a child, else None.
            The age is taken on `on`. Returns None where no limit is known for the day.
    Source: data/dependency.toml.
    """
    variant = LimitVariant.GENERAL
    if young_child_born is not None:
        age = rulebook.ages.at(AgeSubject.YOUNG_CHILD, on, known_at)
        if age is not None and _age(young_child_born, on) <= age.years:
            variant = LimitVariant.YOUNG_CHILD
    limit = rulebook.limits.at((LimitSubject.DEPENDENT_INCOME, variant), on, known_at) or rulebook.limits.at(
        (LimitSubject.DEPENDENT_INCOME, LimitVariant.GENERAL), on, known_at
    )
    return None if limit is None else (income_minor <= limit.amount_minor, limit.id)


def _check_channel(inquiry: _Inquiry) -> Outcome | None:
    if inquiry.facts.channel in inquiry.category.channels:
        return None
    return inquiry.refuse(Outcome.BLOCKED, Reason.CHANNEL_NOT_ALLOWED)


def _check_source(inquiry: _Inquiry) -> Outcome | None:
    rule = inquiry.rulebook.sources.at(inquiry.facts.source, inquiry.on, inquiry.known_at)
    if rule is None:
        return inquiry.refuse(Outcome.BLOCKED, Reason.NO_RULE_ON_DATE)
    if rule.employment_income:
        return None
    # Only this rule decides: what the category says of employees plays no part.
    inquiry.rules = [rule]
    inquiry.reasons.append(Reason.NOT_EMPLOYMENT_INCOME)
    return Outcome.EXEMPT


def _check_entitlement(inquiry: _Inquiry) -> Outcome | None:
    if inquiry.facts.entitlement is not Entitlement.AD_PERSONAM:
        return None
    rule = inquiry.rulebook.entitlements.at(inquiry.facts.category, inquiry.on, inquiry.known_at)
    if rule is not None:
        inquiry.use(rule)
        if rule.ad_personam:
            return None
    reason = Reason.AD_PERSONAM_EXCLUDED if rule is not None else Reason.NO_RULE_ON_DATE
    return inquiry.refuse(Outcome.BLOCKED, reason)


def _check_voucher(inquiry: _Inquiry) -> Outcome | None:
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


def _check_full_price(inquiry: _Inquiry) -> Reason | None:
    price = inquiry.facts.full_price_minor
    if price is None:
        return Reason.FULL_PRICE_MISSING
    inquiry.figures["price_minor"] = price
    if inquiry.facts.amount_minor < price:
        return Reason.VOUCHER_BELOW_FULL_PRICE
    return Reason.VOUCHER_ABOVE_FULL_PRICE if inquiry.facts.amount_minor > price else None


def _check_one_service(inquiry: _Inquiry) -> Reason | None:
    return Reason.VOUCHER_ONE_SERVICE_ONLY if inquiry.facts.voucher_items > 1 else None


def _check_cumulative(inquiry: _Inquiry) -> Reason | None:
    limit = _fringe_limit(
        inquiry.rulebook, inquiry.on, inquiry.known_at, dependent_child=inquiry.facts.dependent_child_declared
    )
    if inquiry.facts.voucher_items == 1 or limit is None or inquiry.facts.amount_minor <= limit.amount_minor:
        return None
    inquiry.use(limit)
    inquiry.figures["limit_minor"] = limit.amount_minor
    return Reason.CUMULATIVE_VOUCHER_OVER_THRESHOLD


_VOUCHER_CHECKS: dict[VoucherCheck, Callable[[_Inquiry], Reason | None]] = {
    VoucherCheck.ONE_SERVICE: _check_one_service,
    VoucherCheck.FULL_PRICE: _check_full_price,
    VoucherCheck.CUMULATIVE_WITHIN_THRESHOLD: _check_cumulative,
}


def _check_expense(inquiry: _Inquiry) -> Outcome | None:
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


def _check_beneficiary(inquiry: _Inquiry) -> Outcome | None:
    relative = inquiry.facts.relative
    if relative is None:
        if inquiry.category.employee:
            inquiry.reasons.append(Reason.EMPLOYEE_QUALIFIES)
            return None
        return inquiry.refuse(Outcome.TAXABLE, Reason.EMPLOYEE_NOT_BENEFICIARY)
    admitted = inquiry.category.relatives
    if admitted is RelativesAdmitted.NONE:
        return inquiry.refuse(Outcome.TAXABLE, Reason.RELATIVE_NOT_BENEFICIARY)
    if admitted is RelativesAdmitted.FUND_RULES:
        inquiry.reasons.append(Reason.RELATIVE_QUALIFIES)
        inquiry.warn(Warn.FUND_RULES_DECIDE_RELATIVES)
        return None
    return _check_circle(inquiry, relative) or _check_dependency(inquiry, relative) or _check_care(inquiry, relative)


def _check_circle(inquiry: _Inquiry, relative: Relative) -> Outcome | None:
    rule = inquiry.rulebook.circle.at(relative.kinship, inquiry.on, inquiry.known_at)
    if rule is None or not rule.member:
        if rule is not None:
            inquiry.use(rule)
        return _refuse_outsider(inquiry, Reason.OUTSIDE_CIRCLE)
    inquiry.use(rule)
    if not rule.ties:
        inquiry.reasons.append(Reason.RELATIVE_QUALIFIES)
    elif CircleBasis.COHABITATION in rule.ties and relative.cohabitation is Basis.RECORDED:
        inquiry.reasons.append(Reason.COHABITATION_RECORDED)
    elif CircleBasis.COHABITATION in rule.ties and relative.cohabitation is Basis.DECLARED:
        outcome = _believe(inquiry, ReadingTopic.COHABITATION_SELF_CERTIFIED, Reason.COHABITATION_DECLARED)
        if outcome is not None:
            return outcome
    elif CircleBasis.MAINTENANCE in rule.ties and relative.maintenance_declared:
        outcome = _believe(inquiry, ReadingTopic.MAINTENANCE_SELF_CERTIFIED, Reason.MAINTENANCE_DECLARED)
        if outcome is not None:
            return outcome
    else:
        lacking = CircleBasis.MAINTENANCE in rule.ties
        return _refuse_outsider(inquiry, Reason.NOT_COHABITING_NOR_MAINTAINED if lacking else Reason.NOT_COHABITING)
    if rule.parents_missing and not relative.parents_missing:
        if relative.parents_missing is None:
            return inquiry.refuse(Outcome.BLOCKED, Reason.PARENTS_MISSING_UNKNOWN)
        return _refuse_outsider(inquiry, Reason.PARENTS_NOT_MISSING)
    return None


def _believe(inquiry: _Inquiry, topic: ReadingTopic, reason: Reason) -> Outcome | None:
    """Take the worker's word as far as the reading in force says."""
    reading = inquiry.rulebook.readings.at(topic, inquiry.on, inquiry.known_at)
    if reading is not None:
        inquiry.use(reading)
    if reading is None or reading.answer is Outcome.BLOCKED:
        return inquiry.refuse(Outcome.BLOCKED, Reason.EVIDENCE_NEEDED)
    inquiry.reasons.append(reason)
    inquiry.declared = reading.answer is Outcome.EXEMPT_ON_DECLARATION
    return None


def _refuse_outsider(inquiry: _Inquiry, reason: Reason) -> Outcome | None:
    if inquiry.facts.category is Category.FRINGE:
        reading = inquiry.rulebook.readings.at(ReadingTopic.FRINGE_OUTSIDE_CIRCLE, inquiry.on, inquiry.known_at)
        if reading is not None:
            inquiry.use(reading)
            if reading.answer is Outcome.EXEMPT:
                return None
    return inquiry.refuse(Outcome.TAXABLE, reason)


def _check_dependency(inquiry: _Inquiry, relative: Relative) -> Outcome | None:
    if inquiry.category.relatives is not RelativesAdmitted.CIRCLE_AND_DEPENDENT or relative.dependent:
        return None
    if relative.dependent is None:
        return inquiry.refuse(Outcome.BLOCKED, Reason.DEPENDENCY_UNKNOWN)
    return inquiry.refuse(Outcome.TAXABLE, Reason.NOT_DEPENDENT)


def _check_care(inquiry: _Inquiry, relative: Relative) -> Outcome | None:
    if not inquiry.category.elderly_or_not_self_sufficient or relative.not_self_sufficient:
        return None
    elderly = inquiry.rulebook.ages.at(AgeSubject.ELDERLY, inquiry.on, inquiry.known_at)
    if elderly is None:
        return inquiry.refuse(Outcome.BLOCKED, Reason.NO_RULE_ON_DATE)
    inquiry.use(elderly)
    inquiry.figures["age_years"] = elderly.years
    if relative.birth_date is None:
        return inquiry.refuse(Outcome.BLOCKED, Reason.BIRTH_DATE_MISSING)
    if _age(relative.birth_date, inquiry.on) >= elderly.years:
        return None
    return inquiry.refuse(Outcome.TAXABLE, Reason.NOT_ELDERLY_NOR_CERTIFIED)


def _check_new_hire(inquiry: _Inquiry) -> Outcome | None:
    rule = inquiry.rulebook.rents.at(inquiry.facts.category, inquiry.on, inquiry.known_at)
    if rule is None:
        return None
    inquiry.use(rule)
    hire = inquiry.facts.new_hire
    if hire is None:
        return inquiry.refuse(Outcome.BLOCKED, Reason.NEW_HIRE_FACTS_MISSING)
    qualifies = (
        hire.permanent
        and rule.hired_from <= hire.hired_on <= rule.hired_to
        and hire.hired_on <= inquiry.on
        and _age(hire.hired_on, inquiry.on) < rule.first_years
        and hire.prior_income_minor <= rule.prior_income_limit_minor
        and hire.residence_moved_km > rule.distance_over_km
    )
    if qualifies:
        return None
    return inquiry.refuse(Outcome.TAXABLE, Reason.NEW_HIRE_CONDITIONS_NOT_MET)


def _check_meal(inquiry: _Inquiry) -> Outcome | None:
    if inquiry.facts.category is not Category.MEAL_VOUCHER:
        return None
    if inquiry.facts.meal_kind is None:
        return inquiry.refuse(Outcome.BLOCKED, Reason.MEAL_KIND_MISSING)
    if inquiry.facts.days == 0:
        return inquiry.refuse(Outcome.BLOCKED, Reason.MEAL_DAYS_MISSING)
    return None


_STEPS: tuple[_Step, ...] = (
    _check_channel,
    _check_source,
    _check_entitlement,
    _check_voucher,
    _check_expense,
    _check_meal,
    _check_beneficiary,
    _check_new_hire,
)


def _apply_limit(inquiry: _Inquiry) -> Decision:
    facts = inquiry.facts
    if inquiry.category.over_cap is OverCap.NONE:
        return _settle(inquiry, _exempt(inquiry))
    spared = inquiry.rulebook.limit_exceptions.at((facts.category, facts.source), inquiry.on, inquiry.known_at)
    if spared is not None:
        inquiry.use(spared)
        inquiry.reasons.append(Reason.OUTSIDE_CAP_FROM_PDR)
        return _settle(inquiry, _exempt(inquiry))
    limits = _limits(inquiry)
    if not limits:
        return _settle(inquiry, inquiry.refuse(Outcome.BLOCKED, Reason.NO_RULE_ON_DATE))
    inquiry.rules += limits
    limit = limits[0]
    if limit.channels and facts.channel not in limit.channels:
        return _settle(inquiry, inquiry.refuse(Outcome.BLOCKED, Reason.CHANNEL_NOT_ALLOWED))
    if inquiry.category.contributions_due:
        inquiry.warn(Warn.CONTRIBUTIONS_DUE)
    if limit.unit is Unit.EUR_PER_DAY:
        return _tax_daily_excess(inquiry, limit)
    limit_minor = sum(each.amount_minor for each in limits)
    external_minor = _external(inquiry, limit)
    if limit.over_cap is OverCap.CLIFF:
        return _tax_past_the_cliff(inquiry, limit_minor, external_minor)
    return _tax_yearly_excess(inquiry, limit_minor, external_minor)


def _limits(inquiry: _Inquiry) -> list[LimitRule]:
    facts, on, known_at = inquiry.facts, inquiry.on, inquiry.known_at
    if facts.category is Category.FRINGE:
        found = _fringe_limit(inquiry.rulebook, on, known_at, dependent_child=facts.dependent_child_declared)
        return [] if found is None else [found]
    variant = LimitVariant(facts.meal_kind) if facts.meal_kind is not None else LimitVariant.GENERAL
    general = inquiry.rulebook.limits.at((LimitSubject(facts.category), variant), on, known_at)
    if general is None:
        return []
    limits = [general]
    if facts.category is Category.PENSION and facts.first_job_pension_plus:
        extra = inquiry.rulebook.limits.at((LimitSubject.PENSION, LimitVariant.FIRST_JOB_EXTRA), on, known_at)
        if extra is not None:
            limits.append(extra)
            inquiry.warn(Warn.FIRST_JOB_ROOM_UNCHECKED)
    return limits


def _fringe_limit(rulebook: Rulebook, on: date, known_at: date, *, dependent_child: bool) -> LimitRule | None:
    if dependent_child:
        higher = rulebook.limits.at((LimitSubject.FRINGE, LimitVariant.WITH_DEPENDENT_CHILD), on, known_at)
        if higher is not None:
            return higher
    return rulebook.limits.at((LimitSubject.FRINGE, LimitVariant.GENERAL), on, known_at)


def _external(inquiry: _Inquiry, limit: LimitRule) -> int:
    """What came from elsewhere against the same limit; nobody declared it: count nothing and say so."""
    if not limit.counts_elsewhere:
        return 0
    fringe = inquiry.facts.category is Category.FRINGE
    external = inquiry.facts.external_fringe_minor if fringe else inquiry.facts.external_cap_minor
    if external is None:
        inquiry.warn(Warn.EXTERNAL_FRINGE_UNKNOWN if fringe else Warn.EXTERNAL_CAP_UNKNOWN)
        return 0
    return external


def _tax_daily_excess(inquiry: _Inquiry, limit: LimitRule) -> Decision:
    facts = inquiry.facts
    inquiry.figures["limit_minor"] = limit.amount_minor
    taxable = max(0, facts.amount_minor - limit.amount_minor * facts.days)
    if taxable == 0:
        inquiry.reasons.append(Reason.WITHIN_DAILY_LIMIT)
        return _settle(inquiry, _exempt(inquiry), limit_minor=limit.amount_minor)
    return _settle(
        inquiry,
        inquiry.refuse(Outcome.TAXABLE, Reason.DAILY_CAP_EXCEEDED),
        taxable,
        year_taxable=taxable,
        limit_minor=limit.amount_minor,
    )


def _tax_yearly_excess(inquiry: _Inquiry, limit_minor: int, external_minor: int) -> Decision:
    facts = inquiry.facts
    total = facts.year_used_minor + external_minor + facts.amount_minor
    year_taxable = max(0, total - limit_minor)
    inquiry.figures |= {"limit_minor": limit_minor, "left_minor": max(0, limit_minor - total)}
    if year_taxable == 0:
        inquiry.reasons.append(Reason.WITHIN_LIMIT)
        return _settle(inquiry, _exempt(inquiry), limit_minor=limit_minor)
    inquiry.reasons = [Reason.ANNUAL_CAP_EXCEEDED]
    taxable = min(facts.amount_minor, year_taxable)
    return _settle(inquiry, Outcome.TAXABLE, taxable, year_taxable=year_taxable, limit_minor=limit_minor)


def _tax_past_the_cliff(inquiry: _Inquiry, limit_minor: int, external_minor: int) -> Decision:
    facts = inquiry.facts
    before = facts.year_used_minor + external_minor
    total = before + facts.amount_minor
    inquiry.figures |= {
        "limit_minor": limit_minor,
        "external_minor": external_minor,
        "year_total_minor": total,
        "ours_minor": facts.year_used_minor + facts.amount_minor,
        "left_minor": max(0, limit_minor - total),
    }
    if total <= limit_minor:
        unknown = Warn.EXTERNAL_FRINGE_UNKNOWN in inquiry.warnings
        inquiry.reasons.append(Reason.EXTERNAL_FRINGE_UNKNOWN if unknown else Reason.WITHIN_LIMIT)
        return _settle(inquiry, _exempt(inquiry), limit_minor=limit_minor)
    inquiry.reasons = [Reason.FRINGE_LIMIT_EXCEEDED]
    if facts.year_taxed_minor is not None:
        recomputed = facts.year_used_minor - facts.year_taxed_minor
    else:
        recomputed = facts.year_used_minor if before <= limit_minor else 0
    return _settle(
        inquiry,
        Outcome.TAXABLE,
        facts.amount_minor,
        year_taxable=total,
        recomputed=recomputed,
        limit_minor=limit_minor,
    )


def _exempt(inquiry: _Inquiry) -> Outcome:
    return Outcome.EXEMPT_ON_DECLARATION if inquiry.declared else Outcome.EXEMPT


def _settle(
    inquiry: _Inquiry,
    outcome: Outcome,
    taxable: int | None = None,
    *,
    year_taxable: int | None = None,
    recomputed: int = 0,
    limit_minor: int | None = None,
) -> Decision:
    amount = inquiry.facts.amount_minor
    if taxable is None:
        taxable = amount if outcome is Outcome.TAXABLE else 0
    exempt = 0 if outcome is Outcome.BLOCKED else amount - taxable
    weakest = max((rule.confidence for rule in inquiry.rules), key=_STRENGTH.__getitem__)
    if weakest is Confidence.UNCERTAIN:
        inquiry.warn(Warn.INTERPRETATIVE_RULE)
    whole_year = taxable if year_taxable is None else year_taxable
    inquiry.figures |= {"exempt_minor": exempt, "taxable_minor": taxable, "year_taxable_minor": whole_year}
    return Decision(
        outcome=outcome,
        category=inquiry.facts.category,
        exempt_minor=exempt,
        taxable_minor=taxable,
        year_taxable_minor=whole_year,
        recomputed_minor=recomputed,
        limit_minor=limit_minor,
        reasons=tuple(inquiry.reasons),
        warnings=tuple(inquiry.warnings),
        rule_ids=tuple(dict.fromkeys(rule.id for rule in inquiry.rules)),
        confidence=weakest,
        checked_on=min(rule.checked_on for rule in inquiry.rules),
        figures=tuple(inquiry.figures.items()),
    )


def _blocked_without_rule(facts: Facts) -> Decision:
    return Decision(
        outcome=Outcome.BLOCKED,
        category=facts.category,
        exempt_minor=0,
        taxable_minor=0,
        year_taxable_minor=0,
        recomputed_minor=0,
        limit_minor=None,
        reasons=(Reason.NO_RULE_ON_DATE,),
        warnings=(),
        rule_ids=(),
        confidence=Confidence.UNCERTAIN,
        checked_on=None,
        figures=(("amount_minor", facts.amount_minor),),
    )


def _age(born: date, on: date) -> int:
    """Completed years; the birthday itself counts."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
