"""Many answer at once, one of them twice, and somebody changes the survey meanwhile: every answer counts, each once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session, sessionmaker

from config import clock
from config.errors import DomainError
from tests import factories
from wallet.surveys import answering, building, results
from wallet.surveys.answering import Answer
from wallet.surveys.records import Audience, Question, Sheet
from wallet.surveys.words import Kind

QUESTIONS = (Question(Kind.ONE, "Quando?", choices=("Mattina", "Sera")), Question(Kind.TEXT, "Che cosa manca?"))


@pytest.fixture
def sheet(own_sessions: sessionmaker[Session]) -> Sheet:
    with own_sessions.begin() as session:
        factories.network(session)
        book_id = factories.employer(session)
    return Sheet("Bisogni", "", Audience(book_id), clock.today() + timedelta(days=7), QUESTIONS)


def opened(sessions: sessionmaker[Session], sheet: Sheet) -> str:
    with sessions.begin() as session:
        made = building.draft(session, sheet, actor="mem_manager")
        return building.open_now(session, made.survey_id, edition=made.edition).survey_id


def people(sessions: sessionmaker[Session], sheet: Sheet, count: int) -> list[str]:
    with sessions.begin() as session:
        assert sheet.audience.book_id is not None
        return [factories.employee(session, sheet.audience.book_id) for _ in range(count)]


def test_everybody_at_once_is_counted_once(own_sessions: sessionmaker[Session], sheet: Sheet) -> None:
    survey_id = opened(own_sessions, sheet)
    asked = people(own_sessions, sheet, 12)

    def answer(person: str) -> str:
        given = {1: Answer((1,)), 2: Answer(text=person)}
        try:
            with own_sessions.begin() as session:
                assert sheet.audience.book_id is not None
                answering.answer(session, sheet.audience.book_id, person, survey_id, given, edition=1)
        except DomainError as refusal:
            return refusal.code
        return "counted"

    with ThreadPoolExecutor(6) as pool:
        said = Counter(pool.map(answer, [*asked, *asked]))

    assert said == {"counted": 12, "survey_answered_already": 12}
    with own_sessions.begin() as session:
        building.close(session, survey_id)
        found, (one, text) = results.of(session, survey_id, clock.today())
    assert (found.answers, one.answers, one.tally, sorted(text.texts)) == (12, 12, (0, 12), sorted(asked))


def test_an_answer_and_a_change_at_once_are_one_after_the_other(
    own_sessions: sessionmaker[Session], sheet: Sheet
) -> None:
    survey_id = opened(own_sessions, sheet)
    (person,) = people(own_sessions, sheet, 1)

    def answer() -> str:
        try:
            with own_sessions.begin() as session:
                assert sheet.audience.book_id is not None
                answering.answer(session, sheet.audience.book_id, person, survey_id, {1: Answer((0,))}, edition=1)
        except DomainError as refusal:
            return refusal.code
        return "counted"

    with ThreadPoolExecutor(1) as pool:
        with own_sessions.begin() as session:
            building.revise(session, survey_id, sheet, edition=1)
            told = pool.submit(answer)
        # It waited for the change, or came after it.
        assert told.result() == "survey_changed"
