"""The days on which banks execute transfers."""

from __future__ import annotations

from datetime import date

import pytest
from dateutil import easter

from wallet.settlement import target_days


@pytest.mark.parametrize("year", [1961, 2000, 2008, 2011, 2019, 2024, 2025, 2026, 2038, 2049, 2076])
def test_easter_is_that_of_another_reckoning(year: int) -> None:
    assert target_days.easter(year) == easter.easter(year)


def test_easter_of_two_centuries() -> None:
    assert all(target_days.easter(year) == easter.easter(year) for year in range(1900, 2100))


CLOSED = [
    date(2026, 1, 1),
    date(2026, 4, 3),  # Good Friday
    date(2026, 4, 6),  # Easter Monday
    date(2026, 5, 1),
    date(2026, 11, 28),
    date(2026, 11, 29),
    date(2025, 12, 25),
    date(2025, 12, 26),
]
# Feasts of Italy on which banks elsewhere work, and so TARGET does; and the Thursday and Tuesday around Easter.
OPEN = [date(2026, 1, 6), date(2025, 4, 25), date(2026, 6, 2), date(2026, 12, 8), date(2026, 4, 2), date(2026, 4, 7)]


@pytest.mark.parametrize("day", CLOSED)
def test_a_day_on_which_nothing_is_executed(day: date) -> None:
    assert not target_days.is_open(day)


@pytest.mark.parametrize("day", OPEN)
def test_a_day_on_which_transfers_are_executed(day: date) -> None:
    assert target_days.is_open(day)


@pytest.mark.parametrize(
    ("day", "good"),
    [
        (date(2026, 11, 29), date(2026, 11, 30)),
        (date(2026, 4, 3), date(2026, 4, 7)),
        (date(2025, 12, 25), date(2025, 12, 29)),
        (date(2026, 11, 25), date(2026, 11, 25)),
    ],
)
def test_the_next_day_over_feasts_and_weekends(day: date, good: date) -> None:
    assert target_days.on_or_after(day) == good
