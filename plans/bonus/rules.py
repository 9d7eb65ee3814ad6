"""What the law says of bonuses on the day of the worker's choice, gathered from the rulebook's dated rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from plans.bonus.errors import BonusRuleMissing
from plans.rulebook.model import Rulebook
from plans.rulebook.rows import BonusRateRule, LimitRule, Rule
from plans.rulebook.words import BonusRate, Confidence, LimitSubject, LimitVariant

_DOUBTFUL = frozenset({Confidence.UNCERTAIN, Confidence.MEMORY})


@dataclass(frozen=True, slots=True)
class BonusRules:
    """
    The limits and rates of one day, with the rows they come from.

    Units:  `*_minor` in euro cents a year, `*_points` in hundredths of one per cent.
    """

    on: date
    conversion_cap_minor: int
    tax_limit_minor: int
    income_limit_minor: int
    tax_points: int
    contributions_points: int
    solidarity_points: int
    rows: tuple[Rule, ...]
    version: str

    @property
    def rule_ids(self) -> list[str]:
        """Return the ids of the rows, as a record keeps them."""
        return [row.id for row in self.rows]

    @property
    def doubts(self) -> tuple[Rule, ...]:
        """Return the rows that are interpretations, which every page shows."""
        return tuple(row for row in self.rows if row.confidence in _DOUBTFUL)


def at(rulebook: Rulebook, on: date, known_at: date, *, joint: bool = False) -> BonusRules:
    """
    Return what holds on the day of a choice, as far as it was known on another.

    `joint` is for contracts that keep the higher limit of joint involvement.
    Errors: BonusRuleMissing.
    """
    variant = LimitVariant.JOINT_INVOLVEMENT if joint else LimitVariant.GENERAL

    def limit(subject: LimitSubject, of: LimitVariant) -> LimitRule:
        found = rulebook.limits.at((subject, of), on, known_at)
        if found is None:
            raise _missing(rulebook, on)
        return found

    def rate(of: BonusRate) -> BonusRateRule:
        found = rulebook.bonus_rates.at(of, on, known_at)
        if found is None:
            raise _missing(rulebook, on)
        return found

    cap = limit(LimitSubject.PDR_CONVERSION, variant)
    taxed = limit(LimitSubject.PDR_SUBSTITUTE_TAX, variant)
    income = limit(LimitSubject.PDR_PRIOR_INCOME, LimitVariant.GENERAL)
    tax = rate(BonusRate.SUBSTITUTE_TAX)
    contributions = rate(BonusRate.WORKER_CONTRIBUTIONS)
    solidarity = rate(BonusRate.SOLIDARITY_CONTRIBUTION)
    return BonusRules(
        on=on,
        conversion_cap_minor=cap.amount_minor,
        tax_limit_minor=taxed.amount_minor,
        income_limit_minor=income.amount_minor,
        tax_points=tax.basis_points,
        contributions_points=contributions.basis_points,
        solidarity_points=solidarity.basis_points,
        rows=(cap, taxed, income, tax, contributions, solidarity),
        version=rulebook.version,
    )


def joint_signed_by(rulebook: Rulebook, on: date) -> date | None:
    """Return the last day on which a contract could be signed that keeps the limit of joint involvement, if any."""
    found = rulebook.limits.at((LimitSubject.PDR_CONVERSION, LimitVariant.JOINT_INVOLVEMENT), on, on)
    return None if found is None else found.contract_signed_by


def _missing(rulebook: Rulebook, on: date) -> BonusRuleMissing:
    starts = [row.valid_from for row in rulebook.rows if isinstance(row, BonusRateRule)]
    return BonusRuleMissing(on=on, first=min(starts))
