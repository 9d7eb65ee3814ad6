"""The desk of a personnel office: the plans that lie on it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from api.access.identity import transact_in
from api.web import guards
from plans import listing
from plans.listing import PlanCard
from wallet import revisions


def plans(session: Session) -> tuple[PlanCard, ...]:
    """Return the plans of the book, the latest to begin first."""
    rows = session.execute(listing.query(book_id=guards.own_book()))
    return tuple(sorted(map(listing.card, rows), key=lambda card: (-card.starts_on.toordinal(), card.code)))


def granted() -> frozenset[str]:
    """Return the plans under which credit was granted; of whose it is, the office is told nothing."""
    return transact_in(guards.own_book(), lambda session: revisions.granted_plans(session, guards.own_book()))
