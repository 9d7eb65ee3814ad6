"""
What a plan statement says, as values. Amounts are minor units of the book's currency.

There is no field for a provider, a service, a relative or an authorization: what is not here cannot be printed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import date, datetime
from enum import StrEnum

from plans.rulebook.signing import Signature
from plans.rulebook.words import Confidence
from plans.words import Residual
from reports.foundation import Standing


class Reading(StrEnum):
    """Who reads: the personnel office, or whoever prepares the payslips."""

    HR = "HR"
    PAYROLL = "PAYROLL"


class Withheld(StrEnum):
    """Why the figures of groups are not told: a late start, too few people alike yet, only one cluster asked for."""

    LATE_START = "LATE_START"
    TOO_FEW = "TOO_FEW"
    ONE_CLUSTER = "ONE_CLUSTER"


@dataclass(frozen=True, slots=True)
class Movement:
    """
    What happened to the credit of a plan, a cluster or a person over the period.

    Every figure is net of the entries that reversed a mistake in it; `other_minor` is what no figure here names, signed
    as it changes the credit, and is zero as long as every kind of entry has its figure. `welfare_minor` and
    `fringe_minor` split what was used: captured less refunded. `brought_minor` came from another platform.
    """

    opening_minor: int = 0
    granted_minor: int = 0
    corrected_minor: int = 0
    captured_minor: int = 0
    refunded_minor: int = 0
    expired_to_funder_minor: int = 0
    expired_to_community_minor: int = 0
    carried_out_minor: int = 0
    carried_in_minor: int = 0
    other_minor: int = 0
    welfare_minor: int = 0
    fringe_minor: int = 0
    held_minor: int = 0
    brought_minor: int = 0

    @property
    def granted_net_minor(self) -> int:
        """Granted less corrections."""
        return self.granted_minor - self.corrected_minor

    @property
    def used_minor(self) -> int:
        """Captured less refunded."""
        return self.captured_minor - self.refunded_minor

    @property
    def expired_minor(self) -> int:
        """Expired, wherever it went."""
        return self.expired_to_funder_minor + self.expired_to_community_minor

    @property
    def residual_minor(self) -> int:
        """What the figures leave at the end of the period; what is held is still in it."""
        return (
            self.opening_minor
            + self.granted_minor
            - self.corrected_minor
            - self.captured_minor
            + self.refunded_minor
            - self.expired_minor
            - self.carried_out_minor
            + self.carried_in_minor
            + self.brought_minor
            + self.other_minor
        )

    def plus(self, other: Movement) -> Movement:
        """Return the sum, figure by figure."""
        return Movement(*(getattr(self, name) + getattr(other, name) for name in FIGURES))


FIGURES = tuple(figure.name for figure in fields(Movement))


@dataclass(frozen=True, slots=True)
class Budget:
    """What the funder committed and transferred, before and in the period; `ungranted_minor` is as of its end."""

    committed_before_minor: int = 0
    committed_minor: int = 0
    funded_before_minor: int = 0
    funded_minor: int = 0
    ungranted_minor: int = 0

    @property
    def committed_to_date_minor(self) -> int:
        """Committed up to the end of the period."""
        return self.committed_before_minor + self.committed_minor

    @property
    def funded_to_date_minor(self) -> int:
        """Transferred up to the end of the period."""
        return self.funded_before_minor + self.funded_minor


@dataclass(frozen=True, slots=True)
class ClusterLine:
    """
    A cluster's people and credit; used, residual and how many used are None where they stay hidden.

    For the personnel office `users` is rounded down to fives.
    """

    cluster: str
    people: int
    granted_minor: int
    used_minor: int | None
    residual_minor: int | None
    users: int | None = None


@dataclass(frozen=True, slots=True)
class CategoryLine:
    """
    What was used in one fiscal category and by how many people; both None where they stay hidden.

    For the personnel office `people` is rounded down to fives, but in fringe benefits, which each person's line tells.
    """

    category: str
    people: int | None
    used_minor: int | None


@dataclass(frozen=True, slots=True)
class Groups:
    """
    Up to which day the figures of clusters and categories go, and what they sum to.

    For payroll it is the period. For the personnel office it is the last whole month that could be told, from the
    plan's start, or None: then `withheld` says why, and what is left of the tables is of the period.
    """

    through: date | None
    withheld: Withheld | None
    granted_minor: int
    used_minor: int
    residual_minor: int
    users: int | None = None


@dataclass(frozen=True, slots=True)
class ExpiringLine:
    """
    What is left at the end of the period of the credit whose last day falls in some months, and of how many people.

    `month` and `through` are the first days of the first and the last month. For the personnel office a line is of five
    people at least, unless there are fewer in all: then `people` is None.
    """

    month: date
    through: date
    people: int | None
    amount_minor: int


@dataclass(frozen=True, slots=True)
class EmployeeLine:
    """
    One person with credit of the plan.

    To the personnel office nothing is held; of a period that is not of whole months that are over it was only granted.
    """

    employee_no: str
    last_name: str
    first_name: str
    tax_code: str
    cluster: str
    movement: Movement

    @property
    def name(self) -> str:
        """Last name first, as lists of people are read."""
        return f"{self.last_name} {self.first_name}".strip()


@dataclass(frozen=True, slots=True)
class PayrollLine:
    """What one person used in one category, from one source, through one channel, as it stands for the tax."""

    employee_no: str
    last_name: str
    first_name: str
    tax_code: str
    fiscal_year: int
    category: str
    source: str
    channel: str
    exempt_minor: int
    taxable_minor: int

    @property
    def name(self) -> str:
        """Last name first, as lists of people are read."""
        return f"{self.last_name} {self.first_name}".strip()

    @property
    def amount_minor(self) -> int:
        """Exempt and taxable together."""
        return self.exempt_minor + self.taxable_minor


@dataclass(frozen=True, slots=True)
class MonthLine:
    """One month of the period; `month` is its first day, `change_minor` by how much the credit grew in it."""

    month: date
    granted_minor: int
    used_minor: int
    change_minor: int


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule of the plan's that is an interpretation, with its sentence in both languages and who signed it."""

    id: str
    sentence_it: str
    sentence_en: str
    confidence: Confidence
    signature: Signature | None


