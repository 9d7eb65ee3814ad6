"""Many clients at once against the application as it is run: real processes, real sockets."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import TypeVar

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session, sessionmaker

from config import clock, database, ids
from network import acceptance
from network.acceptance import Terms
from tests import factories
from tests.api.running.site import NOON, Answer, Site, furnished, wait_until
from tests.conftest import _administer, make_database
from wallet import expiry, verification, wallets

pytestmark = pytest.mark.slow

T = TypeVar("T")
PRICE = 5_500
MEDIATION = 6_500


@pytest.fixture(scope="module")
def site(server: URL, template: URL, worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    name = f"raced_{worker_id}"
    address = make_database(server, name, copy_of=template.database)
    counter = furnished(address)
    engine = database.make_engine(address)
    with Session(engine) as session, session.begin():
        # Of what P04 offers, mediation waits for its answer.
        acceptance.change(session, Terms("P04", None, {"MED-CR": 24}))
    site = Site(address, counter, tmp_path_factory.mktemp("raced")).started()
    yield site
    site.stop()
    with Session(engine) as session:
        differences = verification.verify(session, site.counter.books["E1"])
    engine.dispose()
    _administer(server, f"drop database {name} with (force)")
    assert differences == []


def at_once(*calls: Callable[[], T]) -> list[T]:
    """Make every call in a thread of its own, all starting together."""
    together = Barrier(len(calls))

    def one(call: Callable[[], T]) -> T:
        together.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(one, calls))


def one_after_the_other(site: Site, *calls: Callable[[], T]) -> list[T]:
    """Let the calls meet at Giulia's wallet, which they need one by one, in the order given."""
    engine = database.make_engine(site.address)
    waiting = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    with ThreadPoolExecutor(len(calls)) as pool, engine.connect() as watch, Session(engine) as session:
        wallets.lock(session, site.counter.books["E1"], site.counter.people["giulia"])
        answers = []
        for number, call in enumerate(calls, start=1):
            answers.append(pool.submit(call))
            # The statistics are a snapshot of the transaction's.
            wait_until(lambda number=number: (watch.rollback(), watch.scalar(sa.text(waiting)))[1] == number)
        session.rollback()
        found = [answer.result() for answer in answers]
    engine.dispose()
    return found


def rows(site: Site, statement: str, **values: object) -> list[tuple[object, ...]]:
    engine = database.make_engine(site.address)
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(sa.text(statement), values)]
    engine.dispose()
    return found


def test_one_key_from_twenty_clients_is_one_purchase_and_nineteen_replays(site: Site) -> None:
    before = rows(site, 'select count(*) from "authorization"')[0][0]

    answers = at_once(*[lambda: site.buy("the-same")] * 20)

    assert [answer.status for answer in answers] == [201] * 20
    assert len({answer.body for answer in answers}) == 1
    assert Tally(answer.headers.get("Idempotency-Replayed") for answer in answers) == {None: 1, "true": 19}
    assert rows(site, 'select count(*) from "authorization"')[0][0] == int(str(before)) + 1


def test_capture_and_void_of_one_purchase_have_one_winner(site: Site) -> None:
    for turn in range(8):
        bought = site.buy(f"bought-{turn}").json()["id"]
        path = f"/v1/authorizations/{bought}"

        def capture(path: str = path, turn: int = turn) -> Answer:
            return site.ask("p04", "POST", f"{path}/captures", {}, key=f"capture-{turn}")

        def void(path: str = path, turn: int = turn) -> Answer:
            return site.ask("giulia", "POST", f"{path}/voids", {}, key=f"void-{turn}")

        captured, voided = at_once(capture, void)

        assert sorted((captured.status, voided.status)) == [201, 409]
        status = site.ask("giulia", "GET", path).json()["status"]
        assert status == ("captured" if captured.status == 201 else "voided")


def test_fifty_clients_spend_one_wallet_down_to_exactly_nothing(site: Site) -> None:
    mario, book_id = site.counter.people["mario"], site.counter.books["E1"]
    engine = database.make_engine(site.address)
    with clock.at(datetime.fromisoformat(NOON)), Session(engine) as session, session.begin():
        # With the 600,00 that he has: thirty times the price, and not a cent more.
        factories.grant(session, book_id, "A", mario, 30 * PRICE - 60_000)
    engine.dispose()

    def buy(number: int) -> Answer:
        asked = {"service": "PSI-CR", "quantity": 1}
        return site.ask("mario", "POST", "/v1/authorizations", asked, key=f"mario-{number}")

    answers = at_once(*[lambda number=number: buy(number) for number in range(50)])

    assert [answer.status for answer in answers] == [201] * 50
    assert Tally(answer.json()["status"] for answer in answers) == {"authorized": 30, "declined": 20}
    declines = {answer.json()["decline"]["code"] for answer in answers if answer.json()["status"] == "declined"}
    assert declines == {"insufficient_funds"}
    wallet = site.ask("mario", "GET", f"/v1/wallets/{mario}").json()
    assert wallet["available_minor"] == 0


