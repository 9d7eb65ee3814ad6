"""The base of every refusal; each package names its own in its `errors.py`."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any, ClassVar, Self

from moneyed import Money

from config import clock, money
from config.plurals import Counted

LANGUAGES = ("it", "en")


class Worded(str):
    """A word that a sentence says in its own language; by itself it is both, as offices may write either."""

    __slots__ = ("en", "it")

    it: str
    en: str

    def __new__(cls, it: str, en: str) -> Self:
        """Make a word of its Italian and its English."""
        word = super().__new__(cls, it if it == en else f"{it} ({en})")
        word.it, word.en = it, en
        return word

    def told(self, language: str) -> str:
        """Return it in the language asked for."""
        return self.it if language == "it" else self.en


class DomainError(Exception):
    """
    A refusal that people can act on: a stable code, the facts, and a sentence in Italian and English.

    `it` and `en` are templates over the details; `Money` and dates in them are written in the local way, and a number
    may be followed by its words in the singular and the plural (`config.plurals`).
    `retryable` says that the same call may succeed later without any change; `of_a_file` that a file has to be mended
    first, and that the refusal is no answer to the command that met it.
    """

    code: ClassVar[str]
    it: ClassVar[str]
    en: ClassVar[str]
    retryable: ClassVar[bool] = False
    of_a_file: ClassVar[bool] = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "code" not in cls.__dict__:
            cls.code = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    # Set on a refusal that is an answer written down under its key: the transaction keeps it (config/database.py).
    recorded: bool = False

    def __init__(self, **details: Any) -> None:
        self.details = details
        super().__init__(self.code, details)

    def text(self, language: str = "en") -> str:
        """Return what happened and how to mend it, in the language asked for."""
        template = self.it if language == "it" else self.en
        return template.format(**{key: local(value, language) for key, value in self.details.items()})

    def __str__(self) -> str:
        return f"{self.code}: {self.text('en')}"


def local(value: object, language: str) -> str:
    """Return a detail as people of that language write it."""
    if isinstance(value, Money):
        return money.local(value, language)
    if isinstance(value, datetime):
        # A moment is told by the clock people have on the wall, not by the server's.
        value = value.astimezone(clock.ROME) if value.tzinfo else value
        return value.strftime("%d/%m/%Y %H:%M" if language == "it" else "%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y" if language == "it" else "%Y-%m-%d")
    if isinstance(value, int) and not isinstance(value, bool):
        return Counted(value, language, str(value))
    if isinstance(value, (list, tuple, set, frozenset)):
        return ", ".join(local(item, language) for item in value)
    return value.told(language) if isinstance(value, Worded) else str(value)
