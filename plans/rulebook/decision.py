"""Decides what the law says of one purchase, from dated rules alone."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from plans.rulebook import admission, beneficiaries, limits, sentences
from plans.rulebook.beneficiaries import completed_years
from plans.rulebook.facts import Facts
from plans.rulebook.inquiry import Inquiry
from plans.rulebook.model import Rulebook
from plans.rulebook.words import (
    AgeSubject,
    Category,
    Confidence,
    LimitSubject,
    LimitVariant,
    Outcome,
    Reason,
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


# A step returns the outcome it settles, or None to let the next one look; the last always settles.
_STEPS: tuple[Callable[[Inquiry], Outcome | None], ...] = (
    admission.check_channel,
    admission.check_source,
    admission.check_entitlement,
    admission.check_voucher,
    admission.check_expense,
    admission.check_meal,
    beneficiaries.check_beneficiary,
    beneficiaries.check_new_hire,
    limits.apply_limit,
)


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
    inquiry = Inquiry(facts, rulebook, on, known_at, category)
    outcome = next(found for step in _STEPS if (found := step(inquiry)) is not None)
    return _settle(inquiry, outcome)


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
    limit = limits.fringe_limit(rulebook, on, known_at, dependent_child=dependent_child_declared)
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
        if age is not None and completed_years(young_child_born, on) <= age.years:
            variant = LimitVariant.YOUNG_CHILD
    limit = rulebook.limits.at((LimitSubject.DEPENDENT_INCOME, variant), on, known_at) or rulebook.limits.at(
        (LimitSubject.DEPENDENT_INCOME, LimitVariant.GENERAL), on, known_at
    )
    return None if limit is None else (income_minor <= limit.amount_minor, limit.id)


def _settle(inquiry: Inquiry, outcome: Outcome) -> Decision:
    amount = inquiry.facts.amount_minor
    taxable = inquiry.taxable_minor
    if taxable is None:
        taxable = amount if outcome is Outcome.TAXABLE else 0
    exempt = 0 if outcome is Outcome.BLOCKED else amount - taxable
    year_taxable = taxable if inquiry.year_taxable_minor is None else inquiry.year_taxable_minor
    weakest = max((rule.confidence for rule in inquiry.rules), key=_STRENGTH.__getitem__)
    if weakest is Confidence.UNCERTAIN:
        inquiry.warn(Warn.INTERPRETATIVE_RULE)
    inquiry.figures |= {"exempt_minor": exempt, "taxable_minor": taxable}
    return Decision(
        outcome=outcome,
        category=inquiry.facts.category,
        exempt_minor=exempt,
        taxable_minor=taxable,
        year_taxable_minor=year_taxable,
        recomputed_minor=inquiry.recomputed_minor,
        limit_minor=inquiry.limit_minor,
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
