"""Closed vocabularies whose words people read: each member bears its Italian and its English label."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Labelled(StrEnum):
    """
    A word of the code with what people read for it; written `CODE = "CODE", "parola", "word"`.

    Without an English label the code itself is the English word, in small letters and with spaces.
    """

    label_it: str
    label_en: str

    def __new__(cls, value: str, label_it: str = "", label_en: str = "") -> Self:
        """Make a member of its word and its labels."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label_it = label_it
        member.label_en = label_en or value.lower().replace("_", " ")
        return member

    def label(self, language: str) -> str:
        """Return the label in the language asked for."""
        return self.label_it if language == "it" else self.label_en
