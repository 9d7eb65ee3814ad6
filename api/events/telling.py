"""
Telling: what happened is put in line for everybody who is to be told of it, in the order in which it happened.

One at a time, and each event once: what stands in line is delivered later, by as many as one likes.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from api.events import notices, payloads
from api.events.tables import DeliveryRow
from config import clock, database, ids
from config.database import plain_array
from config.errors import DomainError
from config.fences import Sight

_BATCH = 200
# Whoever puts events in line has it alone: an earlier event of an aggregate is never overtaken by a later one.
_ALONE = "select pg_try_advisory_xact_lock(hashtextextended('borsellino:events', 0))"
_WAITING = (
    "select event_id, seq, type, aggregate, book_id, employee_id, provider_code, personal, only_for, facts, occurred_at"
    "  from event where told_at is null order by seq limit %s"
)
_TOLD = "update event set told_at = %s where told_at is null and seq = any(%s::bigint[])"
# Who registered an endpoint and holds that role no more is told nothing more.
_LEAVE = (
    "update webhook_endpoint p set disabled_at = %s, disabled_why = 'left' where disabled_at is null and not exists ("
    "  select from appointment a join member m using (member_id)"
    "   where a.member_id = p.registered_by and a.role = p.role and a.ended_at is null and m.ended_at is null"
    "     and a.book_id is not distinct from p.book_id and a.employee_id is not distinct from p.employee_id"
    "     and a.provider_code is not distinct from p.provider_code)"
)
# The fences of config/fences.py, said once more: a worker sees everything.
_LISTENING = (
    "select e.seq, p.endpoint_id, p.sight, p.book_id, p.employee_id, p.provider_code"
    "  from event e join webhook_endpoint p on p.disabled_at is null and e.type = any(p.types)"
    "   and e.occurred_at >= p.created_at and (e.only_for is null or e.only_for = p.registered_by)"
    "   and case p.sight when 'network' then true"
    "         when 'funder' then e.book_id = p.book_id and not e.personal"
    "         when 'employee' then e.book_id = p.book_id and e.employee_id = p.employee_id"
    "         when 'provider' then e.provider_code = p.provider_code else false end"
    " where e.seq = any(%s::bigint[]) order by e.seq, p.endpoint_id"
)

_log = structlog.get_logger("borsellino.events")


def tell_waiting() -> int:
    """Put everything that waits in line, and return how many events that were; nothing while another one does."""
    told = 0
    while done := database.transact(_tell_some):
        told += done
    return told


def _tell_some(session: Session) -> int:
    if not database.call(session, _ALONE, ())[0]:
        return 0
    events = database.rows(session, _WAITING, (_BATCH,))
    if not events:
        return 0
    now = clock.now()
    database.run(session, _LEAVE, (now,))
    by_seq = {event.seq: event for event in events}
    numbers = plain_array(list(by_seq))
    lines = [_line(by_seq[found.seq], found) for found in database.rows(session, _LISTENING, (numbers,))]
    if lines:
        session.execute(sa.insert(DeliveryRow), lines)
    for event in events:
        _write_letters(session, event)
    database.run(session, _TOLD, (now, numbers))
    return len(events)


def _write_letters(session: Session, event: Any) -> None:
    # One that cannot be written must not keep all the others from being told for ever.
    try:
        with session.begin_nested():
            notices.queue(session, event)
    except (DomainError, LookupError, TypeError, ValueError, sa.exc.DBAPIError) as error:
        if getattr(getattr(error, "orig", None), "sqlstate", None) in database.RETRYABLE:
            raise
        _log.error("notice_not_written", event_id=event.event_id, type=event.type, problem=type(error).__name__)


def _line(event: Any, endpoint: Any) -> dict[str, Any]:
    facts = payloads.told(event.type, event.facts, Sight(endpoint.sight))
    return {
        "delivery_id": ids.new("whd"),
        "endpoint_id": endpoint.endpoint_id,
        "event_id": event.event_id,
        "seq": event.seq,
        "type": event.type,
        "aggregate": event.aggregate,
        "book_id": endpoint.book_id,
        "employee_id": endpoint.employee_id,
        "provider_code": endpoint.provider_code,
        "body": payloads.body(event.type, event.occurred_at, facts),
    }
