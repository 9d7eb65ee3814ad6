"""Webhooks: where programs are told of events, with which secrets these are signed, and what was sent."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.conventions import paging
from api.conventions.paging import Page
from api.events import payloads, transport
from api.events.errors import (
    DeliveryUnderWay,
    WebhookDeliveryNotFound,
    WebhookDisabled,
    WebhookEventsHidden,
    WebhookNotFound,
    WebhooksTooMany,
)
from api.events.tables import DeliveryRow, EndpointRow, SecretRow
from config import clock, ids, settings
from config.fences import Fence

MOST = 20
# As the standard's own libraries make them: 24 to 64 bytes.
_SECRET_BYTES = 32
_ENDPOINT = EndpointRow.__table__.c
_DELIVERY = DeliveryRow.__table__.c


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose endpoints: whoever has this role in this fence; `member_id` registers and asks."""

    member_id: str
    role: str
    fence: Fence


@dataclass(frozen=True, slots=True)
class Webhook:
    """An endpoint; `secret` is told when it is made and when it is renewed, and nowhere else."""

    endpoint_id: str
    url: str
    types: Sequence[str]
    description: str
    created_at: datetime
    disabled_at: datetime | None
    disabled_why: str | None
    failing_since: datetime | None
    secret: str | None = None

    @property
    def enabled(self) -> bool:
        """Whether events are sent to it."""
        return self.disabled_at is None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way; `tries` is what came of each attempt: at, status, problem, milliseconds."""

    delivery_id: str
    event_id: str
    type: str
    state: str
    tries: Sequence[Mapping[str, Any]]
    queued_at: datetime
    next_at: datetime | None
    ended_at: datetime | None


_FIELDS = [_ENDPOINT[name] for name in Webhook.__dataclass_fields__ if name != "secret"]
_SENT = [_DELIVERY[name] for name in Delivery.__dataclass_fields__]


def _webhook(row: Any) -> Webhook:
    return Webhook(*row)


def _sent(row: Any) -> Delivery:
    return Delivery(*row)


def check_url(url: str) -> None:
    """
    Refuse an address that nothing may be sent to; asks the name service, so not inside a transaction.

    Errors: WebhookUrlInvalid, WebhookAddressRefused.
    """
    transport.check(url, private=settings.load().webhooks_private)


def register(session: Session, owner: Owner, *, url: str, types: Sequence[str], description: str) -> Webhook:
    """
    Register an endpoint, and return it with its secret; it is told of what happens from now on.

    Errors: WebhookEventsHidden, WebhooksTooMany.
    """
    _check_types(owner, types)
    count = session.scalar(sa.select(sa.func.count()).select_from(EndpointRow).where(*_owned(owner)))
    if (count or 0) >= MOST:
        raise WebhooksTooMany(limit=MOST)
    endpoint_id, fence = ids.new("whe"), owner.fence
    session.execute(
        sa.insert(EndpointRow).values(
            endpoint_id=endpoint_id,
            registered_by=owner.member_id,
            role=owner.role,
            sight=str(fence.sight),
            book_id=fence.book_id,
            employee_id=fence.employee_id,
            provider_code=fence.provider_code,
            url=url,
            types=sorted(set(types)),
            description=description,
        )
    )
    return _with_secret(get(session, owner, endpoint_id), _new_secret(session, endpoint_id, clock.now()))


def page(session: Session, owner: Owner, asked: Mapping[str, Any]) -> Page[Webhook]:
    """
    Return a page of the endpoints of this role and reach, whoever registered them, the newest first.

    Errors: CursorUnknown.
    """
    statement = sa.select(*_FIELDS).where(*_owned(owner))
    return paging.cut(session, statement, _ENDPOINT.endpoint_id, asked).each(_webhook)


def get(session: Session, owner: Owner, endpoint_id: str, *, lock: bool = False) -> Webhook:
    """
    Return an endpoint; `lock` keeps others from changing it meanwhile.

    Errors: WebhookNotFound.
    """
    statement = sa.select(*_FIELDS).where(_ENDPOINT.endpoint_id == endpoint_id, *_owned(owner))
    row = session.execute(statement.with_for_update() if lock else statement).one_or_none()
    if row is None:
        raise WebhookNotFound(webhook=endpoint_id)
    return _webhook(row)


def change(session: Session, owner: Owner, endpoint_id: str, asked: Mapping[str, Any]) -> Webhook:
    """
    Change where events go, which, or whether at all; one that is turned on again begins anew.

    Errors: WebhookNotFound, WebhookEventsHidden.
    """
    found = get(session, owner, endpoint_id, lock=True)
    values = {name: asked[name] for name in ("url", "description") if name in asked}
    if "types" in asked:
        _check_types(owner, asked["types"])
        values["types"] = sorted(set(asked["types"]))
    if asked.get("enabled", found.enabled) != found.enabled:
        off = found.enabled
        values |= {"disabled_at": clock.now() if off else None, "disabled_why": "asked" if off else None}
        values |= {"failing_since": None, "paused_until": None}
        if not off:
            # Whoever turns it on answers for it from now on.
            values["registered_by"] = owner.member_id
    if values:
        session.execute(sa.update(EndpointRow).where(_ENDPOINT.endpoint_id == endpoint_id).values(**values))
    return get(session, owner, endpoint_id)


def remove(session: Session, owner: Owner, endpoint_id: str) -> None:
    """
    Delete an endpoint with its secrets and what was on its way.

    Errors: WebhookNotFound.
    """
    get(session, owner, endpoint_id, lock=True)
    session.execute(sa.delete(EndpointRow).where(_ENDPOINT.endpoint_id == endpoint_id))


def rotate(session: Session, owner: Owner, endpoint_id: str, *, overlap: timedelta) -> Webhook:
    """
    Give an endpoint a new secret and return it; for the overlap events bear a signature of each of the two.

    Errors: WebhookNotFound.
    """
    found = get(session, owner, endpoint_id, lock=True)
    return _with_secret(found, _new_secret(session, endpoint_id, clock.now() + overlap))


def ping(session: Session, owner: Owner, endpoint_id: str) -> Delivery:
    """
    Queue an event that says nothing, to try an endpoint.

    Errors: WebhookNotFound, WebhookDisabled.
    """
    found = get(session, owner, endpoint_id)
    if not found.enabled:
        raise WebhookDisabled(webhook=endpoint_id)
    delivery_id, event_id = ids.new("whd"), ids.new("evt")
    session.execute(
        sa.insert(DeliveryRow).values(
            delivery_id=delivery_id,
            endpoint_id=endpoint_id,
            event_id=event_id,
            seq=0,
            type=payloads.PING,
            # Of its own: it waits for nothing.
            aggregate=event_id,
            book_id=owner.fence.book_id,
            employee_id=owner.fence.employee_id,
            provider_code=owner.fence.provider_code,
            body=payloads.body(payloads.PING, clock.now(), {"webhook_id": endpoint_id}),
        )
    )
    return _delivery(session, endpoint_id, delivery_id)


def deliveries(session: Session, owner: Owner, endpoint_id: str, asked: Mapping[str, Any]) -> Page[Delivery]:
    """
    Return a page of what was sent or is on its way, the newest first; `asked` may name a `state`.

    Errors: WebhookNotFound, CursorUnknown.
    """
    get(session, owner, endpoint_id)
    statement = sa.select(*_SENT).where(_DELIVERY.endpoint_id == endpoint_id)
    if "state" in asked:
        statement = statement.where(_DELIVERY.state == asked["state"])
    return paging.cut(session, statement, _DELIVERY.delivery_id, asked).each(_sent)


def replay(session: Session, owner: Owner, endpoint_id: str, delivery_id: str) -> Delivery:
    """
    Send again what is over, delivered or dead, with the same id and all its attempts to come.

    Errors: WebhookNotFound, WebhookDisabled, WebhookDeliveryNotFound, DeliveryUnderWay.
    """
    if not get(session, owner, endpoint_id).enabled:
        raise WebhookDisabled(webhook=endpoint_id)
    if _delivery(session, endpoint_id, delivery_id).state == "pending":
        raise DeliveryUnderWay(delivery=delivery_id)
    _again(session, _DELIVERY.endpoint_id == endpoint_id, _DELIVERY.delivery_id == delivery_id)
    return _delivery(session, endpoint_id, delivery_id)


def replay_dead(session: Session, owner: Owner, endpoint_id: str) -> int:
    """
    Send all dead letters of an endpoint again, and return how many.

    Errors: WebhookNotFound, WebhookDisabled.
    """
    if not get(session, owner, endpoint_id).enabled:
        raise WebhookDisabled(webhook=endpoint_id)
    return _again(session, _DELIVERY.endpoint_id == endpoint_id, _DELIVERY.state == "dead")


def _again(session: Session, *which: sa.ColumnElement[bool]) -> int:
    fresh = {"state": "pending", "attempts": 0, "next_at": clock.now(), "ended_at": None}
    return int(
        session.execute(sa.update(DeliveryRow).where(_DELIVERY.state != "pending", *which).values(**fresh)).rowcount  # type: ignore[attr-defined]
    )


def _delivery(session: Session, endpoint_id: str, delivery_id: str) -> Delivery:
    row = session.execute(
        sa.select(*_SENT).where(_DELIVERY.endpoint_id == endpoint_id, _DELIVERY.delivery_id == delivery_id)
    ).one_or_none()
    if row is None:
        raise WebhookDeliveryNotFound(delivery=delivery_id)
    return _sent(row)


def _owned(owner: Owner) -> list[sa.ColumnElement[bool]]:
    fence = owner.fence
    return [
        _ENDPOINT.role == owner.role,
        _ENDPOINT.book_id.is_not_distinct_from(fence.book_id),
        _ENDPOINT.employee_id.is_not_distinct_from(fence.employee_id),
        _ENDPOINT.provider_code.is_not_distinct_from(fence.provider_code),
    ]


def _check_types(owner: Owner, types: Sequence[str]) -> None:
    offered = payloads.OFFERED[owner.fence.sight]
    hidden = sorted(set(types) - set(offered))
    if hidden:
        raise WebhookEventsHidden(events=hidden, offered=sorted(offered))


def _new_secret(session: Session, endpoint_id: str, older_until: datetime) -> str:
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
    session.execute(
        sa.insert(SecretRow)
        .values(secret_id=ids.new("whs"), endpoint_id=endpoint_id, secret=secret, older_until=older_until)
        .inline()
    )
    return secret


def _with_secret(found: Webhook, secret: str) -> Webhook:
    return replace(found, secret=secret)
