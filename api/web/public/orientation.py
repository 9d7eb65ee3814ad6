"""Orientation: whoever has a wallet asks a welfare manager, reads what was answered, and takes a question back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import HiddenField, SelectField, SubmitField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from api.access import audit
from api.access.identity import current, needs, transact, transact_in
from api.conventions import paging
from api.web import forms, me
from api.web.forms import MoneyForm
from ledger import idempotency
from network import services, territories
from network.services import Service
from wallet.requests import handling, records, words
from wallet.requests.records import By, Request
from wallet.requests.words import Outcome

blueprint = flask.Blueprint("web_orientation", __name__, url_prefix="/orientamento")

_LONGEST = 2_000
# Who asks more than that a year has been answered in person.
MOST_SHOWN = 25


class AskForm(MoneyForm):
    """What somebody asks for, in their own words; sent twice, it is asked once."""

    servizio = HiddenField(validators=[Optional(), Length(max=40)])
    testo = TextAreaField(
        _l("Di che cosa hai bisogno?"), [InputRequired(_l("Scrivi che cosa ti serve.")), Length(max=_LONGEST)]
    )
    territorio = SelectField(_l("In quale territorio?"), [Optional()])
    send = SubmitField(_l("Chiedi"))


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asked for until now, the newest first, with the services that it speaks of."""

    requests: Sequence[Request]
    services: Mapping[str, Service]
    about: Service | None


@blueprint.route("", methods=("GET", "POST"))
@forms.addressed
@needs("requests:create")
def ask() -> Response | tuple[str, int]:
    """Ask a welfare manager, and read what was answered."""
    form = AskForm()
    if flask.request.method == "GET":
        form.servizio.data = flask.request.args.get("servizio", "")
        form.territorio.data = flask.request.args.get("territorio", "")
    mine = me.owner("requests:create")
    book_id, employee_id = mine.book_id, mine.employee_id
    found = transact(lambda session: _asked(session, form, book_id, employee_id))

    def work(session: Session) -> str:
        return ask_once(
            session,
            book_id,
            employee_id,
            key=form.key.data or "",
            text=form.testo.data or "",
            service=form.servizio.data or None,
            territory=form.territorio.data or None,
        )

    made = forms.attempt(form, lambda: transact_in(book_id, work))
    if made is None:
        return forms.show("public/orientation.html", form, found=found)
    flask.flash(_("Richiesta inviata. Un welfare manager la legge e ti risponde qui; ti avvisiamo quando lo fa."))
    return flask.redirect(flask.url_for("web_orientation.ask"))


@blueprint.post("/<request_id>/ritira")
@needs("requests:create")
def withdraw(request_id: str) -> Response:
    """Take a question back."""
    book_id = me.owner("requests:create").book_id
    transact(lambda session: records.get(session, book_id, request_id))
    by = By(current().actor, words.Role.EMPLOYEE)
    transact_in(book_id, lambda session: handling.close(session, book_id, request_id, Outcome.WITHDRAWN, by=by))
    flask.flash(_("Richiesta ritirata. Se ti serve ancora, scrivine un'altra."))
    return flask.redirect(flask.url_for("web_orientation.ask"))


def _asked(session: Session, form: AskForm, book_id: int, employee_id: str) -> Asked:
    form.territorio.choices = [
        ("", _("Il mio, o quello del servizio")),
        *((one.code, one.name) for one in territories.every(session)),
    ]
    form.territorio.data = form.territorio.data or ""
    query = records.query(book_id=book_id, employee_id=employee_id)
    page = paging.cut(session, query, records.ID, {"limit": MOST_SHOWN})
    requests = records.values(session, page.data)
    codes = {request.service_code for request in requests if request.service_code}
    codes |= {code for request in requests for event in request.events for code in event.services}
    named = {service.code: service for service in services.listed(session, codes | {form.servizio.data or ""})}
    return Asked(requests, named, named.get(form.servizio.data or ""))


def ask_once(
    session: Session, book_id: int, employee_id: str, *, key: str, text: str, service: str | None, territory: str | None
) -> str:
    """
    Ask a welfare manager something for whoever is signed in, and return the request's id; the same key asks once.

    Errors: KeyReused, InProgress; those of `handling.ask`.
    """
    asked = {"text": text, "service": service, "territory": territory}

    def work() -> str:
        by = By(current().actor, words.Role.EMPLOYEE)
        made = handling.ask(session, book_id, employee_id, text=text, service=service, territory=territory, by=by)
        audit.about(employee_id=employee_id, target=made.request_id)
        return made.request_id

    return idempotency.once(
        session,
        book_id,
        current().actor,
        "request_ask",
        key,
        asked,
        work=work,
        answer=lambda made: {"request_id": made},
        replay=lambda kept: str(kept["request_id"]),
    )
