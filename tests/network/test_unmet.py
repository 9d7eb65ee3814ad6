"""Searches that found nothing: one row for a day's combination, so many rows a day, and none past its term."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from network import loading, unmet
from network.unmet import Search

DAY = date(2026, 3, 10)
NIGHT = Search("cremona", "anziani", "anziano", "home")


def rows(session: Session) -> int:
    return int(session.scalar(sa.text("select count(*) from unmet_search")) or 0)


def test_the_same_search_of_a_day_is_one_row(session: Session) -> None:
    loading.load(session)
    for _ in range(3):
        unmet.count(session, NIGHT, DAY)
    unmet.count(session, NIGHT, date(2026, 3, 11))
    unmet.count(session, Search(need="casa"), DAY)

    found = unmet.since(session, DAY, limit=10)

    assert rows(session) == 3
    assert [(each.search, each.searches, each.last_on) for each in found] == [
        (NIGHT, 4, date(2026, 3, 11)),
        (Search(need="casa"), 1, DAY),
    ]
    assert [each.territory_name is None for each in found] == [False, True]


def test_a_day_holds_so_many_different_searches_and_counts_those_on(session: Session) -> None:
    for number in range(501):
        unmet.count(session, Search(need=f"bisogno {number}"), DAY)
    unmet.count(session, Search(need="bisogno 0"), DAY)

    assert rows(session) == 500
    assert unmet.since(session, DAY, limit=1)[0].searches == 2


def test_counts_go_when_their_term_is_over(session: Session) -> None:
    unmet.count(session, NIGHT, DAY)

    assert [unmet.forget(session, day) for day in (DAY, date(2026, 3, 11))] == [0, 1]
