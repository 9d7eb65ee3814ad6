"""Fields that people fill in as they write or tick: amounts of euro, and several of some choices."""

from __future__ import annotations

from typing import Any

from moneyed import Money
from wtforms import SelectMultipleField, StringField
from wtforms.widgets import CheckboxInput, ListWidget

from api.web import words
from config.errors import DomainError
from config.money import from_minor
from plans.sheets import cells


class AmountField(StringField):
    """An amount of euro, written as people write it; `money` is None where the field was left empty."""

    money: Money | None = None

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed, and keep it as it was typed."""
        super().process_formdata(valuelist)
        if self.data is None or not self.data.strip():
            return
        try:
            self.money = from_minor(cells.amount(self.data))
        except DomainError as refusal:
            raise ValueError(words.refusal(refusal)) from refusal


class TicksField(SelectMultipleField):
    """Several of some choices, each with its box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()
