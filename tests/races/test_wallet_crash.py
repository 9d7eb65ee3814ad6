"""
Sudden deaths: of the process that loads a budget, and of PostgreSQL under purchases.

Whatever was answered is there, whatever was not is whole or absent, and the same commands again, with their keys and
references, complete the work exactly once.
"""

from __future__ import annotations

import multiprocessing as mp
import os
import signal
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session, sessionmaker

from config import clock, database, embedded
from network import loading
from plans import people
from plans.rulebook.words import Channel
from tests.conftest import make_database
from tests.factories import euro
from tests.races.test_ledger_crash import kill, sessions, wait_for
from tests.wallet.scene import NOON, Scene, csv_file, open_scene
from wallet import authorizations, budgets, captures, verification
from wallet.purchases import Purchase

WORKERS = 3
SECONDS = 2.0
# 55,00 each time, of which every third time 5,00 are given back.
PRICE, GIVEN_BACK = 5_500, 500


def load_network(address: URL) -> None:
    with sessions(address) as factory, factory.begin() as session:
        loading.load(session, recorded_at=datetime(2024, 1, 1, tzinfo=UTC))


def spawned(target: object, *arguments: object) -> mp.process.BaseProcess:
    process = mp.get_context("spawn").Process(target=target, args=arguments, daemon=True)  # type: ignore[arg-type]
    process.start()
    return process


def text_of(address: URL) -> str:
    return address.render_as_string(hide_password=False)


# -- the process that loads a budget ---------------------------------------------------------------------------------


def load_and_never_commit(address: str, book_id: int, path: str, told: str) -> None:
    clock.fix(NOON)
    engine = database.make_engine(database.make_url(address))
    with sessionmaker(engine).begin() as session:
        Path(told).write_text("begun")
        load(session, book_id, Path(path))
        Path(told).write_text("granted")
        time.sleep(60)


def load(session: Session, book_id: int, path: Path) -> budgets.Load:
    return budgets.load(session, book_id, "A", path, reference="2026", on=clock.today(), actor="office")


@pytest.mark.parametrize("moment", ["begun", "granted"])
def test_a_load_whose_process_is_killed_grants_nothing_and_can_be_repeated(
    own_database: URL, tmp_path: Path, moment: str
) -> None:
    with clock.at(NOON), sessions(own_database) as factory:
        with factory.begin() as session:
            scene = open_scene(session)
            scene.plan(committed=100_000_000)
            codes = [people.employee(session, scene.book_id, scene.person()).tax_code for _ in range(300)]
        path = csv_file(tmp_path, [(code, "600,00") for code in codes])
        told = tmp_path / "told"

        process = spawned(load_and_never_commit, text_of(own_database), scene.book_id, str(path), str(told))
        wait_for(lambda: told.exists() and told.read_text() in (moment, "granted"))
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join(10)

        assert process.exitcode == -signal.SIGKILL
        with factory() as session:
            assert verification.verify(session, scene.book_id) == []
            assert session.scalar(sa.text("select count(*) from entry where kind = 'grant'")) == 0
            assert session.scalar(sa.text("select count(*) from lot")) == 0
        outcomes = [
            database.transact(lambda session: load(session, scene.book_id, path), lambda: factory).outcome
            for _ in range(2)
        ]
        assert outcomes == [budgets.Outcome.LOADED, budgets.Outcome.UNCHANGED]
        with factory() as session:
            assert verification.verify(session, scene.book_id) == []
            granted = session.scalar(
                sa.text(
                    "select sum(amount_minor) from posting join entry using (book_id, entry_id) where kind = 'grant'"
                )
            )
            assert granted == 300 * 60_000


# -- PostgreSQL under purchases --------------------------------------------------------------------------------------


@pytest.fixture
def data() -> Iterator[Path]:
    """The folder of a server of the test's own, with full durability."""
    with tempfile.TemporaryDirectory(prefix="brs-") as folder:
        Path(folder).chmod(0o755)
        data = Path(folder) / "pg"
        yield data
        embedded.stop(data)


def purchase(factory: sessionmaker[Session], book_id: int, employee_id: str, turn: int) -> None:
    """Authorize, capture and sometimes refund, each a command with its key in its own transaction."""
    key = str(turn)
    wanted = Purchase(employee_id, "PSI-CR", quantity=1, channel=Channel.DIRECT)
    with factory.begin() as session:
        found = authorizations.authorize(session, book_id, wanted, actor=employee_id, key=key)
    with factory.begin() as session:
        captures.capture(session, book_id, found.authorization_id, actor=employee_id, key=key)
    if turn % 3 == 0:
        with factory.begin() as session:
            captures.refund(session, book_id, found.authorization_id, euro(GIVEN_BACK), actor=employee_id, key=key)


def buy_until_the_server_is_gone(address: str, book_id: int, employee_id: str, answered: str) -> None:
    clock.fix(NOON)
    factory = sessionmaker(database.make_engine(database.make_url(address)), expire_on_commit=False)
    with Path(answered).open("w", buffering=1) as file:
        for turn in range(100_000):
            try:
                purchase(factory, book_id, employee_id, turn)
            except sa.exc.OperationalError:
                return
            file.write(f"{turn}\n")


@pytest.mark.slow
def test_purchases_survive_the_death_of_the_server_and_are_made_once(data: Path, tmp_path: Path) -> None:
    address = make_database(embedded.start(data), "crash", migrate=True)
    load_network(address)
    with clock.at(NOON):
        with sessions(address) as factory, factory.begin() as session:
            assert session.scalar(sa.text("show fsync")) == "on"
            scene = open_scene(session)
            scene.plan(committed=1_000_000_000)
            buyers = [scene.person() for _ in range(WORKERS)]
            for buyer in buyers:
                scene.grant(100_000_000, worker=buyer)
        logs = [tmp_path / f"answered-{number}" for number in range(WORKERS)]
        workers = [
            spawned(buy_until_the_server_is_gone, text_of(address), scene.book_id, buyer, str(log))
            for buyer, log in zip(buyers, logs, strict=True)
        ]
        wait_for(lambda: all(log.exists() and log.stat().st_size for log in logs))
        time.sleep(SECONDS)

        kill(data)

        for process in workers:
            process.join(20)
        assert [process.exitcode for process in workers] == [0] * WORKERS
        embedded.stop(data)
        address = embedded.start(data).set(database="crash")
        turns = [len(log.read_text().splitlines()) for log in logs]
        assert min(turns) > 3
        with sessions(address) as factory:
            with factory() as session:
                assert verification.verify(session, scene.book_id) == []
                # The last command of each may have been cut off anywhere, or kept without its answer.
                for buyer, answered in zip(buyers, turns, strict=True):
                    made = authorizations.of_employee(session, scene.book_id, buyer)
                    assert answered <= len(made) <= answered + 1
            repeat_and_count(factory, scene, dict(zip(buyers, turns, strict=True)))


def repeat_and_count(factory: sessionmaker[Session], scene: Scene, turns: dict[str, int]) -> None:
    """Send every command again and one more; the money moved is what so many purchases move, and no more."""
    expected = 0
    for buyer, answered in turns.items():
        for turn in range(answered + 1):
            purchase(factory, scene.book_id, buyer, turn)
            expected += PRICE - (GIVEN_BACK if turn % 3 == 0 else 0)
    with factory() as session:
        scene.session = session
        assert scene.differences() == []
        assert scene.posted("provider:P04") == expected
        for buyer, answered in turns.items():
            assert len(authorizations.of_employee(session, scene.book_id, buyer)) == answered + 1
