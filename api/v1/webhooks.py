"""Webhooks: where your programs are told of what happens, as far as your role may know it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from marshmallow import fields, validate

from api.access.identity import current, needs, transact
from api.conventions.fields import Schema, Text, Whole
from api.conventions.paging import Page, PageQuery, listed
from api.conventions.smorest import Blueprint
from api.events import webhooks
from api.events.webhooks import Delivery, Owner, Webhook
from wallet.outbox import Event

blueprint = Blueprint("webhooks", __name__, url_prefix="/v1/webhooks", description=__doc__)

_EVENTS = validate.And(validate.Length(min=1, max=len(Event)), validate.ContainsOnly([str(event) for event in Event]))
_URL = {"description": "https, public, without user name or fragment", "examples": ["https://paghe.example.it/hook"]}
_TYPES = {
    "description": "Which events; your role is never told of some of them",
    "examples": [["plan.activated", "wallet.lot_expiring"]],
}


class WebhookBody(Schema):
    """Where to send which events."""

    url = Text(longest=500, required=True, metadata=_URL)
    events = fields.List(fields.String(), attribute="types", required=True, validate=_EVENTS, metadata=_TYPES)
    description = Text(shortest=0, longest=200, load_default="", metadata={"examples": ["Gestionale paghe"]})


class WebhookChange(Schema):
    """What to change of it."""

    url = Text(longest=500, metadata=_URL)
    events = fields.List(fields.String(), attribute="types", validate=_EVENTS, metadata=_TYPES)
    description = Text(shortest=0, longest=200)
    enabled = fields.Boolean(truthy={True}, falsy={False}, metadata={"description": "Whether events are sent to it"})


class WebhookOut(Schema):
    """An endpoint that events are sent to."""

    id = fields.String(
        attribute="endpoint_id", required=True, metadata={"examples": ["whe_01K0Z3J8Q4X5N6T7V8W9Y0A1B2"]}
    )
    url = fields.String(required=True, metadata=_URL)
    events = fields.List(fields.String(), attribute="types", required=True, metadata=_TYPES)
    description = fields.String(required=True)
    enabled = fields.Boolean(required=True)
    disabled_why = fields.String(
        required=True,
        allow_none=True,
        validate=validate.OneOf(("asked", "gone", "failing", "left")),
        metadata={
            "description": "asked: by you; gone: it answered 410; failing: it took nothing for five days; left: who"
            " registered it holds the role no more"
        },
    )
    failing_since = fields.AwareDateTime(required=True, allow_none=True)
    created_at = fields.AwareDateTime(required=True)


class NewWebhookOut(WebhookOut):
    """An endpoint with its secret, which is told once."""

    secret = fields.String(
        required=True,
        metadata={"description": "Signs what is sent (Standard Webhooks)", "examples": ["whsec_MfKQ9r8G"]},
    )


class SecretBody(Schema):
    """How to renew a secret."""

    overlap_hours = Whole(
        most=168, load_default=24, metadata={"description": "How long the old secret signs too, beside the new one"}
    )


class TryOut(Schema):
    """What came of an attempt."""

    at = fields.String(required=True, metadata={"format": "date-time"})
    status = fields.Integer(required=True, allow_none=True, metadata={"description": "HTTP status, if any came"})
    problem = fields.String(required=True, allow_none=True, metadata={"examples": ["timeout"]})
    milliseconds = fields.Integer(required=True)


class DeliveryOut(Schema):
    """One event on its way to an endpoint."""

    id = fields.String(
        attribute="delivery_id", required=True, metadata={"examples": ["whd_01K0Z3J8Q4X5N6T7V8W9Y0A1B2"]}
    )
    event_id = fields.String(required=True, metadata={"description": "The webhook-id of every attempt"})
    event = fields.String(attribute="type", required=True, metadata={"examples": ["plan.activated"]})
    status = fields.String(attribute="state", required=True, validate=validate.OneOf(("pending", "delivered", "dead")))
    attempts = fields.List(fields.Nested(TryOut), attribute="tries", required=True)
    queued_at = fields.AwareDateTime(required=True)
    next_attempt_at = fields.Function(
        lambda found: found.next_at.isoformat() if found.state == "pending" else None,
        required=True,
        metadata={"type": ["string", "null"], "format": "date-time"},
    )
    ended_at = fields.AwareDateTime(required=True, allow_none=True)


class DeliveryQuery(PageQuery):
    """Which deliveries."""

    status = fields.String(attribute="state", validate=validate.OneOf(("pending", "delivered", "dead")))


class ReplayedOut(Schema):
    """How many dead letters are sent again."""

    replayed = fields.Integer(required=True)


def _owner() -> Owner:
    asking = current()
    return Owner(asking.member_id, asking.role, asking.fence)


@blueprint.post("")
@needs("webhooks:manage")
@blueprint.arguments(WebhookBody)
@blueprint.response(201, NewWebhookOut)
@blueprint.alt_response(409, "CONFLICT")
def create(asked: dict[str, Any]) -> tuple[Webhook, int, dict[str, str]]:
    """Register an endpoint

    It is told of what happens from now on, of the events it names, as far as your role may know them. The secret is
    told in this answer and nowhere else, so this takes no Idempotency-Key.
    """
    webhooks.check_url(asked["url"])
    made = transact(lambda session: webhooks.register(session, _owner(), **asked))
    return made, 201, {"Location": f"/v1/webhooks/{made.endpoint_id}"}


@blueprint.get("")
@needs("webhooks:manage")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, listed(WebhookOut))
def every(asked: dict[str, Any]) -> Page[Webhook]:
    """List the endpoints of your role

    Those of your employer or provider, whoever registered them.
    """
    return transact(lambda session: webhooks.page(session, _owner(), asked))


@blueprint.get("/<string:webhook_id>")
@needs("webhooks:manage")
@blueprint.etag
@blueprint.response(200, WebhookOut)
def show(webhook_id: str) -> Webhook:
    """Show an endpoint"""
    return transact(lambda session: webhooks.get(session, _owner(), webhook_id))


@blueprint.patch("/<string:webhook_id>")
@needs("webhooks:manage")
@blueprint.etag
@blueprint.arguments(WebhookChange)
@blueprint.response(200, WebhookOut)
def change(asked: dict[str, Any], webhook_id: str) -> Webhook:
    """Change an endpoint

    Its address, its events, or whether it is on; one that is turned on again is told of what happens from then on.
    """
    if "url" in asked:
        webhooks.check_url(asked["url"])

    def work(session: Any) -> Webhook:
        blueprint.check_etag(webhooks.get(session, _owner(), webhook_id, lock=True), WebhookOut)
        return webhooks.change(session, _owner(), webhook_id, asked)

    return transact(work)


@blueprint.delete("/<string:webhook_id>")
@needs("webhooks:manage")
@blueprint.etag
@blueprint.response(204)
def remove(webhook_id: str) -> None:
    """Delete an endpoint, with what is on its way to it"""

    def work(session: Any) -> None:
        blueprint.check_etag(webhooks.get(session, _owner(), webhook_id, lock=True), WebhookOut)
        webhooks.remove(session, _owner(), webhook_id)

    transact(work)


@blueprint.post("/<string:webhook_id>/secrets")
@needs("webhooks:manage")
@blueprint.arguments(SecretBody)
@blueprint.response(201, NewWebhookOut)
def rotate(asked: dict[str, Any], webhook_id: str) -> Webhook:
    """Renew an endpoint's secret

    For the overlap what is sent bears two signatures, of the new secret and of the old. With 0 hours the old one ends
    at once.
    """
    overlap = timedelta(hours=asked["overlap_hours"])
    return transact(lambda session: webhooks.rotate(session, _owner(), webhook_id, overlap=overlap))


@blueprint.post("/<string:webhook_id>/pings")
@needs("webhooks:manage")
@blueprint.response(202, DeliveryOut)
@blueprint.alt_response(409, "CONFLICT")
def ping(webhook_id: str) -> Delivery:
    """Try an endpoint

    Sends it an event of the type `webhook.ping`, which says nothing.
    """
    return transact(lambda session: webhooks.ping(session, _owner(), webhook_id))


@blueprint.get("/<string:webhook_id>/deliveries")
@needs("webhooks:manage")
@blueprint.arguments(DeliveryQuery, location="query")
@blueprint.response(200, listed(DeliveryOut))
def deliveries(asked: dict[str, Any], webhook_id: str) -> Page[Delivery]:
    """List what was sent to an endpoint, and is on its way

    With what came of each attempt; kept for 30 days.
    """
    return transact(lambda session: webhooks.deliveries(session, _owner(), webhook_id, asked))


@blueprint.post("/<string:webhook_id>/deliveries/<string:delivery_id>/replays")
@needs("webhooks:manage")
@blueprint.response(202, DeliveryOut)
@blueprint.alt_response(409, "CONFLICT")
def replay(webhook_id: str, delivery_id: str) -> Delivery:
    """Send an event again

    One that was delivered or given up, under the same `webhook-id`.
    """
    return transact(lambda session: webhooks.replay(session, _owner(), webhook_id, delivery_id))


@blueprint.post("/<string:webhook_id>/replays")
@needs("webhooks:manage")
@blueprint.response(202, ReplayedOut)
@blueprint.alt_response(409, "CONFLICT")
def replay_dead(webhook_id: str) -> dict[str, int]:
    """Send all events again that were given up"""
    return {"replayed": transact(lambda session: webhooks.replay_dead(session, _owner(), webhook_id))}
