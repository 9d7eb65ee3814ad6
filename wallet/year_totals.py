"""What the total of a person's tax year decides: which categories have a yearly limit, and what is beyond it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from config import clock
from plans import people
from plans.rulebook import loading
from plans.rulebook.decision import assess_fringe_year
from plans.rulebook.limits import limited_categories, limited_day, yearly_limits
from plans.rulebook.words import Category


def limited() -> tuple[Category, ...]:
    """Return the categories of which the year's total decides, by the rulebook; that with a cliff first."""
    return limited_categories(loading.load())


def taxable(
    session: Session, book_id: int, employee_id: str, category: Category, total_minor: int, *, year: int, on: date
) -> tuple[int | None, Sequence[str]]:
    """
    Return what of a year's total is taxable under the category's limit as known today, and the rules that say so.

    The limit is that of the day `on` where it lies in the year, else that of the year's last day; None without one.
    """
    day = on if on.year == year else date(year, 12, 31)
    day = limited_day(loading.load(), category, day, clock.today())
    person = people.for_authorization(session, book_id, employee_id, None, day)
    if category is Category.FRINGE:
        found = assess_fringe_year(
            total_minor,
            person.external_fringe_minor,
            dependent_child_declared=person.dependent_child_declared,
            rulebook=loading.load(),
            on=day,
            known_at=clock.today(),
        )
        return (None, ()) if found is None else (found.ours_taxable_minor, found.rule_ids)
    limits = yearly_limits(
        loading.load(), category, day, clock.today(), first_job_pension_plus=person.first_job_pension
    )
    if not limits:
        return None, ()
    external = person.external_cap_minor(category) or 0
    excess = total_minor + external - sum(limit.amount_minor for limit in limits)
    return min(max(excess, 0), total_minor), tuple(limit.id for limit in limits)


def shares(nets_minor: Sequence[int], taxable_minor: int) -> list[int]:
    """
    Return what of each use of a year is taxable, given what of their total is, in the order they were written.

    The last ones are the excess; past a cliff all of them are.
    """
    found: list[int] = []
    for net_minor in reversed(nets_minor):
        found.append(min(net_minor, taxable_minor))
        taxable_minor -= found[-1]
    return found[::-1]
