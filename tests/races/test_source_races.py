"""Two offices at once: one room for conversion is not given twice, and one file of balances is brought once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Barrier

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from config import clock, database
from config.errors import DomainError
from plans import people
from plans.bonus import agreements
from plans.bonus.choices import ChoiceDraft
from plans.plan_file import Act
from plans.rulebook.words import PlanSource
from plans.words import SourceType
from tests import factories
from tests.factories import euro
from wallet import conversions, openings, verification

TODAY = date(2026, 3, 10)
ACT = Act(SourceType.COMPANY_AGREEMENT, "Accordo", date(2026, 1, 15), "ITL-1", False)
WORKERS = 4


def _stage(sessions: sessionmaker[Session]) -> tuple[int, str]:
    with sessions.begin() as session:
        factories.network(session)
        book = factories.employer(session)
        worker = factories.employee(session, book)
        factories.plan(session, book, "B", source=PlanSource.PDR, act=ACT)
        factories.funded(session, book, "B")
        agreements.record(
            session, book, "B", deposit_code="X", deposited_on=TODAY, conformity_declared=True,
            increment_attested=True, actor="test", recorded_at=clock.now(),
        )  # fmt: skip
        return book, people.employee(session, book, worker).tax_code


def _at_once(sessions: sessionmaker[Session], works: list[Callable[[Session], str]]) -> list[str]:
    barrier = Barrier(len(works))

    def run(work: Callable[[Session], str]) -> str:
        barrier.wait()
        try:
            return database.transact(work, lambda: sessions)
        except DomainError as refusal:
            return refusal.code

    with ThreadPoolExecutor(len(works)) as pool:
        return sorted(pool.map(run, works))


def test_choices_at_once_do_not_share_one_room(own_sessions: sessionmaker[Session]) -> None:
    with clock.at(TODAY):
        book, code = _stage(own_sessions)

        def choose(number: int) -> Callable[[Session], str]:
            draft = ChoiceDraft(code, f"premio {number}", euro(200_000), 100, TODAY, income_within=True)

            def work(session: Session) -> str:
                conversions.choose(session, book, "B", draft, actor="test")
                return "converted"

            return work

        answers = _at_once(own_sessions, [choose(number) for number in range(WORKERS)])

        assert answers == ["bonus_cap_exceeded"] * (WORKERS - 1) + ["converted"]
        with own_sessions() as session:
            assert session.scalar(sa.text("select sum(converted_minor) from bonus_choice")) == 200_000
            assert verification.verify(session, book) == []


def test_the_same_choice_at_once_is_made_once(own_sessions: sessionmaker[Session]) -> None:
    with clock.at(TODAY):
        book, code = _stage(own_sessions)
        draft = ChoiceDraft(code, "premio", euro(100_000), 100, TODAY, income_within=True)

        def work(session: Session) -> str:
            return "new" if conversions.choose(session, book, "B", draft, actor="test").created else "same"

        assert _at_once(own_sessions, [work] * WORKERS) == ["new"] + ["same"] * (WORKERS - 1)


def test_the_same_balances_at_once_are_brought_once(own_sessions: sessionmaker[Session], tmp_path: Path) -> None:
    with clock.at(TODAY):
        book, code = _stage(own_sessions)
        path = tmp_path / "saldi.csv"
        path.write_text(f"codice fiscale;residuo\n{code};10,00\n", encoding="utf-8")

        def work(session: Session) -> str:
            return openings.load(
                session, book, "B", path, document_ref="d", platform="p", total=euro(1_000), on=TODAY, actor="test"
            ).outcome

        assert _at_once(own_sessions, [work] * WORKERS) == ["LOADED"] + ["UNCHANGED"] * (WORKERS - 1)
        with own_sessions() as session:
            assert verification.verify(session, book) == []
