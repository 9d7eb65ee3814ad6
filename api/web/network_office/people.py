"""People and machines: who has which role, found by name, and roles that end."""

from __future__ import annotations

from dataclasses import dataclass

import flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import SelectField, StringField, SubmitField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from api.access import ending, members
from api.access.identity import current, needs, transact_at_door
from api.access.members import MemberCard
from api.access.roles import Role
from api.access.tables import Member
from api.conventions import paging
from api.conventions.paging import Page
from api.web import forms, network_office, reading, words
from api.web.forms import Form

blueprint = network_office.room("people", __name__, "/rete/persone")

_SHOWN = 50


class SearchForm(Form):
    """Whom one looks for: in a body, because addresses of pages are written down along the way."""

    text = StringField(_l("Nome o e-mail"), [Length(max=100)])
    role = SelectField(_l("Ruolo"), validate_choice=False)
    send = SubmitField(_l("Cerca"))


class EndForm(Form):
    """The word to take a role."""

    send = SubmitField(_l("Togli il ruolo"))


@dataclass(frozen=True, slots=True)
class _Asked:
    """Whom one looks for; None is everybody."""

    text: str | None = None
    role: Role | None = None


@blueprint.get("")
@needs("members:read")
def every() -> tuple[str, int]:
    """List the members, the newest first."""
    return _list(SearchForm(formdata=None), _Asked())


@blueprint.post("")
@needs("members:read")
def search() -> tuple[str, int]:
    """Look for somebody."""
    form = SearchForm()
    role = form.role.data if form.role.data in set(Role) else None
    asked = forms.attempt(form, lambda: _Asked((form.text.data or "").strip() or None, role and Role(role)))
    return _list(form, asked or _Asked())


@blueprint.get("/<string:member_id>")
@needs("members:read")
def show(member_id: str) -> tuple[str, int]:
    """Show a member and the roles they hold."""
    return _page(member_id, EndForm(formdata=None))


@blueprint.post("/<string:member_id>/ruoli/<string:appointment_id>")
@needs("members:invite")
def end(member_id: str, appointment_id: str) -> Response | tuple[str, int]:
    """Take a role from a member; it is given again by an invitation."""
    form = EndForm()

    def work() -> bool:
        ending.end_role(current(), member_id, appointment_id)
        return True

    if forms.attempt(form, work) is None:
        return _page(member_id, form)
    flask.flash(_("Ruolo tolto: le sue sessioni e i suoi programmi sono chiusi. Per ridarlo, invita di nuovo."))
    return flask.redirect(flask.url_for(".show", member_id=member_id))


def _list(form: SearchForm, asked: _Asked) -> tuple[str, int]:
    form.role.choices = [
        SelectChoice("", _("tutti")),
        *(SelectChoice(str(role), words.role(role)) for role in Role),
    ]
    part = reading.part(_SHOWN)

    def work(session: Session) -> Page[MemberCard]:
        listing = members.listing(text=asked.text, role=asked.role)
        found = paging.cut(session, listing, Member.__table__.c.member_id, part)
        return Page(members.cards(session, [row.member_id for row in found.data]), found.has_more)

    return forms.show("network_office/people.html", form, page=transact_at_door(work), asked=asked)


def _page(member_id: str, form: EndForm) -> tuple[str, int]:
    found = transact_at_door(lambda session: members.card(session, member_id))
    return forms.show("network_office/person.html", form, one=found)
