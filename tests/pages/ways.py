"""
Ways to look at the pages, and which journey is made in which two of them.

A journey is made twice, the second time with everything the other way round: so each journey meets each width, each
language, each hand, and scripts on and off; and over all journeys every pair of these meets (test_ways.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

WIDE, NARROW = 1200, 360


@dataclass(frozen=True, slots=True)
class Way:
    """A way to look at pages."""

    width: int
    language: str
    scripts: bool
    keyboard: bool = False

    def __str__(self) -> str:
        scripts, hand = "scripts" if self.scripts else "plain", "keyboard" if self.keyboard else "mouse"
        return f"{self.width}-{self.language}-{scripts}-{hand}"

    @property
    def opposite(self) -> Way:
        """The way in which everything is the other."""
        return Way(
            NARROW if self.width == WIDE else WIDE,
            "en" if self.language == "it" else "it",
            not self.scripts,
            not self.keyboard,
        )


# With their opposites these hold every pair of their choices.
_WIDE_MOUSE = Way(WIDE, "it", scripts=True)
_NARROW_KEYS = Way(NARROW, "it", scripts=True, keyboard=True)
_NARROW_MOUSE = Way(NARROW, "en", scripts=True)
_WIDE_KEYS = Way(WIDE, "en", scripts=True, keyboard=True)

JOURNEYS: Mapping[str, Way] = {
    "visitor asks for orientation": _NARROW_KEYS,
    "giulia orders in three steps": _WIDE_MOUSE,
    "marco declares that he maintains his mother": _NARROW_MOUSE,
    "luca goes past the cliff with consent": _WIDE_KEYS,
    "pietro mends a reimbursement and is paid": _WIDE_MOUSE,
    "mario clicks twice on a slow line": _NARROW_MOUSE,
    "mario goes back and confirms again": _NARROW_MOUSE,
    "the office loads a budget": _WIDE_MOUSE,
    "the office drafts a plan": _NARROW_KEYS,
    "ada chooses about her bonus": _NARROW_KEYS,
    "the accountant opens the proof": _NARROW_MOUSE,
    "payroll reads the month": _WIDE_KEYS,
    "the provider redeems by code": _NARROW_KEYS,
    "marta acts for elio": _WIDE_KEYS,
    "the municipality takes an application": _WIDE_MOUSE,
    "bruno asks the desk for his meal": _NARROW_KEYS,
    "marta asks what people need": _NARROW_MOUSE,
    "the office signs in and out": _NARROW_KEYS,
    "the operator looks after the network": _NARROW_MOUSE,
    "the operator pays providers and clears a month": _WIDE_KEYS,
}
taken: set[str] = set()


def journey(name: str) -> Callable[[Callable[..., None]], Any]:
    """Make a test a journey of the table, once in its way and once in the opposite."""
    taken.add(name)
    ways = (JOURNEYS[name], JOURNEYS[name].opposite)

    def mark(test: Callable[..., None]) -> Any:
        return pytest.mark.slow(pytest.mark.parametrize("way", ways, ids=str)(test))

    return mark
