"""Gathers the results of a survey, and hides what would tell of few people."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from config import clock
from network import territories
from plans import funders
from reports.plan_statement.suppression import Group, hidden, small
from reports.survey_results.model import Answered, Choice, SurveyResults
from wallet.surveys import results
from wallet.surveys.records import Audience, Question
from wallet.surveys.results import Counted
from wallet.surveys.words import Kind


def gather(session: Session, survey_id: str, on: date) -> SurveyResults:
    """
    Return what may be shown of a survey that is closed on a day.

    Errors: SurveyNotFound, SurveyStillOpen.
    Source: docs/surveys.md.
    """
    survey, counted = results.of(session, survey_id, on)
    questions = tuple(_shown(*each) for each in zip(survey.sheet.questions, counted, strict=True))
    return SurveyResults(survey, asked_of(session, survey.sheet.audience), questions, clock.now())


def asked_of(session: Session, audience: Audience) -> str:
    """Return the name of whose people are asked: a funder's or a territory's."""
    if audience.book_id is not None:
        return funders.of_book(session, audience.book_id).name
    return territories.get(session, audience.territory_code or "").name


def _shown(question: Question, counted: Counted) -> Answered:
    told = None if small(counted.answers) else counted.answers
    covered = frozenset(range(len(counted.tally))) if told is None else _covered(question, counted)
    choices = tuple(
        Choice(name, need, None if place in covered else counted.tally[place])
        for place, (name, need) in enumerate(_names(question))
    )
    return Answered(question, told, choices, () if told is None else counted.texts)


def _names(question: Question) -> list[tuple[str, str | None]]:
    if question.kind is Kind.SCALE:
        return [(str(place + 1), None) for place in range(question.size)]
    return [("", need) for need in question.needs] + [(choice, None) for choice in question.choices]


def _covered(question: Question, counted: Counted) -> frozenset[int]:
    """Return the places of the choices to hide, given that it is shown how many answered."""
    if question.kind is Kind.SEVERAL:
        # Whoever did not take a choice is a group as well: each choice is a table of two, with its total.
        return frozenset(
            place
            for place, count in enumerate(counted.tally)
            if hidden({"taken": _group(count), "left": _group(counted.answers - count)})
        )
    found = hidden({str(place): _group(count) for place, count in enumerate(counted.tally)})
    return frozenset(map(int, found))


def _group(people: int) -> Group:
    return Group(people, people)
