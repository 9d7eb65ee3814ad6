"""What both layouts of a survey's results print alike: one row for each answer that a question offers."""

from __future__ import annotations

from collections.abc import Iterator

from reports.sheet import Withheld
from reports.survey_results.model import Named, SurveyResults
from reports.words import Words

COLUMNS = ("number", "question", "kind", "answer", "need", "count", "answers")


def rows(found: SurveyResults, text: Words, named: Named) -> Iterator[tuple[int | str | Withheld, ...]]:
    """Yield the rows, without a word that people wrote: those stay on the page of whoever asked."""
    for number, each in enumerate(found.questions, 1):
        kind = each.question.kind.label(text.language)
        answers = Withheld() if each.answers is None else each.answers
        about = (number, each.question.text, kind)
        if not each.choices:
            yield *about, text("words"), "", "", answers
        for choice in each.choices:
            count = Withheld() if choice.count is None else choice.count
            yield *about, named(choice.need) if choice.need else choice.name, choice.need or "", count, answers


def facts(found: SurveyResults, text: Words) -> Iterator[tuple[str, int | str]]:
    """Yield what the rows are about, and how to read them."""
    sheet = found.survey.sheet
    yield text("fact.title"), sheet.title
    yield text("fact.asked_of"), found.asked_of
    if found.survey.opened_on is not None:
        yield text("fact.period"), text.period(found.survey.opened_on, found.survey.ended_on)
    yield text("fact.answers"), found.survey.answers
    yield text("fact.note"), text("note")
