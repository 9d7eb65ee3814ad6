"""What a fiscal position is made of; amounts in minor units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from plans.people import EmployeeCard
from plans.rulebook.words import Category, Channel, Confidence, Moment, Outcome, PlanSource
from wallet.position.gauge import Gauge


class Unknown(StrEnum):
    """What nobody has said yet, and an exempt amount rests on."""

    EXTERNAL_FRINGE = "external_fringe_unknown"
    EXTERNAL_CAP = "external_cap_unknown"
    DECLARATION = "declaration_withdrawn"
    BONUS_ELSEWHERE = "pdr_elsewhere_unknown"
    BONUS_OVER = "pdr_over_cap"


@dataclass(frozen=True, slots=True)
class Line:
    """
    One fiscal event as it was appended; nothing of the service, the provider or the relative.

    `lapsed` says that it is the use of a voucher whose time is over and whose reversal is not written yet;
    `on_declaration` that it was decided exempt on the worker's own word, `withdrawn` that what is known today of the
    relative, or of the hiring, would not let it be exempt.
    """

    event_id: int
    kind: str
    category: Category
    source: PlanSource
    channel: Channel
    plan_code: str
    exempt_minor: int
    taxable_minor: int
    in_limit: bool
    reason: str
    fiscal_on: date
    recorded_at: datetime
    authorization_id: str
    entry_id: int | None
    rule_ids: tuple[str, ...]
    outcome: Outcome | None
    lapsed: bool
    withdrawn: bool

    @property
    def sign(self) -> int:
        """One for a use, minus one for a reversal."""
        return 1 if self.kind == "use" else -1

    @property
    def net_exempt_minor(self) -> int:
        """What it adds to the exempt part of the year; below zero for a reversal."""
        return self.sign * self.exempt_minor

    @property
    def net_taxable_minor(self) -> int:
        """What it adds to the taxable part of the year; below zero for a reversal."""
        return self.sign * self.taxable_minor

    @property
    def net_minor(self) -> int:
        """What it adds to the year; below zero for a reversal."""
        return self.net_exempt_minor + self.net_taxable_minor

    @property
    def on_declaration(self) -> bool:
        """Whether it was decided exempt on the worker's own word."""
        return self.outcome is Outcome.EXEMPT_ON_DECLARATION


@dataclass(frozen=True, slots=True)
class Split:
    """What one source paid through one channel, in one category."""

    category: Category
    source: PlanSource
    channel: Channel
    exempt_minor: int
    taxable_minor: int


@dataclass(frozen=True, slots=True)
class CategoryPosition:
    """
    Where a year stands in one category.

    `exempt_minor + unknown_minor + taxable_minor` is what was used: `unknown_minor` is recorded as exempt and rests on
    something nobody has said, by `because`. Part of the exempt amount rests on the worker's own word
    (`on_declaration_minor`), part of what was used is about to be reversed (`lapsed_minor`). `reserved_minor` is apart:
    what open authorizations may still use in this year.
    """

    category: Category
    exempt_minor: int
    unknown_minor: int
    taxable_minor: int
    on_declaration_minor: int
    lapsed_minor: int
    reserved_minor: int
    because: tuple[Unknown, ...]
    splits: tuple[Split, ...]

    @property
    def used_minor(self) -> int:
        """What was used, however it is taxed."""
        return self.exempt_minor + self.unknown_minor + self.taxable_minor


@dataclass(frozen=True, slots=True)
class BonusPosition:
    """
    What a worker converted of bonuses in the year, beside the cap of the law; minor units.

    `elsewhere_minor` is None while nobody said it. `over_minor` is ordinary income, used or not, which payroll
    corrects: no fiscal event says so.
    """

    converted_minor: int
    elsewhere_minor: int | None
    cap_minor: int
    over_minor: int
    cap_rule_id: str
    doubts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MomentLine:
    """On which day the law takes what a source pays through a channel for received, and how sure that is."""

    source: PlanSource
    channel: Channel
    moment: Moment
    rule_id: str
    confidence: Confidence
    sentence_it: str
    sentence_en: str


@dataclass(frozen=True, slots=True)
class Position:
    """
    How a person stands for the tax in one year, as it is recorded at a moment.

    `lines` are the events in the order they were appended, reversals and corrections included. `settled` says that
    what is recorded as taxable under every yearly limit is what the rules of today make of the year's total; where it
    is False `recompute` brings it there.
    """

    employee: EmployeeCard
    year: int
    as_of: datetime
    on: date
    rulebook_version: str
    categories: tuple[CategoryPosition, ...]
    gauges: tuple[Gauge, ...]
    bonus: BonusPosition | None
    moments: tuple[MomentLine, ...]
    lines: tuple[Line, ...]

    @property
    def settled(self) -> bool:
        """Whether every limited category stands on the side of its limit where its total puts it."""
        return all(gauge.settled for gauge in self.gauges)

    @property
    def exempt_minor(self) -> int:
        """What is exempt for certain, in all categories."""
        return sum(category.exempt_minor for category in self.categories)

    @property
    def unknown_minor(self) -> int:
        """What is recorded as exempt and rests on something nobody has said, in all categories."""
        return sum(category.unknown_minor for category in self.categories)

    @property
    def taxable_minor(self) -> int:
        """What is taxable, in all categories."""
        return sum(category.taxable_minor for category in self.categories)

    @property
    def reserved_minor(self) -> int:
        """What open authorizations reserve, in all categories."""
        return sum(category.reserved_minor for category in self.categories)
