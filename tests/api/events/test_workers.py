"""Several workers at once: each event is put in line once and sent once, in its order."""

from __future__ import annotations

import threading
import time
from collections import Counter as Count
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import timedelta

import sqlalchemy as sa

from api.events import delivery, mail, telling
from config import clock, database
from tests.api.counter import Counter
from tests.api.events.conftest import Post
from tests.api.events.receivers import Receiver
from tests.api.events.test_webhooks import happen, register
from tests.api.v1.conftest import NOON

WORKERS = 4


def at_once(work: Callable[[], int]) -> list[int]:
    """Do something in several threads that begin together."""
    gate = threading.Barrier(WORKERS)

    def one() -> int:
        gate.wait()
        return work()

    with ThreadPoolExecutor(WORKERS) as pool:
        running = [pool.submit(copy_context().run, one) for _ in range(WORKERS)]
        return [each.result() for each in running]


def test_workers_share_what_is_due_and_keep_the_order_of_each_aggregate(counter: Counter, receiver: Receiver) -> None:
    register(counter, "operator", receiver.url, "clearing.closed")
    for number in range(40):
        happen(aggregate=f"a{number % 5}", number=number)
    receiver.before = lambda: time.sleep(0.002)

    # A worker finds nothing while another one has what comes first: the next look finds the rest.
    taken = sum(sum(at_once(delivery.deliver_due)) for _ in range(10))

    assert taken == 40
    assert Count(got.data["number"] for got in receiver.got) == Count(range(40))
    for aggregate in range(5):
        mine = [got.data["number"] for got in receiver.got if got.data["number"] % 5 == aggregate]
        assert mine == sorted(mine)


def test_events_are_put_in_line_once(counter: Counter, receiver: Receiver) -> None:
    register(counter, "operator", receiver.url, "clearing.closed")
    for _ in range(30):
        happen()

    assert sum(at_once(telling.tell_waiting)) == 30
    lines = database.transact(
        lambda session: session.execute(sa.text("select count(*) from webhook_delivery")).scalar()
    )
    assert lines == 30


def test_what_a_worker_took_and_died_with_is_sent_by_another_once_its_lease_is_over(
    counter: Counter, receiver: Receiver
) -> None:
    register(counter, "operator", receiver.url, "clearing.closed")
    happen()
    telling.tell_waiting()
    assert len(database.transact(delivery._claim)) == 1

    assert delivery.deliver_due() == 0
    with clock.at(NOON + delivery._LEASE + timedelta(seconds=1)):
        assert delivery.deliver_due() == 1


def test_letters_are_sent_once(counter: Counter, post: Post) -> None:
    database.transact(lambda session: session.execute(sa.text("delete from mail")))
    facts = {"code": "123456", "until": NOON}
    for number in range(30):
        database.transact(
            lambda session, number=number: mail.queue(  # type: ignore[misc]
                session, f"p{number}@example.it", "one_time_code", facts, "it"
            )
        )

    assert sum(at_once(mail.send_due)) == 30
    assert Count(post.to) == Count(f"p{number}@example.it" for number in range(30))
