"""The words of the statement."""

from __future__ import annotations

from reports import words
from reports.words import Words

__all__ = ["Words", "of"]


def of(language: str) -> Words:
    """Return the words of a language: `it` or `en`."""
    return words.read("reports.plan_statement", language)
