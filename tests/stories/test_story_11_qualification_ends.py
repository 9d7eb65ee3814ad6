"""The cooperative P03 is qualified until 1 December 2026: it is reminded thirty days before, once, in its language."""

from __future__ import annotations

import collections
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL

from api.events import mail, telling
from api.jobs import works
from config import clock, database
from tests.api.counter import Counter
from tests.api.events.conftest import Post, configure, post_office, written_to
from tests.api.v1.conftest import opened

__all__ = ["configure"]


@pytest.fixture(scope="module")
def furnished(server: URL, template: URL, worker_id: str) -> Iterator[Counter]:
    """P03 with its people, beside everybody else."""
    with opened(server, template, f"story_11_{worker_id}") as counter:
        yield counter


@pytest.fixture
def post(configure: Callable[..., None]) -> Iterator[Post]:
    """The mail server that letters go out through."""
    with post_office() as office:
        yield written_to(office, configure)


def day(on: date, post: Post) -> list[Any]:
    """What the worker does on a day, and the letters to P03 that come of it."""
    with clock.at(on):
        works.remind(collections.Counter())
        telling.tell_waiting()
        mail.send_due()
    found = [letter for letter in post.taken if letter["To"] == "p03@example.it"]
    post.taken.clear()
    return found


@pytest.fixture
def english(furnished: Counter) -> Iterator[None]:
    """P03's people read English."""
    speak = "update member set language = '{}' where email = 'p03@example.it'"
    database.transact(lambda session: session.execute(sa.text(speak.format("en"))))
    yield
    database.transact(lambda session: session.execute(sa.text(speak.format("it"))))


def forget() -> None:
    database.transact(lambda session: session.execute(sa.text("delete from provider_reminder")))


def test_the_provider_is_reminded_thirty_days_before_and_only_then(furnished: Counter, post: Post) -> None:
    forget()
    early = day(date(2026, 10, 31), post)
    (letter,) = day(date(2026, 11, 1), post)
    later = [letter for on in (1, 2, 15, 30) for letter in day(date(2026, 11, on), post)]

    assert early == later == []
    assert letter["Subject"] == "La tua qualifica scade il 01/12/2026"
    text = next(letter.iter_parts()).get_content()
    assert "vale fino al 01/12/2026 compreso" in text
    assert "- autorizzazioni amministrative: SCIA per imprese di pulizia e facchinaggio" in text


def test_after_a_fortnight_without_a_worker_it_is_reminded_once(furnished: Counter, post: Post) -> None:
    forget()

    assert [len(day(date(2026, 11, on), post)) for on in (15, 16, 17)] == [1, 0, 0]


def test_whoever_reads_english_is_reminded_in_english(furnished: Counter, post: Post, english: None) -> None:
    forget()

    (letter,) = day(date(2026, 11, 1), post)

    assert letter["Subject"] == "Your qualification expires on 2026-12-01"
