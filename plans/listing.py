"""Plans as they are looked through, in every book that the session sees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plans import plans
from plans.errors import PlanNotFound
from plans.plan_file import PlanDraft
from plans.plans import PlanTerms
from plans.rows import Funder, Plan, table
from plans.rulebook.words import PlanSource

_PLAN, _FUNDER = table(Plan), table(Funder)
KEY: sa.ColumnElement[str] = _PLAN.c.plan_id


@dataclass(frozen=True, slots=True)
class PlanCard:
    """A plan in a list; `employer` is its funder's code."""

    plan_id: str
    book_id: int
    employer: str
    code: str
    name: str
    source: PlanSource
    starts_on: date
    ends_on: date
    spend_by: date


@dataclass(frozen=True, slots=True)
class FoundPlan:
    """A plan whole, with where it is and whose."""

    plan_id: str
    book_id: int
    employer: str
    draft: PlanDraft


_CARD: sa.Select[Any] = sa.select(
    _PLAN.c.plan_id,
    _PLAN.c.book_id,
    _FUNDER.c.code.label("employer"),
    _PLAN.c.code,
    _PLAN.c.name,
    _PLAN.c.source,
    _PLAN.c.starts_on,
    _PLAN.c.ends_on,
    _PLAN.c.spend_by,
).join(_FUNDER, _FUNDER.c.book_id == _PLAN.c.book_id)


def query(
    *, book_id: int | None = None, employer: str | None = None, source: PlanSource | None = None, on: date | None = None
) -> sa.Select[Any]:
    """Return the query of plans; `on` asks for those whose credit can be spent that day. `card` reads a row."""
    found = _CARD
    if book_id is not None:
        found = found.where(_PLAN.c.book_id == book_id)
    if employer is not None:
        found = found.where(_FUNDER.c.code == employer)
    if source is not None:
        found = found.where(_PLAN.c.source == str(source))
    if on is not None:
        found = found.where(_PLAN.c.starts_on <= on, _PLAN.c.spend_by >= on)
    return found


def card(row: sa.Row[Any]) -> PlanCard:
    """Return a row of the query as what it says."""
    values = dict(row._mapping)
    return PlanCard(**values | {"source": PlanSource(row.source)})


def place(session: Session, plan_id: str) -> PlanCard:
    """
    Return where a plan is, as far as the session sees.

    Errors: PlanNotFound.
    """
    row = session.execute(_CARD.where(_PLAN.c.plan_id == plan_id)).one_or_none()
    if row is None:
        raise PlanNotFound(plan=plan_id, known=["-"])
    return card(row)


def find(session: Session, plan_id: str) -> FoundPlan:
    """
    Return a plan whole, as far as the session sees.

    Errors: PlanNotFound.
    """
    found = place(session, plan_id)
    draft = plans.describe(session, found.book_id, found.code)
    return FoundPlan(plan_id, found.book_id, found.employer, draft)


def terms(session: Session, plan_id: str) -> PlanTerms:
    """
    Return the terms of a plan, as far as the session sees.

    Errors: PlanNotFound.
    """
    return plans.terms(session, place(session, plan_id).book_id, [plan_id])[plan_id]
