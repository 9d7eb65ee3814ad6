"""Answering: what is put to a person, their answers counted without them, and that they want to be asked no more."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from config import clock
from plans.rows import Employee, Funder, table
from wallet.surveys import records
from wallet.surveys.errors import SurveyAnsweredAlready, SurveyAnswerInvalid, SurveyChanged, SurveyNotFound
from wallet.surveys.records import Question, Survey
from wallet.surveys.tables import SurveyParticipation, SurveyRow
from wallet.surveys.words import Kind

LONGEST = 500
# For so many days after its end a survey is still told of.
DAYS_TOLD = 30
_SURVEY, _PART = SurveyRow.__table__, SurveyParticipation.__table__
_EMPLOYEE, _FUNDER = table(Employee), table(Funder)
# Who writes an answer sees none: it runs as the owner of the tables (fences.sql).
_ANSWER = sa.text("select survey_answer(:survey, :edition, :book, :employee, cast(:answers as jsonb))")


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody answers to a question: which of its choices, counted from 0, or words."""

    choices: tuple[int, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Invitation:
    """A survey that is put to a person; `answered` by them, or `put_away` to be asked no more."""

    survey_id: str
    title: str
    ends_on: date
    answered: bool
    put_away: bool


@dataclass(frozen=True, slots=True)
class Ended:
    """A survey that was put to a person and can be answered no more; whether they answered is kept no longer."""

    survey_id: str
    title: str
    ended_on: date


def invitations(session: Session, book_id: int, employee_id: str) -> tuple[Invitation, ...]:
    """Return what is put to a person today, what ends first before the others."""
    rows = session.execute(_open(book_id, employee_id, clock.today()).order_by(_SURVEY.c.ends_on, _SURVEY.c.survey_id))
    return tuple(
        Invitation(row.survey_id, row.title, row.ends_on, row.answered is True, row.answered is False) for row in rows
    )


def ended(session: Session, book_id: int, employee_id: str) -> tuple[Ended, ...]:
    """Return what was put to a person and ended in the last `DAYS_TOLD` days, the latest first."""
    today = clock.today()
    end = sa.func.least(_SURVEY.c.closed_on, _SURVEY.c.ends_on)
    over = sa.or_(_SURVEY.c.closed_on.is_not(None), _SURVEY.c.ends_on < today)
    rows = session.execute(
        _put_to(sa.select(_SURVEY.c.survey_id, _SURVEY.c.title, end.label("ended_on")), book_id, employee_id, today)
        .where(over, end >= today - timedelta(days=DAYS_TOLD))
        .order_by(end.desc(), _SURVEY.c.survey_id)
    )
    return tuple(Ended(*row) for row in rows)


def get(session: Session, book_id: int, employee_id: str, survey_id: str) -> Survey:
    """
    Return a survey that is put to a person today and that they have not answered.

    Errors: SurveyNotFound, SurveyAnsweredAlready.
    """
    found = session.execute(
        _open(book_id, employee_id, clock.today()).where(_SURVEY.c.survey_id == survey_id)
    ).one_or_none()
    if found is None:
        raise SurveyNotFound(survey=survey_id)
    if found.answered:
        raise SurveyAnsweredAlready()
    return records.get(session, survey_id)


def answer(
    session: Session, book_id: int, employee_id: str, survey_id: str, answers: Mapping[int, Answer], *, edition: int
) -> None:
    """
    Count what a person answers, by the questions' numbers from 1, and remember apart from it that they have answered.

    A question may be left out; `edition` is the one that was read.
    Errors: SurveyNotFound, SurveyAnsweredAlready, SurveyChanged, SurveyAnswerInvalid; in this order.
    """
    found = get(session, book_id, employee_id, survey_id)
    if found.edition != edition:
        raise SurveyChanged(survey=survey_id)
    questions = dict(enumerate(found.sheet.questions, 1))
    given = {seq: each for seq, each in answers.items() if each.choices or each.text.strip()}
    if not given or not all(seq in questions and _fits(questions[seq], each) for seq, each in given.items()):
        raise SurveyAnswerInvalid()
    told = [
        {"seq": seq, "choices": sorted(set(each.choices)), "text": each.text.strip()} for seq, each in given.items()
    ]
    said = session.scalar(
        _ANSWER,
        {
            "survey": survey_id,
            "edition": edition,
            "book": book_id,
            "employee": employee_id,
            "answers": json.dumps(told),
        },
    )
    if said == "answered":
        raise SurveyAnsweredAlready()
    if said != "counted":
        raise SurveyChanged(survey=survey_id)


def put_away(session: Session, book_id: int, employee_id: str, survey_id: str) -> None:
    """
    Remember that a person wants to be asked no more; they may answer all the same.

    Errors: SurveyNotFound, SurveyAnsweredAlready.
    """
    get(session, book_id, employee_id, survey_id)
    row = {"survey_id": survey_id, "book_id": book_id, "employee_id": employee_id, "answered": False}
    session.execute(insert(SurveyParticipation).values(row).on_conflict_do_nothing())


def _open(book_id: int, employee_id: str, on: date) -> sa.Select[Any]:
    mine = sa.and_(
        _PART.c.survey_id == _SURVEY.c.survey_id,
        _PART.c.book_id == _EMPLOYEE.c.book_id,
        _PART.c.employee_id == _EMPLOYEE.c.employee_id,
    )
    return (
        _put_to(
            sa.select(_SURVEY.c.survey_id, _SURVEY.c.title, _SURVEY.c.ends_on, _PART.c.answered),
            book_id,
            employee_id,
            on,
        )
        .outerjoin(_PART, mine)
        .where(_SURVEY.c.closed_on.is_(None), _SURVEY.c.ends_on >= on)
    )


def _put_to(query: sa.Select[Any], book_id: int, employee_id: str, on: date) -> sa.Select[Any]:
    """Keep of a query of surveys what was opened to a person, whether or not it has ended."""
    return (
        query.select_from(_EMPLOYEE)
        .join(_FUNDER, _FUNDER.c.book_id == _EMPLOYEE.c.book_id)
        .join(_SURVEY, records.asked(_SURVEY, on))
        .where(
            _EMPLOYEE.c.book_id == book_id,
            _EMPLOYEE.c.employee_id == employee_id,
            _SURVEY.c.opened_on.is_not(None),
        )
    )


def _fits(question: Question, given: Answer) -> bool:
    if question.kind is Kind.TEXT:
        return not given.choices and len(given.text) <= LONGEST and "\x00" not in given.text
    several = question.kind is Kind.SEVERAL
    return (
        not given.text
        and all(0 <= each < question.size for each in given.choices)
        and (several or len(given.choices) == 1)
    )
