"""
Cash against welfare, to the cent.

Cash bears the worker's contributions first; what is left bears the substitute tax up to the year's limit, and ordinary
tax above it. Welfare within the cap bears neither. Pure: what the year already took is given.
"""

from __future__ import annotations

from dataclasses import dataclass

from config.money import MAX_MINOR, from_minor
from plans.bonus.errors import (
    BonusAmountInvalid,
    BonusCapExceeded,
    BonusIncomeAbove,
    BonusRateInvalid,
    BonusShareInvalid,
)
from plans.bonus.rules import BonusRules

# Hundredths of one per cent in the whole.
WHOLE_POINTS = 10_000
WHOLE_PERCENT = 100


@dataclass(frozen=True, slots=True)
class Year:
    """
    What the year's limits have already borne, over all bonuses of the worker.

    `taxed_minor` is cash under the substitute tax, after contributions; `elsewhere_minor` what was converted at other
    employers, None while nobody said: unknown, never zero.
    """

    converted_minor: int = 0
    taxed_minor: int = 0
    elsewhere_minor: int | None = None

    @property
    def known_minor(self) -> int:
        """What is known to have been taken of the limit of the substitute tax."""
        return self.converted_minor + self.taxed_minor + (self.elsewhere_minor or 0)


@dataclass(frozen=True, slots=True)
class Worker:
    """
    What the comparison must know of the worker.

    `income_within` says whether last year's employment income admits the regime, None while unknown; `waived` that the
    worker gave up the substitute tax in writing. The rate of contributions is payroll's, or the rulebook's.
    Units:  `*_points` in hundredths of one per cent; `ordinary_points` is the worker's marginal rate, if known.
    """

    income_within: bool | None = None
    waived: bool = False
    contributions_points: int | None = None
    ordinary_points: int | None = None


@dataclass(frozen=True, slots=True)
class Cash:
    """A bonus, or a part of one, paid as cash; `net_minor` is None where the ordinary tax is not known."""

    gross_minor: int
    contributions_minor: int
    substitute_base_minor: int
    substitute_tax_minor: int
    ordinary_base_minor: int
    ordinary_tax_minor: int | None
    net_minor: int | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """All in cash against the share chosen; minor units. `gain_minor` is what the choice is worth more, if known."""

    premium_minor: int
    share_percent: int
    all_cash: Cash
    cash: Cash
    welfare_minor: int
    room_minor: int
    gain_minor: int | None
    rules: BonusRules
    elsewhere_known: bool
    income_known: bool


def converted(premium_minor: int, share_percent: int) -> int:
    """
    Return what a share of a bonus comes to, half a cent rounded up.

    Errors: BonusAmountInvalid, BonusShareInvalid; in this order.
    """
    if not 0 < premium_minor <= MAX_MINOR:
        raise BonusAmountInvalid(amount=from_minor(premium_minor))
    if not 0 <= share_percent <= WHOLE_PERCENT:
        raise BonusShareInvalid(share=share_percent)
    return _part(premium_minor, share_percent, WHOLE_PERCENT)


def room(rules: BonusRules, year: Year) -> int:
    """Return what may still be converted: within the cap, and within what may bear the substitute tax at all."""
    taken = year.converted_minor + (year.elsewhere_minor or 0)
    return max(0, min(rules.conversion_cap_minor - taken, rules.tax_limit_minor - year.known_minor))


def check(rules: BonusRules, asked_minor: int, year: Year, *, income_within: bool | None) -> None:
    """
    Refuse what may not be converted.

    Errors: BonusIncomeAbove, BonusCapExceeded; in this order.
    """
    if asked_minor and income_within is False:
        raise BonusIncomeAbove(year=rules.on.year - 1, limit=from_minor(rules.income_limit_minor))
    left = room(rules, year)
    if asked_minor > left:
        raise BonusCapExceeded(
            asked=from_minor(asked_minor),
            room=from_minor(left),
            cap=from_minor(rules.conversion_cap_minor),
            year=rules.on.year,
        )


def paid(gross_minor: int, rules: BonusRules, worker: Worker, taken_minor: int) -> Cash:
    """
    Return what is left of an amount paid as cash, when so much of the year's limit is taken already.

    Source: L. 208/2015 art. 1 c. 182 and 186; the limit is read after contributions (plans/rulebook/data/bonus.toml).
    """
    points = rules.contributions_points if worker.contributions_points is None else worker.contributions_points
    contributions = _part(gross_minor, points, WHOLE_POINTS)
    base = gross_minor - contributions
    favoured = worker.income_within is not False and not worker.waived
    substitute_base = min(base, max(0, rules.tax_limit_minor - taken_minor)) if favoured else 0
    substitute_tax = _part(substitute_base, rules.tax_points, WHOLE_POINTS)
    ordinary_base = base - substitute_base
    ordinary_tax = 0 if ordinary_base == 0 else None
    if ordinary_base and worker.ordinary_points is not None:
        ordinary_tax = _part(ordinary_base, worker.ordinary_points, WHOLE_POINTS)
    net = None if ordinary_tax is None else base - substitute_tax - ordinary_tax
    return Cash(gross_minor, contributions, substitute_base, substitute_tax, ordinary_base, ordinary_tax, net)


def simulate(premium_minor: int, share_percent: int, rules: BonusRules, year: Year, worker: Worker) -> Comparison:
    """
    Compare a bonus all in cash with the share of it that the worker would take as welfare.

    Units:  minor units; `share_percent` whole, 0 to 100.
    Errors: BonusAmountInvalid, BonusShareInvalid, BonusRateInvalid, BonusIncomeAbove, BonusCapExceeded; in this order.
    Source: L. 208/2015 art. 1 c. 182-190.
    """
    welfare = converted(premium_minor, share_percent)
    for points in (worker.contributions_points, worker.ordinary_points):
        if points is not None and not 0 <= points < WHOLE_POINTS:
            raise BonusRateInvalid(percent=f"{points // 100},{points % 100:02}")
    check(rules, welfare, year, income_within=worker.income_within)
    all_cash = paid(premium_minor, rules, worker, year.known_minor)
    cash = paid(premium_minor - welfare, rules, worker, year.known_minor + welfare)
    gain = None
    if all_cash.net_minor is not None and cash.net_minor is not None:
        gain = cash.net_minor + welfare - all_cash.net_minor
    return Comparison(
        premium_minor=premium_minor,
        share_percent=share_percent,
        all_cash=all_cash,
        cash=cash,
        welfare_minor=welfare,
        room_minor=room(rules, year),
        gain_minor=gain,
        rules=rules,
        elsewhere_known=year.elsewhere_minor is not None,
        income_known=worker.income_within is not None,
    )


def _part(amount_minor: int, share: int, whole: int) -> int:
    """Return a part of an amount, half a cent rounded up as payroll does."""
    return (2 * amount_minor * share + whole) // (2 * whole)
