"""Notifications: which letters you receive."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, validate
from sqlalchemy.orm import Session

from api.access.identity import current, needs, transact
from api.conventions import language
from api.conventions.fields import Schema
from api.conventions.smorest import Blueprint
from api.events import choices
from api.events.choices import Choices
from api.events.kinds import Channel, Kind

blueprint = Blueprint("notifications", __name__, url_prefix="/v1/notifications", description=__doc__)


class NotificationBody(Schema):
    """Whether you are told of one kind of thing, and how."""

    kind = fields.Enum(Kind, by_value=True, required=True)
    mail = fields.Boolean(required=True, truthy={True}, falsy={False})


class NotificationsBody(Schema):
    """What to change; kinds that are not named stay as they are."""

    notifications = fields.List(fields.Nested(NotificationBody), required=True, validate=validate.Length(max=len(Kind)))


class NotificationOut(NotificationBody):
    """Whether you are told of one kind of thing, and how."""

    label = fields.Function(
        lambda found: found["kind"].label(language.asked()), required=True, metadata={"type": "string"}
    )
    fixed = fields.Boolean(required=True, metadata={"description": "Always sent: it cannot be turned off"})


class NotificationsOut(Schema):
    """What you are told of."""

    notifications = fields.List(fields.Nested(NotificationOut), required=True)


@blueprint.get("")
@needs("notifications:manage")
@blueprint.etag
@blueprint.response(200, NotificationsOut)
def show() -> Mapping[str, Any]:
    """Show what you are told of

    The kinds of letters there are for the role you ask in.
    """
    return _answered(transact(lambda session: choices.of(session, current().member_id)))


@blueprint.put("")
@needs("notifications:manage")
@blueprint.etag
@blueprint.arguments(NotificationsBody)
@blueprint.response(200, NotificationsOut)
def choose(asked: dict[str, Any]) -> Mapping[str, Any]:
    """Choose what you are told of

    Letters about access and security are always sent.
    """
    member_id = current().member_id
    chosen = {each["kind"]: {Channel.MAIL: each["mail"]} for each in asked["notifications"]}

    def work(session: Session) -> Choices:
        blueprint.check_etag(_tagged(choices.of(session, member_id, lock=True)))
        return choices.choose(session, member_id, chosen)

    return _answered(transact(work))


def _tagged(found: Choices) -> Any:
    # What was chosen, in whatever language its labels are read.
    return sorted((str(kind), ways[Channel.MAIL]) for kind, ways in found.items())


def _answered(found: Choices) -> Mapping[str, Any]:
    blueprint.set_etag(_tagged(found))
    offered = choices.offered(current().role)
    return {
        "notifications": [
            {"kind": kind, "mail": ways[Channel.MAIL], "fixed": kind in choices.FIXED}
            for kind, ways in found.items()
            if kind in offered
        ]
    }
