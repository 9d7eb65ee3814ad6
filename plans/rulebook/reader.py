"""Reads one row of a rule file, key by key, and refuses what an expert cannot have meant."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from plans.rulebook.errors import RulebookInvalid
from plans.rulebook.words import Unit

E = TypeVar("E", bound=StrEnum)

CENTS_PER_EURO = 100
POINTS_PER_PERCENT = 100


class Row:
    """A row being read: every key must be taken exactly once, and anything left over is refused."""

    def __init__(self, file: str, table: str, position: int, values: Mapping[str, Any]) -> None:
        self.file = file
        identity = values.get("id")
        self.id = identity if isinstance(identity, str) and identity else f"{table} no. {position}"
        self._values = dict(values)

    def refuse(self, problem: str) -> RulebookInvalid:
        return RulebookInvalid(file=self.file, row=self.id, problem=problem)

    def finish(self) -> None:
        if self._values:
            raise self.refuse(f"unknown key {', '.join(sorted(self._values))}")

    def _take(self, key: str, kind: type | tuple[type, ...], what: str) -> Any:
        if key not in self._values:
            raise self.refuse(f"missing key {key}")
        value = self._values.pop(key)
        # bool is an int to Python and datetime is a date: neither is what the expert meant to write.
        if not isinstance(value, kind) or isinstance(value, datetime) or (isinstance(value, bool) and kind is not bool):
            raise self.refuse(f"{key} must be {what}")
        return value

    def has(self, key: str) -> bool:
        return key in self._values

    def text(self, key: str, *, empty: bool = False) -> str:
        value: str = self._take(key, str, "text")
        if not value.strip() and not empty:
            raise self.refuse(f"{key} is empty")
        return value

    def flag(self, key: str, default: bool | None = None) -> bool:
        if default is not None and not self.has(key):
            return default
        return bool(self._take(key, bool, "true or false"))

    def day(self, key: str) -> date:
        value: date = self._take(key, date, "a date written as 2026-01-31, without quotes")
        return value

    def whole(self, key: str) -> int:
        value: int = self._take(key, int, "a whole number")
        if value < 1:
            raise self.refuse(f"{key} must be at least 1")
        return value

    def euro(self, key: str) -> int:
        value = Decimal(self._take(key, (int, Decimal), "an amount in euro, without quotes"))
        cents = value * CENTS_PER_EURO
        if not value.is_finite() or value <= 0 or cents != cents.to_integral_value():
            raise self.refuse(f"{key} must be a positive amount in euro with at most two decimals")
        return int(cents)

    def percent(self, key: str) -> int:
        points = Decimal(self._take(key, (int, Decimal), "a percentage, without quotes")) * POINTS_PER_PERCENT
        if not points.is_finite() or points <= 0 or points != points.to_integral_value():
            raise self.refuse(f"{key} must be a positive percentage with at most two decimals")
        return int(points)

    def word(self, key: str, vocabulary: type[E]) -> E:
        return self._spell(key, self.text(key), vocabulary)

    def words(self, key: str, vocabulary: type[E], *, empty: bool = False) -> tuple[E, ...]:
        values = self._take(key, list, "a list")
        if not values and not empty:
            raise self.refuse(f"{key} is empty")
        if len(set(map(str, values))) != len(values):
            raise self.refuse(f"{key} repeats a word")
        return tuple(self._spell(key, value, vocabulary) for value in values)

    def names(self, key: str) -> tuple[str, ...]:
        values = self._take(key, list, "a list")
        if not all(isinstance(value, str) for value in values):
            raise self.refuse(f"{key} must be a list of row ids")
        return tuple(values)

    def _spell(self, key: str, value: object, vocabulary: type[E]) -> E:
        if not isinstance(value, str) or value not in set(vocabulary):
            raise self.refuse(f"{key} is {value!r}, which is not one of {', '.join(vocabulary)}")
        return vocabulary(value)

    def unit(self, *allowed: Unit) -> Unit:
        unit = self.word("unit", Unit)
        if unit not in allowed:
            raise self.refuse(f"unit is {unit}, this value is in {' or '.join(allowed)}")
        return unit
