"""The Italian words for the codes that people are shown; in English the codes are words already."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar

from config.errors import DomainError, local
from config.labelled import Labelled


def italian(code: StrEnum) -> str:
    """Return the Italian word for a code; one of a vocabulary that nobody is shown stands for itself."""
    return code.label_it if isinstance(code, Labelled) else str(code)


class InWords(DomainError):
    """A refusal with codes among its facts, which are said in words in Italian."""

    vocabularies: ClassVar[Mapping[str, type[StrEnum]]]

    def text(self, language: str = "en") -> str:
        """Return what happened and how to mend it, in the language asked for."""
        if language != "it":
            return super().text(language)
        told = {
            key: italian(self.vocabularies[key](value)) if key in self.vocabularies else local(value, language)
            for key, value in self.details.items()
        }
        return self.it.format(**told)
