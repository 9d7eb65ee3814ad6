"""Allowances and social vouchers: what somebody looks for among the cards, and what is found."""

from __future__ import annotations

from collections.abc import Sequence

import flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import BooleanField, SearchField, SelectField
from wtforms.validators import Length, Optional

from api.web.forms import Form
from config import clock
from network import cards, territories
from network.cards import InfoCard


class CardForm(Form):
    """Where somebody lives, and what they look for."""

    class Meta:
        """A search changes nothing: it needs no token."""

        csrf = False

    territorio = SelectField(_l("Territorio"), [Optional()])
    parole = SearchField(_l("Parole"), [Optional(), Length(max=100)])
    aperte = BooleanField(_l("Solo quelle che si possono chiedere oggi"))


def asked() -> CardForm:
    """Return the form as the address fills it in."""
    return CardForm(formdata=flask.request.args)


def find(session: Session, form: CardForm) -> Sequence[InfoCard]:
    """Return the cards that somebody looks for; none where the form has to be mended first."""
    form.territorio.choices = [
        ("", _("Tutta la rete")),
        *((one.code, one.name) for one in territories.every(session)),
    ]
    form.territorio.data = form.territorio.data or ""
    if not form.validate():
        form.status = 422
        return ()
    return cards.search(
        session,
        territory=form.territorio.data or None,
        text=form.parole.data,
        open_on=clock.today() if form.aperte.data else None,
    )
