"""Two people who declare, or enrol, the same thing at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

from moneyed import EUR, Money
from sqlalchemy.orm import Session, sessionmaker

from config import database
from plans import enrolment, facts, people
from plans.people_file import EmployeeDraft
from plans.words import Fact
from tests.plans import factories


def test_one_of_two_figures_declared_at_once_supersedes_the_other(own_sessions: sessionmaker[Session]) -> None:
    with own_sessions.begin() as session:
        book_id = factories.book(session)
        employee_id = factories.employee(session, book_id)
    together = Barrier(2)

    def declare(amount: int) -> facts.Declared:
        met: list[int] = []

        def work(session: Session) -> facts.Declared:
            if not met:
                met.append(together.wait())
            return facts.declare(
                session,
                book_id,
                employee_id,
                Fact.EXTERNAL_FRINGE,
                year=2026,
                amount=Money(amount, EUR),
                declared_on=date(2026, 11, 22),
                recorded_at=factories.NOW + timedelta(seconds=amount),
            )

        return database.transact(work, lambda: own_sessions)

    with ThreadPoolExecutor(2) as pool:
        declared = list(pool.map(declare, (1, 2)))

    with own_sessions() as session:
        history = facts.of_employee(session, book_id, employee_id)
    assert all(each.created for each in declared)
    assert len(history) == 2
    assert sum(each.revoked_at is None for each in history) == 1


def test_one_person_enrolled_twice_at_once_is_one_person(own_sessions: sessionmaker[Session]) -> None:
    with own_sessions.begin() as session:
        book_id = factories.book(session)
    together = Barrier(2)
    draft = EmployeeDraft(factories.tax_code(), "Marco", "Rossi")

    def enrol(_: int) -> str:
        together.wait()
        return database.transact(lambda session: enrolment.enrol(session, book_id, draft), lambda: own_sessions)

    with ThreadPoolExecutor(2) as pool:
        ids = set(pool.map(enrol, range(2)))

    with own_sessions() as session:
        assert {card.employee_id for card in people.employees(session, book_id)} == ids
    assert len(ids) == 1
