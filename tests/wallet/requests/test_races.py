"""A request is answered while its person has all of it erased: no word of the answer stays behind."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from config import clock
from tests import factories
from wallet.requests import handling
from wallet.requests.records import By
from wallet.requests.words import Role
from wallet.retention import erasure

PERSON, MANAGER = By("mem_person", Role.EMPLOYEE), By("mem_manager", Role.WELFARE_MANAGER)


def waits(sessions: sessionmaker[Session]) -> bool:
    with sessions() as session:
        blocked = "select exists (select from pg_stat_activity where datname = current_database()"
        return bool(session.scalar(sa.text(f"{blocked} and wait_event_type = 'Lock')")))


def test_an_answer_in_the_making_is_erased_too(own_sessions: sessionmaker[Session]) -> None:
    with own_sessions.begin() as session:
        factories.network(session)
        book_id = factories.employer(session)
        person = factories.employee(session, book_id)
        asked = handling.ask(session, book_id, person, text="Mia madre Zelinda", by=PERSON).request_id

    def erase() -> bool:
        with own_sessions.begin() as session:
            today = clock.today()
            return erasure.erase(session, book_id, person, on=today, actor="office", reason="richiesta") is not None

    with ThreadPoolExecutor(1) as pool:
        with own_sessions.begin() as session:
            handling.answer(session, book_id, asked, text="Per Zelinda c'è", by=MANAGER)
            erased = pool.submit(erase)
            while not waits(own_sessions) and not erased.done():
                time.sleep(0.01)
        assert erased.result()

    with own_sessions() as session:
        assert set(session.scalars(sa.text("select note from request_event"))) == {"cancellato"}
