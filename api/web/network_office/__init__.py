"""The operator's rooms: what runs, what providers are paid, what territories owe each other, and who comes in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import flask
import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms.validators import InputRequired

from api.access import audit
from api.access.identity import current, transact
from api.access.roles import Role
from api.web import forms, guards
from api.web.forms import MoneyForm
from ledger import idempotency
from ledger.idempotency import NO_BOOK

SHOWN = 25
NEEDED = InputRequired(_l("Manca: scrivilo qui."))


def room(name: str, import_name: str, path: str) -> flask.Blueprint:
    """Return a room that is the operator's alone."""
    blueprint = flask.Blueprint(f"web_network_{name}", import_name, url_prefix=path)
    blueprint.before_request(guards.only(Role.OPERATOR))
    return blueprint


def count(session: Session, query: sa.Select[Any]) -> int:
    """Return how many rows a query has."""
    return int(session.scalar(sa.select(sa.func.count()).select_from(query.order_by(None).subquery())) or 0)


def once(target: str, operation: str, form: MoneyForm, said: Mapping[str, Any], work: Callable[[Session], str]) -> str:
    """
    Do once, under its key, what a form asks for of the network; `work` returns the id of what came of it.

    Errors: KeyReused, InProgress; whatever `work` refuses.
    """

    def ask(session: Session) -> str:
        made = idempotency.once(
            session,
            NO_BOOK,
            current().actor,
            f"page_{operation}",
            form.key.data,
            {"target": target, **said},
            work=lambda: work(session),
            answer=lambda made: {"id": made},
            replay=lambda kept: forms.again(str(kept["id"])),
        )
        audit.about(target=made or None)
        return made

    return transact(ask)
