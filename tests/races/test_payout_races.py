"""Payout runs that meet each other, a dispute or sudden death: every line is paid once, or not yet."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session, sessionmaker

from config import clock, database
from config.errors import DomainError
from tests.races.test_ledger_crash import sessions, wait_for
from tests.races.test_wallet_crash import load_network, spawned, text_of
from tests.wallet.scene import NOON, open_scene
from wallet import verification
from wallet.settlement import disputes, payouts, terms
from wallet.settlement.disputes import By, Reason, Role
from wallet.settlement.payouts import Run

BOOKS, CAPTURES, PRICE = 3, 4, 5_500
ROUNDS = 3


def prepare(session: Session, reference: str) -> Run:
    return payouts.prepare(
        session,
        reference,
        due_by=date(2026, 4, 30),
        execute_on=date(2026, 5, 4),
        terms=terms.shipped(),
        actor="racer",
    )


def furnish(factory: sessionmaker[Session]) -> list[tuple[int, list[str]]]:
    """Books with captures of 55,00 from one provider; returns each book with its authorizations."""
    found = []
    with factory.begin() as session:
        for _ in range(BOOKS):
            scene = open_scene(session)
            scene.plan()
            scene.grant(300_000)
            bought = [scene.buy("PSI-CR") for _ in range(CAPTURES)]
            for each in bought:
                scene.capture(each)
            found.append((scene.book_id, [each.authorization_id for each in bought]))
    return found


def together(factory: sessionmaker[Session], *acts: Callable[[Session], object]) -> list[object]:
    """Run acts at the same moment, each in its own transaction; return what each said, or why it was refused."""
    barrier = threading.Barrier(len(acts))

    def one(act: Callable[[Session], object]) -> object:
        clock.fix(NOON)
        barrier.wait()
        try:
            return database.transact(act, lambda: factory)
        except DomainError as refusal:
            return refusal.code
        finally:
            clock.fix(None)

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


def paid_lines(factory: sessionmaker[Session]) -> tuple[int, int]:
    """How many lines there are, and what they come to."""
    with factory() as session:
        row = session.execute(sa.text("select count(*), coalesce(sum(amount_minor), 0) from payout_line")).one()
        return int(row[0]), int(row[1])


def assert_sound(factory: sessionmaker[Session], books: list[tuple[int, list[str]]]) -> None:
    with factory() as session:
        for book_id, _ in books:
            assert verification.verify(session, book_id) == []


@pytest.mark.parametrize("references", [("R1", "R1"), ("R1", "R2"), ("R1", "R1", "R2")])
def test_runs_that_meet_pay_each_line_once(own_database: URL, references: tuple[str, ...]) -> None:
    load_network(own_database)
    with clock.at(NOON), sessions(own_database) as factory:
        books = furnish(factory)

        answers = together(factory, *(lambda s, name=name: prepare(s, name) for name in references))

        runs = [answer for answer in answers if isinstance(answer, Run)]
        assert {answer for answer in answers if not isinstance(answer, Run)} <= {"payout_empty"}
        assert sum(run.total_minor for run in runs if not run.replayed) == BOOKS * CAPTURES * PRICE
        assert paid_lines(factory) == (BOOKS * CAPTURES, BOOKS * CAPTURES * PRICE)
        assert_sound(factory, books)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_capture_is_disputed_or_paid_and_never_both(own_database: URL, _round: int) -> None:
    load_network(own_database)
    with clock.at(NOON), sessions(own_database) as factory:
        books = furnish(factory)
        book_id, (contested, *_) = books[0]

        def contest(session: Session) -> object:
            by = By("giulia", Role.EMPLOYEE)
            return disputes.open_dispute(session, book_id, contested, Reason.NOT_DELIVERED, by=by).state

        said, run = together(factory, contest, lambda session: prepare(session, "R1"))

        assert isinstance(run, Run)
        disputed = said is disputes.State.OPEN
        assert disputed or said == "capture_paid"
        assert run.total_minor == (BOOKS * CAPTURES - disputed) * PRICE
        assert_sound(factory, books)


# -- the process that prepares a run ---------------------------------------------------------------------------------


def prepare_and_never_commit(address: str, told: str) -> None:
    clock.fix(NOON)
    engine = database.make_engine(database.make_url(address))
    with sessionmaker(engine).begin() as session:
        Path(told).write_text("begun")
        prepare(session, "R1")
        Path(told).write_text("prepared")
        time.sleep(60)


@pytest.mark.parametrize("moment", ["begun", "prepared"])
def test_a_run_whose_process_is_killed_pays_nothing_and_is_completed_once(
    own_database: URL, tmp_path: Path, moment: str
) -> None:
    load_network(own_database)
    with clock.at(NOON), sessions(own_database) as factory:
        books = furnish(factory)
        told = tmp_path / "told"

        process = spawned(prepare_and_never_commit, text_of(own_database), str(told))
        wait_for(lambda: told.exists() and told.read_text() in (moment, "prepared"))
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join(10)

        assert process.exitcode == -signal.SIGKILL
        assert paid_lines(factory) == (0, 0)
        assert_sound(factory, books)
        runs = [database.transact(lambda session: prepare(session, "R1"), lambda: factory) for _ in range(2)]
        assert [run.replayed for run in runs] == [False, True]
        assert paid_lines(factory) == (BOOKS * CAPTURES, BOOKS * CAPTURES * PRICE)
        assert_sound(factory, books)