# -- a provider that accepts first -----------------------------------------------------------------------------------


def asked_for(site: Site) -> str:
    """Buy what waits for P04's answer, and return the authorization's id."""
    body = {"service": "MED-CR", "quantity": 1, "channel": "VOUCHER"}
    made = site.ask("giulia", "POST", "/v1/authorizations", body, key=ids.new("key")).json()
    assert (made["status"], made["code"]) == ("authorized", None)
    found: str = made["id"]
    return found


def accept(site: Site, asked: str, key: str | None = None) -> Callable[[], Answer]:
    path = f"/v1/acceptances/{asked}/acceptances"
    return lambda: site.ask("p04", "POST", path, {}, key=key or ids.new("key"))


def void(site: Site, asked: str) -> Callable[[], Answer]:
    return lambda: site.ask("giulia", "POST", f"/v1/authorizations/{asked}/voids", {}, key=ids.new("key"))


def expire(site: Site) -> Callable[[], int]:
    """What the job does, in another process than those that answer, on the day when the answer is due."""

    def work() -> int:
        engine = database.make_engine(site.address)
        factory = sessionmaker(engine)
        with clock.at(datetime.fromisoformat(NOON) + timedelta(days=1)):
            book_id, today = site.counter.books["E1"], clock.today()
            done = database.transact(
                lambda session: expiry.expire(session, book_id, on=today, actor="job"), lambda: factory
            )
        engine.dispose()
        return done.holds

    return work


def available(site: Site) -> int:
    found: int = site.ask("giulia", "GET", f"/v1/wallets/{site.counter.people['giulia']}").json()["available_minor"]
    return found


def became(site: Site, asked: str) -> tuple[object, ...]:
    """What the provider answered, what the purchase is, and what it did for the tax: uses, reversals, and their sum."""
    (found,) = rows(
        site,
        """
        select x.state, a.status, count(*) filter (where e.kind = 'use'), count(*) filter (where e.kind = 'reversal'),
               coalesce(sum(case e.kind when 'use' then e.amount_minor else -e.amount_minor end), 0)
          from acceptance x join "authorization" a using (book_id, authorization_id)
          left join fiscal_event e using (book_id, authorization_id)
         where authorization_id = :asked group by 1, 2
        """,
        asked=asked,
    )
    return found


def test_an_acceptance_and_a_void_are_done_one_after_the_other(site: Site) -> None:
    before = available(site)
    accepted_first, voided_first = asked_for(site), asked_for(site)

    accepted, voided = one_after_the_other(site, accept(site, accepted_first), void(site, accepted_first))
    assert (accepted.status, voided.status) == (201, 201)
    assert became(site, accepted_first) == ("accepted", "voided", 1, 1, 0)

    voided, accepted = one_after_the_other(site, void(site, voided_first), accept(site, voided_first))
    assert (voided.status, accepted.status, accepted.json()["code"]) == (201, 409, "acceptance_answered")
    assert became(site, voided_first) == ("pending", "voided", 0, 0, 0)
    assert available(site) == before


def test_of_two_acceptances_the_second_is_told(site: Site) -> None:
    before, asked = available(site), asked_for(site)

    first, second = one_after_the_other(site, accept(site, asked), accept(site, asked))

    assert (first.status, second.status, second.json()["code"]) == (201, 409, "acceptance_answered")
    assert became(site, asked) == ("accepted", "authorized", 1, 0, MEDIATION)
    assert available(site) == before - MEDIATION


def test_twenty_acceptances_under_one_key_issue_one_voucher(site: Site) -> None:
    before, asked = available(site), asked_for(site)

    answers = at_once(*[accept(site, asked, "the-answer")] * 20)

    assert [answer.status for answer in answers] == [201] * 20
    assert len({answer.body for answer in answers}) == 1
    assert Tally(answer.headers.get("Idempotency-Replayed") for answer in answers) == {None: 1, "true": 19}
    assert became(site, asked) == ("accepted", "authorized", 1, 0, MEDIATION)
    assert available(site) == before - MEDIATION


def test_an_acceptance_and_the_end_of_its_time_have_one_winner(site: Site) -> None:
    before = available(site)
    in_time = asked_for(site)
    accepted, ended = one_after_the_other(site, accept(site, in_time), expire(site))
    assert (accepted.status, ended) == (201, 0)
    assert became(site, in_time) == ("accepted", "authorized", 1, 0, MEDIATION)
    assert available(site) == before - MEDIATION

    too_late = asked_for(site)
    ended, refused = one_after_the_other(site, expire(site), accept(site, too_late))
    assert (ended, refused.status, refused.json()["code"]) == (1, 409, "acceptance_answered")
    assert became(site, too_late) == ("pending", "expired", 0, 0, 0)
    assert available(site) == before - MEDIATION
