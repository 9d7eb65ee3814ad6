"""What of an event is told to whom: the types that a sight is ever told of, and the body that is sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from config.fences import Sight
from wallet.outbox import Event

PING = "webhook.ping"

_PURCHASES = frozenset(
    event
    for event in Event
    if event.startswith(("authorization.", "refund.")) and event is not Event.AUTHORIZATION_DECLINED
)
# A funder is told of plans and of sums over people; a provider of what was bought of it, and of what it is paid.
OFFERED: Mapping[Sight, frozenset[Event]] = {
    Sight.NETWORK: frozenset(Event),
    Sight.FUNDER: frozenset(
        {Event.LOT_EXPIRING, Event.LOT_EXPIRED, Event.PLAN_ACTIVATED, Event.PERIOD_OPEN, Event.STATEMENT_READY}
    ),
    Sight.PROVIDER: _PURCHASES
    | {Event.QUALIFICATION_EXPIRING, Event.PAYOUT_SCHEDULED, Event.PAYOUT_PAID, Event.STATEMENT_READY},
    Sight.EMPLOYEE: frozenset(Event)
    - {
        Event.QUALIFICATION_EXPIRING,
        Event.PAYOUT_SCHEDULED,
        Event.PAYOUT_PAID,
        Event.CLEARING_CLOSED,
        Event.PERIOD_OPEN,
    },
}
# A provider knows whom it serves from them, not from us.
_OF_PURCHASE_TO_PROVIDER = (
    "authorization_id",
    "status",
    "service",
    "provider",
    "channel",
    "amount_minor",
    "captured_minor",
    "refunded_minor",
    "moved_minor",
    "currency",
    "service_on",
    "expires_at",
    "answer_by",
)


def told(event: str, facts: Mapping[str, Any], sight: Sight) -> Mapping[str, Any]:
    """Return the facts of an event that a sight is told."""
    if sight is Sight.PROVIDER and event in _PURCHASES:
        return {name: facts[name] for name in _OF_PURCHASE_TO_PROVIDER if name in facts}
    return facts


def body(event: str, occurred_at: datetime, facts: Mapping[str, Any]) -> str:
    """Return what is sent, the same at every attempt."""
    moment = occurred_at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    whole = {"type": event, "timestamp": moment, "data": dict(facts)}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))
