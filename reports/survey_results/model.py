"""What the results of a survey say, as values; a figure that is None stays hidden, because it is of few people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from wallet.surveys.records import Question, Survey
from wallet.surveys.words import Kind


@dataclass(frozen=True, slots=True)
class Choice:
    """
    One answer among those that a question offers, and how many gave it.

    `need` is the code of a need of the catalogue, where it is one; `name` is the survey's own word where it is not.
    """

    name: str
    need: str | None
    count: int | None


@dataclass(frozen=True, slots=True)
class Answered:
    """A question with what was answered: choices in the order in which they were offered, words in one of chance."""

    question: Question
    answers: int | None
    choices: tuple[Choice, ...]
    texts: tuple[str, ...]

    @property
    def hides(self) -> bool:
        """Say whether a figure of it stays hidden."""
        return self.answers is None or any(each.count is None for each in self.choices)

    @property
    def mean_tenths(self) -> int | None:
        """Return the mean of a scale in tenths, rounded half up; None where a figure is hidden or nobody answered."""
        if self.question.kind is not Kind.SCALE or self.hides or not self.answers:
            return None
        total = sum(place * (each.count or 0) for place, each in enumerate(self.choices, 1))
        return (total * 20 + self.answers) // (2 * self.answers)


@dataclass(frozen=True, slots=True)
class SurveyResults:
    """A survey and what may be shown of its answers; `asked_of` is whose people they are, in words."""

    survey: Survey
    asked_of: str
    questions: tuple[Answered, ...]
    prepared_at: datetime


Named = Callable[[str], str]
"""What a need is called, by its code."""
