"""The words of a report in one language, and how amounts, days and moments are written in it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from config import clock
from config.errors import local
from config.plurals import Counted
from reports.cells import grouped


@dataclass(frozen=True, slots=True)
class Words:
    """One language's words, by dotted key; a key that is missing is a KeyError."""

    language: str
    texts: Mapping[str, str]
    months: tuple[str, ...]
    month_names: tuple[str, ...]

    def __call__(self, key: str, **values: object) -> str:
        """
        Return a text with its blanks filled in; days and amounts in `values` come already written.

        A count may be followed by its words in the singular and the plural: `{n:line|lines}` (`config.plurals`).
        """
        if not values:
            return self.texts[key]
        return self.texts[key].format(**{name: self._counted(value) for name, value in values.items()})

    def _counted(self, value: object) -> object:
        if isinstance(value, int) and not isinstance(value, bool):
            return Counted(value, self.language)
        return value

    def named(self, what: str, code: str) -> str:
        """Return the name of a category, source or channel; a code nobody named yet stands for itself."""
        return self.texts.get(f"{what}.{code}", code)

    def names(self, what: str) -> tuple[str, ...]:
        """Return the names of every category, source or channel."""
        return tuple(name for key, name in self.texts.items() if key.startswith(f"{what}."))

    def amount(self, amount_minor: int) -> str:
        """Write an amount with two decimals, thousands grouped and no currency sign."""
        return grouped(amount_minor, self.language)

    def euro(self, amount_minor: int) -> str:
        """Write an amount with its currency sign, on the side where the language has it."""
        return f"{self.amount(amount_minor)} €" if self.language == "it" else f"€{self.amount(amount_minor)}"

    def share(self, part: int, whole: int) -> str:
        """Write what percentage of the whole a part is, with one decimal."""
        thousandths = (part * 1000 * 2 + whole) // (2 * whole)
        figure = f"{thousandths // 10}{',' if self.language == 'it' else '.'}{thousandths % 10}"
        return f"{figure} %" if self.language == "it" else f"{figure}%"

    def day(self, day: date) -> str:
        """Write a day."""
        return local(day, self.language)

    def month(self, day: date) -> str:
        """Write a day's month and year, in full."""
        return f"{self.month_names[day.month - 1]} {day.year}"

    def month_figures(self, day: date) -> str:
        """Write a day's month and year in figures: 01/2026, 2026-01."""
        return f"{day:%m/%Y}" if self.language == "it" else f"{day:%Y-%m}"

    def period(self, starts_on: date, ends_on: date) -> str:
        """Write a stretch of days."""
        return self("period_text", starts_on=self.day(starts_on), ends_on=self.day(ends_on))

    def moment(self, moment: datetime) -> str:
        """Write a moment in the time of Rome."""
        return local(moment.astimezone(clock.ROME), self.language)


@cache
def read(package: str, language: str) -> Words:
    """Return the words that a report's `words.toml` has in a language (`it` or `en`), over those all reports share."""
    texts: dict[str, str] = {}
    for name in ("reports", package):
        texts |= _flat(tomllib.loads((files(name) / "words.toml").read_text("utf-8"))[language])
    months, month_names = (tuple(texts.pop(name).split()) for name in ("months", "month_names"))
    return Words(language, texts, months, month_names)


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
