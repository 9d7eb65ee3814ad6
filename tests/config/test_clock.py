"""One place asks what time it is, and the database is told."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from config import clock


def test_the_business_date_is_the_day_it_is_in_rome() -> None:
    with clock.at(datetime(2026, 6, 30, 22, 30, tzinfo=UTC)):
        assert clock.today() == date(2026, 7, 1)


def test_a_moment_without_its_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        clock.fix(datetime(2026, 1, 1))  # noqa: DTZ001


def test_the_database_knows_a_fixed_clock_for_one_transaction(own_sessions: sessionmaker[Session]) -> None:
    fixed = datetime(2026, 11, 22, 11, tzinfo=UTC)

    with clock.at(fixed), own_sessions.begin() as session:
        told = session.scalar(sa.text("select ledger_now()"))
    with own_sessions.begin() as session:
        running = session.scalar(sa.text("select abs(extract(epoch from ledger_now() - clock_timestamp()))"))

    assert told == fixed
    assert running is not None
    assert running < 60


def test_a_fixed_moment_is_told_in_utc_wherever_it_was_written() -> None:
    try:
        clock.fix(datetime(2026, 3, 2, 12, tzinfo=clock.ROME))

        assert clock.now().isoformat() == "2026-03-02T11:00:00+00:00"
    finally:
        clock.fix(None)
