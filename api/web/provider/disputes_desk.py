"""What people dispute of a provider's services: the provider tells its side, and is paid once somebody has decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import SubmitField, TextAreaField
from wtforms.validators import DataRequired, Length

from api.access.identity import current, needs, transact, transact_in
from api.access.roles import Role
from api.web import forms, guards, provider
from api.web.forms import MoneyForm
from ledger import idempotency
from wallet.settlement import contested, disputes
from wallet.settlement.contested import Contested
from wallet.settlement.disputes import By, Dispute

blueprint = flask.Blueprint("web_provider_disputes", __name__, url_prefix="/fornitore/contestazioni")
blueprint.before_request(guards.only(Role.PROVIDER))

_MOST = 100


class AnswerForm(MoneyForm):
    """The provider's side; sent twice, it is told once."""

    note = TextAreaField(
        _l("La tua versione"),
        [DataRequired(_l("Scrivi che cosa è successo.")), Length(max=500, message=_l("Al più 500 caratteri."))],
    )
    send = SubmitField(_l("Manda la tua versione"))


@dataclass(frozen=True, slots=True)
class Told:
    """Something that happened to a dispute; others' words are not told, there may be names in them."""

    kind: str
    own: bool
    note: str
    refunded_minor: int
    at: datetime


@blueprint.get("")
@needs("disputes:read")
def index() -> str:
    """List what was disputed, the open ones first."""
    found = transact(lambda session: contested.of_provider(session, provider.code(), most=_MOST))
    return flask.render_template("provider/disputes.html", found=found)


@blueprint.route("/<string:dispute_id>", methods=("GET", "POST"))
@needs("disputes:read")
def show(dispute_id: str) -> Response | tuple[str, int]:
    """Show a dispute, and take the provider's side of it."""
    form = AnswerForm()
    one = transact(lambda session: contested.find(session, provider.code(), dispute_id))
    if forms.attempt(form, lambda: _answer(one, form)) is None:
        whole = transact_in(one.book_id, lambda session: disputes.get(session, one.book_id, dispute_id))
        return forms.show("provider/dispute.html", form, one=one, left_minor=whole.left_minor, told=_told(whole))
    forms.tell(_("Mandata: chi decide la legge insieme a quella della persona."))
    return flask.redirect(flask.url_for("web_provider_disputes.show", dispute_id=dispute_id))


@needs("disputes:answer")
def _answer(one: Contested, form: AnswerForm) -> str:
    by, note = By(current().actor, disputes.Role.PROVIDER), form.note.data or ""

    def work(session: Session) -> str:
        return disputes.answer(session, one.book_id, one.dispute_id, by=by, note=note).dispute_id

    def once(session: Session) -> str:
        told: str = idempotency.once(
            session, one.book_id, by.actor, "page_dispute_answer", form.key.data,
            {"dispute": one.dispute_id, "note": note}, work=lambda: work(session),
            answer=lambda made: {"dispute_id": made}, replay=lambda kept: forms.again(kept["dispute_id"]),
        )  # fmt: skip
        return told

    return transact_in(one.book_id, once)


def _told(whole: Dispute) -> tuple[Told, ...]:
    return tuple(
        Told(each.kind, own, each.note if own else "", each.refunded_minor, each.recorded_at)
        for each in whole.events
        for own in (each.by.role is disputes.Role.PROVIDER,)
    )
