"""Programs: tokens for machines and for oneself, told once, and ended."""

from __future__ import annotations

from datetime import timedelta

import flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import IntegerField, SelectMultipleField, StringField, SubmitField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, NumberRange

from api.access import granting, reaching
from api.access.identity import current, needs, transact_at_door
from api.access.reaching import Asked
from api.access.tables import Token
from api.access.tokens import Issued
from api.conventions import paging
from api.web import forms, network_office, reading, scope_words
from api.web.forms import Form

blueprint = network_office.room("programs", __name__, "/rete/programmi")


class TokenForm(Form):
    """What a token is for, what it may do, and how long."""

    label = StringField(_l("A che cosa serve"), [network_office.NEEDED, Length(max=100)])
    machine = StringField(_l("Nome del programma"), [Length(max=200)])
    days = IntegerField(
        _l("Per quanti giorni"),
        [NumberRange(min=1, max=366, message=_l("Un numero da 1 a 366."))],
        default=90,
    )
    scopes = SelectMultipleField(_l("Che cosa può fare"))
    send = SubmitField(_l("Crea la chiave"))


@blueprint.get("")
@needs("tokens:manage")
def every() -> tuple[str, int]:
    """List the tokens that are good, and take the facts of another."""
    return _list(TokenForm(formdata=None))


@blueprint.post("")
@needs("tokens:manage")
def create() -> tuple[str, int]:
    """Make a token, and tell its secret in this answer and nowhere else."""
    form = TokenForm()
    form.scopes.choices = _scopes()
    made = forms.attempt(form, lambda: _issue(form))
    if made is None:
        return _list(form)
    return flask.render_template("network_office/program.html", made=made, form=form), 201


@blueprint.post("/<string:token_id>")
@needs("tokens:manage")
def revoke(token_id: str) -> Response | tuple[str, int]:
    """End a token."""
    form = Form()

    def work() -> bool:
        granting.revoke(current(), token_id)
        return True

    if forms.attempt(form, work) is None:
        drawn = TokenForm(formdata=None)
        drawn.refusals, drawn.status = form.refusals, form.status
        return _list(drawn)
    flask.flash(_("Chiave chiusa: il programma che la usava non entra più."))
    return flask.redirect(flask.url_for(".every"))


def _issue(form: TokenForm) -> Issued:
    who, name = current(), (form.machine.data or "").strip()
    given = {
        "scopes": form.scopes.data or None,
        "label": form.label.data.strip(),
        "lasting": timedelta(days=form.days.data),
    }
    if not name:
        return granting.own(who, **given)
    return granting.machine(who, name, who.role, reaching.of_machine(who, Asked(who.role)), **given)


def _list(form: TokenForm) -> tuple[str, int]:
    form.scopes.choices = _scopes()
    part, listing = reading.part(network_office.SHOWN), granting.listing(current())
    page = transact_at_door(lambda session: paging.cut(session, listing, Token.__table__.c.token_id, part))
    return forms.show("network_office/programs.html", form, page=page)


def _scopes() -> list[SelectChoice]:
    named = ((scope_words.named(scope), scope) for scope in current().scopes)
    return [SelectChoice(scope, name) for name, scope in sorted(named)]
