"""Results: what was answered to a survey that is closed, as it was counted; what of it may be shown is a report's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from wallet.surveys import records
from wallet.surveys.errors import SurveyStillOpen
from wallet.surveys.records import Survey
from wallet.surveys.tables import SurveyResult
from wallet.surveys.words import State

_RESULT = SurveyResult.__table__


@dataclass(frozen=True, slots=True)
class Counted:
    """What was answered to a question: by how many, each choice how often, in which words, in an order of chance."""

    answers: int
    tally: tuple[int, ...]
    texts: tuple[str, ...]


def of(session: Session, survey_id: str, on: date) -> tuple[Survey, tuple[Counted, ...]]:
    """
    Return a survey that is closed on a day with what was answered to each of its questions.

    Errors: SurveyNotFound, SurveyStillOpen.
    """
    found = records.get(session, survey_id)
    if found.state(on) is not State.CLOSED:
        raise SurveyStillOpen(survey=survey_id)
    rows = session.execute(sa.select(_RESULT).where(_RESULT.c.survey_id == survey_id).order_by(_RESULT.c.seq))
    return found, tuple(Counted(row.answers, tuple(row.tally), tuple(row.texts)) for row in rows)
