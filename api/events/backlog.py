"""The backlog: what waits to be told, and what was given up."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from api.events import mail
from config import database

_COUNTS = (
    "select (select count(*) from event where told_at is null),"
    " (select count(*) from webhook_delivery where state = 'pending'),"
    " (select count(*) from webhook_delivery where state = 'dead'),"
    " (select count(*) from webhook_endpoint where disabled_at is null),"
    " (select count(*) from webhook_endpoint where disabled_why in ('gone', 'failing', 'left')),"
    " (select count(*) from mail where state = 'queued'), (select count(*) from mail where state = 'dead')"
)


@dataclass(frozen=True, slots=True)
class Backlog:
    """
    How much of each there is; `events` stand in no line yet.

    Deliveries and letters that are dead were given up; an endpoint is off because of what it answered, not by choice.
    """

    events: int
    deliveries: int
    dead_deliveries: int
    endpoints: int
    endpoints_off: int
    letters: int
    dead_letters: int
    mail_configured: bool


def count(session: Session) -> Backlog:
    """Return how much waits."""
    events, deliveries, dead, on, off, letters, dead_letters = database.call(session, _COUNTS, ())
    return Backlog(events, deliveries, dead, on, off, letters, dead_letters, mail.configured())
