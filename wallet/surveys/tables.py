"""
The tables: surveys and their questions, what was answered as counts, and apart from it who has answered.

An answer is no row: each question has one row of counts, and one array of words in which each finds a place by chance.
No moment, id or order of rows leads from what was answered to whoever did.
"""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, SmallInteger, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base

Moment = sa.DateTime(timezone=True)


class SurveyRow(Base):
    """A survey of an employer's people (`of_book_id`) or of a territory's; `edition` grows with every change."""

    __tablename__ = "survey"
    survey_id: Mapped[str] = mapped_column(Text, primary_key=True)
    of_book_id: Mapped[int | None] = mapped_column(ForeignKey("book.book_id"))
    territory_code: Mapped[str | None] = mapped_column(ForeignKey("territory.code"))
    title: Mapped[str] = mapped_column(Text)
    introduction: Mapped[str] = mapped_column(Text)
    ends_on: Mapped[date]
    edition: Mapped[int] = mapped_column(server_default="1")
    answers: Mapped[int] = mapped_column(server_default="0")
    opened_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))
    __table_args__ = (
        CheckConstraint("(of_book_id is null) <> (territory_code is null)", name="audience"),
        CheckConstraint("closed_on is null or opened_on is not null", name="closed"),
        CheckConstraint("answers = 0 or opened_on is not null", name="answers"),
    )


class SurveyQuestion(Base):
    """A question; what may be chosen is the catalogue's needs, by code, and then the survey's own words."""

    __tablename__ = "survey_question"
    survey_id: Mapped[str] = mapped_column(ForeignKey("survey.survey_id", ondelete="cascade"), primary_key=True)
    seq: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    needs: Mapped[list[str]] = mapped_column(ARRAY(Text))
    choices: Mapped[list[str]] = mapped_column(ARRAY(Text))
    __table_args__ = (CheckConstraint("kind in ('one', 'several', 'scale', 'text')", name="kind"),)


class SurveyResult(Base):
    """What was answered to a question: by how many, each choice how often, and the words in an order of chance."""

    __tablename__ = "survey_result"
    survey_id: Mapped[str] = mapped_column(Text, primary_key=True)
    seq: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    answers: Mapped[int] = mapped_column(server_default="0")
    tally: Mapped[list[int]] = mapped_column(ARRAY(sa.Integer))
    texts: Mapped[list[str]] = mapped_column(ARRAY(Text))
    __table_args__ = (
        ForeignKeyConstraint(
            ["survey_id", "seq"], ["survey_question.survey_id", "survey_question.seq"], ondelete="cascade"
        ),
    )


class SurveyParticipation(Base):
    """That somebody answered, or wants to be asked no more; without what or when, and only while the survey is open."""

    __tablename__ = "survey_participation"
    survey_id: Mapped[str] = mapped_column(ForeignKey("survey.survey_id", ondelete="cascade"), primary_key=True)
    book_id: Mapped[int] = mapped_column(primary_key=True)
    employee_id: Mapped[str] = mapped_column(Text, primary_key=True)
    answered: Mapped[bool]
    __table_args__ = (ForeignKeyConstraint(["book_id", "employee_id"], ["employee.book_id", "employee.employee_id"]),)
