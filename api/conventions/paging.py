"""Pages of a list: a part at a time, by the id of the last one seen, so that what is added meanwhile moves nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar

import flask
import marshmallow as ma
import sqlalchemy as sa
from marshmallow import fields
from sqlalchemy.orm import Session

from api.conventions.fields import Digits, Schema, Text
from api.conventions.problems import CursorUnknown
from network.matches import Part

T = TypeVar("T")
A = TypeVar("A")


class PageQuery(Schema):
    """Which part of a list; filters are added by each list."""

    limit = Digits(least=1, most=100, load_default=25, metadata={"description": "How many at most"})
    starting_after = Text(metadata={"description": "Id of the last one seen: the ones after it"})
    ending_before = Text(metadata={"description": "Id of the first one seen: the ones before it"})

    @ma.validates_schema
    def _one_way(self, data: Mapping[str, Any], **_: Any) -> None:
        if "starting_after" in data and "ending_before" in data:
            raise ma.ValidationError("Not both.", "ending_before")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A part of a list; `has_more` says whether the list goes on in the direction that was asked for."""

    data: Sequence[T]
    has_more: bool

    def each(self, change: Callable[[T], A]) -> Page[A]:
        """Return the same page of other values."""
        return Page([change(one) for one in self.data], self.has_more)


def cut(
    session: Session,
    statement: sa.Select[Any],
    key: sa.ColumnElement[Any],
    asked: Mapping[str, Any],
    *,
    newest_first: bool = True,
) -> Page[sa.Row[Any]]:
    """
    Return the page of a query that `asked` (a PageQuery) names; `key` is unique, and what the client calls id.

    Ids of ours sort by age, so the newest come first; `newest_first` False is for codes, which come in their order.
    Errors: CursorUnknown.
    """
    backward = "ending_before" in asked
    cursor = asked.get("ending_before", asked.get("starting_after"))
    if cursor is not None:
        cursor = _known(session, statement, key, cursor)
        older = newest_first is not backward
        statement = statement.where(key < cursor if older else key > cursor)
    falling = newest_first is not backward
    statement = statement.order_by(None).order_by(key.desc() if falling else key.asc()).limit(asked["limit"] + 1)
    rows = session.execute(statement).all()
    return _page(list(rows), asked["limit"], backward)


def placed(
    session: Session,
    statement: sa.Select[Any],
    order: Sequence[sa.ColumnElement[Any]],
    key: str,
    asked: Mapping[str, Any],
) -> Page[sa.Row[Any]]:
    """
    Return the page of a query in an order of its own, such as the nearest first.

    `key` names the column that is unique and what the client calls id; `order` tells any two rows apart.
    Errors: CursorUnknown.
    """
    if all(isinstance(column, sa.Column) and not column.nullable for column in order):
        return _compared(session, statement, order, key, asked)
    backward = "ending_before" in asked
    cursor = asked.get("ending_before", asked.get("starting_after"))
    if cursor is None:
        # The first page needs no places: of many rows the database then sorts the few that are asked for.
        first = statement.order_by(None).order_by(*order).limit(asked["limit"] + 1)
        return _page(list(session.execute(first).all()), asked["limit"], backward)
    every = statement.order_by(None).add_columns(sa.func.row_number().over(order_by=order).label("place")).cte("every")
    at = sa.select(every.c.place).where(every.c[key] == cursor).scalar_subquery()
    wanted = (
        sa.select(*every.c)
        .where(every.c.place < at if backward else every.c.place > at)
        .order_by(every.c.place.desc() if backward else every.c.place)
    )
    rows = list(session.execute(wanted.limit(asked["limit"] + 1)).all())
    if not rows and not session.scalar(sa.select(sa.exists().where(every.c[key] == cursor))):
        raise CursorUnknown(cursor=cursor)
    return _page(rows, asked["limit"], backward)


