"""What people of the demonstration ask the welfare manager for: one request answered, one in vain, two that wait."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from api.demonstration.people import Employer
from api.demonstration.scene import ACTOR, Answers, Scene, Step
from wallet.requests import handling
from wallet.requests.records import By
from wallet.requests.words import Outcome, Role

_PEOPLE = 2


@dataclass(frozen=True, slots=True)
class _Wish:
    """What somebody asks for on a day, who of the payroll that is, and what is answered, to which end."""

    employer: int
    worker: int
    on: date
    text: str
    service: str | None = None
    answer: str = ""
    named: tuple[str, ...] = ()
    outcome: Outcome | None = None


_WISHES = (
    _Wish(
        0, 12, date(2026, 10, 6), "Mio padre torna dall'ospedale: chi ci aiuta in casa nelle prime settimane?",
        answer="Per le prime settimane c'è l'assistenza domiciliare; le va bene che la chiami domani?",
        named=("ADI-CR",), outcome=Outcome.ORIENTED,
    ),
    _Wish(
        1, 30, date(2026, 10, 20), "Cerco un nido aperto anche il sabato.",
        answer="In zona non ce n'è nessuno: lo segnaliamo a chi programma i servizi.", outcome=Outcome.NOT_AVAILABLE,
    ),
    _Wish(0, 40, date(2026, 11, 17), "Vorrei capire come conciliare i turni con la scuola dei figli.", "CON-CR"),
    _Wish(2, 5, date(2026, 11, 20), "Mia madre non può più restare sola il mattino: che cosa posso chiedere?"),
)  # fmt: skip


def steps(employers: Sequence[Employer]) -> Iterator[Step]:
    """Return what is asked for, and two days later what is answered."""
    for number, wish in enumerate(_WISHES, 1):
        employer = employers[wish.employer]
        yield Step(wish.on, _PEOPLE, employer.code, f"richiesta {number}", _Asking(employer, wish, number))
        if wish.answer:
            on = wish.on.replace(day=wish.on.day + 2)
            yield Step(on, _PEOPLE, employer.code, f"risposta {number}", _Answering(employer, wish, number))


@dataclass(frozen=True, slots=True)
class _Asking:
    employer: Employer
    wish: _Wish
    number: int

    def __call__(self, session: Session, scene: Scene) -> Answers:
        person = scene.people[self.employer.on_payroll(self.wish.on)[self.wish.worker].tax_code]
        made = handling.ask(
            session,
            scene.books[self.employer.code],
            person,
            text=self.wish.text,
            service=self.wish.service,
            by=By(ACTOR, Role.EMPLOYEE),
        )
        return {f"richiesta {self.number}": made.request_id}


@dataclass(frozen=True, slots=True)
class _Answering:
    employer: Employer
    wish: _Wish
    number: int

    def __call__(self, session: Session, scene: Scene) -> Answers:
        book_id, made = scene.books[self.employer.code], scene.authorizations[f"richiesta {self.number}"]
        by = By("ufficio welfare", Role.WELFARE_MANAGER)
        handling.answer(session, book_id, made, text=self.wish.answer, named=self.wish.named, by=by)
        if self.wish.outcome is not None:
            handling.close(session, book_id, made, self.wish.outcome, by=by)
        return {}
