"""Rows with two times: the days a rule holds for, and the day the world could first know it."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import Generic, TypeVar

from plans.rulebook.errors import RulebookInvalid
from plans.rulebook.rows import Rule

K = TypeVar("K")
R = TypeVar("R", bound=Rule)


class Timeline(Generic[K, R]):
    """
    For each key, the rows that may answer on a day, the winning one first.

    Two rows of one key that hold on the same day must be tied by `supersedes`: the row that names the other wins
    from the day it is itself known, whichever was published first. So a temporary rule written over a general one
    ends by its own date and the general one answers again, with nothing to edit.
    """

    __slots__ = ("_rows",)

    def __init__(self, keyed: Iterable[tuple[K, R]], *, continuous: Callable[[K], bool] = lambda _: True) -> None:
        """
        Order the rows of each key and refuse any that do not fit together.

        Errors: RulebookInvalid for an overlap, a circle of `supersedes`, a gap where `continuous(key)`; in this order.
        """
        grouped: dict[K, list[R]] = {}
        for key, row in keyed:
            grouped.setdefault(key, []).append(row)
        for key, rows in grouped.items():
            _refuse_overlap(rows)
            grouped[key] = _winning_first(rows)
            if continuous(key):
                _refuse_gap(rows)
        self._rows: Mapping[K, tuple[R, ...]] = {key: tuple(rows) for key, rows in grouped.items()}

    def __contains__(self, key: object) -> bool:
        return key in self._rows

    def at(self, key: K, on: date, known_at: date) -> R | None:
        """Find the row that holds on a day, as far as it was known on another; None if there is none."""
        for row in self._rows.get(key, ()):
            if row.known_from <= known_at and row.valid_from <= on <= row.last_day:
                return row
        return None

    def all_at(self, on: date, known_at: date) -> Iterable[R]:
        """Give the row that holds for each key that has one."""
        for key in self._rows:
            row = self.at(key, on, known_at)
            if row is not None:
                yield row


def _refuse_overlap(rows: list[R]) -> None:
    for index, one in enumerate(rows):
        for other in rows[index + 1 :]:
            apart = one.last_day < other.valid_from or other.last_day < one.valid_from
            if not apart and one.id not in other.supersedes and other.id not in one.supersedes:
                raise RulebookInvalid(
                    file=other.file, row=other.id, problem=f"overlaps {one.id} and neither supersedes the other"
                )


def _winning_first(rows: list[R]) -> list[R]:
    waiting, ordered = list(rows), []
    while waiting:
        beaten = {row_id for row in waiting for row_id in row.supersedes}
        free = [row for row in waiting if row.id not in beaten]
        if not free:
            raise RulebookInvalid(file=waiting[0].file, row=waiting[0].id, problem="supersedes in a circle")
        ordered += free
        waiting = [row for row in waiting if row.id in beaten]
    return ordered


def _refuse_gap(rows: list[R]) -> None:
    covered: date | None = None
    for row in sorted(rows, key=lambda row: row.valid_from):
        if covered is not None and covered != date.max and row.valid_from > covered + timedelta(days=1):
            raise RulebookInvalid(file=row.file, row=row.id, problem=f"gap: nothing holds after {covered.isoformat()}")
        covered = row.last_day if covered is None else max(covered, row.last_day)
    if covered is not None and covered != date.max:
        last = max(rows, key=lambda row: row.last_day)
        raise RulebookInvalid(file=last.file, row=last.id, problem=f"gap: nothing holds after {covered.isoformat()}")
