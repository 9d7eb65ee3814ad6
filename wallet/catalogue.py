"""The catalogue as one person meets it: what may suit whom they buy for, and what their credit may pay."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from network.audience import Person
from plans import people, plans
from plans.children import CHILDREN
from plans.plans import PlanTerms
from plans.rulebook.words import Category, Channel
from wallet import contents
from wallet.tables import Lot


def person(session: Session, book_id: int, employee_id: str, relative_id: str | None, *, on: date) -> Person:
    """
    Return what the catalogue should know of whoever a service is for, the employee or a relative.

    Where a person lives is known by name only, so that services for residents are shown to everybody; and whoever
    nobody has said not to be dependent may be. The decision on a purchase asks for more.

    Errors: EmployeeNotFound, RelativeNotFound; in this order.
    """
    known = people.for_authorization(session, book_id, employee_id, relative_id, on)
    if known.relative is None:
        return Person(age=_age(known.birth_date, on), is_worker=True, is_resident=True)
    return Person(
        age=_age(known.relative.birth_date, on),
        is_not_self_sufficient=known.relative.not_self_sufficient,
        is_child_of_worker=known.relative.kinship in CHILDREN,
        is_dependant=known.relative.dependent is not False,
        is_resident=True,
    )


def payable(
    session: Session, book_id: int, employee_id: str | None, *, on: date
) -> tuple[tuple[Collection[Category], Collection[Channel]], ...]:
    """Return the categories and channels of each plan that can be spent on a day: a person's own, or a book's."""
    return tuple((terms.categories, terms.channels) for terms in spendable(session, book_id, employee_id, on=on))


def spendable(session: Session, book_id: int, employee_id: str | None, *, on: date) -> tuple[PlanTerms, ...]:
    """Return the plans that can be spent on a day: those that a person has credit of, or a book's."""
    found = plans.of_book(session, book_id)
    if employee_id is not None:
        own = sa.select(Lot.plan_id).where(Lot.book_id == book_id, Lot.employee_id == employee_id).distinct()
        held = set(session.scalars(own))
        found = tuple(terms for terms in found if terms.plan_id in held)
    return tuple(terms for terms in found if terms.starts_on <= on <= terms.carried_until())


def funded(session: Session, book_id: int, employee_id: str) -> tuple[PlanTerms, ...]:
    """
    Return the plans of which a person has credit left that can be spent today, the first to end first.

    What a municipality pays beside its citizen's share is no such credit.

    Errors: EmployeeNotFound.
    """
    found = contents.of(session, book_id, employee_id, ended=False)
    held = dict.fromkeys(lot.plan_id for lot in found.lots if lot.counts)
    return tuple(plans.terms(session, book_id, held).values()) if held else ()


def _age(born: date | None, on: date) -> int | None:
    if born is None:
        return None
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
