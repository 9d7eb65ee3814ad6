"""Surveys as they are read: what is asked of whom, until when, and where it stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plans.rows import Employee, Funder, table
from wallet.surveys.errors import SurveyNotFound
from wallet.surveys.tables import SurveyQuestion, SurveyRow
from wallet.surveys.words import Kind, State

SCALE = 5
_SURVEY, _QUESTION = SurveyRow.__table__, SurveyQuestion.__table__
_EMPLOYEE, _FUNDER = table(Employee), table(Funder)
# What a list is read by.
ID = _SURVEY.c.survey_id


@dataclass(frozen=True, slots=True)
class Audience:
    """Whose people are asked: those of one book, or those of a territory in every book."""

    book_id: int | None = None
    territory_code: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A question; `needs` are codes of the catalogue that may be chosen, before the `choices` in words."""

    kind: Kind
    text: str
    needs: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Return among how many answers one chooses."""
        return {Kind.SCALE: SCALE, Kind.TEXT: 0}.get(self.kind, len(self.needs) + len(self.choices))


@dataclass(frozen=True, slots=True)
class Sheet:
    """What somebody writes of a survey."""

    title: str
    introduction: str
    audience: Audience
    ends_on: date
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True)
class Survey:
    """A survey; `answers` counts who answered, `edition` its changes."""

    survey_id: str
    sheet: Sheet
    edition: int
    answers: int
    opened_on: date | None
    closed_on: date | None

    def state(self, on: date) -> State:
        """Return where it stands on a day: after its last day it is closed by itself."""
        if self.opened_on is None:
            return State.DRAFT
        return State.CLOSED if self.closed_on is not None or self.sheet.ends_on < on else State.OPEN

    @property
    def ended_on(self) -> date:
        """Return the last day on which it could be answered."""
        return self.sheet.ends_on if self.closed_on is None else min(self.closed_on, self.sheet.ends_on)


def get(session: Session, survey_id: str, *, lock: bool = False) -> Survey:
    """
    Return a survey, as far as the session sees; with `lock` as it is once nobody else changes or answers it.

    Errors: SurveyNotFound.
    """
    wanted = sa.select(_SURVEY).where(_SURVEY.c.survey_id == survey_id)
    row = session.execute(wanted.with_for_update() if lock else wanted).one_or_none()
    if row is None:
        raise SurveyNotFound(survey=survey_id)
    return values(session, [row])[0]


def query() -> sa.Select[Any]:
    """Return the query of the surveys that the session sees, for a list that is read by pages."""
    return sa.select(_SURVEY)


def open_on(on: date) -> sa.Select[Any]:
    """Return the query of the surveys that can be answered on a day."""
    return query().where(_SURVEY.c.opened_on.is_not(None), _SURVEY.c.closed_on.is_(None), _SURVEY.c.ends_on >= on)


def values(session: Session, rows: Sequence[Any]) -> list[Survey]:
    """Return the surveys of some rows of `query`, each with its questions."""
    found: dict[str, list[Question]] = defaultdict(list)
    wanted = sa.select(_QUESTION).where(_QUESTION.c.survey_id.in_([row.survey_id for row in rows]))
    for row in session.execute(wanted.order_by(_QUESTION.c.survey_id, _QUESTION.c.seq)):
        found[row.survey_id].append(Question(Kind(row.kind), row.text, tuple(row.needs), tuple(row.choices)))
    return [
        Survey(
            row.survey_id,
            Sheet(
                row.title,
                row.introduction,
                Audience(row.of_book_id, row.territory_code),
                row.ends_on,
                tuple(found[row.survey_id]),
            ),
            row.edition,
            row.answers,
            row.opened_on,
            row.closed_on,
        )
        for row in rows
    ]


def asked(survey: sa.FromClause, on: date) -> sa.ColumnElement[bool]:
    """Return whether a survey is put to a person on a day: one of its book or territory, who has not left."""
    home = sa.func.coalesce(_EMPLOYEE.c.home_territory, _FUNDER.c.home_territory)
    return sa.and_(
        sa.or_(survey.c.of_book_id == _EMPLOYEE.c.book_id, survey.c.territory_code == home),
        sa.or_(_EMPLOYEE.c.hired_on.is_(None), _EMPLOYEE.c.hired_on <= on),
        sa.or_(_EMPLOYEE.c.left_on.is_(None), _EMPLOYEE.c.left_on >= on),
    )


def invited(session: Session, survey_id: str, on: date) -> int:
    """Return how many people a survey is put to on a day."""
    found = session.scalar(
        sa.select(sa.func.count())
        .select_from(_EMPLOYEE)
        .join(_FUNDER, _FUNDER.c.book_id == _EMPLOYEE.c.book_id)
        .join(_SURVEY, asked(_SURVEY, on))
        .where(_SURVEY.c.survey_id == survey_id)
    )
    return int(found or 0)
