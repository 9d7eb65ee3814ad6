"""The audit trail: who did what, about whom and for whom, and the same as a file."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import StringIO
from typing import Any

import flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import HiddenField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from api.access import audit, members
from api.access.identity import needs, transact, transact_at_door
from api.access.roles import EVERY_SCOPE, Role
from api.access.tables import AuditEvent
from api.conventions import paging
from api.web import forms, network_office, reading, scope_words, words
from api.web.fields import DayField
from api.web.forms import Form
from config import clock
from reports.cells import guarded

blueprint = network_office.room("trail", __name__, "/rete/registro")

# What somebody reads in a spreadsheet; more is asked for in parts.
_MOST_ROWS = 10_000
_COLUMN = AuditEvent.__table__.c.event_id
# What is written of the door itself, beside the scopes.
_DOOR = frozenset(
    {
        "authenticators:recovery", "authenticators:remove", "authenticators:set", "identities:link",
        "identities:unlink", "members:accept", "members:end", "members:revoke", "passwords:change", "passwords:reset",
        "sessions:create", "sessions:end", "sessions:switch", "tokens:create", "tokens:revoke",
    }
)  # fmt: skip


class FilterForm(Form):
    """Which part of the trail; in the address, so that it can be kept."""

    class Meta:
        """It changes nothing, and needs no token."""

        csrf = False

    action = SelectField(_l("Che cosa"), validate_choice=False)
    dal = DayField(_l("Dal giorno"), [Optional()])
    al = DayField(_l("Al giorno"), [Optional()])
    actor = HiddenField()
    employee_id = HiddenField()

    def asked(self) -> audit.Asked:
        """Return it as the trail is asked."""
        ends = None if self.al.data is None else _midnight(self.al.data + timedelta(days=1))
        return audit.Asked(
            since=None if self.dal.data is None else _midnight(self.dal.data),
            until=ends,
            member_id=self.actor.data or None,
            action=self.action.data or None,
            employee_id=self.employee_id.data or None,
        )

    def kept(self, *but: str) -> Mapping[str, str]:
        """Return what of it goes on to the next page's address."""
        told = {name: flask.request.args.get(name) for name in ("action", "dal", "al", "actor", "employee_id")}
        return {name: value for name, value in told.items() if value and name not in but}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that somebody did; `for_whom` is the person in whose place one of the network's people acted."""

    row: Any
    for_whom: str | None

    @property
    def action(self) -> str:
        """What was done, in words."""
        return scope_words.named(self.row.action)


@blueprint.get("")
@needs("audit:read")
def every() -> tuple[str, int]:
    """Show who did what, the newest first."""
    form, part = _form(), reading.part(network_office.SHOWN)
    asked = form.asked() if form.validate() else audit.Asked()
    if form.errors:
        form.status = 422
    page = transact(lambda session: paging.cut(session, audit.listing(asked), _COLUMN, part)).each(_event)
    return forms.show("network_office/trail.html", form, page=page, who=_who(asked.member_id))


@blueprint.get("/registro.csv")
@needs("audit:read")
def file() -> flask.Response:
    """Hand over what the page shows as a file for a spreadsheet, the newest first."""
    form = _form()
    if not form.validate():
        flask.abort(404)
    rows = transact(lambda session: _rows(session, form.asked()))
    response = flask.Response(_csv(rows), content_type="text/csv; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=f"{_('registro')}.csv")
    return response


def _form() -> FilterForm:
    form = FilterForm(flask.request.args)
    actions = sorted(EVERY_SCOPE | _DOOR, key=scope_words.named)
    form.action.choices = [
        SelectChoice("", _("tutto")),
        *(SelectChoice(action, scope_words.named(action)) for action in actions),
    ]
    return form


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=clock.ROME)


def _who(member_id: str | None) -> str | None:
    """Return the name of the member that is asked about."""
    if member_id is None:
        return None
    return transact_at_door(lambda session: members.names(session, [member_id])).get(member_id, member_id)


def _event(row: Any) -> Event:
    behalf = audit.on_behalf(row)
    return Event(row, row.employee_name or row.employee_id if behalf else None)


def _rows(session: Session, asked: audit.Asked) -> list[Event]:
    listing = audit.listing(asked).order_by(_COLUMN.desc()).limit(_MOST_ROWS)
    return [_event(row) for row in session.execute(listing)]


def _csv(events: Iterable[Event]) -> bytes:
    """Write events as people of this page's language open them: no cell is run."""
    file = StringIO(newline="")
    italian = words.asked() == "it"
    writer = csv.writer(file, delimiter=";" if italian else ",", lineterminator="\r\n")
    writer.writerow(
        str(each)
        for each in (
            _("Quando"), _("Chi"), _("Ruolo"), _("Per conto di"), _("Che cosa"), _("Codice"), _("Su che cosa"),
            _("Su chi"), _("Esito"), _("Richiesta"),
        )
    )  # fmt: skip
    for event in events:
        row = event.row
        role = words.role(row.role) if row.role in set(Role) else row.role or ""
        cells = (
            row.at.astimezone(clock.ROME).isoformat(sep=" ", timespec="seconds"),
            row.member_name or row.member_id or "",
            role,
            event.for_whom or "",
            event.action,
            row.action,
            row.target or "",
            row.employee_name or row.employee_id or "",
            row.outcome,
            row.request_id,
        )
        writer.writerow(guarded(cell) for cell in cells)
    return file.getvalue().encode("utf-8-sig")
