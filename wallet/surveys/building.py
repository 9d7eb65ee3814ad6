"""Building: a survey is written, opened until a day, changed while nobody has answered, copied, and closed."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import clock, ids
from network import territories
from plans import funders
from wallet import telling
from wallet.surveys import records
from wallet.surveys.errors import (
    SurveyAnswered,
    SurveyChanged,
    SurveyClosed,
    SurveyEnded,
    SurveyIncomplete,
    SurveyTooLong,
)
from wallet.surveys.records import Question, Sheet, Survey
from wallet.surveys.tables import SurveyQuestion, SurveyResult, SurveyRow
from wallet.surveys.words import Kind, State

MOST_QUESTIONS, MOST_CHOICES, FEWEST_CHOICES, LONGEST = 20, 20, 2, 2_000
_SURVEY, _QUESTION, _RESULT = SurveyRow.__table__, SurveyQuestion.__table__, SurveyResult.__table__


def draft(session: Session, sheet: Sheet, *, actor: str) -> Survey:
    """
    Keep what somebody begins to write; nobody is asked yet.

    Errors: SurveyTooLong, SurveyIncomplete (a title), FunderNotFound, TerritoryNotFound.
    """
    _refuse(session, sheet)
    survey_id = ids.new("svy")
    session.execute(sa.insert(SurveyRow).values(survey_id=survey_id, made_by=actor, **_columns(sheet)))
    _write_questions(session, survey_id, sheet.questions)
    return records.get(session, survey_id)


def revise(session: Session, survey_id: str, sheet: Sheet, *, edition: int) -> Survey:
    """
    Write a survey anew; `edition` is the one that was read.

    Errors: SurveyNotFound, SurveyClosed, SurveyAnswered, SurveyChanged, SurveyTooLong, SurveyIncomplete,
            FunderNotFound, TerritoryNotFound; of one that is open also those of `open_until`.
    """
    found = _changeable(session, survey_id)
    if found.answers:
        raise SurveyAnswered(survey=survey_id)
    if found.edition != edition:
        raise SurveyChanged(survey=survey_id)
    _refuse(session, sheet)
    if found.opened_on is not None:
        _refuse_unanswerable(sheet, clock.today())
    _update(session, survey_id, **_columns(sheet), edition=edition + 1)
    session.execute(sa.delete(SurveyQuestion).where(_QUESTION.c.survey_id == survey_id))
    _write_questions(session, survey_id, sheet.questions)
    if found.opened_on is not None:
        _write_results(session, survey_id, sheet.questions)
    return records.get(session, survey_id)


def open_now(session: Session, survey_id: str, *, edition: int | None) -> Survey:
    """
    Put a survey to its people until its last day, as it was read in `edition`; one that is open already stays so.

    Errors: SurveyNotFound, SurveyClosed, SurveyChanged, SurveyEnded, SurveyIncomplete.
    """
    found = _changeable(session, survey_id)
    if found.opened_on is not None:
        return found
    if found.edition != edition:
        raise SurveyChanged(survey=survey_id)
    _refuse_unanswerable(found.sheet, clock.today())
    _update(session, survey_id, opened_on=clock.today())
    _write_results(session, survey_id, found.sheet.questions)
    return records.get(session, survey_id)


def close(session: Session, survey_id: str) -> Survey:
    """
    Let nobody answer any more; what so few have said that it cannot be shown is not kept. Closed already, it stays so.

    Errors: SurveyNotFound, SurveyIncomplete (of a draft).
    """
    found = records.get(session, survey_id, lock=True)
    if found.opened_on is None:
        raise SurveyIncomplete()
    if found.closed_on is None:
        _update(session, survey_id, closed_on=min(clock.today(), found.sheet.ends_on))
        forget_few(session, [survey_id])
    return records.get(session, survey_id)


def copy(session: Session, survey_id: str, *, actor: str) -> Survey:
    """
    Return a new draft with the same questions; its last day is to be chosen again where it is over.

    Errors: SurveyNotFound.
    """
    found = records.get(session, survey_id)
    return draft(session, found.sheet, actor=actor)


def forget_few(session: Session, survey_ids: list[str]) -> None:
    """Blank the words of questions that too few have answered to show them."""
    session.execute(
        sa.update(SurveyResult)
        .where(_RESULT.c.survey_id.in_(survey_ids), _RESULT.c.answers < telling.SMALLEST_GROUP)
        .values(texts=[])
    )


def _changeable(session: Session, survey_id: str) -> Survey:
    found = records.get(session, survey_id, lock=True)
    if found.state(clock.today()) is State.CLOSED:
        raise SurveyClosed(survey=survey_id)
    return found


def _refuse(session: Session, sheet: Sheet) -> None:
    texts = [sheet.title, sheet.introduction]
    texts += [text for each in sheet.questions for text in (each.text, *each.choices)]
    too_many = max((len(each.needs) + len(each.choices) for each in sheet.questions), default=0) > MOST_CHOICES
    if len(sheet.questions) > MOST_QUESTIONS or too_many or max(map(len, texts)) > LONGEST:
        raise SurveyTooLong(questions=MOST_QUESTIONS, choices=MOST_CHOICES, words=LONGEST)
    if not sheet.title.strip() or not all(map(_answerable, sheet.questions)):
        raise SurveyIncomplete()
    if sheet.audience.book_id is not None:
        funders.of_book(session, sheet.audience.book_id)
    else:
        territories.get(session, sheet.audience.territory_code or "")


def _refuse_unanswerable(sheet: Sheet, on: date) -> None:
    if sheet.ends_on < on:
        raise SurveyEnded(ends_on=sheet.ends_on)
    if not sheet.questions:
        raise SurveyIncomplete()


def _answerable(question: Question) -> bool:
    if not question.text.strip() or not all(map(str.strip, question.choices)):
        return False
    return question.kind in (Kind.SCALE, Kind.TEXT) or question.size >= FEWEST_CHOICES


def _columns(sheet: Sheet) -> dict[str, object]:
    return {
        "title": sheet.title.strip(),
        "introduction": sheet.introduction.strip(),
        "of_book_id": sheet.audience.book_id,
        "territory_code": sheet.audience.territory_code,
        "ends_on": sheet.ends_on,
    }


def _update(session: Session, survey_id: str, **told: object) -> None:
    session.execute(sa.update(SurveyRow).where(_SURVEY.c.survey_id == survey_id).values(**told))


def _write_questions(session: Session, survey_id: str, questions: tuple[Question, ...]) -> None:
    rows = [
        {
            "survey_id": survey_id,
            "seq": seq,
            "kind": str(each.kind),
            "text": each.text.strip(),
            "needs": list(each.needs),
            "choices": [choice.strip() for choice in each.choices],
        }
        for seq, each in enumerate(questions, 1)
    ]
    if rows:
        session.execute(sa.insert(SurveyQuestion), rows)


def _write_results(session: Session, survey_id: str, questions: tuple[Question, ...]) -> None:
    session.execute(
        sa.insert(SurveyResult),
        [
            {"survey_id": survey_id, "seq": seq, "tally": [0] * each.size, "texts": []}
            for seq, each in enumerate(questions, 1)
        ],
    )
