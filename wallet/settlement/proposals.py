"""Proposals: what a payout run would pay, found by preparing it and undoing it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from wallet.settlement import payouts
from wallet.settlement.coverage import LeftLine
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
) -> tuple[Run, list[LeftLine]]:
    """
    Return the run that would be prepared, and what it would leave out for want of money; nothing of it is kept.

    Errors: those of `payouts.prepare`.
    """
    trial = session.begin_nested()
    try:
        run = payouts.prepare(
            session, reference, due_by=due_by, execute_on=execute_on, terms=terms, actor=actor, advances=advances
        )
        left = payouts.left_lines(session, run)
        # What would be checked at the commit is checked now.
        session.execute(sa.text("set constraints all immediate"))
    finally:
        trial.rollback()
    return run, left
