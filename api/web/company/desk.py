"""The desk of a personnel office: the plans that lie on it, and the files that are not loaded yet."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from api import tasks
from api.access.identity import current, transact_in
from api.tasks import State, Task
from api.v1 import budget_loading
from api.web import guards
from plans import listing
from plans import plans as terms
from plans.listing import PlanCard
from plans.words import FundingPolicy
from wallet import funding, revisions
from wallet.funding import FundingState

_RECENT = 20
_GOING = (State.QUEUED, State.RUNNING)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the money of a plan stands; `prefunded` where only what arrived is granted."""

    state: FundingState
    prefunded: bool

    @property
    def coming_minor(self) -> int:
        """What was committed and has not arrived."""
        return self.state.committed_minor - self.state.funded_minor


def standing(session: Session, book_id: int, plan_code: str) -> Standing:
    """
    Return where the money of a plan stands.

    Errors: PlanNotFound.
    """
    found = terms.by_code(session, book_id, plan_code)
    return Standing(funding.state(session, found), found.funding_policy is FundingPolicy.PREFUNDED)


def plans(session: Session) -> tuple[PlanCard, ...]:
    """Return the plans of the book, the latest to begin first."""
    rows = session.execute(listing.query(book_id=guards.own_book()))
    return tuple(sorted(map(listing.card, rows), key=lambda card: (-card.starts_on.toordinal(), card.code)))


def unfinished(session: Session) -> tuple[Task, ...]:
    """Return what waits, goes on, or failed with nothing loaded since: one's own files of the book, newest first."""
    asked = {"kind": budget_loading.KIND, "book_id": guards.own_book(), "limit": _RECENT}
    mine = tasks.page(session, asked, member_id=current().member_id).data
    loaded = next((task.task_id for task in mine if task.state is State.DONE), "")
    # Ids grow with time.
    return tuple(
        task for task in mine if task.state in _GOING or (task.state is State.FAILED and task.task_id > loaded)
    )


def granted() -> frozenset[str]:
    """Return the plans under which credit was granted; of whose it is, the office is told nothing."""
    return transact_in(guards.own_book(), lambda session: revisions.granted_plans(session, guards.own_book()))
