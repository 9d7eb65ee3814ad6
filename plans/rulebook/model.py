"""The rulebook as one value: dated rows, ready to be asked what holds on a day as known on another."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

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
from plans.rulebook.timeline import Timeline
from plans.rulebook.words import (
    AgeSubject,
    BonusRate,
    Category,
    Channel,
    Confidence,
    ExpenseKind,
    Kinship,
    LimitSubject,
    LimitVariant,
    PlanSource,
    ReadingTopic,
)


@dataclass(frozen=True, slots=True)
class RuleSummary:
    """One line of the list of rules, for a person who reads or signs them."""

    id: str
    sentence_it: str
    sentence_en: str
    valid_from: date
    valid_to: date | None
    known_from: date
    known_from_confidence: Confidence
    checked_on: date
    legal_ref: str
    source: str
    confidence: Confidence
    superseded_by: tuple[str, ...]
    file: str
    note: str


@dataclass(frozen=True, slots=True)
class Rulebook:
    """
    Every rule, indexed by what a decision asks.

    `version` is a short hash of the rule files; statements print it beside the rule ids.
    """

    version: str
    rows: tuple[Rule, ...]
    by_id: Mapping[str, Rule]
    categories: Timeline[Category, CategoryRule]
    sources: Timeline[PlanSource, SourceRule]
    entitlements: Timeline[Category, EntitlementRule]
    circle: Timeline[Kinship, CircleRule]
    limits: Timeline[tuple[LimitSubject, LimitVariant], LimitRule]
    limit_exceptions: Timeline[tuple[Category, PlanSource], LimitExceptionRule]
    ages: Timeline[AgeSubject, AgeRule]
    expenses: Timeline[tuple[Category, ExpenseKind], ExpenseRule]
    vouchers: Timeline[str, VoucherRule]
    readings: Timeline[ReadingTopic, ReadingRule]
    rents: Timeline[Category, NewHireRentRule]
    bonus_rates: Timeline[BonusRate, BonusRateRule]
    moments: Timeline[tuple[PlanSource, Channel], MomentRule]
    extended_cash: Timeline[Channel, ExtendedCashRule]

    def rules(self, *, on: date | None = None, known_at: date | None = None) -> tuple[RuleSummary, ...]:
        """
        List the rules in file order.

        With `on`, only those that answer for that day; with `known_at`, only what was published by then. With `on`
        alone everything published so far counts.
        """
        if on is not None:
            answering = {row.id for timeline in self._timelines() for row in timeline.all_at(on, known_at or date.max)}
            rows = [row for row in self.rows if row.id in answering]
        else:
            rows = [row for row in self.rows if known_at is None or row.known_from <= known_at]
        return tuple(self._summary(row) for row in rows)

    def _timelines(self) -> tuple[Timeline[object, Rule], ...]:
        return (  # type: ignore[return-value]  # the keys differ; only the rows are read
            self.categories,
            self.sources,
            self.entitlements,
            self.circle,
            self.limits,
            self.limit_exceptions,
            self.ages,
            self.expenses,
            self.vouchers,
            self.readings,
            self.rents,
            self.bonus_rates,
            self.moments,
            self.extended_cash,
        )

    def _summary(self, row: Rule) -> RuleSummary:
        return RuleSummary(
            id=row.id,
            sentence_it=row.sentence_it,
            sentence_en=row.sentence_en,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            known_from=row.known_from,
            known_from_confidence=row.known_from_confidence,
            checked_on=row.checked_on,
            legal_ref=row.legal_ref,
            source=row.source,
            confidence=row.confidence,
            superseded_by=tuple(other.id for other in self.rows if row.id in other.supersedes),
            file=row.file,
            note=row.note,
        )
