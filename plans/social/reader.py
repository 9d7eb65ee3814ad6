"""Reads one row of a social file, key by key, and refuses what nobody can have meant."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from plans.social.errors import SocialFileInvalid

W = TypeVar("W", bound=StrEnum)

CENTS = 100
MOST = 10_000_000
# Beyond this no office wrote the file.
MAX_BYTES = 1_000_000


class Row:
    """A table of the file being read: every key is taken once, and one that is left over is refused."""

    def __init__(self, file: str, name: str, values: Mapping[str, Any]) -> None:
        self.file, self.name = file, name
        self._values = dict(values)

    def refuse(self, it: str, en: str) -> SocialFileInvalid:
        """Return the refusal of this row."""
        return SocialFileInvalid(file=self.file, row=self.name, problem_it=it, problem_en=en)

    def has(self, key: str) -> bool:
        """Say whether the key is there and was not taken."""
        return key in self._values

    def content(self) -> dict[str, Any]:
        """Return what the row says, as it can be kept in JSON."""
        return {key: plain(value) for key, value in self._values.items()}

    def finish(self) -> None:
        """Refuse what nobody asked for."""
        if self._values:
            keys = ", ".join(sorted(self._values))
            raise self.refuse(f"chiave sconosciuta: {keys}", f"unknown key: {keys}")

    def text(self, key: str, *, default: str | None = None) -> str:
        """Take a text that says something."""
        value: str = self._take(key, str, default, "un testo tra virgolette", "a text in quotes")
        if not value.strip() and default is None:
            raise self.refuse(f"{key} è vuoto", f"{key} is empty")
        return value.strip()

    def flag(self, key: str, *, default: bool) -> bool:
        """Take true or false."""
        return bool(self._take(key, bool, default, "true o false", "true or false"))

    def day(self, key: str) -> date:
        """Take a date."""
        value: date = self._take(key, date, None, "una data come 2026-01-31", "a date such as 2026-01-31")
        return value

    def whole(self, key: str) -> int:
        """Take a whole number."""
        value: int = self._take(key, int, None, "un numero intero", "a whole number")
        return value

    def minor(self, key: str) -> int:
        """Take an amount in euro, zero included, as cents."""
        return self._scaled(key, self._take(key, (int, Decimal), None, "un importo in euro", "an amount in euro"))

    def word(self, key: str, vocabulary: type[W], *, default: W | None = None) -> W:
        """Take one word of a vocabulary."""
        return self._spelt(key, self.text(key, default=default), vocabulary)

    def words(self, key: str, vocabulary: type[W], *, default: tuple[W, ...]) -> tuple[W, ...]:
        """Take several words of a vocabulary, each once."""
        if not self.has(key):
            return default
        return tuple(self._spelt(key, value, vocabulary) for value in self.texts(key))

    def texts(self, key: str) -> tuple[str, ...]:
        """Take a list of texts, each once."""
        values = self._take(key, list, None, "un elenco", "a list")
        good = all(isinstance(value, str) and value.strip() for value in values)
        if not values or not good or len(set(values)) != len(values):
            raise self.refuse(
                f"{key} deve essere un elenco di testi, ciascuno una volta",
                f"{key} must be a list of texts, each of them once",
            )
        return tuple(values)

    def rows(self, key: str) -> Iterator[Row]:
        """Take a list of tables."""
        values = self._take(key, list, None, "un elenco di tabelle", "a list of tables")
        if not values or not all(isinstance(value, dict) for value in values):
            raise self.refuse(f"{key} deve essere un elenco di tabelle", f"{key} must be a list of tables")
        for number, value in enumerate(values, 1):
            yield Row(self.file, f"{self.name}, {key} {number}", value)

    def points(self, key: str, count: int) -> tuple[int, ...]:
        """Take a list of so many amounts in euro, as cents."""
        values = self._take(key, list, None, "un elenco di importi", "a list of amounts")
        kinds = all(isinstance(value, (int, Decimal)) and not isinstance(value, bool) for value in values)
        if len(values) != count or not kinds:
            raise self.refuse(f"{key} vuole {count} importi", f"{key} takes {count} amounts")
        return tuple(self._scaled(key, value) for value in values)

    def _scaled(self, key: str, value: int | Decimal) -> int:
        exact = Decimal(value)
        if not exact.is_finite() or not 0 <= exact <= MOST or exact * CENTS != int(exact * CENTS):
            raise self.refuse(
                f"{key} deve essere un importo in euro da 0 a {MOST}, con al più due decimali",
                f"{key} must be an amount in euro from 0 to {MOST} with at most two decimals",
            )
        return int(exact * CENTS)

    def _spelt(self, key: str, value: str, vocabulary: type[W]) -> W:
        if value not in set(vocabulary):
            known = ", ".join(vocabulary)
            raise self.refuse(
                f"{key} è «{value}»: serve uno di {known}", f"{key} is '{value}': one of {known} is needed"
            )
        return vocabulary(value)

    def _take(self, key: str, kind: type | tuple[type, ...], default: Any, it: str, en: str) -> Any:
        if key not in self._values:
            if default is not None:
                return default
            raise self.refuse(f"manca {key}", f"{key} is missing")
        value = self._values.pop(key)
        # A bool is an int to Python, and a moment a date: neither was meant.
        if not isinstance(value, kind) or isinstance(value, datetime) or (isinstance(value, bool) and kind is not bool):
            raise self.refuse(f"{key} deve essere {it}", f"{key} must be {en}")
        return value


def document(text: str, file: str, tables: Sequence[str]) -> Iterator[tuple[str, Row]]:
    """
    Yield the tables of a TOML text, each with what it is called; only the names given are known.

    Errors: SocialFileInvalid.
    """
    try:
        content = tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        said = str(error)
        raise SocialFileInvalid(file=file, row="TOML", problem_it=said, problem_en=said) from None
    for name, entries in content.items():
        listed = isinstance(entries, list) and all(isinstance(entry, dict) for entry in entries)
        if name not in tables or not listed:
            known = ", ".join(f"[[{table}]]" for table in tables)
            raise SocialFileInvalid(
                file=file, row=name, problem_it=f"tabella sconosciuta: si scrive {known}", problem_en=f"write {known}"
            )
        for number, values in enumerate(entries, 1):
            identity = values.get("id") or values.get("code")
            yield name, Row(file, identity if isinstance(identity, str) else f"{name} {number}", values)


def plain(value: Any) -> Any:
    """Return what a TOML value says in terms of JSON, exactly: dates and decimals become tagged texts."""
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list) else value
