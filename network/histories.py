"""
Histories: what a thing of the network was, from one day to another.

A file may add to a history and may close what is open in it, and never rewrites it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from network.errors import HistoryRewritten
from network.files import File, Row


@dataclass(slots=True)
class _Held:
    # One period that the database already holds; `id` is missing for one that this file adds.
    id: int | None
    valid_from: date
    valid_to: date | None
    values: tuple[Any, ...]

    def covers_a_day(self) -> bool:
        return self.valid_to is None or self.valid_to >= self.valid_from


def append(
    session: Session, file: File, rows: list[Row], owner: str, frozen: tuple[str, ...], moment: datetime
) -> tuple[int, int]:
    """
    Add the file's periods to the history of their owners, and close an open one that the file closes.

    Returns how many were added and how many closed.
    Errors: HistoryRewritten, BadRow; in this order.
    """
    found = session.execute(
        sa.text(
            f"select {owner}, id, valid_from, valid_to, {', '.join(frozen)} from {file.table} "
            f"where {owner} = any(:owners) order by id"
        ),
        {"owners": sorted({str(row.values[owner]) for row in rows})},
    )
    held: dict[str, list[_Held]] = defaultdict(list)
    for code, number, begins, ends, *rest in found:
        held[code].append(_Held(number, begins, ends, tuple(rest)))
    added: list[Row] = []
    closed: dict[int, date] = {}
    for row in rows:
        history = held[str(row.values[owner])]
        valid_from, valid_to = _day(row, "valid_from"), _day(row, "valid_to")
        assert valid_from is not None  # noqa: S101
        values = tuple(row.values[name] for name in frozen)
        same_day = [period for period in history if period.valid_from == valid_from]
        match = next((period for period in same_day if period.values == values), None)
        if match is None and same_day:
            raise HistoryRewritten(
                file=file.name,
                row=row.number,
                valid_from=valid_from,
                recorded=_spell(same_day[-1].values),
                value=_spell(values),
            )
        if match is None:
            history.append(_Held(None, valid_from, valid_to, values))
            added.append(row)
        elif match.valid_to is None and valid_to is not None and match.id is not None:
            match.valid_to = closed[match.id] = valid_to
    _refuse_overlaps(file, rows, owner, held)
    _close(session, file, closed)
    _insert(session, file, added, moment)
    return len(added), len(closed)


def refuse_backwards(file: File, row: Row, first: str, last: str) -> None:
    """Refuse a row whose period ends before it begins."""
    begins, ends = _day(row, first), _day(row, last)
    if begins is not None and ends is not None and ends < begins:
        raise file.bad(row.number, last, ends, f"una data non prima del {begins}", f"a date not before {begins}")


def _close(session: Session, file: File, closed: dict[int, date]) -> None:
    session.execute(
        sa.text(
            f"update {file.table} set valid_to = closing.valid_to "
            "from json_to_recordset(cast(:rows as json)) as closing(id bigint, valid_to date) "
            f"where {file.table}.id = closing.id"
        ),
        {"rows": json.dumps([{"id": number, "valid_to": day.isoformat()} for number, day in closed.items()])},
    )


def _insert(session: Session, file: File, added: list[Row], moment: datetime) -> None:
    columns = (*file.columns, "recorded_at")
    session.execute(
        sa.text(
            f"insert into {file.table} ({', '.join(columns)}) "
            f"select {', '.join(columns)} from json_populate_recordset(null::{file.table}, cast(:rows as json))"
        ),
        {"rows": json.dumps([{**row.values, "recorded_at": moment.isoformat()} for row in added])},
    )


def _refuse_overlaps(file: File, rows: list[Row], owner: str, held: dict[str, list[_Held]]) -> None:
    # The database refuses an overlap too, but it cannot name the row of the file.
    first_rows = {(str(row.values[owner]), _day(row, "valid_from")): row for row in rows}
    for code, history in held.items():
        periods = sorted((period for period in history if period.covers_a_day()), key=lambda period: period.valid_from)
        for earlier, later in pairwise(periods):
            if earlier.valid_to is None or earlier.valid_to >= later.valid_from:
                row = first_rows.get((code, later.valid_from)) or first_rows[code, earlier.valid_from]
                last = later.valid_from - timedelta(days=1)
                raise file.bad(
                    row.number,
                    "valid_to",
                    row.values["valid_to"] or "",
                    f"periodi che non si sovrappongono: quello dal {earlier.valid_from} deve finire entro il {last}",
                    f"periods that do not overlap: the one from {earlier.valid_from} must end by {last}",
                )


def _day(row: Row, column: str) -> date | None:
    value = row.values[column]
    return None if value is None else date.fromisoformat(str(value))


def _spell(values: tuple[Any, ...]) -> str:
    return " ".join(str(value) for value in values if value is not None)
