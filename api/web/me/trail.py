"""Who acted on somebody's wallet: what they did themselves, and what others did in their place, with both names."""

from __future__ import annotations

from typing import Any

import flask

from api.access import audit
from api.access.identity import current, needs, transact
from api.access.roles import Role
from api.access.tables import AuditEvent
from api.conventions import paging
from api.web import me, reading, scope_words
from api.web import words as spoken

blueprint = flask.Blueprint("web_me_trail", __name__, url_prefix="/io/registro")

_SHOWN = 25


@blueprint.app_template_filter("action_name")
def action_name(action: str) -> str:
    """Return what an action is in words."""
    return scope_words.named(action)


@blueprint.get("")
@needs("audit:read")
def every() -> str:
    """Show who did what on the wallet of whoever looks, the newest first."""
    asked = audit.Asked(employee_id=me.owner("audit:read").employee_id)
    column, part = AuditEvent.__table__.c.event_id, reading.part(_SHOWN)
    page = transact(lambda session: paging.cut(session, audit.listing(asked), column, part)).each(_event)
    return flask.render_template("me/trail.html", page=page)


def _event(row: Any) -> dict[str, Any]:
    mine = row.member_id == current().member_id
    return {
        "event_id": row.event_id,
        "at": row.at,
        "mine": mine,
        "who": row.member_name,
        "role": None if mine or row.role not in set(Role) else spoken.role(row.role),
        "in_my_place": not mine and audit.on_behalf(row),
        "action": row.action,
        "outcome": row.outcome,
    }
