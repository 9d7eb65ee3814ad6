"""Private citizens: each pays with their own money, recorded by its receipt, and buys at the network's price."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from api.demonstration.citizens.people import PRIVATE, Citizen, citizens
from api.demonstration.credits import TODAY
from api.demonstration.scene import ACTOR, Answers, Scene, Step
from config import clock
from config.money import from_minor
from network.services import prices
from plans import enrolment, plan_file, plans
from plans.people_file import EmployeeDraft
from plans.rulebook import loading as rulebook_loading
from wallet import authorizations, captures, tenders
from wallet.purchases import Purchase
from wallet.tenders import Receipt, TenderKind

PLAN = "PRV"
_FOLDER = Path(__file__).parent
_OFFICE, _PEOPLE = 0, 2
_FIRST_DAY = date(2026, 2, 2)
# How many days lie between two purchases of one person.
_EVERY = 21

_Work = Callable[[Session, Scene], Answers]


def steps() -> Iterator[Step]:
    """Return the opening of the plan, and what each citizen pays and buys."""
    people = citizens()[PRIVATE.code]
    yield Step(_FIRST_DAY - timedelta(days=1), _OFFICE, PRIVATE.code, "cittadini", _open(people))
    for place, citizen in enumerate(people):
        on = _FIRST_DAY + timedelta(days=3 * place)
        number = 1
        while on <= TODAY:
            yield Step(on, _PEOPLE, PRIVATE.code, f"acquisto {citizen.tax_code} {number}", _buy(citizen, place, number))
            on, number = on + timedelta(days=_EVERY), number + 1


def _open(people: tuple[Citizen, ...]) -> _Work:
    def work(session: Session, scene: Scene) -> Answers:
        book_id = scene.books[PRIVATE.code]
        draft = plan_file.read(_FOLDER / f"{PLAN.lower()}.toml")
        plans.load(session, book_id, draft, rulebook=rulebook_loading.load(), created_at=clock.now())
        enrol(session, book_id, people)
        scene.meet(session, PRIVATE.code)
        return {}

    return work


def enrol(session: Session, book_id: int, people: tuple[Citizen, ...]) -> None:
    """Write citizens into the register of a book; who is there stays as they are."""
    for citizen in people:
        draft = EmployeeDraft(citizen.tax_code, citizen.first_name, citizen.last_name, citizen.birth_date)
        enrolment.enrol(session, book_id, draft)


def _buy(citizen: Citizen, place: int, number: int) -> _Work:
    def work(session: Session, scene: Scene) -> Answers:
        book_id, employee = scene.books[PRIVATE.code], scene.people[citizen.tax_code]
        today = clock.today()
        amount = from_minor(prices.price_on(session, citizen.wants, today).price_minor * citizen.quantity)
        receipt = Receipt(TenderKind.CARD, f"POS-{place + 1:02d}{number:04d}")
        tenders.record(session, book_id, employee, PLAN, receipt, amount, on=today, actor=ACTOR)
        purchase = Purchase(employee_id=employee, service_code=citizen.wants, quantity=citizen.quantity)
        made = authorizations.authorize(session, book_id, purchase, actor=ACTOR)
        captures.capture(session, book_id, made.authorization_id, actor=ACTOR)
        return {}

    return work
