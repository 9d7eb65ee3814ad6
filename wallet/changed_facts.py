"""Purchases that what is known today of a relative or a hiring, and not the law, would let decide otherwise."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from config import database
from plans.rulebook.words import Category, Outcome
from wallet import recheck, year_totals
from wallet.standing import Standing


@dataclass(frozen=True, slots=True)
class FactsChange:
    """
    A purchase that was used and that the facts of today would let decide otherwise, the law being one and the same.

    Units: minor units. `recorded_minor` is what its events of the year say is taxable, `due_minor` what would be on the
    facts of today; None where the total of the person's year decides that.
    """

    authorization_id: str
    employee_id: str
    tax_on: date
    category: Category
    used_minor: int
    outcome_then: Outcome
    outcome_now: Outcome
    recorded_minor: int
    due_minor: int | None


def of_year(session: Session, book_id: int, year: int) -> list[FactsChange]:
    """
    List the used purchases of a tax year that were decided on facts of a relative, or of a hiring, that changed since.

    Something was withdrawn, replaced or declared late, and the rulebook says something else of it on the facts of
    today. Nothing corrects it but payroll.
    """
    values = {"book": book_id, "year": year}
    standing = Standing(session, book_id)
    taxed = Counter[str]()
    for row in database.rows(session, recheck.RECORDED, values):
        taxed[row.authorization_id] += row.taxable_minor
    found = []
    for row in database.rows(session, recheck.DECIDED, values):
        if row.used_minor <= 0:
            continue
        stood = recheck.stood_on(row, year)
        changes = [standing.change(row.employee_id, row.relative_id, one.facts, one.on) for one in stood]
        last = next((change for change in reversed(changes) if change is not None), None)
        if last is None:
            continue
        owed = sum(
            one.taxable_minor if change is None else change.taxable_now_minor
            for one, change in zip(stood, changes, strict=True)
        )
        limited = last.now.category in year_totals.limited()
        found.append(
            FactsChange(
                authorization_id=row.authorization_id,
                employee_id=row.employee_id,
                tax_on=stood[-1].on,
                category=last.now.category,
                used_minor=row.used_minor,
                outcome_then=last.then.outcome,
                outcome_now=last.now.outcome,
                recorded_minor=taxed[row.authorization_id],
                due_minor=None if limited else owed * row.used_minor // sum(one.facts.amount_minor for one in stood),
            )
        )
    return found
