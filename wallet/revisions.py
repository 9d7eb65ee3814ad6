"""Revisions: a plan that is corrected while no credit was granted under it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import clock, money
from plans import plans
from plans.errors import PlanNotFound
from plans.plan_file import PlanDraft
from plans.plans import Outcome, PlanLoad
from plans.rulebook import loading
from wallet import chart, funding
from wallet.errors import PlanCommitted, PlanInUse
from wallet.tables import Lot

# Where a plan's money comes from, and the account that grants draw from.
_BOUND = frozenset({"funding_policy", "source"})


def wait(session: Session, book_id: int, plan_id: str) -> None:
    """Wait for whoever grants or commits under a plan; others wait for the end of the transaction."""
    chart.lock_plan(session, book_id, plan_id, exclusive=True)


def revise(session: Session, book_id: int, draft: PlanDraft) -> PlanLoad:
    """
    Write a plan anew under its code; one that is not there yet is loaded.

    Whoever grants or commits under it has ended, or begins when this transaction has.
    Errors: those of `plans.load`, PlanInUse, PlanCommitted; in this order.
    """
    with suppress(PlanNotFound):
        wait(session, book_id, plans.by_code(session, book_id, draft.code).plan_id)
    done = plans.load(session, book_id, draft, rulebook=loading.load(), created_at=clock.now(), revise=True)
    if done.outcome is Outcome.REVISED:
        _refuse_in_use(session, book_id, draft.code, done.changed)
    return done


def granted_plans(session: Session, book_id: int) -> frozenset[str]:
    """Return the ids of the plans of a book under which credit was granted, be it that it was taken back since."""
    return frozenset(session.scalars(sa.select(Lot.plan_id).where(Lot.book_id == book_id).distinct()))


def _refuse_in_use(session: Session, book_id: int, code: str, changed: Sequence[str]) -> None:
    state = funding.state(session, plans.by_code(session, book_id, code))
    if state.granted_minor:
        raise PlanInUse(plan=code, granted=money.from_minor(state.granted_minor))
    bound = [key for key in changed if key in _BOUND]
    if state.committed_minor and bound:
        raise PlanCommitted(plan=code, committed=money.from_minor(state.committed_minor), keys=bound)
