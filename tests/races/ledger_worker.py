"""A process of its own that works on the ledger: started with `run`, it waits for the others and then goes."""

from __future__ import annotations

import multiprocessing as mp
from collections.abc import Callable
from datetime import date, datetime, timedelta
from multiprocessing.synchronize import Barrier
from typing import Any

from sqlalchemy.engine import URL
from sqlalchemy.orm import Session, sessionmaker

from config import clock, database
from ledger import books, holds, posting, seals, verification
from ledger.errors import LedgerError
from ledger.posting import Draft, Pair

WAIT_SECONDS = 60


def run(url: URL, *calls: tuple[str, dict[str, Any]]) -> list[Any]:
    """Make each call in a process of its own, all at the same moment; return their answers in order."""
    # A process forked from one that has read all of this and connected to nothing is there at once.
    context = mp.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    barrier = context.Barrier(len(calls))
    answers = context.SimpleQueue()
    address = url.render_as_string(hide_password=False)
    processes = [
        context.Process(target=_work, args=(address, place, name, arguments, barrier, answers), daemon=True)
        for place, (name, arguments) in enumerate(calls)
    ]
    for process in processes:
        process.start()
    found = dict(answers.get() for _ in processes)
    for process in processes:
        process.join(WAIT_SECONDS)
    return [found[place] for place in range(len(calls))]


def _work(address: str, place: int, name: str, arguments: dict[str, Any], barrier: Barrier, answers: Any) -> None:
    try:
        engine = database.make_engine(database.make_url(address))
        factory = sessionmaker(engine, expire_on_commit=False)
        with factory() as session:
            session.connection()
        moment = arguments.pop("moment", None)
        if moment is not None:
            clock.fix(moment)
        work = WORK[name]
        barrier.wait(WAIT_SECONDS)
        answer = repeated(factory, work, arguments)
    except Exception as error:
        answer = f"{type(error).__name__}: {error}"
    answers.put((place, answer))


def repeated(factory: sessionmaker[Session], work: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    """The answer of the work, or the code it was refused with; each time it may, it does it again."""
    answers = []
    for turn in range(arguments.pop("times", 1)):
        given = {key: value.format(turn=turn) if key == "reference" else value for key, value in arguments.items()}
        try:
            answers.append(database.transact(lambda session, given=given: work(session, **given), lambda: factory))
        except LedgerError as refusal:
            answers.append(refusal.code)
    return answers[0] if len(answers) == 1 else answers


def post(
    session: Session, book: int, debit: int, credit: int, amount: int, on: date, reference: str | None = None
) -> int:
    return posting.post(session, book, Draft("move", on, (Pair(debit, credit, amount),), reference), actor="racer")


def hold(session: Session, book: int, account: int, amount: int, minutes: float = 60) -> int:
    expires_at = clock.now() + timedelta(minutes=minutes)
    return holds.reserve(session, book, [(account, amount)], expires_at=expires_at)


def capture(session: Session, book: int, hold: int, amount: int, credit: int, on: date, final: bool = True) -> int:
    return holds.capture(
        session,
        book,
        hold,
        amount,
        credit_account_id=credit,
        final=final,
        kind="capture",
        occurred_on=on,
        actor="racer",
    )


def void(session: Session, book: int, hold: int) -> int:
    return holds.void(session, book, hold)


def settle(session: Session, book: int) -> int:
    return holds.settle(session, book)


def refund(session: Session, book: int, entry: int, amount: int, on: date) -> int:
    return holds.refund(session, book, entry, amount, kind="refund", occurred_on=on, actor="racer")


def reverse(session: Session, book: int, entry: int, on: date) -> int:
    return posting.reverse(session, book, entry, occurred_on=on, actor="racer", reason="race")


def close(session: Session, book: int, day: date) -> datetime:
    books.close_period(session, book, day, day)
    return clock.now()


def swap(session: Session, book: int, first: int, second: int, on: date) -> int:
    """Move one there and one back, in two entries of one transaction."""
    post(session, book, first, second, 1, on)
    return post(session, book, second, first, 1, on)


def look(session: Session, book: int) -> int:
    """Seal some, verify all, and say how many differences there are."""
    seals.seal(session, book, limit=10)
    return len(verification.verify(session, book))


WORK: dict[str, Callable[..., Any]] = {
    work.__name__: work for work in (post, hold, capture, void, settle, refund, reverse, close, swap, look)
}
