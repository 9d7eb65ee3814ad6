"""One thing wrong in a file: where it stands, what it says, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from config.errors import DomainError, local

VALUE_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """A refusal of one cell, row or total of a file; `row` and `column` are absent when it concerns the whole file."""

    code: str
    file: str
    row: int | None
    column: str | None
    value: str | None
    refusal: type[DomainError] = field(repr=False)
    details: dict[str, Any] = field(repr=False, hash=False)

    def text(self, language: str = "en") -> str:
        """Return where it is, what is wrong and how to mend it, in the language asked for."""
        reason = self.refusal(**self.details).text(language)
        # A refusal of the file as a whole names the file, and the row, itself.
        return reason if "file" in self.details else f"{self._place(language)}: {reason}"

    def heading(self, language: str) -> str | None:
        """Return the column as the file heads it, or as people of that language call it where it has none."""
        return None if self.column is None else local(self.column, language)

    def _place(self, language: str) -> str:
        italian = language == "it"
        parts = [self.file]
        if self.row is not None:
            parts.append(f"{'riga' if italian else 'row'} {self.row}")
        if self.column is not None:
            heading = self.heading(language)
            parts.append(f"colonna «{heading}»" if italian else f'column "{heading}"')
        if self.value is not None:
            parts.append(f"valore «{self.value}»" if italian else f'value "{self.value}"')
        return ", ".join(parts)


def describe(
    refusal: DomainError, file: str, row: int | None = None, column: str | None = None, value: object = None
) -> Problem:
    """Return the problem that a refusal makes at a place of a file."""
    return Problem(
        refusal.code, file, row, column, None if value is None else shorten(value), type(refusal), refusal.details
    )


def shorten(value: object) -> str:
    """Return a cell as one short line that is safe to print: control characters escaped, at most 60 characters."""
    text = f"{value.day:02}/{value.month:02}/{value.year:04}" if type(value) is date else str(value)
    # Cut first: a cell may hold millions of characters.
    clipped = "".join(_visible(character) for character in text[: VALUE_LENGTH + 1])
    return clipped if len(clipped) <= VALUE_LENGTH else clipped[: VALUE_LENGTH - 1] + "…"


def _visible(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
