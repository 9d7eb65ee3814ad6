"""Who the purchase is for: the employee or a relative, the circle, dependency, age, certificate, new hires."""

from datetime import date

from plans.rulebook.facts import Relative
from plans.rulebook.inquiry import Inquiry
from plans.rulebook.words import (
    AgeSubject,
    Basis,
    Category,
    CircleBasis,
    Outcome,
    ReadingTopic,
    Reason,
    RelativesAdmitted,
    Warn,
)


def check_beneficiary(inquiry: Inquiry) -> Outcome | None:
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


def _check_circle(inquiry: Inquiry, relative: Relative) -> Outcome | None:
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


def _believe(inquiry: Inquiry, topic: ReadingTopic, reason: Reason) -> Outcome | None:
    """Take the worker's word as far as the reading in force says."""
    reading = inquiry.rulebook.readings.at(topic, inquiry.on, inquiry.known_at)
    if reading is not None:
        inquiry.use(reading)
    if reading is None or reading.answer is Outcome.BLOCKED:
        return inquiry.refuse(Outcome.BLOCKED, Reason.EVIDENCE_NEEDED)
    inquiry.reasons.append(reason)
    inquiry.declared = reading.answer is Outcome.EXEMPT_ON_DECLARATION
    return None


def _refuse_outsider(inquiry: Inquiry, reason: Reason) -> Outcome | None:
    if inquiry.facts.category is Category.FRINGE:
        reading = inquiry.rulebook.readings.at(ReadingTopic.FRINGE_OUTSIDE_CIRCLE, inquiry.on, inquiry.known_at)
        if reading is not None:
            inquiry.use(reading)
            if reading.answer is Outcome.EXEMPT:
                return None
    return inquiry.refuse(Outcome.TAXABLE, reason)


def _check_dependency(inquiry: Inquiry, relative: Relative) -> Outcome | None:
    if inquiry.category.relatives is not RelativesAdmitted.CIRCLE_AND_DEPENDENT or relative.dependent:
        return None
    if relative.dependent is None:
        return inquiry.refuse(Outcome.BLOCKED, Reason.DEPENDENCY_UNKNOWN)
    return inquiry.refuse(Outcome.TAXABLE, Reason.NOT_DEPENDENT)


def _check_care(inquiry: Inquiry, relative: Relative) -> Outcome | None:
    if not inquiry.category.elderly_or_not_self_sufficient or relative.not_self_sufficient:
        return None
    elderly = inquiry.rulebook.ages.at(AgeSubject.ELDERLY, inquiry.on, inquiry.known_at)
    if elderly is None:
        return inquiry.refuse(Outcome.BLOCKED, Reason.NO_RULE_ON_DATE)
    inquiry.use(elderly)
    inquiry.figures["age_years"] = elderly.years
    if relative.birth_date is None:
        return inquiry.refuse(Outcome.BLOCKED, Reason.BIRTH_DATE_MISSING)
    if completed_years(relative.birth_date, inquiry.on) >= elderly.years:
        return None
    return inquiry.refuse(Outcome.TAXABLE, Reason.NOT_ELDERLY_NOR_CERTIFIED)


def check_new_hire(inquiry: Inquiry) -> Outcome | None:
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
        and completed_years(hire.hired_on, inquiry.on) < rule.first_years
        and hire.prior_income_minor <= rule.prior_income_limit_minor
        and hire.residence_moved_km > rule.distance_over_km
    )
    if qualifies:
        return None
    return inquiry.refuse(Outcome.TAXABLE, Reason.NEW_HIRE_CONDITIONS_NOT_MET)


def completed_years(born: date, on: date) -> int:
    """Count completed years; the birthday itself counts."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
