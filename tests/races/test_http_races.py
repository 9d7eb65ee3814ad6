"""Many clients at once against the application as it is run: real processes, real sockets."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from typing import TypeVar

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session

from config import clock, database
from tests import factories
from tests.api.running.site import NOON, Answer, Site, furnished
from tests.conftest import _administer, make_database
from wallet import verification

pytestmark = pytest.mark.slow

T = TypeVar("T")
PRICE = 5_500


@pytest.fixture(scope="module")
def site(server: URL, template: URL, worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    name = f"raced_{worker_id}"
    address = make_database(server, name, copy_of=template.database)
    site = Site(address, furnished(address), tmp_path_factory.mktemp("raced")).started()
    yield site
    site.stop()
    engine = database.make_engine(address)
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
