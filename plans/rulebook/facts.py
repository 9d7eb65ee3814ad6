"""What the wallet tells the rulebook about one purchase; gathered by others, judged here."""

from dataclasses import dataclass, fields
from datetime import date

from plans.rulebook.errors import FactsInvalid
from plans.rulebook.words import (
    Basis,
    Category,
    Channel,
    Entitlement,
    ExpenseKind,
    Kinship,
    MealKind,
    PlanSource,
)


@dataclass(frozen=True, slots=True)
class Relative:
    """
    A relative as known on the day of the purchase.

    `cohabitation` None means that nobody recorded or declared it. `maintenance_declared` and `dependent` are
    declarations valid for the tax year of the purchase; `not_self_sufficient` is a certificate valid on the day;
    `parents_missing` matters for grandparents only. None is "not known" and is never read as "no" where it counts.
    """

    kinship: Kinship
    birth_date: date | None = None
    cohabitation: Basis | None = None
    maintenance_declared: bool = False
    dependent: bool | None = None
    not_self_sufficient: bool = False
    parents_missing: bool | None = None


@dataclass(frozen=True, slots=True)
class NewHire:
    """What a newly hired worker declares to have the rent paid: contract, last year's income, distance moved."""

    hired_on: date
    permanent: bool
    prior_income_minor: int
    residence_moved_km: int

    def __post_init__(self) -> None:
        _require_whole(self)


@dataclass(frozen=True, slots=True)
class Facts:
    """
    One purchase, before it happens.

    Units:  every `*_minor` in euro cents, whole and not negative; `amount_minor` at least one cent.
            `year_used_minor` is what the wallet already used or reserved this tax year against the same limit, this
            purchase excluded (for FRINGE: what was taxable because its beneficiary is outside the circle, and for
            PENSION and HEALTH_FUND what came from a converted bonus, do not count).
            `year_taxed_minor` is the part of it that the wallet already recorded as taxable; None lets the decision
            assume that everything before the limit was crossed is still recorded as exempt.
            `external_fringe_minor` and `external_cap_minor` come from payroll; None is UNKNOWN and is shown as such.
            `relative` None means the employee. `voucher_items` counts the goods or services one voucher stands for.
    Errors: FactsInvalid.
    Source: glossary, "decision".
    """

    category: Category
    channel: Channel
    source: PlanSource
    entitlement: Entitlement
    amount_minor: int
    full_price_minor: int | None = None
    relative: Relative | None = None
    year_used_minor: int = 0
    year_taxed_minor: int | None = None
    external_fringe_minor: int | None = None
    external_cap_minor: int | None = None
    dependent_child_declared: bool = False
    days: int = 0
    meal_kind: MealKind | None = None
    expense_kind: ExpenseKind | None = None
    first_job_pension_plus: bool = False
    voucher_items: int = 1
    new_hire: NewHire | None = None

    def __post_init__(self) -> None:
        _require_whole(self)
        if self.amount_minor < 1:
            raise FactsInvalid(field="amount_minor", problem="must be at least one cent")
        if self.voucher_items < 1:
            raise FactsInvalid(field="voucher_items", problem="a voucher stands for at least one service")
        if self.year_taxed_minor is not None and self.year_taxed_minor > self.year_used_minor:
            raise FactsInvalid(field="year_taxed_minor", problem="more was taxed than used")


# Which fields hold whole numbers, and whether each may be unknown.
_WHOLE = {
    cls: tuple((f.name, f.type is not int) for f in fields(cls) if f.type in (int, int | None))
    for cls in (NewHire, Facts)
}


def _require_whole(values: NewHire | Facts) -> None:
    # bool is an int and float compares like one: only a plain int may enter the arithmetic of money.
    for name, may_be_unknown in _WHOLE[type(values)]:
        value = getattr(values, name)
        if value is None and may_be_unknown:
            continue
        if type(value) is not int or value < 0:
            raise FactsInvalid(field=name, problem="must be a whole number, not negative")
