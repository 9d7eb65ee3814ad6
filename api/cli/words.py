"""Options and arguments as people write them: amounts and days in Italian or ISO writing, texts of one line."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Collection
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, Generic, TypeVar

import click
from moneyed import EUR, Money

from api.cli.caller import Caller
from api.errors import TextEmpty
from config import money
from config.errors import DomainError
from plans.errors_cells import AmountNotPositive, TextUnreadable
from plans.sheets import cells

W = TypeVar("W", bound=StrEnum)
_MONTH = re.compile(r"(?P<it>[0-9]{1,2}/[0-9]{4})|(?P<iso>[0-9]{4}-[0-9]{2})")


class _Word(click.ParamType[Any], ABC):
    """A parameter that the reading of files knows how to read, with its precise refusals."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return what was written as a value; a refusal becomes a usage error in the caller's language."""
        if not isinstance(value, str):
            return value
        try:
            return self.read(value.strip())
        except DomainError as refusal:
            caller = ctx.find_object(Caller) if ctx is not None else None
            self.fail(refusal.text("it" if caller is None else caller.language), param, ctx)

    @abstractmethod
    def read(self, text: str) -> Any:
        """Return the value of a text, or raise a refusal."""


class _Amount(_Word):
    """Euro and cents: 1.234,56 or 1234.56."""

    name = "amount"

    def read(self, text: str) -> Money:
        return money.from_minor(cells.amount(text))


class _AmountOrZero(_Word):
    """As an amount; zero is a value too, and says "nothing"."""

    name = "amount"

    def read(self, text: str) -> Money:
        try:
            return money.from_minor(cells.amount(text))
        except AmountNotPositive:
            return Money(0, EUR)


class _Day(_Word):
    """31/12/2026 or 2026-12-31."""

    name = "date"

    def read(self, text: str) -> date:
        return cells.day(text)


class _Month(click.ParamType[date]):
    """A month: 10/2026, 2026-10, or any day of it."""

    name = "month"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the first day of the month."""
        if isinstance(value, date):
            return value.replace(day=1)
        written = str(value).strip()
        if found := _MONTH.fullmatch(written):
            written = f"{found['iso']}-01" if found["iso"] else f"01/{found['it']}"
        try:
            return cells.day(written).replace(day=1)
        except DomainError:
            caller = ctx.find_object(Caller) if ctx is not None else None
            it = "non è un mese: scrivere 10/2026, 2026-10 o un giorno del mese, come 31/10/2026."
            en = "this is no month: write 10/2026, 2026-10 or any day of the month, such as 31/10/2026."
            self.fail(it if caller is None else caller.sentence(it, en), param, ctx)


class _Text(_Word):
    """One line that can be stored: no control characters, at most 200 characters."""

    name = "text"

    def read(self, text: str) -> str:
        if not text:
            raise TextEmpty()
        clean = cells.text(text)
        if not clean or "\n" in clean or "\r" in clean:
            raise TextUnreadable()
        return clean


class Word(click.Choice[str], Generic[W]):
    """One word of a closed vocabulary, in capitals or not, with hyphens or underscores."""

    def __init__(self, vocabulary: type[W], *, but: Collection[W] = ()) -> None:
        self.vocabulary = vocabulary
        choices = [word.lower().replace("_", "-") for word in vocabulary if word not in but]
        super().__init__(choices, case_sensitive=False)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the word of the vocabulary."""
        if isinstance(value, self.vocabulary):
            return value
        chosen = super().convert(str(value).replace("_", "-"), param, ctx)
        return next(word for word in self.vocabulary if word.lower().replace("_", "-") == chosen.lower())


AMOUNT = _Amount()
AMOUNT_OR_ZERO = _AmountOrZero()
DAY = _Day()
MONTH = _Month()
TEXT = _Text()
FILE = click.Path(path_type=Path)
