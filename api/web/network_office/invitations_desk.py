"""Invitations: a role offered to somebody by e-mail, sent again, and taken back."""

from __future__ import annotations

from collections.abc import Callable

import flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import EmailField, SelectField, StringField, SubmitField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from api.access import invitations, reaching
from api.access.identity import current, needs, transact, transact_at_door
from api.access.invitations import Card
from api.access.reaching import Asked
from api.access.roles import MAY_GIVE, Role
from api.access.tables import Invitation
from api.conventions import paging
from api.web import forms, network_office, reading, words
from api.web.forms import Form
from plans import funders

blueprint = network_office.room("invitations", __name__, "/rete/inviti")


class InviteForm(Form):
    """Who is invited, and to what."""

    email = EmailField(_l("Indirizzo e-mail"), [network_office.NEEDED, Length(max=254)])
    name = StringField(_l("Nome e cognome"), [network_office.NEEDED, Length(max=200)])
    role = SelectField(_l("Ruolo"))
    employer = SelectField(_l("Per quale azienda o Comune"), validate_choice=False)
    provider = StringField(_l("Per quale fornitore"), [Length(max=60)])
    employee_id = StringField(_l("Per quale persona"), [Length(max=60)])
    language = SelectField(
        _l("Lingua della lettera"), choices=[SelectChoice("it", _l("Italiano")), SelectChoice("en", _l("Inglese"))]
    )
    send = SubmitField(_l("Manda l'invito"))

    def wanted(self) -> Asked:
        """Return the role and what it is said to be for."""
        said = (self.employer.data, self.employee_id.data, self.provider.data)
        return Asked(Role(self.role.data), *((each or "").strip() or None for each in said))


@blueprint.get("")
@needs("members:read")
def every() -> tuple[str, int]:
    """List the invitations, and take another."""
    asked = flask.request.args
    told = {"email": asked.get("email"), "name": asked.get("nome"), "role": asked.get("ruolo")}
    return _list(InviteForm(formdata=None, **told, employer=asked.get("azienda"), provider=asked.get("fornitore")))


@blueprint.post("")
@needs("members:invite")
def invite() -> Response | tuple[str, int]:
    """Invite somebody."""
    form = InviteForm()
    form.role.choices = _roles()

    def work() -> Card:
        wanted, email = form.wanted(), form.email.data.strip()
        reach = reaching.of_person(current(), wanted, email)
        name = form.name.data.strip()
        return invitations.invite(current(), wanted.role, reach, email=email, name=name, language=form.language.data)

    made = forms.attempt(form, work)
    if made is None:
        return _list(form)
    flask.flash(_("Invito mandato a %(email)s: vale sette giorni.", email=made.email))
    return flask.redirect(flask.url_for(".every"))


@blueprint.post("/<string:invitation_id>/lettera")
@needs("members:invite")
def resend(invitation_id: str) -> Response | tuple[str, int]:
    """Send an invitation again; the old link is no longer good."""
    return _change(
        lambda: invitations.resend(current(), invitation_id), _("Mandato di nuovo: vale il nuovo link, non il vecchio.")
    )


@blueprint.post("/<string:invitation_id>/ritiro")
@needs("members:invite")
def revoke(invitation_id: str) -> Response | tuple[str, int]:
    """Take an invitation back."""
    return _change(lambda: invitations.revoke(current(), invitation_id), _("Invito ritirato: il link non vale più."))


def _change(work: Callable[[], object], said: str) -> Response | tuple[str, int]:
    form = Form()

    def done() -> bool:
        work()
        return True

    if forms.attempt(form, done) is None:
        drawn = InviteForm(formdata=None)
        drawn.refusals, drawn.status = form.refusals, form.status
        return _list(drawn)
    flask.flash(said)
    return flask.redirect(flask.url_for(".every"))


def _list(form: InviteForm) -> tuple[str, int]:
    form.role.choices = _roles()
    found = transact(funders.every)
    form.employer.choices = [
        SelectChoice("", _("nessuna")),
        *(SelectChoice(each.code, f"{each.name} ({each.code})") for each in found),
    ]
    part, listing = reading.part(network_office.SHOWN), invitations.listing(current())
    column = Invitation.__table__.c.invitation_id
    page = transact_at_door(lambda session: paging.cut(session, listing, column, part)).each(invitations.card_of)
    return forms.show("network_office/invitations.html", form, page=page)


def _roles() -> list[SelectChoice]:
    # Whose wallet it is, an operator is seldom asked: their employer invites them.
    given = sorted(MAY_GIVE[Role.OPERATOR].persons - {Role.EMPLOYEE}, key=words.role)
    return [SelectChoice(str(role), words.role(role)) for role in (*given, Role.EMPLOYEE)]
