"""
Leavers: what is left to somebody whose employment ended, how long it can be spent, and what can be done with it.

For the personnel office one sum a plan; what is held for purchases under way only the person sees.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from sqlalchemy.orm import Session

from config import database
from ledger import accounts
from plans import people, plans
from plans.people import EmployeeCard
from plans.plans import PlanTerms
from plans.rulebook.words import Category, Channel
from plans.words import Residual
from wallet import lots

_WITH_CREDIT = (
    "select e.employee_id from employee e where e.book_id = %(book)s and e.left_on is not null"
    " and exists (select from lot l join balance b on b.book_id = l.book_id and b.account_id = l.account_id"
    "              where l.book_id = e.book_id and l.employee_id = e.employee_id"
    "                and b.debit_posted <> b.credit_posted)"
)


class Way(StrEnum):
    """What a leaver can still do with their credit, or what becomes of it."""

    SPEND = "SPEND"
    SUBMIT = "SUBMIT"
    PENSION = "PENSION"
    WAIT_FOR_CAPTURE = "WAIT_FOR_CAPTURE"
    ENDS_TO_FUNDER = "ENDS_TO_FUNDER"
    ENDS_TO_COMMUNITY = "ENDS_TO_COMMUNITY"
    ENDS_TO_PENSION = "ENDS_TO_PENSION"


# What the person is told: Italian, English.
SENTENCES: dict[Way, tuple[str, str]] = {
    Way.SPEND: ("scegliere un servizio entro l'ultimo giorno", "choose a service by the last day"),
    Way.SUBMIT: (
        "chiedere il rimborso di una spesa ammessa entro l'ultimo giorno",
        "submit an admitted expense by the last day",
    ),
    Way.PENSION: (
        "chiedere il versamento alla previdenza complementare",
        "ask for it to be paid into a pension fund",
    ),
    Way.WAIT_FOR_CAPTURE: (
        "ciò che è vincolato può ancora essere erogato; se non lo è, torna libero e scade",
        "what is held can still be delivered; if it is not, it is free again and ends",
    ),
    Way.ENDS_TO_FUNDER: ("quel che resta torna all'azienda", "what is left goes back to the employer"),
    Way.ENDS_TO_COMMUNITY: ("quel che resta va al fondo di comunità", "what is left goes to the community fund"),
    Way.ENDS_TO_PENSION: (
        "quel che resta va alla previdenza complementare, tramite le paghe",
        "what is left goes to the pension fund, through payroll",
    ),
}
_ENDS = {
    Residual.EMPLOYER: Way.ENDS_TO_FUNDER,
    Residual.COMMUNITY_FUND: Way.ENDS_TO_COMMUNITY,
    Residual.PENSION_FUND: Way.ENDS_TO_PENSION,
}


@dataclass(frozen=True, slots=True)
class Credit:
    """
    What a leaver has left under one plan; minor units. `days_left` counts the last day, and today: 1 is "today only".

    `left_minor` is what the personnel office sees; `held_minor` of it waits for a capture and is the person's own.
    """

    plan_code: str
    plan_name: str
    last_day: date
    days_left: int
    left_minor: int
    held_minor: int
    ways: tuple[Way, ...]

    @property
    def available_minor(self) -> int:
        """What can still be spent."""
        return self.left_minor - self.held_minor if self.days_left > 0 else 0


@dataclass(frozen=True, slots=True)
class Leaver:
    """Somebody who left, and what they have left; the first to end first."""

    employee: EmployeeCard
    left_on: date
    credits: tuple[Credit, ...] = field(default_factory=tuple)

    @property
    def left_minor(self) -> int:
        """Everything that is left under all plans."""
        return sum(credit.left_minor for credit in self.credits)


def of_book(session: Session, book_id: int, *, on: date) -> tuple[Leaver, ...]:
    """Return every leaver who has something left, the one whose time ends first before the others."""
    found = [
        leaver
        for row in database.rows(session, _WITH_CREDIT, {"book": book_id})
        if (leaver := of_person(session, book_id, row.employee_id, on=on)) is not None and leaver.credits
    ]
    return tuple(
        sorted(found, key=lambda each: (each.credits[0].last_day, each.employee.last_name, each.employee.first_name))
    )


def of_person(session: Session, book_id: int, employee_id: str, *, on: date) -> Leaver | None:
    """
    Return what is left to somebody who left, None for somebody who did not.

    Errors: EmployeeNotFound.
    """
    card = people.employee(session, book_id, employee_id)
    if card.left_on is None:
        return None
    mine = lots.of_wallet(session, book_id, employee_id)
    terms_of = plans.terms(session, book_id, {lot.plan_id for lot in mine})
    states = accounts.states(session, book_id, [lot.account_id for lot in mine])
    kept: dict[tuple[str, date], list[tuple[int, int]]] = {}
    for lot in mine:
        state = states[lot.account_id]
        if state.posted_minor:
            last_day = lot.last_day_under(terms_of[lot.plan_id], card.left_on)
            kept.setdefault((lot.plan_id, last_day), []).append((state.posted_minor, state.held_minor))
    credits = [_credit(terms_of[plan_id], last_day, sums, on) for (plan_id, last_day), sums in kept.items()]
    return Leaver(card, card.left_on, tuple(sorted(credits, key=lambda each: (each.last_day, each.plan_code))))


def _credit(terms: PlanTerms, last_day: date, sums: Iterable[tuple[int, int]], on: date) -> Credit:
    posted, held = (sum(column) for column in zip(*sums, strict=True))
    days_left = max(0, (last_day - on).days + 1)
    ways: list[Way] = []
    if days_left and posted > held:
        ways.append(Way.SPEND)
        if Channel.REIMBURSEMENT in terms.channels:
            ways.append(Way.SUBMIT)
        if Category.PENSION in terms.categories:
            ways.append(Way.PENSION)
    if held:
        ways.append(Way.WAIT_FOR_CAPTURE)
    ways.append(_ENDS[terms.residual_destination])
    return Credit(terms.code, terms.name, last_day, days_left, posted, held, tuple(ways))