@dataclass(frozen=True, slots=True)
class Rules:
    """
    Which rules the plan's purchases stood on.

    `version` is the rulebook's now; `signed` rules of its `total` are signed as they stand; `decided_under` are the
    versions the purchases of the period were decided under. `interpretations` are the uncertain rules in force for the
    plan in the period, whether or not anybody's purchase met them: a list of those met would tell of people's families.
    How many were met stays None for the personnel office: over the days of one purchase the numbers would tell its
    category.
    """

    version: str
    signed: int
    total: int
    decided_under: tuple[str, ...]
    applied: int | None
    applied_unsigned: int | None
    applied_uncertain: int | None
    interpretations: tuple[RuleLine, ...]


@dataclass(frozen=True, slots=True)
class Seal:
    """The head of the book's chain when the statement was made; `link_hash` in hexadecimal."""

    seq: int
    link_hash: str
    sealed_at: datetime


@dataclass(frozen=True, slots=True)
class Overdrawn:
    """A residual below zero at the end of a day, the plan's or one person's: no book can come to that."""

    day: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Proof:
    """
    The statement's figures held against the ledger's own balances.

    `ledger_minor` is what the ledger's balances of the plan's lots say, less what occurred after the period;
    `budget_ledger_minor` the same for what is committed and not granted. `entries` are those of the period that touch
    the plan's accounts, `waiting` how many of them have no seal yet. `overdrawn` is the first residual below zero, as
    the period begins, at the end of a month in it, or as it ends.
    """

    residual_minor: int
    ledger_minor: int
    budget_minor: int
    budget_ledger_minor: int
    entries: int
    last_entry_id: int | None
    last_recorded_at: datetime | None
    seal: Seal | None
    waiting: int
    overdrawn: Overdrawn | None = None

    @property
    def difference_minor(self) -> int:
        """What the figures say less what the ledger says; anything but zero is a fault."""
        return self.residual_minor - self.ledger_minor

    @property
    def budget_difference_minor(self) -> int:
        """The same for what is still to be granted."""
        return self.budget_minor - self.budget_ledger_minor

    @property
    def holds(self) -> bool:
        """Whether the statement reconciles to the cent, and is one that a book can come to."""
        return self.difference_minor == 0 and self.budget_difference_minor == 0 and self.overdrawn is None


@dataclass(frozen=True, slots=True)
class PlanCard:
    """The plan and who pays for it."""

    book_id: int
    funder_name: str
    vat_number: str | None
    plan_id: str
    code: str
    name: str
    source: str
    starts_on: date
    ends_on: date
    spend_by: date
    residual_destination: Residual
    document_ref: str | None
    signed_on: date | None
    deposit_code: str | None


@dataclass(frozen=True, slots=True)
class PlanStatement:
    """A plan over a period, both days included."""

    reading: Reading
    plan: PlanCard
    starts_on: date
    ends_on: date
    prepared_at: datetime
    budget: Budget
    total: Movement
    groups: Groups
    clusters: tuple[ClusterLine, ...]
    categories: tuple[CategoryLine, ...]
    employees: tuple[EmployeeLine, ...]
    payroll: tuple[PayrollLine, ...]
    months: tuple[MonthLine, ...]
    expiring: tuple[ExpiringLine, ...]
    rules: Rules
    proof: Proof
    # Whether each person's figures are told, or only what was granted, and the period to ask for instead.
    people_told: bool
    whole_months: tuple[date, date]
    standing: Standing
    # The only cluster whose people and credit are told; None for all of them.
    cluster: str | None = None
    # What people used as recorded from this moment on is left out, and what is held; None for nothing left out.
    known_before: datetime | None = None
    currency: str = field(default="EUR")

    @property
    def people(self) -> int:
        """How many people had credit of the plan in the period, or movements in it."""
        return len(self.employees)

    @property
    def hides_clusters(self) -> bool:
        """Whether some cluster's figures stay hidden because it is small, where those of others are told."""
        return self.groups.withheld is None and any(line.used_minor is None for line in self.clusters)
