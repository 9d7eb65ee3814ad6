"""Numbers in sentences: `{n:entry waits|entries wait}` is "1 entry waits", "2 entries wait"."""

from __future__ import annotations

from functools import cache
from typing import Any, Self

from babel import Locale


class Counted(str):
    """
    A number as it is written, that a template may ask for with its words: the one for the singular, then the other.

    Which numbers take the singular is the language's matter (CLDR's plural rules).
    """

    __slots__ = ("one",)
    one: bool

    def __new__(cls, count: int, language: str, shown: str = "") -> Self:
        """Count things in a language; `shown` is the number as it is written there."""
        self = super().__new__(cls, shown or str(count))
        self.one = _rules(language)(count) == "one"
        return self

    def __format__(self, spec: str) -> str:
        """Write the number, with the words that agree with it where the template has two."""
        if "|" not in spec:
            return super().__format__(spec)
        one, other = spec.split("|")
        return f"{self} {one if self.one else other}"


@cache
def _rules(language: str) -> Any:
    return Locale.parse(language).plural_form
