"""What the demonstration remembers between two steps: who is who in the database, and which order became what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy.orm import Session

from api.demonstration.errors import DemonstrationInterrupted
from ledger import idempotency, journal
from ledger.journal import Filter
from plans import people as register

ACTOR = "dimostrazione"

Answers = dict[str, str]


@dataclass(slots=True)
class Scene:
    """
    Ids by the names the demonstration knows: books by code, people by codice fiscale, authorizations by label.

    A label is the number of an everyday order, or a name that a story gives; applications, reimbursements and disputes
    stand among the authorizations under theirs. `begun` are the books in which a step was done in this run.
    """

    books: dict[str, int] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    authorizations: dict[str, str] = field(default_factory=dict)
    begun: set[str] = field(default_factory=set)

    def meet(self, session: Session, code: str) -> None:
        """Learn the ids of everybody whom a book knows."""
        book_id = self.books[code]
        for employee in register.employees(session, book_id):
            self.people[employee.tax_code] = employee.employee_id
            for relative in register.relatives(session, book_id, employee.employee_id):
                if relative.tax_code is not None:
                    self.people[relative.tax_code] = relative.relative_id


@dataclass(frozen=True, slots=True)
class Step:
    """
    Something that happens in one book on one day, as one transaction; the answer names the authorizations it made.

    Steps of a day go by `rank`: the office first, then the clock, then people.
    """

    on: date
    rank: int
    book: str
    key: str
    work: Callable[[Session, Scene], Mapping[str, str]]

    @property
    def order(self) -> tuple[date, int, str, str]:
        """Return the place of the step in history."""
        return self.on, self.rank, self.book, self.key


def once(session: Session, scene: Scene, step: Step) -> bool:
    """
    Do a step unless it was done before, and remember what it made; return whether it was done now.

    The step's key is claimed in the transaction of its work: an interrupted demonstration resumes where it stopped.
    Errors: DemonstrationInterrupted.
    """
    book_id = scene.books[step.book]
    answer = idempotency.claim(session, book_id, ACTOR, "demonstration", step.key, {})
    if answer is None:
        if step.book not in scene.begun:
            _refuse_later_entries(session, scene, step)
        made = dict(step.work(session, scene))
        idempotency.store(session, book_id, ACTOR, "demonstration", step.key, made)
    else:
        made = {str(label): str(found) for label, found in answer.items()}
    scene.authorizations |= made
    return answer is None


def _refuse_later_entries(session: Session, scene: Scene, step: Step) -> None:
    """History is played in its order: what comes after a step that was never done is not ours."""
    later = Filter(from_day=step.on + timedelta(days=1))
    if journal.count(session, scene.books[step.book], later):
        raise DemonstrationInterrupted(book=step.book, day=step.on)
    scene.begun.add(step.book)
