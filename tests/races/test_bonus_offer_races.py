"""A worker's double click, and an office that withdraws what a worker chooses about at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import date
from threading import Barrier

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from config import clock, database
from config.errors import DomainError
from plans import people
from plans.bonus import agreements, offers
from plans.bonus.offers import Days, OfferDraft
from tests.factories import euro
from tests.races.test_source_races import TODAY, WORKERS, _stage
from wallet import conversions, verification

DAYS = Days("Premio 2025", TODAY, date(2026, 3, 20))


def _offered(sessions: sessionmaker[Session]) -> tuple[int, str, str]:
    book, code = _stage(sessions)
    with sessions.begin() as session:
        terms = agreements.bonus_plan(session, book, "B")
        prepared = offers.prepare(session, terms, DAYS, [OfferDraft(code, euro(100_000), income_within=True)])
        offers.write(session, terms, DAYS, prepared, actor="hr", recorded_at=clock.now())
        worker = people.find(session, book, code).employee_id
        return book, worker, offers.of_person(session, book, worker)[0].offer_id


def _at_once(sessions: sessionmaker[Session], works: list[Callable[[Session], str]]) -> list[str]:
    """What each is answered, all of them on the day of the test."""
    barrier = Barrier(len(works))

    def run(work: Callable[[Session], str]) -> str:
        barrier.wait()
        try:
            return database.transact(work, lambda: sessions)
        except DomainError as refusal:
            return refusal.code

    with ThreadPoolExecutor(len(works)) as pool:
        waiting = [pool.submit(copy_context().run, run, work) for work in works]
        return sorted(each.result() for each in waiting)


def test_a_choice_at_once_from_several_pages_counts_once(own_sessions: sessionmaker[Session]) -> None:
    with clock.at(TODAY):
        book, worker, offer_id = _offered(own_sessions)

        def choose(share: int) -> list[str]:
            def work(session: Session) -> str:
                done = conversions.choose_offered(session, book, worker, offer_id, share, actor=worker)
                return "new" if done.created else "same"

            return _at_once(own_sessions, [work] * WORKERS)

        assert choose(50) == ["new"] + ["same"] * (WORKERS - 1)
        assert choose(100) == ["bonus_offer_taken"] * WORKERS
        with own_sessions() as session:
            assert session.scalar(sa.text("select sum(converted_minor) from bonus_choice")) == 50_000
            assert verification.verify(session, book) == []


def test_what_several_offer_first_at_once_is_offered_once(own_sessions: sessionmaker[Session]) -> None:
    with clock.at(TODAY):
        book, code = _stage(own_sessions)

        def work(session: Session) -> str:
            terms = agreements.bonus_plan(session, book, "B")
            draft = OfferDraft(code, euro(100_000), income_within=True)
            prepared = offers.prepare(session, terms, DAYS, [draft], lock=True)
            offers.write(session, terms, DAYS, prepared, actor="hr", recorded_at=clock.now())
            return str(prepared[0].outcome)

        assert _at_once(own_sessions, [work] * WORKERS) == ["NEW"] + ["SAME"] * (WORKERS - 1)
        with own_sessions() as session:
            assert session.scalar(sa.text("select count(*) from bonus_offer")) == 1


def test_what_is_withdrawn_is_not_chosen_about_nor_the_other_way_round(own_sessions: sessionmaker[Session]) -> None:
    with clock.at(TODAY):
        book, worker, offer_id = _offered(own_sessions)

        def choose(session: Session) -> str:
            conversions.choose_offered(session, book, worker, offer_id, 50, actor=worker)
            return "chosen"

        def withdraw(session: Session) -> str:
            offers.withdraw(session, book, "B", DAYS.premium, actor="hr")
            return "withdrawn"

        answers = _at_once(own_sessions, [choose, withdraw])

        assert answers in (["bonus_offer_chosen", "chosen"], ["bonus_offer_not_found", "withdrawn"])
        with own_sessions() as session:
            assert verification.verify(session, book) == []
