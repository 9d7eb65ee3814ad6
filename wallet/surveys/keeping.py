"""Keeping: what is over is closed, who answered is forgotten then, and the counts when their term is over."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from wallet.retention import law
from wallet.retention.law import Kind
from wallet.surveys import building
from wallet.surveys.tables import SurveyParticipation, SurveyRow

_SURVEY, _PART = SurveyRow.__table__, SurveyParticipation.__table__


def sweep(session: Session, on: date) -> int:
    """Close what is over, forget who answered it, and delete what is past its term; return how many went."""
    over = sa.and_(_SURVEY.c.opened_on.is_not(None), _SURVEY.c.closed_on.is_(None), _SURVEY.c.ends_on < on)
    closed = list(
        session.scalars(
            sa.update(SurveyRow).where(over).values(closed_on=_SURVEY.c.ends_on).returning(_SURVEY.c.survey_id)
        )
    )
    building.forget_few(session, closed)
    ended = sa.select(_SURVEY.c.survey_id).where(_SURVEY.c.closed_on.is_not(None))
    session.execute(sa.delete(SurveyParticipation).where(_PART.c.survey_id.in_(ended)))
    rule = law.load()[Kind.ANSWERS]
    years = session.scalars(
        sa.select(sa.extract("year", _SURVEY.c.closed_on)).where(_SURVEY.c.closed_on.is_not(None)).distinct()
    )
    past = [int(year) for year in years if (term := rule.until(int(year))) is not None and term[0] < on]
    gone = session.execute(sa.delete(SurveyRow).where(sa.extract("year", _SURVEY.c.closed_on).in_(past)))
    return int(gone.rowcount)  # type: ignore[attr-defined]