def parted(
    session: Session, statement: sa.Select[Any], parts: Sequence[Part], key: str, asked: Mapping[str, Any]
) -> Page[sa.Row[Any]]:
    """
    Return the page of a query that comes in parts, each in an order of its own in which nothing is missing.

    `key` names the column that is unique and what the client calls id. A part is read when the ones before it are over.
    Errors: CursorUnknown.
    """
    backward = "ending_before" in asked
    cursor = asked.get("ending_before", asked.get("starting_after"))
    statement, begin = statement.order_by(None), len(parts) - 1 if backward else 0
    here: tuple[Any, ...] = ()
    if cursor is not None:
        begin, here = _place(session, statement, parts, key, cursor)
    rows: list[sa.Row[Any]] = []
    for number in range(begin, -1, -1) if backward else range(begin, len(parts)):
        order = parts[number].order
        wanted = statement.where(parts[number].condition)
        if here and number == begin:
            first, place = order[0], sa.tuple_(*order)
            # The first column by itself is what an index knows.
            wanted = (
                wanted.where(first <= here[0], place < here)
                if backward
                else wanted.where(first >= here[0], place > here)
            )
        wanted = wanted.order_by(*(column.desc() if backward else column for column in order))
        rows += session.execute(wanted.limit(asked["limit"] + 1 - len(rows))).all()
        if len(rows) > asked["limit"]:
            break
    return _page(rows, asked["limit"], backward)


def _place(
    session: Session, statement: sa.Select[Any], parts: Sequence[Part], key: str, cursor: str
) -> tuple[int, tuple[Any, ...]]:
    """Return the number of the part that a row stands in, and where."""
    number = sa.case(*((part.condition, number) for number, part in enumerate(parts)))
    columns = [column.label(f"at_{place}") for place, column in enumerate(c for part in parts for c in part.order)]
    found = session.execute(
        statement.with_only_columns(number, *columns).where(statement.selected_columns[key] == cursor)
    ).one_or_none()
    if found is None:
        raise CursorUnknown(cursor=cursor)
    begins = 1 + sum(len(part.order) for part in parts[: found[0]])
    return found[0], tuple(found[begins : begins + len(parts[found[0]].order)])


def _compared(
    session: Session,
    statement: sa.Select[Any],
    order: Sequence[sa.ColumnElement[Any]],
    key: str,
    asked: Mapping[str, Any],
) -> Page[sa.Row[Any]]:
    # Where nothing can be missing, rows compare with the one at the cursor: the list is not counted through each time.
    backward = "ending_before" in asked
    cursor = asked.get("ending_before", asked.get("starting_after"))
    wanted = statement.order_by(None).order_by(*(column.desc() if backward else column for column in order))
    if cursor is not None:
        at = session.execute(
            statement.order_by(None).with_only_columns(*order).where(statement.selected_columns[key] == cursor)
        ).one_or_none()
        if at is None:
            raise CursorUnknown(cursor=cursor)
        here = sa.tuple_(*order)
        wanted = wanted.where(here < tuple(at) if backward else here > tuple(at))
    return _page(list(session.execute(wanted.limit(asked["limit"] + 1)).all()), asked["limit"], backward)


def of(items: Sequence[T], key: Callable[[T], str], asked: Mapping[str, Any]) -> Page[T]:
    """
    Return the page of a short list that is already here, in its order.

    Errors: CursorUnknown.
    """
    backward = "ending_before" in asked
    cursor = asked.get("ending_before", asked.get("starting_after"))
    place = next((index for index, item in enumerate(items) if key(item) == cursor), None)
    if cursor is not None and place is None:
        raise CursorUnknown(cursor=cursor)
    after = -1 if place is None else place
    rest = items[:place][::-1] if backward else items[after + 1 :]
    return _page(list(rest[: asked["limit"] + 1]), asked["limit"], backward)


@cache
def listed(item: type[Schema]) -> type[Schema]:
    """Return the schema of a page of these."""
    name = item.__name__.removesuffix("Out")
    return type(
        f"{name}ListOut",
        (Schema,),
        {
            "__doc__": f"A page of a list of {name}.",
            "object": fields.Constant("list", required=True, metadata={"type": "string", "const": "list"}),
            "data": fields.List(fields.Nested(item), required=True),
            "has_more": fields.Boolean(required=True, metadata={"description": "Whether the list goes on"}),
            "url": fields.Function(
                lambda _: flask.request.path, required=True, metadata={"type": "string", "examples": ["/v1/services"]}
            ),
        },
    )


def _known(session: Session, statement: sa.Select[Any], key: sa.ColumnElement[Any], cursor: str) -> Any:
    try:
        value = key.type.python_type(cursor)
    except ValueError as error:
        raise CursorUnknown(cursor=cursor) from error
    # A number that no column holds cannot even be asked for.
    out_of_reach = isinstance(value, int) and not -(2**63) <= value < 2**63
    if out_of_reach or session.execute(statement.where(key == value).limit(1)).first() is None:
        raise CursorUnknown(cursor=cursor)
    return value


def _page(rows: list[T], limit: int, backward: bool) -> Page[T]:
    shown = rows[:limit]
    return Page(shown[::-1] if backward else shown, len(rows) > limit)
