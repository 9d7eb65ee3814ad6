"""Fields that people fill in as they write or tick: amounts of euro, months, counts, and several of some choices."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from moneyed import Money
from wtforms import DateField, IntegerField, SelectMultipleField, StringField
from wtforms.widgets import CheckboxInput, ListWidget

from api.conventions.fields import Day
from api.web import words
from config.errors import DomainError
from config.money import from_minor
from plans.errors_cells import AmountNotPositive, AmountOverPrecise
from plans.sheets import cells

_MONTH: Final = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")
_DIGITS: Final = re.compile(r"[0-9]{1,9}")
MOST: Final = 10_000
WHOLE: Final = _l("Scrivi un numero intero, da 1 a 10.000.")


class AmountField(StringField):
    """An amount of euro, written as people write it; `money` is None where the field was left empty."""

    money: Money | None = None

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed, and keep it as it was typed."""
        super().process_formdata(valuelist)
        if self.data is None or not self.data.strip():
            # Blanks are nothing for those who ask for something, too.
            self.raw_data = list[Any]()
            return
        try:
            self.money = from_minor(cells.amount(self.data))
        except AmountOverPrecise as refusal:
            raise ValueError(_("Ha più di due decimali: scrivi euro e centesimi.")) from refusal
        except AmountNotPositive as refusal:
            raise ValueError(_("È zero: scrivi un importo maggiore di zero.")) from refusal
        except DomainError as refusal:
            raise ValueError(words.refusal(refusal)) from refusal


class MonthField(StringField):
    """A month, written 2026-03; `first` is its first day, None where the field was left empty."""

    data: str | None
    first: date | None = None

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed, and keep it as it was typed."""
        super().process_formdata(valuelist)
        if self.data is None or not self.data.strip():
            # Blanks are nothing for those who ask for something, too.
            self.raw_data = list[Any]()
            return
        if not _MONTH.fullmatch(self.data.strip()):
            raise ValueError(_("Scrivi il mese così: 2026-03."))
        self.data = self.data.strip()
        self.first = date.fromisoformat(f"{self.data}-01")


class DayField(DateField):
    """A day, far enough from both ends of the calendar to count days from it; as far as the API's."""

    data: Any

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed, and keep it as it was typed."""
        super().process_formdata(valuelist)
        if self.data is not None and not Day.earliest <= self.data <= Day.latest:
            self.data = None
            raise ValueError(_("Scrivi un giorno fra il 1900 e il 2199."))


class CountField(IntegerField):
    """How many of something: a whole number, refused in words of ours."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed: digits alone, for a program takes more for a number than people do."""
        if valuelist and valuelist[0].strip() and not _DIGITS.fullmatch(valuelist[0].strip()):
            raise ValueError(_("Scrivi un numero intero, solo con le cifre."))
        super().process_formdata(valuelist)


class TicksField(SelectMultipleField):
    """Several of some choices, each with its box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()
