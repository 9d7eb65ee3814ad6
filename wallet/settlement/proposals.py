"""Proposals: what a payout run would pay, found by preparing it and undoing it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from wallet.settlement import payouts, rates
from wallet.settlement.payouts import Advance, Run
from wallet.settlement.terms import Terms


def propose(
    session: Session,
    reference: str,
    *,
    due_by: date,
    execute_on: date,
    terms: Terms,
    actor: str,
    advances: Sequence[Advance] = (),
) -> tuple[Run, Run | None]:
    """
    Return the run that would be prepared, and the run before if its fees are others; nothing of it is kept.

    Errors: those of `payouts.prepare`.
    """
    trial = session.begin_nested()
    try:
        run = payouts.prepare(
            session, reference, due_by=due_by, execute_on=execute_on, terms=terms, actor=actor, advances=advances
        )
        before = rates.before(session, run)
        # What would be checked at the commit is checked now.
        session.execute(sa.text("set constraints all immediate"))
    finally:
        trial.rollback()
    return run, before
