"""The fees that runs withheld by, and whether one goes by others than the run before: terms are easily mistaken."""

from __future__ import annotations

from sqlalchemy.orm import Session

from wallet.settlement import payouts
from wallet.settlement.payouts import Run

Rates = list[tuple[str, str, str, int]]


def of(run: Run) -> Rates | None:
    """Return the fees of a run's terms without where they come from; None where the run does not say."""
    if run.fees is None:
        return None
    return sorted((fee["provider"], fee["valid_from"], fee["valid_to"], fee["basis_points"]) for fee in run.fees)


def before(session: Session, run: Run) -> Run | None:
    """Return the run prepared before one if its fees are others."""
    names = payouts.references(session)
    earlier = names[names.index(run.reference) + 1 :]
    found = payouts.get(session, earlier[0]) if earlier else None
    return found if found is not None and of(found) != of(run) else None
