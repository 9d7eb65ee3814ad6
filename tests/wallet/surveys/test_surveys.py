"""Surveys: written, opened, answered once and without the person, closed, and forgotten when their term is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa

from network.errors import TerritoryNotFound
from tests import factories
from tests.wallet.scene import Scene
from wallet.retention import erasure
from wallet.retention.law import Kind as Kept
from wallet.surveys import answering, building, keeping, records, results
from wallet.surveys.answering import Answer
from wallet.surveys.errors import (
    SurveyAnswered,
    SurveyAnsweredAlready,
    SurveyAnswerInvalid,
    SurveyChanged,
    SurveyClosed,
    SurveyEnded,
    SurveyIncomplete,
    SurveyNotFound,
    SurveyStillOpen,
    SurveyTooLong,
)
from wallet.surveys.records import Audience, Question, Sheet, Survey
from wallet.surveys.words import Kind, State

TODAY, LAST = date(2026, 3, 10), date(2026, 3, 31)
QUESTIONS = (
    Question(Kind.ONE, "Che cosa ti serve di più?", needs=("anziani", "bambini"), choices=("Altro",)),
    Question(Kind.SEVERAL, "Quando?", choices=("Mattina", "Sera")),
    Question(Kind.SCALE, "Quanto è facile?"),
    Question(Kind.TEXT, "Che cosa manca?"),
)


def sheet(scene: Scene, **told: object) -> Sheet:
    written = Sheet("Di che cosa hai bisogno?", "Tre minuti.", Audience(scene.book_id), LAST, QUESTIONS)
    return replace(written, **told)  # type: ignore[arg-type]


def opened(scene: Scene, **told: object) -> Survey:
    made = building.draft(scene.session, sheet(scene, **told), actor="mem_manager")
    return building.open_now(scene.session, made.survey_id, edition=made.edition)


def answer(scene: Scene, survey: Survey, person: str = "", edition: int | None = None, **told: object) -> None:
    """Answer by `q1=(0,)` and the like; words are text."""
    given = {
        int(name[1:]): Answer(text=value) if isinstance(value, str) else Answer(choices=tuple(value))  # type: ignore[arg-type]
        for name, value in told.items()
    }
    answering.answer(
        scene.session,
        scene.book_id,
        person or scene.worker,
        survey.survey_id,
        given,
        edition=survey.edition if edition is None else edition,
    )


def colleague(scene: Scene, **told: object) -> str:
    return factories.employee(scene.session, scene.book_id, **told)


def test_a_draft_is_asked_of_nobody_until_it_is_opened(scene: Scene) -> None:
    made = building.draft(scene.session, sheet(scene), actor="mem_manager")
    with pytest.raises(SurveyChanged):
        building.open_now(scene.session, made.survey_id, edition=made.edition + 1)
    assert (made.state(TODAY), answering.invitations(scene.session, scene.book_id, scene.worker)) == (State.DRAFT, ())

    found = building.open_now(scene.session, made.survey_id, edition=made.edition)

    assert (found.state(TODAY), found.state(LAST), found.state(date(2026, 4, 1))) == (
        State.OPEN,
        State.OPEN,
        State.CLOSED,
    )
    (invited,) = answering.invitations(scene.session, scene.book_id, scene.worker)
    assert (invited.title, invited.ends_on, invited.answered) == ("Di che cosa hai bisogno?", LAST, False)
    assert found.sheet.questions == QUESTIONS


@pytest.mark.parametrize(
    ("told", "refusal"),
    [
        ({"title": " "}, SurveyIncomplete),
        ({"questions": (Question(Kind.ONE, "Solo una?", choices=("Sì",)),)}, SurveyIncomplete),
        ({"questions": (Question(Kind.TEXT, " "),)}, SurveyIncomplete),
        ({"questions": (Question(Kind.SCALE, "Quanto?"),) * 21}, SurveyTooLong),
        ({"introduction": "a" * 2001}, SurveyTooLong),
        ({"audience": Audience(territory_code="atlantide")}, TerritoryNotFound),
    ],
)
def test_what_nobody_could_answer_is_refused(scene: Scene, told: dict[str, object], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        building.draft(scene.session, sheet(scene, **told), actor="mem_manager")


def test_a_survey_without_questions_or_whose_day_is_over_is_not_opened(scene: Scene) -> None:
    with pytest.raises(SurveyIncomplete):
        opened(scene, questions=())
    with pytest.raises(SurveyEnded):
        opened(scene, ends_on=date(2026, 3, 9))


def test_answers_are_counted_and_words_kept_without_the_person(scene: Scene) -> None:
    survey = opened(scene)
    people = [scene.worker, *(colleague(scene) for _ in range(5))]
    for number, person in enumerate(people):
        answer(scene, survey, person, q1=(number % 2,), q2=(0, 1), q3=(4,), q4=f"parole {number}")
    building.close(scene.session, survey.survey_id)

    found, (one, several, scale, text) = results.of(scene.session, survey.survey_id, TODAY)

    assert (found.answers, one.tally, several.tally, scale.tally) == (6, (3, 3, 0), (6, 6), (0, 0, 0, 0, 6))
    assert (sorted(text.texts), text.tally) == ([f"parole {number}" for number in range(6)], ())
    tables = scene.session.scalars(
        sa.text("select column_name from information_schema.columns where table_name = 'survey_result'")
    )
    assert set(tables) == {"survey_id", "seq", "answers", "tally", "texts"}


def test_words_find_their_place_by_chance(scene: Scene) -> None:
    survey = opened(scene, questions=(Question(Kind.TEXT, "Che cosa manca?"),))
    said = [f"{number:02}" for number in range(16)]
    for text in said:
        answer(scene, survey, colleague(scene), q1=text)
    building.close(scene.session, survey.survey_id)

    _, (found,) = results.of(scene.session, survey.survey_id, TODAY)

    # In one of 16! orders, which is not that in which they came but once in twenty million million.
    assert (sorted(found.texts), found.texts == tuple(said)) == (said, False)


def test_somebody_answers_once_and_what_they_left_out_is_counted_nowhere(scene: Scene) -> None:
    survey = opened(scene)
    answer(scene, survey, q3=(2,))

    with pytest.raises(SurveyAnsweredAlready), scene.session.begin_nested():
        answer(scene, survey, q3=(4,))

    (invited,) = answering.invitations(scene.session, scene.book_id, scene.worker)
    building.close(scene.session, survey.survey_id)
    _, counted = results.of(scene.session, survey.survey_id, TODAY)
    assert (invited.answered, [one.answers for one in counted]) == (True, [0, 0, 1, 0])


def test_the_count_itself_takes_nobody_twice(scene: Scene) -> None:
    survey = opened(scene)
    asked = {"survey": survey.survey_id, "edition": 1, "book": scene.book_id, "employee": scene.worker}
    asked["answers"] = '[{"seq": 3, "choices": [2], "text": ""}]'

    said = [scene.session.scalar(answering._ANSWER, asked) for _ in range(2)]

    assert said == ["counted", "answered"]


@pytest.mark.parametrize(
    "told",
    [{}, {"q1": (3,)}, {"q1": (0, 1)}, {"q3": (-1,)}, {"q3": (5,)}, {"q1": "parole"}, {"q4": "a" * 501}, {"q9": (0,)}],
    ids=str,
)
def test_what_a_question_does_not_offer_is_refused(scene: Scene, told: dict[str, object]) -> None:
    with pytest.raises(SurveyAnswerInvalid):
        answer(scene, opened(scene), **told)


def test_a_survey_changes_until_somebody_answers_and_is_copied_afterwards(scene: Scene) -> None:
    survey = opened(scene)
    changed = building.revise(scene.session, survey.survey_id, sheet(scene, questions=QUESTIONS[2:]), edition=1)
    with pytest.raises(SurveyChanged):
        building.revise(scene.session, survey.survey_id, sheet(scene), edition=1)
    with pytest.raises(SurveyChanged):
        answer(scene, survey, edition=1, q1=(0,))

    answer(scene, changed, q1=(0,))

    with pytest.raises(SurveyAnswered):
        building.revise(scene.session, survey.survey_id, sheet(scene), edition=2)
    copied = building.copy(scene.session, survey.survey_id, actor="mem_manager")
    assert (copied.state(TODAY), copied.answers, copied.sheet) == (State.DRAFT, 0, changed.sheet)


def test_results_are_told_when_nobody_answers_any_more(scene: Scene) -> None:
    survey = opened(scene)
    with pytest.raises(SurveyStillOpen):
        results.of(scene.session, survey.survey_id, TODAY)

    building.close(scene.session, survey.survey_id)

    results.of(scene.session, survey.survey_id, TODAY)
    with pytest.raises(SurveyNotFound):
        answer(scene, survey, q3=(1,))
    with pytest.raises(SurveyClosed):
        building.revise(scene.session, survey.survey_id, sheet(scene), edition=1)
    with pytest.raises(SurveyClosed):
        building.open_now(scene.session, survey.survey_id, edition=survey.edition)


def test_a_territorys_survey_is_put_to_whoever_lives_there_and_has_not_left(scene: Scene) -> None:
    survey = opened(scene, audience=Audience(territory_code="cremona"))
    away = colleague(scene, home_territory="napoli")
    gone = colleague(scene, left_on=date(2026, 3, 9))

    shown = [bool(answering.invitations(scene.session, scene.book_id, who)) for who in (scene.worker, away, gone)]

    assert shown == [True, False, False]
    assert records.invited(scene.session, survey.survey_id, TODAY) == 1
    with pytest.raises(SurveyNotFound):
        answer(scene, survey, away, q3=(1,))


def test_whoever_has_two_wallets_answers_a_territorys_survey_once(scene: Scene) -> None:
    survey = opened(scene, audience=Audience(territory_code="cremona"))
    code = scene.session.scalar(sa.text("select tax_code from employee where employee_id = :me"), {"me": scene.worker})
    other = factories.employer(scene.session, "ALTRA")
    twin = factories.employee(scene.session, other, tax_code=code)
    answer(scene, survey, q3=(1,))
    told = {3: Answer(choices=(1,))}

    with pytest.raises(SurveyAnsweredAlready), scene.session.begin_nested():
        answering.answer(scene.session, other, twin, survey.survey_id, told, edition=survey.edition)

    assert records.get(scene.session, survey.survey_id).answers == 1


def test_another_books_survey_is_put_to_nobody_here(scene: Scene) -> None:
    other = factories.employer(scene.session, "ALTRA")
    opened(scene, audience=Audience(other))

    assert answering.invitations(scene.session, scene.book_id, scene.worker) == ()


def test_whoever_put_it_away_may_answer_all_the_same(scene: Scene) -> None:
    survey = opened(scene)
    answering.put_away(scene.session, scene.book_id, scene.worker, survey.survey_id)
    (invited,) = answering.invitations(scene.session, scene.book_id, scene.worker)

    answer(scene, survey, q3=(1,))

    (after,) = answering.invitations(scene.session, scene.book_id, scene.worker)
    assert ((invited.put_away, invited.answered), (after.put_away, after.answered)) == ((True, False), (False, True))


def test_words_of_few_are_not_kept_when_it_closes(scene: Scene) -> None:
    survey = opened(scene)
    answer(scene, survey, q4="solo io")
    building.close(scene.session, survey.survey_id)

    _, counted = results.of(scene.session, survey.survey_id, TODAY)
    assert (counted[3].answers, counted[3].texts) == (1, ())


def test_who_answered_is_forgotten_with_the_end_and_the_counts_after_two_years(scene: Scene) -> None:
    survey = opened(scene)
    answer(scene, survey, q4="solo io")
    parts = sa.text("select count(*) from survey_participation where survey_id = :id")
    asked = {"id": survey.survey_id}

    keeping.sweep(scene.session, LAST)
    before = scene.session.scalar(parts, asked)
    keeping.sweep(scene.session, date(2026, 4, 1))

    assert (before, scene.session.scalar(parts, asked)) == (1, 0)
    found, counted = results.of(scene.session, survey.survey_id, date(2026, 4, 1))
    assert (found.closed_on, counted[3].texts) == (LAST, ())
    keeping.sweep(scene.session, date(2028, 12, 31))
    records.get(scene.session, survey.survey_id)
    keeping.sweep(scene.session, date(2029, 1, 1))
    with pytest.raises(SurveyNotFound):
        records.get(scene.session, survey.survey_id)


def test_that_somebody_answered_goes_when_they_ask_and_their_answer_stays(scene: Scene) -> None:
    survey = opened(scene)
    answer(scene, survey, q3=(1,))

    done = erasure.erase(scene.session, scene.book_id, scene.worker, on=TODAY, actor="op", reason="richiesta")

    assert done is not None
    assert done.took(Kept.SURVEYS)
    assert records.get(scene.session, survey.survey_id).answers == 1
    assert scene.session.scalar(sa.text("select count(*) from survey_participation")) == 0
