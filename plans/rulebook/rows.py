"""The shapes of rule rows: what a fiscal expert writes in the data files, typed."""

from dataclasses import dataclass, field
from datetime import date

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """
    What every rule row says about itself.

    `valid_from`..`valid_to` are the days it holds for (None: open); `known_from` is the day its act was published;
    `checked_on` is the day somebody last compared it with the law. `legal_ref` is a dated label, never a key.
    Who signed it stands in the database (`signing`): a file cannot know whether what it says is what was signed.
    """

    file: str
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
    supersedes: tuple[str, ...]
    note: str
    last_day: date = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "last_day", self.valid_to or date.max)


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryRule(Rule):
    """What one category admits: who benefits, through which channels, with which kind of limit."""

    category: Category
    employee: bool
    relatives: RelativesAdmitted
    elderly_or_not_self_sufficient: bool
    channels: tuple[Channel, ...]
    reimburses: Reimburses
    voucher_scope: VoucherScope
    over_cap: OverCap
    contributions_due: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRule(Rule):
    """Whether what a plan source pays for is employment income at all."""

    plan_source: PlanSource
    employment_income: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EntitlementRule(Rule):
    """Whether some categories may be granted to one chosen person."""

    categories: tuple[Category, ...]
    ad_personam: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CircleRule(Rule):
    """Whether some kinships are inside the circle of relatives, and on which tie (any one of `ties` is enough)."""

    kinships: tuple[Kinship, ...]
    member: bool
    ties: tuple[CircleBasis, ...]
    parents_missing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitRule(Rule):
    """
    A limit in euro cents per year or per day, and what happens above it.

    `contract_signed_by` is the last day on which the contract that gives it could be signed, where the law has one.
    """

    subject: LimitSubject
    variant: LimitVariant
    amount_minor: int
    unit: Unit
    over_cap: OverCap
    counts_elsewhere: bool
    channels: tuple[Channel, ...]
    contract_signed_by: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitExceptionRule(Rule):
    """Categories whose yearly limit does not apply to credit of one plan source."""

    categories: tuple[Category, ...]
    plan_source: PlanSource


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeRule(Rule):
    """An age in completed years that a condition is about."""

    subject: AgeSubject
    years: int
    unit: Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpenseRule(Rule):
    """Whether a category admits some kinds of expense through some channels."""

    category: Category
    expense_kinds: tuple[ExpenseKind, ...]
    channels: tuple[Channel, ...]
    answer: Outcome
    reason: Reason | None
    requires_dependent_child: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherRule(Rule):
    """What the voucher decree asks of vouchers of some scopes, and who enforces it."""

    number: str
    checks: tuple[VoucherCheck, ...]
    scopes: tuple[VoucherScope, ...]
    enforced_by: EnforcedBy


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingRule(Rule):
    """The answer we give to a question the law leaves open; an interpretation, so an expert may change it."""

    topic: ReadingTopic
    answer: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class NewHireRentRule(Rule):
    """Which newly hired workers may have their rent paid."""

    hired_from: date
    hired_to: date
    first_years: int
    prior_income_limit_minor: int
    distance_over_km: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentRule(Rule):
    """On which day what some sources pay through some channels counts as received."""

    plan_sources: tuple[PlanSource, ...]
    channels: tuple[Channel, ...]
    moment: Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendedCashRule(Rule):
    """Until which day of a year what an employer hands over through some channels may belong to the year before."""

    channels: tuple[Channel, ...]
    through_month: int
    through_day: int

    def covers(self, day: date) -> bool:
        """Return whether a day is one of those."""
        return (day.month, day.day) <= (self.through_month, self.through_day)


@dataclass(frozen=True, slots=True, kw_only=True)
class BonusRateRule(Rule):
    """A rate that a performance bonus bears, in hundredths of one per cent."""

    plan_source: PlanSource
    rate: BonusRate
    basis_points: int
    unit: Unit
