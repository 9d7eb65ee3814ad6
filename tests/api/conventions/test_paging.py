"""Pages: every one of a list is met once, in both directions, and a place of another list is refused."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from marshmallow import ValidationError
from sqlalchemy.orm import Session

from api.conventions import paging
from api.conventions.problems import CursorUnknown
from config import clock
from network import qualification, services
from network.services import Kind, Wanted
from tests import factories

CODES = [f"C{number}" for number in range(1, 8)]
TABLE = sa.values(sa.column("code", sa.Text), sa.column("even", sa.Boolean), name="listed").data(
    [(code, int(code[1:]) % 2 == 0) for code in CODES]
)
ALL = sa.select(TABLE.c.code)


def asked(**query: Any) -> dict[str, Any]:
    return dict(paging.PageQuery().load(query))


def codes(page: paging.Page[Any]) -> list[str]:
    return [row if isinstance(row, str) else row.code for row in page.data]


def test_a_number_of_a_query_is_written_in_digits() -> None:
    assert asked(limit="7")["limit"] == 7
    for written in ("7.0", "0", "101", "٧", "-1", "", "1e1", "9" * 30):
        with pytest.raises(ValidationError):
            asked(limit=written)


@pytest.mark.parametrize("newest_first", [True, False])
def test_walking_a_query_to_its_end_and_back_meets_every_row_once(session: Session, newest_first: bool) -> None:
    forward, query = [], asked(limit=3)
    while True:
        page = paging.cut(session, ALL, TABLE.c.code, query, newest_first=newest_first)
        forward += codes(page)
        if not page.has_more:
            break
        query = asked(limit=3, starting_after=codes(page)[-1])
    back = paging.cut(session, ALL, TABLE.c.code, asked(limit=3, ending_before=forward[-1]), newest_first=newest_first)

    assert forward == (CODES[::-1] if newest_first else CODES)
    assert (codes(back), back.has_more) == (forward[3:6], True)


def test_walking_an_order_of_its_own_to_its_end_and_back_meets_every_row_once(session: Session) -> None:
    order = (TABLE.c.even.desc(), TABLE.c.code)
    first = paging.placed(session, ALL, order, "code", asked(limit=4))
    rest = paging.placed(session, ALL, order, "code", asked(limit=4, starting_after=codes(first)[-1]))
    back = paging.placed(session, ALL, order, "code", asked(limit=2, ending_before=codes(rest)[-1]))
    end = paging.placed(session, ALL, order, "code", asked(limit=2, starting_after=codes(rest)[-1]))

    assert (codes(first), first.has_more) == (["C2", "C4", "C6", "C1"], True)
    assert (codes(rest), rest.has_more) == (["C3", "C5", "C7"], False)
    assert (codes(back), back.has_more) == (["C3", "C5"], True)
    assert (codes(end), end.has_more) == ([], False)
    with pytest.raises(CursorUnknown):
        paging.placed(session, ALL.where(TABLE.c.even), order, "code", asked(starting_after="C1"))


@pytest.fixture
def network(session: Session) -> None:
    """The network, with providers and services in every state that the catalogue's order tells apart."""
    factories.network(session)
    for code in ("P01", "P09"):
        qualification.suspend(session, code, on=clock.today(), reason="test")


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(),
        Wanted(near="cremona"),
        Wanted(text="a"),
        Wanted(need="anziani"),
        Wanted(kind=Kind.REQUEST),
        Wanted(near="matera", max_distance_km=300, min_price_minor=1_000),
    ],
    ids=str,
)
@pytest.mark.usefixtures("network")
def test_walking_the_catalogue_to_its_end_and_back_meets_every_service_in_order(
    session: Session, wanted: Wanted
) -> None:
    found = services.matches(session, wanted, on=clock.today())
    every = [row.code for row in session.execute(found.statement.order_by(*found.order))]
    forward, query = [], asked(limit=7)
    while True:
        page = paging.parted(session, found.statement, found.parts, "code", query)
        forward += codes(page)
        if not page.has_more:
            break
        query = asked(limit=7, starting_after=forward[-1])
    back = [every[-1]]
    while True:
        page = paging.parted(session, found.statement, found.parts, "code", asked(limit=5, ending_before=back[0]))
        back = [*codes(page), *back]
        if not page.has_more:
            break

    assert len(every) > 3
    assert forward == every
    assert back == every
    with pytest.raises(CursorUnknown):
        paging.parted(session, found.statement, found.parts, "code", asked(starting_after="NOPE"))


def test_walking_a_short_list_meets_every_one_once() -> None:
    first = paging.of(CODES, str, asked(limit=4))
    second = paging.of(CODES, str, asked(limit=4, starting_after=codes(first)[-1]))
    back = paging.of(CODES, str, asked(limit=4, ending_before="C4"))

    assert (codes(first), first.has_more) == (CODES[:4], True)
    assert (codes(second), second.has_more) == (CODES[4:], False)
    assert (codes(back), back.has_more) == (CODES[:3], False)


def test_a_place_that_the_list_does_not_hold_is_refused(session: Session) -> None:
    odd = ALL.where(~TABLE.c.even)

    with pytest.raises(CursorUnknown):
        paging.cut(session, odd, TABLE.c.code, asked(starting_after="C2"))
    with pytest.raises(CursorUnknown):
        paging.of(CODES, str, asked(ending_before="C9"))


def test_only_one_direction_can_be_asked_for() -> None:
    with pytest.raises(ValidationError, match="Not both"):
        asked(starting_after="C1", ending_before="C2")


@pytest.mark.parametrize(("text", "number"), [("1", 1), ("007", 7), ("100", 100)])
def test_a_limit_is_text_in_a_query(text: str, number: int) -> None:
    assert asked(limit=text)["limit"] == number


@pytest.mark.parametrize("text", ["0", "101", "1.0", " 1", "1_0", "+1", "\u0661", "", "9" * 400])
def test_a_limit_that_is_no_number_in_bounds_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        asked(limit=text)
