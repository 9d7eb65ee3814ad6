"""Two people act at once on the same thing, on connections of their own: one wins, and the book is sound."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from config import clock
from config.errors import DomainError
from plans.rulebook.words import Kinship
from tests import factories
from tests.factories import euro
from tests.wallet.reimbursements.conftest import ALL_STATEMENTS, REIMBURSING, SUPPLIER
from wallet import lots, verification
from wallet.reimbursements import records, requests, reviews
from wallet.reimbursements.documents import Upload
from wallet.reimbursements.submission import Submission
from wallet.reimbursements.words import Holder, PaymentMeans, State

TODAY = date(2026, 3, 10)
ROUNDS = 6
BORN = {"birth_date": date(2018, 1, 1), "tax_code": factories.tax_code(born=date(2018, 1, 1))}


@pytest.fixture
def town(own_sessions: sessionmaker[Session]) -> Iterator[tuple[sessionmaker[Session], int, str, str]]:
    """A committed book with a worker who has 600,00 to be reimbursed from, and a daughter."""
    with clock.at(TODAY):
        with own_sessions.begin() as session:
            factories.network(session)
            book = factories.employer(session)
            code = factories.tax_code()
            worker = factories.employee(session, book, tax_code=code)
            child = factories.relative(session, book, code, Kinship.CHILD, **BORN)
            factories.plan(session, book, **REIMBURSING)
            factories.funded(session, book)
            factories.grant(session, book, "A", worker, 60_000)
        yield own_sessions, book, worker, child


def asked(worker: str, child: str, number: str, amount: int) -> Submission:
    return Submission(
        employee_id=worker,
        relative_id=child,
        expense="summer-centre",
        supplier="Il Gioco",
        supplier_tax_code=SUPPLIER,
        document_no=number,
        document_on=TODAY,
        document=euro(amount),
        expense_on=TODAY,
        payment_means=PaymentMeans.CARD,
        holder=Holder.EMPLOYEE,
        statements=ALL_STATEMENTS,
        payment_shown=True,
    )


def at_once(sessions: sessionmaker[Session], *verbs: Callable[[Session], Any]) -> list[Any]:
    """Run each verb in a transaction of its own, all of them at the same moment."""
    barrier = Barrier(len(verbs))

    def run(verb: Callable[[Session], Any]) -> Any:
        with clock.at(TODAY):
            barrier.wait()
            try:
                with sessions.begin() as session:
                    return verb(session)
            except DomainError as refusal:
                return refusal.code

    with ThreadPoolExecutor(len(verbs)) as pool:
        return list(pool.map(run, verbs))


def test_approve_against_withdraw_has_one_winner(
    town: tuple[sessionmaker[Session], int, str, str], upload: Callable[..., Upload]
) -> None:
    sessions, book, worker, child = town
    approved = 0
    for number in range(ROUNDS):
        with sessions.begin() as session:
            file = [upload(f"gara {number}")]
            found = requests.submit(
                session, book, asked(worker, child, str(number), 1_000), file, store=None, actor=worker
            )
        one = found.reimbursement_id

        answers = at_once(
            sessions,
            lambda session, one=one: reviews.approve(session, book, one, actor="office"),  # type: ignore[misc]
            lambda session, one=one: requests.withdraw(session, book, one, actor=worker),  # type: ignore[misc]
        )

        assert answers.count("reimbursement_not_open") == 1
        with sessions() as session:
            state = records.get(session, book, one).status
            assert state in (State.APPROVED, State.WITHDRAWN)
            approved += state is State.APPROVED
    with sessions() as session:
        (lot,) = lots.of_wallet(session, book, worker)
        assert lot.available_minor == 60_000 - 1_000 * approved
        assert verification.verify(session, book) == []


def test_the_same_document_from_two_sessions_is_taken_once(
    town: tuple[sessionmaker[Session], int, str, str], upload: Callable[..., Upload]
) -> None:
    sessions, book, worker, child = town
    with sessions.begin() as session:
        code = factories.tax_code()
        other = factories.employee(session, book, tax_code=code)
        nephew = factories.relative(session, book, code, Kinship.CHILD, **BORN)
        factories.grant(session, book, "A", other, 60_000)
    file = [upload("una sola")]

    for number in range(ROUNDS):
        answers = at_once(
            sessions,
            *(
                lambda session, who=who, kin=kin, number=number: requests.submit(  # type: ignore[misc]
                    session, book, asked(who, kin, f"n{number}", 2_000), [upload(f"d{number}")], store=None, actor=who
                )
                for who, kin in ((worker, child), (other, nephew))
            ),
        )
        assert answers.count("document_not_taken") == 1
    answers = at_once(
        sessions,
        *(
            lambda session, who=who, kin=kin: requests.submit(  # type: ignore[misc]
                session, book, asked(who, kin, who, 2_000), file, store=None, actor=who
            )
            for who, kin in ((worker, child), (other, nephew))
        ),
    )
    assert answers.count("document_not_taken") == 1
    with sessions() as session:
        assert verification.verify(session, book) == []


def test_two_clicks_with_one_key_are_one_reimbursement(
    town: tuple[sessionmaker[Session], int, str, str], upload: Callable[..., Upload]
) -> None:
    sessions, book, worker, child = town
    file = [upload("doppio")]

    def click(session: Session) -> Any:
        return requests.submit(
            session, book, asked(worker, child, "1", 1_000), file, store=None, actor=worker, key="click"
        )

    first, second = at_once(sessions, click, click)

    assert first.reimbursement_id == second.reimbursement_id
    assert {first.replayed, second.replayed} == {True, False}
