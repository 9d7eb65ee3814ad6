"""
Delivery: what stands in line for endpoints is sent, signed, until it is taken or given up.

Standard Webhooks: the same id at every attempt, a time and signatures of the attempt, no redirect followed, and 410
turns the endpoint off. Several workers at once share the work; events of one aggregate go one after the other.
"""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import structlog
from psycopg.types.json import Jsonb
from sqlalchemy.orm import Session
from standardwebhooks import Webhook

from api.events import notices, telling, transport
from api.events.transport import Answer
from config import clock, database, settings

# What is waited before each attempt; after the last one it is a dead letter.
SCHEDULE = tuple(
    timedelta(seconds=seconds)
    for seconds in (0, 5, 300, 1800, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
)
_JITTER = 0.1
_LONGEST_WAIT = timedelta(hours=24)
# An endpoint that took nothing for so long is turned off.
GIVEN_UP_AFTER = timedelta(days=5)
_KEPT = timedelta(days=30)
_BATCH = 32
_THREADS = 8
# One slow endpoint of a batch may take so long, and gives the rest back.
_SECONDS_FOR_ONE = 30
# A worker that dies leaves what it took to the others after this; longer than any batch can take.
_LEASE = timedelta(minutes=5)
_GONE = 410
_THROTTLED = (429, 502, 503, 504)
_PAUSE = timedelta(seconds=30)

# The lease is the time of the next attempt. An earlier event of the same aggregate that is still on its way is waited
# for; a dead one is not.
_CLAIM = (
    "update webhook_delivery d set next_at = %(lease)s, attempts = attempts + 1 from ("
    "  select o.delivery_id, p.url from webhook_delivery o join webhook_endpoint p using (endpoint_id)"
    "   where o.state = 'pending' and o.next_at <= %(now)s and p.disabled_at is null"
    "     and (p.paused_until is null or p.paused_until <= %(now)s)"
    "     and not exists (select from webhook_delivery b where b.endpoint_id = o.endpoint_id"
    "                        and b.aggregate = o.aggregate and b.state = 'pending' and b.seq < o.seq)"
    "   order by o.next_at, o.seq limit %(batch)s for update of o skip locked) due"
    " where d.delivery_id = due.delivery_id"
    " returning d.delivery_id, d.endpoint_id, due.url, d.event_id, d.body, d.attempts, d.seq"
)
_SECRETS = (
    "select secret from (select secret, created_at, secret_id, lag(older_until, 1, 'infinity') over newest as until"
    "   from webhook_secret where endpoint_id = %s window newest as (order by secret_id desc)) s"
    " where until > %s order by secret_id desc limit 2"
)
_TRIED = "tries = tries || %(tried)s::jsonb"
_DELIVERED = f"update webhook_delivery set state = 'delivered', ended_at = %(now)s, {_TRIED} where delivery_id = %(id)s"
_DEAD = f"update webhook_delivery set state = 'dead', ended_at = %(now)s, {_TRIED} where delivery_id = %(id)s"
_LATER = f"update webhook_delivery set next_at = %(next)s, {_TRIED} where delivery_id = %(id)s"
_RELEASED = "update webhook_delivery set next_at = %(now)s, attempts = attempts - 1 where delivery_id = %(id)s"
_WELL = (
    "update webhook_endpoint set failing_since = null, paused_until = null"
    " where endpoint_id = %s and (failing_since is not null or paused_until is not null)"
)
# An endpoint that is away is asked for less and less often, whatever waits for it.
_FAILED = (
    "update webhook_endpoint set failing_since = coalesce(failing_since, %(now)s),"
    " paused_until = case when %(away)s then %(now)s::timestamptz + least(greatest("
    "   (%(now)s::timestamptz - failing_since) / 2, interval '5 seconds'), interval '10 minutes') else %(pause)s end"
    " where endpoint_id = %(endpoint)s returning failing_since"
)
_OFF = (
    "update webhook_endpoint set disabled_at = %s, disabled_why = %s where endpoint_id = %s and disabled_at is null"
    " returning registered_by, url"
)
_CLEAN = (
    "delete from webhook_delivery where ended_at < %(before)s",
    "delete from event where told_at < %(before)s",
    "delete from webhook_secret s where older_until < %(before)s and exists (select from webhook_secret n"
    "  where n.endpoint_id = s.endpoint_id and n.secret_id > s.secret_id and n.older_until < %(before)s)",
)

_log = structlog.get_logger("borsellino.webhooks")


@dataclass(frozen=True, slots=True)
class _Claimed:
    delivery_id: str
    endpoint_id: str
    url: str
    event_id: str
    body: str
    attempts: int
    seq: int


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What came of one; without an answer it was not tried."""

    claimed: _Claimed
    at: datetime
    answer: Answer | None


def deliver_due() -> int:
    """
    Put what happened in line and send what is due; return how many deliveries were taken. Several workers may at once.

    A worker that dies between the receiver's answer and our record of it sends that one again, under the same id.
    """
    telling.tell_waiting()
    taken = 0
    while claimed := database.transact(_claim):
        secrets_of = database.transact(partial(_secrets, {one.endpoint_id for one in claimed}))
        outcomes = _send_all(claimed, secrets_of)
        database.transact(partial(_record, outcomes))
        taken += sum(outcome.answer is not None and outcome.answer.taken for outcome in outcomes)
    return taken


def clean() -> int:
    """Delete what was told and delivered longer ago than it is kept, dead letters too; return how many rows."""
    asked = {"before": clock.now() - _KEPT}
    return database.transact(lambda session: sum(database.run(session, statement, asked) for statement in _CLEAN))


def _claim(session: Session) -> list[_Claimed]:
    now = clock.now()
    rows = database.rows(session, _CLAIM, {"now": now, "lease": now + _LEASE, "batch": _BATCH})
    return sorted((_Claimed(*row) for row in rows), key=lambda one: one.seq)


def _secrets(endpoints: set[str], session: Session) -> dict[str, list[str]]:
    now = clock.now()
    return {each: [row.secret for row in database.rows(session, _SECRETS, (each, now))] for each in endpoints}


def _send_all(claimed: Sequence[_Claimed], secrets_of: dict[str, list[str]]) -> list[_Outcome]:
    groups: dict[str, list[_Claimed]] = defaultdict(list)
    for one in claimed:
        groups[one.endpoint_id].append(one)
    private = settings.load().webhooks_private
    with ThreadPoolExecutor(min(_THREADS, len(groups)), thread_name_prefix="webhooks") as pool:
        # A fixed clock is fixed for the threads too.
        running = [
            pool.submit(copy_context().run, _send_group, group, secrets_of[endpoint_id], private)
            for endpoint_id, group in groups.items()
        ]
        return [outcome for each in running for outcome in each.result()]


def _send_group(group: Sequence[_Claimed], secrets: Sequence[str], private: bool) -> list[_Outcome]:
    """Send to one endpoint, one after the other; what it does not get to is given back."""
    start, stop, outcomes = time.monotonic(), False, []
    for one in group:
        now = clock.now()
        if stop or time.monotonic() - start > _SECONDS_FOR_ONE:
            outcomes.append(_Outcome(one, now, None))
            continue
        answer = transport.post(one.url, one.body.encode(), _headers(one, secrets, now), private=private)
        outcomes.append(_Outcome(one, now, answer))
        # Who cannot be reached, or has enough, is not asked for the next one right away.
        stop = answer.status is None or answer.status in (_GONE, *_THROTTLED)
    return outcomes


def _headers(one: _Claimed, secrets: Sequence[str], now: datetime) -> dict[str, str]:
    # The library takes any time for UTC: `clock` gives it in UTC.
    signatures = [Webhook(secret).sign(one.event_id, now, one.body) for secret in secrets]
    return {
        "Content-Type": "application/json",
        "User-Agent": "borsellino-webhooks/1",
        "webhook-id": one.event_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _record(outcomes: Sequence[_Outcome], session: Session) -> None:
    for outcome in outcomes:
        now, one, answer = clock.now(), outcome.claimed, outcome.answer
        asked: dict[str, Any] = {"id": one.delivery_id, "now": now}
        if answer is None:
            database.run(session, _RELEASED, asked)
            continue
        asked["tried"] = Jsonb([_tried(outcome, answer)])
        if answer.taken:
            database.run(session, _DELIVERED, asked)
            database.run(session, _WELL, (one.endpoint_id,))
            continue
        _log.info("webhook_not_taken", delivery=one.delivery_id, status=answer.status, problem=answer.problem)
        wait = _wait(one.attempts, answer)
        if wait is None or answer.status == _GONE:
            database.run(session, _DEAD, asked)
        else:
            database.run(session, _LATER, {**asked, "next": now + wait})
        _note_failure(session, one.endpoint_id, answer, now)


def _note_failure(session: Session, endpoint_id: str, answer: Answer, now: datetime) -> None:
    pause = None
    if answer.status in _THROTTLED:
        pause = now + max(_PAUSE, _asked_to_wait(answer))
    # Deleted meanwhile, there is nothing to note.
    found = database.rows(
        session, _FAILED, {"endpoint": endpoint_id, "now": now, "pause": pause, "away": answer.status is None}
    )
    gone = answer.status == _GONE
    if not gone and not (found and found[0].failing_since < now - GIVEN_UP_AFTER):
        return
    for off in database.rows(session, _OFF, (now, "gone" if gone else "failing", endpoint_id)):
        # Of the address only the host: what follows it may be a secret.
        facts = {"host": urlsplit(off.url).hostname or "", "gone": gone}
        notices.to_member(session, off.registered_by, "webhook_disabled", facts)


def _wait(attempts: int, answer: Answer) -> timedelta | None:
    """Return how long to wait after so many attempts; None when they were all."""
    if attempts >= len(SCHEDULE):
        return None
    jittered = SCHEDULE[attempts] * random.uniform(1, 1 + _JITTER)  # noqa: S311
    return max(jittered, _asked_to_wait(answer))


def _asked_to_wait(answer: Answer) -> timedelta:
    return min(timedelta(seconds=answer.retry_after or 0), _LONGEST_WAIT)


def _tried(outcome: _Outcome, answer: Answer) -> dict[str, Any]:
    return {
        "at": outcome.at.isoformat(),
        "status": answer.status,
        "problem": answer.problem,
        "milliseconds": answer.milliseconds,
    }
