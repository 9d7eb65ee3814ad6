"""The gauge of a yearly limit: what is used, what is left, and what one euro more would do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from plans.people import PersonFacts
from plans.rulebook.limits import fringe_limit, limited_day, yearly_limits
from plans.rulebook.model import Rulebook
from plans.rulebook.rows import LimitRule
from plans.rulebook.words import Category, Confidence, OverCap

EURO = 100
# The last fifth before a limit is near it: where a gauge changes its colour, no figure of the law.
_NEAR = 5


class Zone(StrEnum):
    """Where a year stands beside its limit."""

    WITHIN = "within"
    NEAR = "near"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class OneMore:
    """
    What one euro more, used today, would do; minor units.

    `newly_taxable_minor` is everything that would become taxable and is not now: past a cliff what was used and
    reserved before, and the euro; of an excess the euro, or the part of it that is too much.
    """

    crosses: bool
    newly_taxable_minor: int


@dataclass(frozen=True, slots=True)
class Gauge:
    """
    One category's year beside its limit; minor units.

    `used_minor` is what counts from this wallet, `reserved_minor` what open authorizations would add, `external_minor`
    what was declared from elsewhere: None while nobody said it, which is unknown and never zero, and zero where
    `counts_elsewhere` says that nothing counts from there. What is left beside an unknown is at most `left_minor`.
    `other_limit_minor` is the limit with the declaration that was not made (a child, a first job), or without the one
    that was; None where it makes no difference. `recorded_taxable_minor` is what the events say and
    `due_taxable_minor` what the rules make of the year's total.
    """

    category: Category
    over_cap: OverCap
    limit_minor: int
    counts_elsewhere: bool
    other_limit_minor: int | None
    higher_declared: bool
    used_minor: int
    reserved_minor: int
    external_minor: int | None
    recorded_taxable_minor: int
    due_taxable_minor: int
    rule_ids: tuple[str, ...]
    confidence: Confidence
    one_more: OneMore

    @property
    def counted_minor(self) -> int:
        """What is used here and declared from elsewhere."""
        return self.used_minor + (self.external_minor or 0)

    @property
    def left_minor(self) -> int:
        """What can still be used without tax, once what is reserved is used; at most, where elsewhere is unknown."""
        return max(0, self.limit_minor - self.counted_minor - self.reserved_minor)

    @property
    def zone(self) -> Zone:
        """Where the year stands, with what is reserved."""
        counted = self.counted_minor + self.reserved_minor
        if counted > self.limit_minor:
            return Zone.OVER
        return Zone.NEAR if (self.limit_minor - counted) * _NEAR < self.limit_minor else Zone.WITHIN

    @property
    def external_known(self) -> bool:
        """Whether somebody declared what came from elsewhere."""
        return self.external_minor is not None

    @property
    def settled(self) -> bool:
        """Whether what is recorded as taxable is what the rules make of the year's total."""
        return self.recorded_taxable_minor == self.due_taxable_minor


def gauge(
    category: Category,
    person: PersonFacts,
    rulebook: Rulebook,
    on: date,
    known_at: date,
    *,
    used_minor: int,
    recorded_minor: int,
    recorded_taxable_minor: int,
    reserved_minor: int,
) -> Gauge | None:
    """
    Hold a year's use of one category against its limit, as the law is known on a day; None without a limit.

    `recorded_minor` is what the events add up to, `used_minor` the same without vouchers whose time is over.

    Units:  minor units.
    Source: art. 51 c. 2 and 3 TUIR; data/thresholds.toml, data/caps.toml.
    """
    fringe = category is Category.FRINGE
    on = limited_day(rulebook, category, on, known_at)
    higher = person.dependent_child_declared if fringe else person.first_job_pension
    limits = _limits(category, rulebook, on, known_at, higher=higher)
    if not limits:
        return None
    limit_minor = sum(limit.amount_minor for limit in limits)
    other_minor = sum(limit.amount_minor for limit in _limits(category, rulebook, on, known_at, higher=not higher))
    external: int | None = 0
    if limits[0].counts_elsewhere:
        external = person.external_fringe_minor if fringe else person.external_cap_minor(category)
    over_cap = limits[0].over_cap
    now = used_minor + reserved_minor
    elsewhere = external or 0
    before = _taxable(over_cap, limit_minor, now, elsewhere)
    return Gauge(
        category=category,
        over_cap=over_cap,
        limit_minor=limit_minor,
        counts_elsewhere=limits[0].counts_elsewhere,
        other_limit_minor=None if other_minor == limit_minor else other_minor,
        higher_declared=higher,
        used_minor=used_minor,
        reserved_minor=reserved_minor,
        external_minor=external,
        recorded_taxable_minor=recorded_taxable_minor,
        due_taxable_minor=_taxable(over_cap, limit_minor, recorded_minor, elsewhere),
        rule_ids=tuple(limit.id for limit in limits),
        confidence=max((limit.confidence for limit in limits), key=list(Confidence).index),
        one_more=OneMore(
            crosses=now + elsewhere <= limit_minor < now + elsewhere + EURO,
            newly_taxable_minor=_taxable(over_cap, limit_minor, now + EURO, elsewhere) - before,
        ),
    )


def _limits(category: Category, rulebook: Rulebook, on: date, known_at: date, *, higher: bool) -> list[LimitRule]:
    if category is Category.FRINGE:
        found = fringe_limit(rulebook, on, known_at, dependent_child=higher)
        return [] if found is None else [found]
    return yearly_limits(rulebook, category, on, known_at, first_job_pension_plus=higher)


def _taxable(over_cap: OverCap, limit_minor: int, ours_minor: int, elsewhere_minor: int) -> int:
    """What of our part is taxable: past a cliff all of it, else what is too much and at most all of it."""
    excess = ours_minor + elsewhere_minor - limit_minor
    if excess <= 0:
        return 0
    return ours_minor if over_cap is OverCap.CLIFF else min(excess, ours_minor)
