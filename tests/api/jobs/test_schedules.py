"""When jobs are due: by Rome's clock, once a day also on the days on which it is changed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from api.jobs.registry import JOBS, Job
from api.jobs.schedules import Schedule, daily, every, monthly, watching, weekly
from config import clock
from config.database import ROOT

NIGHTLY = daily(4, 0)


def rome(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=clock.ROME)


@pytest.mark.parametrize(
    ("schedule", "now", "latest", "following"),
    [
        (daily(0, 15), "2026-03-02 12:00", "2026-03-02 00:15", "2026-03-03 00:15"),
        (daily(0, 15), "2026-03-02 00:15", "2026-03-02 00:15", "2026-03-03 00:15"),
        (daily(0, 15), "2026-03-02 00:14:59", "2026-03-01 00:15", "2026-03-02 00:15"),
        (weekly("sun", 3, 30), "2026-03-02 12:00", "2026-03-01 03:30", "2026-03-08 03:30"),
        (weekly("sun", 3, 30), "2026-03-01 03:29", "2026-02-22 03:30", "2026-03-01 03:30"),
        (monthly(1, 8, 0), "2026-03-31 23:59", "2026-03-01 08:00", "2026-04-01 08:00"),
        (monthly(31, 8, 0), "2026-03-30 12:00", "2026-01-31 08:00", "2026-03-31 08:00"),
        (every(10), "2026-03-02 12:09:59", "2026-03-02 12:00", "2026-03-02 12:10"),
    ],
)
def test_the_moments_around_another(schedule: Schedule, now: str, latest: str, following: str) -> None:
    assert schedule.latest(rome(now)) == rome(latest)
    assert schedule.following(rome(now)) == rome(following)


# The days on which Rome's clock is changed, how long each is, and the one after it.
CHANGES = [
    ("2026-03-29", 23),
    ("2026-10-25", 25),
    ("2027-03-28", 23),
    ("2027-10-31", 25),
    ("2028-03-26", 23),
    ("2028-10-29", 25),
]


@pytest.mark.parametrize(("day", "hours"), CHANGES)
def test_a_daily_job_is_due_once_on_a_day_on_which_the_clock_is_changed(day: str, hours: int) -> None:
    for schedule in (daily(0, 15), daily(1, 10), daily(3, 30), NIGHTLY, daily(8, 0)):
        start = rome(f"{day} 00:00").astimezone(UTC)
        end = start + timedelta(hours=hours)
        assert end.astimezone(clock.ROME).hour == 0

        moments = []
        moment = schedule.following(start - timedelta(seconds=1))
        while moment is not None and moment < end:
            moments.append(moment)
            moment = schedule.following(moment)

        assert len(moments) == 1
        # Looked for at any moment of the day, the last one is the same.
        late = [end - timedelta(minutes=minutes) for minutes in range(1, 18 * 60, 7)]
        found = {schedule.latest(now) for now in late if now >= moments[0]}
        assert found == set(moments)


@pytest.mark.parametrize(("day", "hours"), CHANGES)
def test_what_is_due_every_ten_minutes_is_due_in_the_hour_that_comes_twice(day: str, hours: int) -> None:
    start = rome(f"{day} 00:00").astimezone(UTC)
    moments, moment = 0, every(10).following(start - timedelta(seconds=1))
    while moment is not None and moment < start + timedelta(hours=hours):
        moments, moment = moments + 1, every(10).following(moment)

    assert moments == 6 * hours


@pytest.mark.parametrize("job", JOBS.values(), ids=JOBS)
def test_no_job_is_due_in_the_hour_that_comes_twice_or_not_at_all(job: Job) -> None:
    if job.schedule.zone is clock.ROME and job.schedule.fields is not None:
        assert job.schedule.fields["hour"] in {0, 1, *range(3, 24)}


@pytest.mark.parametrize("job", JOBS.values(), ids=JOBS)
def test_every_job_says_what_it_does_and_when_in_both_languages(job: Job) -> None:
    assert all((job.it, job.en, job.schedule.it, job.schedule.en))


def test_what_is_watched_for_is_due_at_no_moment() -> None:
    assert watching(1).latest(clock.now()) is None
    assert watching(1).following(clock.now()) is None


def test_the_page_names_every_job_and_when_it_is_due_and_no_other() -> None:
    page = (ROOT / "docs" / "jobs.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (.+?) \|", page, re.MULTILINE))

    assert rows == {job.name: job.schedule.en for job in JOBS.values()}
