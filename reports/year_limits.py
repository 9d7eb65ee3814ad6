"""
People's yearly limits as they were known at a moment: the limit, what came from elsewhere, and the year's total.

Past the cliff of fringe benefits what came from elsewhere is taxable too; no entry of ours says so: `crossing` does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from config import clock, database
from plans.rulebook import loading
from plans.rulebook.limits import fringe_limit, limited_day, yearly_limits
from plans.rulebook.words import Category, OverCap
from reports.words import Words
from wallet.position import Gauge

_SAID: Final = """
select employee_id, year,
       max(amount_minor) filter (where fact = 'EXTERNAL_FRINGE') as "FRINGE",
       max(amount_minor) filter (where fact = 'EXTERNAL_PENSION') as "PENSION",
       max(amount_minor) filter (where fact = 'EXTERNAL_HEALTH_FUND') as "HEALTH_FUND",
       bool_or(fact = 'DEPENDENT_CHILD') as child, bool_or(fact = 'FIRST_JOB_PENSION') as first_job
  from employee_fact
 where book_id = %(book)s and employee_id = any(%(employees)s::text[]) and year = any(%(years)s::int[])
   and recorded_at <= %(known)s and (revoked_at is null or revoked_at > %(known)s)
 group by employee_id, year
"""
_SUMS: Final = (
    ("Limite {limit}; qui {used}, da altrove {elsewhere}: {total} nell'anno.",
     "Limit {limit}; {used} here, {elsewhere} from elsewhere: {total} in the year."),
    ("Limite {limit}; qui {used}, da altrove non noto: il totale dell'anno non si conosce.",
     "Limit {limit}; {used} here, unknown from elsewhere: the year's total is not known."),
)  # fmt: skip
_CROSSED: Final = (
    "Superato il limite di {limit} con {total}: anche {elsewhere} dichiarati da altrove diventano imponibili, e non"
    " sono compresi qui.",
    "Past the limit of {limit} with {total}: the {elsewhere} declared from elsewhere become taxable too, and are not"
    " included here.",
)
_CROSSED_HERE: Final = (
    "Superato il limite di {limit} con {total}: da altrove non arriva nulla.",
    "Past the limit of {limit} with {total}: nothing comes from elsewhere.",
)
_CROSSED_UNKNOWN: Final = (
    "Superato il limite di {limit} con {used} di qui. Da altrove: non noto; ciò che arrivasse diventa imponibile"
    " anch'esso, e non è compreso qui.",
    "Past the limit of {limit} with {used} from here. From elsewhere: unknown; whatever came becomes taxable too, and"
    " is not included here.",
)
_RESPECTED: Final = (
    "Di nuovo entro il limite di {limit} con {total}: {elsewhere} dichiarati da altrove tornano esenti, e non sono"
    " compresi qui.",
    "Within the limit of {limit} again with {total}: the {elsewhere} declared from elsewhere are exempt again, and are"
    " not included here.",
)
_RESPECTED_HERE: Final = ("Di nuovo entro il limite di {limit}.", "Within the limit of {limit} again.")


@dataclass(frozen=True, slots=True)
class YearLimit:
    """
    One person's year under one category's limit; minor units.

    `used_minor` is what counts from this wallet, `taxable_minor` the part of it recorded as taxable. `elsewhere_minor`
    is None while nobody declared it: unknown, never zero.
    """

    category: Category
    over_cap: OverCap
    limit_minor: int
    elsewhere_minor: int | None
    used_minor: int = 0
    taxable_minor: int = 0

    @property
    def total_minor(self) -> int | None:
        """What counts in the year, here and elsewhere; None where elsewhere is unknown."""
        return None if self.elsewhere_minor is None else self.used_minor + self.elsewhere_minor

    @property
    def crossed(self) -> bool:
        """Whether the year stands past a cliff: everything of it is taxable, wherever it comes from."""
        return self.over_cap is OverCap.CLIFF and self.taxable_minor > 0


@dataclass(frozen=True, slots=True)
class Known:
    """What was known of people's years at a moment; `on` is the day whose law holds for its own year."""

    said: Mapping[tuple[str, int], Any]
    on: date
    known_at: datetime

    def of(
        self, employee_id: str, year: int, category: Category, used_minor: int = 0, taxable_minor: int = 0
    ) -> YearLimit | None:
        """Return a person's year under a category's limit; None where it has none."""
        rulebook, known = loading.load(), self.known_at.astimezone(clock.ROME).date()
        on = self.on if self.on.year == year else date(year, 12, 31)
        on = limited_day(rulebook, category, on, known)
        said = self.said.get((employee_id, year))
        if category is Category.FRINGE:
            found = fringe_limit(rulebook, on, known, dependent_child=said is not None and said.child)
            limits = [] if found is None else [found]
        else:
            first_job = said is not None and said.first_job
            limits = yearly_limits(rulebook, category, on, known, first_job_pension_plus=first_job)
        if not limits:
            return None
        elsewhere = getattr(said, category, None) if limits[0].counts_elsewhere else 0
        limit_minor = sum(limit.amount_minor for limit in limits)
        return YearLimit(category, limits[0].over_cap, limit_minor, elsewhere, used_minor, taxable_minor)


def known(
    session: Session, book_id: int, people_years: Iterable[tuple[str, int]], *, on: date, known_at: datetime
) -> Known:
    """Return what had been declared of people's years by a moment, in one statement."""
    pairs = set(people_years)
    asked = {
        "book": book_id,
        "employees": sorted({employee_id for employee_id, _ in pairs}),
        "years": sorted({year for _, year in pairs}),
        "known": known_at,
    }
    rows = database.rows(session, _SAID, asked) if pairs else []
    return Known({(row.employee_id, row.year): row for row in rows}, on, known_at)


def of_gauge(gauge: Gauge) -> YearLimit:
    """Return what a gauge says of a person's year."""
    return YearLimit(
        gauge.category,
        gauge.over_cap,
        gauge.limit_minor,
        gauge.external_minor,
        gauge.used_minor,
        gauge.recorded_taxable_minor,
    )


def sums(limit: YearLimit, text: Words) -> str:
    """Say the limit, what was used here, what came from elsewhere, and the year's total."""
    return _said(_SUMS[limit.elsewhere_minor is None], limit, text)


def crossing(limit: YearLimit, text: Words) -> str:
    """Say what a year past the cliff, or back within it, means for what came from elsewhere."""
    if not limit.crossed:
        return _said(_RESPECTED if limit.elsewhere_minor else _RESPECTED_HERE, limit, text)
    if limit.elsewhere_minor is None:
        return _said(_CROSSED_UNKNOWN, limit, text)
    return _said(_CROSSED if limit.elsewhere_minor else _CROSSED_HERE, limit, text)


def _said(texts: tuple[str, str], limit: YearLimit, text: Words) -> str:
    return texts[text.language == "en"].format(
        limit=text.euro(limit.limit_minor),
        used=text.euro(limit.used_minor),
        elsewhere=text.euro(limit.elsewhere_minor or 0),
        total=text.euro(limit.total_minor or 0),
    )
