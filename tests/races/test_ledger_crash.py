"""PostgreSQL is killed under load: what was answered is there, what was not is whole or absent, and all adds up."""

from __future__ import annotations

import multiprocessing as mp
import os
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session, sessionmaker

from config import clock, database, embedded
from ledger import seals, verification
from ledger.errors import DuplicateReference
from ledger.posting import Outcome
from tests.conftest import make_database
from tests.ledger.little_book import LittleBook, open_little_book

WORKERS = 3
SECONDS = 2.0


@pytest.fixture
def data() -> Iterator[Path]:
    """The folder of a server of the test's own, with full durability."""
    with tempfile.TemporaryDirectory(prefix="brs-") as folder:
        Path(folder).chmod(0o755)
        data = Path(folder) / "pg"
        yield data
        embedded.stop(data)


def hammer(address: str, book_id: int, ids: dict[str, int], worker: int, answered: str) -> None:
    """Post until the server is gone; write down each reference after its commit was answered."""
    engine = database.make_engine(database.make_url(address))
    factory = sessionmaker(engine, expire_on_commit=False)
    with Path(answered).open("w", buffering=1) as file:
        for turn in range(100_000):
            try:
                with factory.begin() as session:
                    references = work(LittleBook(session, book_id, ids), worker, turn)
            except sa.exc.OperationalError:
                return
            file.write("".join(f"{reference}\n" for reference in references))


def work(book: LittleBook, worker: int, turn: int) -> list[str]:
    """One transaction: a single entry, a batch, a capture, or a round of sealing."""
    today = clock.today()
    name = f"{worker}-{turn}"
    match turn % 4:
        case 0:
            book.post(("CASH", "LOT1", 7), on=today, reference=name)
            return [name]
        case 1:
            drafts = [book.draft(("CASH", "LOT2", 3), on=today, reference=f"{name}-{part}") for part in range(5)]
            outcomes: list[Outcome] = book.batch(*drafts, atomic=False)
            assert {outcome.refusal.code for outcome in outcomes if outcome.refusal} <= {"duplicate_reference"}
            return [f"{name}-{part}" for part in range(5)]
        case 2:
            book.capture(book.hold(("LOT1", 5), reference=name), 4, final=True, on=today, reference=name)
            return [name]
        case _:
            seals.seal(book.session, book.book_id, limit=20)
            return []


def kill(data: Path) -> None:
    """Kill the server of this folder and its children, all at once and without a word."""
    postmaster = psutil.Process(int((data / "postmaster.pid").read_text().split()[0]))
    assert str(data) in " ".join(postmaster.cmdline())
    processes = [postmaster, *postmaster.children(recursive=True)]
    for process in processes:
        os.kill(process.pid, signal.SIGKILL)
    assert psutil.wait_procs(processes, timeout=10)[1] == []


@contextmanager
def sessions(address: URL) -> Iterator[sessionmaker[Session]]:
    """Sessions on an address, whose connections are closed at the end."""
    engine = database.make_engine(address)
    yield sessionmaker(engine, expire_on_commit=False)
    engine.dispose()


@pytest.mark.slow
def test_what_was_answered_survives_the_death_of_the_server(data: Path, tmp_path: Path) -> None:
    server = embedded.start(data)
    address = make_database(server, "crash", migrate=True)
    with sessions(address) as factory, factory.begin() as session:
        assert session.scalar(sa.text("show fsync")) == "on"
        book = open_little_book(session)
        book.post(("CASH", "LOT1", 1_000), on=clock.today())
    context = mp.get_context("spawn")
    logs = [tmp_path / f"answered-{worker}" for worker in range(WORKERS)]
    text = address.render_as_string(hide_password=False)
    workers = [
        context.Process(target=hammer, args=(text, book.book_id, book.ids, worker, str(log)), daemon=True)
        for worker, log in enumerate(logs)
    ]
    for process in workers:
        process.start()
    wait_for(lambda: all(log.exists() and log.stat().st_size for log in logs))
    time.sleep(SECONDS)

    kill(data)

    for process in workers:
        process.join(20)
    assert [process.exitcode for process in workers] == [0] * WORKERS
    answered = {line for log in logs for line in log.read_text().splitlines()}
    assert len(answered) > 100
    embedded.stop(data)
    address = embedded.start(data).set(database="crash")
    with sessions(address) as factory:
        with factory() as session:
            assert verification.verify(session, book.book_id) == []
            assert answered <= references(session, book.book_id)
        repeat(factory, book, logs)
        with factory() as session:
            found = list(session.scalars(sa.text("select reference from entry where reference is not null")))
            assert len(found) == len(set(found))
            assert answered <= set(found)
            assert verification.verify(session, book.book_id) == []


def repeat(factory: sessionmaker[Session], book: LittleBook, logs: list[Path]) -> None:
    """Send everything again, and what was on its way when the server died."""
    for worker, log in enumerate(logs):
        last = int(log.read_text().splitlines()[-1].split("-")[1])
        for turn in range(last + 3):
            again = pytest.raises(DuplicateReference) if turn <= last and turn % 4 in (0, 2) else None
            with factory() as session:
                one = LittleBook(session, book.book_id, book.ids)
                if again is not None:
                    with again:
                        work(one, worker, turn)
                else:
                    try:
                        work(one, worker, turn)
                    except DuplicateReference:
                        assert turn > last
                session.commit()


def references(session: Session, book_id: int) -> set[str]:
    query = sa.text("select reference from entry where book_id = :book and reference is not null")
    return set(session.scalars(query, {"book": book_id}))


def wait_for(true: object) -> None:
    deadline = time.monotonic() + 30
    while not true():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.05)
