"""What a limit leaves exempt: per day or per year, the excess only or everything past the cliff."""

from datetime import date

from plans.rulebook.inquiry import Inquiry
from plans.rulebook.model import Rulebook
from plans.rulebook.rows import LimitRule
from plans.rulebook.words import (
    Category,
    LimitSubject,
    LimitVariant,
    Outcome,
    OverCap,
    Reason,
    Unit,
    Warn,
)


def apply_limit(inquiry: Inquiry) -> Outcome:
    """Split the purchase at the limit of its category, if it has one."""
    facts = inquiry.facts
    if inquiry.category.over_cap is OverCap.NONE:
        return inquiry.exempt()
    spared = inquiry.rulebook.limit_exceptions.at((facts.category, facts.source), inquiry.on, inquiry.known_at)
    if spared is not None:
        inquiry.use(spared)
        inquiry.reasons.append(Reason.OUTSIDE_CAP_FROM_PDR)
        return inquiry.exempt()
    limits = _limits(inquiry)
    if not limits:
        return inquiry.refuse(Outcome.BLOCKED, Reason.NO_RULE_ON_DATE)
    inquiry.rules += limits
    limit = limits[0]
    if limit.channels and facts.channel not in limit.channels:
        return inquiry.refuse(Outcome.BLOCKED, Reason.CHANNEL_NOT_ALLOWED)
    if inquiry.category.contributions_due:
        inquiry.warn(Warn.CONTRIBUTIONS_DUE)
    if limit.unit is Unit.EUR_PER_DAY:
        return _tax_daily_excess(inquiry, limit)
    limit_minor = sum(each.amount_minor for each in limits)
    external_minor = _external(inquiry, limit)
    if limit.over_cap is OverCap.CLIFF:
        return _tax_past_the_cliff(inquiry, limit_minor, external_minor)
    return _tax_yearly_excess(inquiry, limit_minor, external_minor)


def _limits(inquiry: Inquiry) -> list[LimitRule]:
    facts, on, known_at = inquiry.facts, inquiry.on, inquiry.known_at
    if facts.category is Category.FRINGE:
        found = fringe_limit(inquiry.rulebook, on, known_at, dependent_child=facts.dependent_child_declared)
        return [] if found is None else [found]
    if facts.meal_kind is not None:
        daily = inquiry.rulebook.limits.at((LimitSubject(facts.category), LimitVariant(facts.meal_kind)), on, known_at)
        return [] if daily is None else [daily]
    limits = yearly_limits(
        inquiry.rulebook, facts.category, on, known_at, first_job_pension_plus=facts.first_job_pension_plus
    )
    if len(limits) > 1:
        inquiry.warn(Warn.FIRST_JOB_ROOM_UNCHECKED)
    return limits


def yearly_limits(
    rulebook: Rulebook, category: Category, on: date, known_at: date, *, first_job_pension_plus: bool
) -> list[LimitRule]:
    """Find the limits above which a category's excess is taxable: the general one, and the extra of a first job."""
    general = rulebook.limits.at((LimitSubject(category), LimitVariant.GENERAL), on, known_at)
    if general is None:
        return []
    limits = [general]
    if category is Category.PENSION and first_job_pension_plus:
        extra = rulebook.limits.at((LimitSubject.PENSION, LimitVariant.FIRST_JOB_EXTRA), on, known_at)
        if extra is not None:
            limits.append(extra)
    return limits


def limited_categories(rulebook: Rulebook) -> tuple[Category, ...]:
    """Return the categories of which a year's total is held against a limit, those with a cliff first."""
    limits = [row for row in rulebook.rows if isinstance(row, LimitRule) and row.unit is Unit.EUR_PER_YEAR]
    cliffs = {str(row.subject) for row in limits if row.over_cap is OverCap.CLIFF}
    subjects = {str(row.subject) for row in limits}
    return tuple(sorted((one for one in Category if one in subjects), key=lambda one: one not in cliffs))


def limited_day(rulebook: Rulebook, category: Category, day: date, known_at: date) -> date:
    """Return the last day of the year by `day` on which a category's limit holds; the day itself where none does."""
    ends = [
        min(row.last_day, day)
        for row in rulebook.rows
        if isinstance(row, LimitRule)
        and (row.subject, row.unit) == (LimitSubject(category), Unit.EUR_PER_YEAR)
        and row.known_from <= known_at
        and row.valid_from <= day
    ]
    return max((end for end in ends if end.year == day.year), default=day)


def fringe_limit(rulebook: Rulebook, on: date, known_at: date, *, dependent_child: bool) -> LimitRule | None:
    """Find the threshold of the day: the exception for a declared child where there is one, else the general row."""
    if dependent_child:
        higher = rulebook.limits.at((LimitSubject.FRINGE, LimitVariant.WITH_DEPENDENT_CHILD), on, known_at)
        if higher is not None:
            return higher
    return rulebook.limits.at((LimitSubject.FRINGE, LimitVariant.GENERAL), on, known_at)


def _external(inquiry: Inquiry, limit: LimitRule) -> int:
    """What came from elsewhere against the same limit; nobody declared it: count nothing and say so."""
    if not limit.counts_elsewhere:
        return 0
    fringe = inquiry.facts.category is Category.FRINGE
    external = inquiry.facts.external_fringe_minor if fringe else inquiry.facts.external_cap_minor
    if external is None:
        inquiry.warn(Warn.EXTERNAL_FRINGE_UNKNOWN if fringe else Warn.EXTERNAL_CAP_UNKNOWN)
        return 0
    return external


def _tax_daily_excess(inquiry: Inquiry, limit: LimitRule) -> Outcome:
    facts = inquiry.facts
    inquiry.limit_minor = inquiry.figures["limit_minor"] = limit.amount_minor
    taxable = max(0, facts.amount_minor - limit.amount_minor * facts.days)
    if taxable == 0:
        inquiry.reasons.append(Reason.WITHIN_DAILY_LIMIT)
        return inquiry.exempt()
    inquiry.taxable_minor = inquiry.year_taxable_minor = taxable
    return inquiry.refuse(Outcome.TAXABLE, Reason.DAILY_CAP_EXCEEDED)


def _tax_yearly_excess(inquiry: Inquiry, limit_minor: int, external_minor: int) -> Outcome:
    facts = inquiry.facts
    total = facts.year_used_minor + external_minor + facts.amount_minor
    inquiry.limit_minor = limit_minor
    inquiry.figures |= {"limit_minor": limit_minor, "left_minor": max(0, limit_minor - total)}
    if total <= limit_minor:
        inquiry.reasons.append(Reason.WITHIN_LIMIT)
        return inquiry.exempt()
    inquiry.year_taxable_minor = total - limit_minor
    inquiry.taxable_minor = min(facts.amount_minor, total - limit_minor)
    return inquiry.refuse(Outcome.TAXABLE, Reason.ANNUAL_CAP_EXCEEDED)


def _tax_past_the_cliff(inquiry: Inquiry, limit_minor: int, external_minor: int) -> Outcome:
    facts = inquiry.facts
    before = facts.year_used_minor + external_minor
    total = before + facts.amount_minor
    inquiry.limit_minor = limit_minor
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
        return inquiry.exempt()
    inquiry.taxable_minor = facts.amount_minor
    inquiry.year_taxable_minor = total
    if facts.year_taxed_minor is not None:
        inquiry.recomputed_minor = facts.year_used_minor - facts.year_taxed_minor
    elif before <= limit_minor:
        inquiry.recomputed_minor = facts.year_used_minor
    return inquiry.refuse(Outcome.TAXABLE, Reason.FRINGE_LIMIT_EXCEEDED)
