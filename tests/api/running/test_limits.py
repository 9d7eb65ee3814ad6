"""A client that asks too often is told so, and nobody else is."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from api import app
from api.running import limits
from api.running.storage import PostgresStorage
from config import database, fences, settings
from tests.api.counter import Counter

Limited = Callable[..., Counter]
_names = itertools.count()


@pytest.fixture
def limited(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> Iterator[Limited]:
    """The same counter behind limits of the test's own."""

    def make(rate: str = "off", searches: str = "off", guarded: str = "off") -> Counter:
        for name, value in (("RATE", rate), ("RATE_SEARCHES", searches), ("RATE_GUARDED", guarded)):
            monkeypatch.setenv(f"BORSELLINO_{name}", value)
        settings.load.cache_clear()
        made: Flask = app.create()
        return Counter(made, counter.books, counter.people, counter.secrets, counter.used)

    yield make
    monkeypatch.undo()
    settings.load.cache_clear()
    database.transact(lambda session: session.execute(sa.text("truncate rate_window")))


def test_a_client_that_asks_too_often_is_told_how_long_to_wait(limited: Limited) -> None:
    counter = limited(rate="3/minute")

    answers = [counter.ask("giulia", "GET", "/v1/authorizations/aut_x") for _ in range(4)]
    other = counter.ask("mario", "GET", "/v1/authorizations/aut_x")

    assert [answer.status_code for answer in answers] == [404, 404, 404, 429]
    assert [answer.headers["X-RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert ["Retry-After" in answer.headers for answer in answers] == [False, False, False, True]
    assert 1 <= int(answers[3].headers["Retry-After"]) <= 61
    assert answers[3].mimetype == "application/problem+json"
    assert answers[3].get_json()["code"] == "too_many_requests"
    assert answers[0].headers["X-RateLimit-Limit"] == "3"
    assert answers[0].headers["RateLimit-Policy"] == '"everything";q=3;w=60'
    assert answers[0].headers["RateLimit"].startswith('"everything";r=2;t=')
    assert other.status_code == 404


def test_whoever_shows_no_good_token_is_counted_by_address(limited: Limited) -> None:
    counter = limited(rate="2/minute")
    bad = [{"Authorization": f"Bearer brsl_{number}"} for number in range(3)]

    answers = [counter.client.get("/v1/authorizations/aut_x", headers=headers) for headers in bad]
    known = counter.ask("giulia", "GET", "/v1/authorizations/aut_x")

    assert [answer.status_code for answer in answers] == [401, 401, 429]
    assert known.status_code == 404


@pytest.mark.parametrize(("proxies", "last"), [(0, 429), (1, 401)])
def test_what_a_proxy_says_of_the_address_is_believed_only_where_there_is_one(
    limited: Limited, monkeypatch: pytest.MonkeyPatch, proxies: int, last: int
) -> None:
    monkeypatch.setenv("BORSELLINO_PROXIES", str(proxies))
    counter = limited(rate="2/minute")

    said = [{"X-Forwarded-For": f"10.0.0.{number}"} for number in range(3)]
    answers = [counter.client.get("/v1/authorizations/aut_x", headers=headers) for headers in said]

    assert [answer.status_code for answer in answers] == [401, 401, last]


def test_what_could_be_guessed_at_is_limited_more_closely(limited: Limited, monkeypatch: pytest.MonkeyPatch) -> None:
    counter = limited(rate="100/minute", guarded="1/minute")
    body = {"code": "AAAA-AAAA"}

    answers = [counter.ask("p04", "POST", "/v1/vouchers/check", body, key=False) for _ in range(2)]
    elsewhere = counter.ask("p04", "POST", "/v1/authorizations", {})

    assert [answer.status_code == 429 for answer in answers] == [False, True]
    assert answers[0].headers["RateLimit-Policy"] == '"everything";q=100;w=60, "guarded";q=1;w=60'
    assert answers[0].headers["RateLimit"].startswith('"guarded";r=0')
    assert elsewhere.status_code == 403


def test_at_a_till_only_guesses_that_missed_are_counted(limited: Limited) -> None:
    counter = limited(guarded="3/minute")
    good = {"code": counter.buy()["code"]}

    right = [counter.ask("p04", "POST", "/v1/vouchers/check", good, key=False) for _ in range(5)]
    wrong = [counter.ask("p04", "POST", "/v1/vouchers/check", {"code": "AAAA-AAAA"}, key=False) for _ in range(4)]
    after = counter.ask("p04", "POST", "/v1/vouchers/check", good, key=False)
    other = counter.ask("p03", "POST", "/v1/vouchers/check", {"code": "AAAA-AAAA"}, key=False)

    assert {answer.status_code for answer in right} == {200}
    assert [answer.status_code for answer in wrong[3:]] == [429]
    assert 429 not in [answer.status_code for answer in wrong[:3]]
    assert after.status_code == 429
    assert other.status_code != 429
    assert [answer.headers["X-RateLimit-Remaining"] for answer in wrong] == ["2", "1", "0", "0"]


def test_each_guess_of_a_batch_is_counted(limited: Limited) -> None:
    counter = limited(guarded="3/minute")
    rows = [
        {"code": "AAAA-AAAA-AAAA", "nonce": f"till-{number}-{counter.used[0]}", "occurred_at": "2026-03-02T10:00:00Z"}
        for number in range(4)
    ]

    first = counter.ask("p04", "POST", "/v1/redemptions/batch", {"redemptions": rows})
    again = counter.ask("p04", "POST", "/v1/vouchers/check", {"code": "AAAA-AAAA"}, key=False)

    assert first.status_code == 200, first.text
    assert {row["problem"]["code"] for row in first.get_json()["data"]} <= {"voucher_not_found", "code_invalid"}
    assert again.status_code == 429


def test_what_is_limited_is_there(counter: Counter) -> None:
    places = {(method, rule.rule) for rule in counter.app.url_map.iter_rules() for method in rule.methods or ()}

    assert places >= limits.GUARDED | limits.SEARCHES


def test_health_and_the_page_are_not_counted(limited: Limited) -> None:
    counter = limited(rate="1/minute")

    assert {counter.client.get("/healthz").status_code for _ in range(3)} == {200}
    assert {counter.client.get("/docs/").status_code for _ in range(3)} == {200}


def test_a_path_that_leads_nowhere_counts_too(limited: Limited) -> None:
    counter = limited(rate="1/minute")

    assert [counter.client.get("/v1/nothing").status_code for _ in range(2)] == [404, 429]


def test_where_requests_cannot_be_counted_none_is_lost(limited: Limited) -> None:
    counter = limited(rate="2/minute")
    database.transact(lambda session: session.execute(sa.text("alter table rate_window rename to away")))
    try:
        answers = [counter.ask("giulia", "GET", "/v1/authorizations/aut_x") for _ in range(3)]
    finally:
        database.transact(lambda session: session.execute(sa.text("alter table away rename to rate_window")))

    # Each process counts for itself meanwhile.
    assert [answer.status_code for answer in answers] == [404, 404, 429]


def test_without_a_limit_nothing_is_said_of_one(limited: Limited) -> None:
    answer = limited().ask("giulia", "GET", "/v1/authorizations/aut_x")

    assert not [name for name in dict(answer.headers) if "ratelimit" in name.lower()]


def test_several_processes_let_no_more_through_than_the_limit(counter: Counter) -> None:
    # Two storages know nothing of each other, as two processes.
    stores = [PostgresStorage(), PostgresStorage()]
    key, limit = f"LIMITER/token:{next(_names)}/everything/1000/1/minute", 1_000
    let: list[int] = []

    def hit(store: PostgresStorage) -> None:
        mine = sum(store.incr(key, 60) <= limit for _ in range(800))
        let.append(mine)

    threads = [threading.Thread(target=hit, args=(store,)) for store in stores * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert limit * 0.9 <= sum(let) <= limit


def test_a_window_ends_and_another_begins(counter: Counter) -> None:
    store = PostgresStorage()
    key = f"LIMITER/token:{next(_names)}/everything/2/1/minute"

    before = [store.incr(key, 60) for _ in range(3)]
    database.transact(
        lambda session: session.execute(sa.text("update rate_window set ends_at = now() - interval '1s'"))
    )

    assert before == [1, 2, 3]
    assert store.incr(key, 60) == 1


def test_the_web_role_cannot_read_who_asked(counter: Counter) -> None:
    PostgresStorage().incr("token:x", 60)

    for sight in fences.Sight:
        with fences.inside(fences.Fence(sight, counter.books["E1"])):
            assert database.transact(lambda session: session.scalar(sa.text("select count(*) from rate_window"))) == 0
