"""A survey as a form: a field for each question, drawn alike for whoever answers and for whoever looks at it before."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Field, IntegerField, RadioField, SubmitField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length
from wtforms.widgets import HiddenInput

from api.web.fields import TicksField
from api.web.forms import Form
from api.web.public import names
from wallet.surveys import answering
from wallet.surveys.answering import Answer
from wallet.surveys.records import SCALE, Question, Survey
from wallet.surveys.words import Kind

# A number of one of a few choices.
_CHOICE = re.compile(r"[0-9]{1,3}")
_SCALE = [SelectChoice(str(place), str(place + 1)) for place in range(SCALE)]


class EditionField(IntegerField):
    """Which edition of a survey a form was drawn with."""

    widget = HiddenInput()

    def renew(self, edition: int) -> None:
        """Let the form be sent again by whoever has now read this edition."""
        self.data, self.raw_data = edition, None


class ScaleField(RadioField):
    """A number from 1 to 5."""


class AnswerForm(Form):
    """The answers to a survey; every question may be left out."""

    edition = EditionField()
    send = SubmitField(_l("Manda le risposte"))

    @property
    def asked(self) -> list[Field]:
        """Return the fields of the questions, in order."""
        return [field for name, field in self._fields.items() if name.startswith("q")]

    def forget_choices(self) -> None:
        """Take away what was chosen: of questions that have changed it might be another answer. Words stay."""
        for field in self.asked:
            if not isinstance(field, TextAreaField):
                field.data = field.raw_data = None

    def answers(self) -> Mapping[int, Answer]:
        """Return what was answered, by the questions' numbers."""
        return {int(field.name[1:]): _answer(field) for field in self.asked}


def form_of(survey: Survey) -> type[AnswerForm]:
    """Return the form that a survey's questions make."""
    made: dict[str, Any] = {f"q{number}": _field(one) for number, one in enumerate(survey.sheet.questions, 1)}
    return type("SurveyAnswerForm", (AnswerForm,), made)


def _field(question: Question) -> Any:
    match question.kind:
        case Kind.TEXT:
            return TextAreaField(question.text, [Length(max=answering.LONGEST)])
        case Kind.SCALE:
            return ScaleField(question.text, choices=_SCALE, validate_choice=False)
        case _:
            told = [*map(names.need, question.needs), *question.choices]
            offered = [SelectChoice(str(place), name) for place, name in enumerate(told)]
    # What is not offered is refused by the core; nothing chosen is a question left out.
    kind = TicksField if question.kind is Kind.SEVERAL else RadioField
    return kind(question.text, choices=offered, validate_choice=False)


def _answer(field: Field) -> Answer:
    if isinstance(field, TextAreaField):
        return Answer(text=field.data or "")
    chosen = field.data if isinstance(field.data, list) else [field.data] if field.data else []
    return Answer(choices=tuple(int(one) if _CHOICE.fullmatch(str(one)) else -1 for one in chosen))
