"""What came of the demonstration: what the database says when it is over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from api.demonstration.citizens.people import MUNICIPALITY, citizens
from api.demonstration.credits import TODAY
from api.demonstration.people import Employer
from api.demonstration.scene import Scene
from api.demonstration.stories import STORIES, Story
from ledger import seals, verification
from ledger.differences import Difference
from plans import plans
from plans.social import applications
from plans.social.words import State as Application
from reports import plan_statement
from reports.plan_statement import Reading
from wallet import authorizations, recheck
from wallet.authorizations import Authorization
from wallet.recheck import Recheck
from wallet.reimbursements import records
from wallet.settlement import clearing, disputes, payouts
from wallet.settlement.disputes import State

_BEGIN = date(2024, 1, 1)
# The last month that is cleared.
LAST_MONTH = date(2026, 10, 1)


@dataclass(frozen=True, slots=True)
class Providers:
    """How providers were paid: transfers and what they came to, those that came back, disputes; minor units."""

    transfers: int
    paid_minor: int
    returned: int
    disputes: int
    open_disputes: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the database says when the demonstration is over."""

    money: Mapping[str, Mapping[str, int]]
    statuses: Mapping[str, Counter[str]]
    clearing: Mapping[str, int]
    providers: Providers
    reimbursements: Mapping[str, tuple[int, int]]
    admitted: int
    citizens: Mapping[str, tuple[int, int]]
    stories: Sequence[tuple[Story, str, Sequence[Authorization]]]
    rechecks: Sequence[Recheck]
    differences: Mapping[str, Sequence[Difference]]
    sealed: Mapping[str, int]

    @property
    def purchases(self) -> int:
        """Return how many purchases were asked for."""
        return sum(counter.total() for counter in self.statuses.values())

    @property
    def sound(self) -> bool:
        """Whether every book verifies and the territories owe one another nothing in sum."""
        return not any(self.differences.values()) and sum(self.clearing.values()) == 0


def gather(session: Session, scene: Scene, employers: Sequence[Employer]) -> Outcome:
    """Read what the summary tells, the verification of every book included."""
    heads = {code: seals.head(session, book_id) for code, book_id in scene.books.items()}
    return Outcome(
        money={employer.code: _money(session, scene.books[employer.code]) for employer in employers},
        statuses={employer.code: _statuses(session, scene, employer) for employer in employers},
        clearing=_positions(session),
        providers=_providers(session, scene),
        reimbursements=_reimbursements(session, scene, employers),
        admitted=_admitted(session, scene),
        citizens={code: _citizens(session, scene, code) for code in citizens()},
        stories=tuple(_stories(session, scene, employers)),
        rechecks=recheck.recheck(session, scene.books["E1"], 2025),
        differences={code: verification.verify(session, book_id) for code, book_id in scene.books.items()},
        sealed={code: 0 if head is None else head.seq for code, head in heads.items()},
    )


def _money(session: Session, book_id: int) -> Mapping[str, int]:
    """Add up the statements of all plans of a book since the beginning."""
    sums: Counter[str] = Counter()
    for terms in plans.of_book(session, book_id):
        statement = plan_statement.gather(session, book_id, terms.code, _BEGIN, TODAY, reading=Reading.PAYROLL)
        sums["committed"] += statement.budget.committed_to_date_minor
        sums["funded"] += statement.budget.funded_to_date_minor
        sums["granted"] += statement.total.granted_net_minor
        sums["brought"] += statement.total.brought_minor
        sums["used"] += statement.total.used_minor
        sums["expired"] += statement.total.expired_minor
        sums["residual"] += statement.total.residual_minor
        sums["held"] += statement.total.held_minor
    return sums


def _statuses(session: Session, scene: Scene, employer: Employer) -> Counter[str]:
    """Count purchases by state; a reimbursement and a payment into a pension fund have no provider."""
    book_id = scene.books[employer.code]
    found: Counter[str] = Counter()
    for worker in employer.workers:
        for authorization in authorizations.of_employee(session, book_id, scene.people[worker.tax_code]):
            found[authorization.status] += authorization.provider_code is not None
    return found


def _citizens(session: Session, scene: Scene, code: str) -> tuple[int, int]:
    """Return how many purchases the citizens of a book made, and what was delivered of them; minor units."""
    found = [
        authorization
        for citizen in citizens()[code]
        for authorization in authorizations.of_employee(session, scene.books[code], scene.people[citizen.tax_code])
    ]
    return len(found), sum(one.captured_minor - one.refunded_minor for one in found)


def _admitted(session: Session, scene: Scene) -> int:
    """Return how many applications were admitted."""
    asked = applications.listed(session, scene.books[MUNICIPALITY.code])
    return sum(application.state is not Application.NOT_ADMITTED for application, _ in asked)


def _positions(session: Session) -> Mapping[str, int]:
    """Return what each territory and the network gets for the last month that is closed, or pays below zero."""
    closed = clearing.get(session, LAST_MONTH)
    return {position.party: position.position_minor for position in closed.positions}


def _providers(session: Session, scene: Scene) -> Providers:
    payments = [payment for name in payouts.references(session) for payment in payouts.get(session, name).payments]
    paid = [payment.amount_minor for payment in payments if payment.state == "paid"]
    known = [dispute for book_id in scene.books.values() for dispute in disputes.listed(session, book_id)]
    still_open = sum(dispute.state is State.OPEN for dispute in known)
    returned = sum(payment.state == "failed" for payment in payments)
    return Providers(len(paid), sum(paid), returned, len(known), still_open)


def _reimbursements(session: Session, scene: Scene, employers: Sequence[Employer]) -> Mapping[str, tuple[int, int]]:
    """Return by state how many reimbursements there are, and what was approved of them; minor units."""
    counts: Counter[str] = Counter()
    approved: Counter[str] = Counter()
    for employer in employers:
        for found in records.find(session, scene.books[employer.code]):
            counts[found.status] += 1
            approved[found.status] += found.approved_minor or 0
    return {state: (count, approved[state]) for state, count in counts.items()}


def _stories(
    session: Session, scene: Scene, employers: Sequence[Employer]
) -> list[tuple[Story, str, Sequence[Authorization]]]:
    cast = {
        worker.story: (employer.code, worker.tax_code, f"{worker.first_name} {worker.last_name}")
        for employer in employers
        for worker in employer.workers
    }
    for code, people in citizens().items():
        first = people[0]
        cast[first.first_name.lower()] = (code, first.tax_code, f"{first.first_name} {first.last_name}")
    told: list[tuple[Story, str, Sequence[Authorization]]] = []
    for story in STORIES:
        code, tax_code, name = cast[story.name]
        acts = authorizations.of_employee(session, scene.books[code], scene.people[tax_code])[::-1]
        told.append((story, f"{name} ({code})", acts))
    return told
