"""Requests for orientation: listed, answered as often as it takes, and closed with what became of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import SelectField, StringField, SubmitField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from api.access import audit
from api.access.identity import current, needs, transact, transact_in
from api.access.roles import Role
from api.conventions import paging
from api.web import forms, guards, reading, words
from api.web.fields import TicksField
from api.web.forms import MoneyForm
from api.web.wm import nearby
from ledger import idempotency
from network import services, territories
from plans import names
from wallet.requests import handling, records
from wallet.requests import words as asking
from wallet.requests.records import By, Request
from wallet.requests.words import Outcome, State

blueprint = flask.Blueprint("web_wm_requests", __name__, url_prefix="/wm/richieste")
blueprint.before_request(guards.only(Role.WELFARE_MANAGER))

_SHOWN, _LONGEST, _MOST_SERVICES = 25, 2_000, 10
_CLOSING = tuple(one for one in Outcome if one is not Outcome.WITHDRAWN)


class AnswerForm(MoneyForm):
    """What is answered, and services that it points to."""

    text = TextAreaField(_l("La tua risposta"), [InputRequired(_l("Manca: scrivilo qui.")), Length(max=_LONGEST)])
    find = StringField(_l("Servizi da proporre (facoltativo)"), [Length(max=100)])
    look = SubmitField(_l("Cerca fra i servizi"))
    services = TicksField(_l("Spunta quelli che proponi"), choices=[], validate_choice=False)
    send = SubmitField(_l("Manda la risposta"))

    def validate_find(self, field: StringField) -> None:
        """Refuse a name that nobody looked for: whoever wrote it meant to propose something."""
        if (field.data or "").strip() and not self.services.data:
            raise ValidationError(_("Premi «Cerca fra i servizi» e spunta quelli che proponi; o svuota questo campo."))

    def validate_services(self, field: TicksField) -> None:
        """Refuse more than anybody reads."""
        if len(field.data or ()) > _MOST_SERVICES:
            raise ValidationError(_("Al massimo %(most)s: togli la spunta ad alcuni.", most=_MOST_SERVICES))


class CloseForm(MoneyForm):
    """What became of a request."""

    outcome = SelectField(
        _l("Com'è finita?"), choices=lambda: [(str(one), one.label(words.asked())) for one in _CLOSING]
    )
    text = TextAreaField(_l("Due parole per la persona (facoltativo)"), [Length(max=_LONGEST)])
    send = SubmitField(_l("Chiudi la richiesta"))


@dataclass(frozen=True, slots=True)
class Asked:
    """
    A request with the names of who asks, of who pays for them, of the territory, and of the service where one is named.

    `proposed` are the names of the services that its answers point to, by code.
    """

    request: Request
    name: str
    funder: str
    place: str
    service: str | None
    proposed: Mapping[str, str]


@blueprint.get("")
@needs("requests:read")
def index() -> str:
    """List the requests; those without an answer unless others are asked for."""
    told = flask.request.args.get("stato", str(State.OPEN))
    state = State(told) if told in set(State) else State.OPEN
    asked = reading.part(_SHOWN)

    def work(session: Session) -> tuple[tuple[Asked, ...], bool]:
        page = paging.cut(session, records.query(state=state), records.ID, asked)
        return _named(session, records.values(session, page.data)), page.has_more

    found, more = transact(work)
    return flask.render_template("wm/requests.html", found=found, more=more, state=state, states=tuple(State))


@blueprint.get("/<string:request_id>")
@needs("requests:read")
def show(request_id: str) -> tuple[str, int]:
    """Show a request."""
    return _page(request_id, AnswerForm(formdata=None), CloseForm(formdata=None, prefix="end-"))


@blueprint.post("/<string:request_id>/risposta")
@needs("requests:answer")
def answer(request_id: str) -> Response | tuple[str, int]:
    """Answer a request, or look services up to propose them."""
    form = AnswerForm()
    if form.look.data:
        return _page(request_id, form, CloseForm(formdata=None, prefix="end-"))
    named = form.services.data or ()

    def work(session: Session, book_id: int) -> Request:
        return handling.answer(session, book_id, request_id, text=form.text.data, named=named, by=_by())

    if forms.attempt(form, lambda: _once(request_id, "answer", form, work)) is None:
        return _page(request_id, form, CloseForm(formdata=None, prefix="end-"))
    forms.tell(_("Risposta mandata: la persona riceve un avviso."))
    return flask.redirect(flask.url_for("web_wm_requests.show", request_id=request_id))


@blueprint.post("/<string:request_id>/chiusura")
@needs("requests:answer")
def close(request_id: str) -> Response | tuple[str, int]:
    """Close a request with what became of it."""
    form = CloseForm(prefix="end-")

    def work(session: Session, book_id: int) -> Request:
        outcome = Outcome(form.outcome.data)
        return handling.close(session, book_id, request_id, outcome, text=form.text.data or "", by=_by())

    if forms.attempt(form, lambda: _once(request_id, "close", form, work)) is None:
        return _page(request_id, AnswerForm(formdata=None), form)
    forms.tell(_("Richiesta chiusa."))
    return flask.redirect(flask.url_for("web_wm_requests.index"))


def _by() -> By:
    return By(current().actor, asking.Role.WELFARE_MANAGER)


def _once(request_id: str, verb: str, form: MoneyForm, work: Callable[[Session, int], Request]) -> Request:
    book_id = transact(lambda session: records.book_of(session, request_id))
    said = {"request": request_id} | {
        name: field.data for name, field in form._fields.items() if name in ("text", "services", "outcome")
    }

    def told(session: Session) -> Request:
        done = work(session, book_id)
        audit.about(employee_id=done.employee_id, target=request_id)
        return done

    return transact_in(
        book_id,
        lambda session: idempotency.once(
            session,
            book_id,
            current().actor,
            f"page_request_{verb}",
            form.key.data,
            said,
            work=lambda: told(session),
            answer=lambda _: {"request_id": request_id},
            replay=lambda _: forms.again(records.get(session, book_id, request_id)),
        ),
    )


def _page(request_id: str, answering: AnswerForm, closing: CloseForm) -> tuple[str, int]:
    def work(session: Session) -> tuple[Asked, list[SelectChoice]]:
        found = _named(session, [records.get(session, records.book_of(session, request_id), request_id)])[0]
        return found, _offered(session, found.request, answering)

    found, answering.services.choices = transact(work)
    status = max(answering.status, closing.status)
    page = flask.render_template("wm/request.html", found=found, form=answering, closing=closing)
    return page, status


def _offered(session: Session, request: Request, form: AnswerForm) -> list[SelectChoice]:
    """Return what was ticked until now, and what was looked up, what reaches the request's territory first."""
    ticked = services.listed(session, form.services.data or ())
    offered = {each.code: [each.name, each.provider_name, each.territory_name] for each in ticked}
    if (form.find.data or "").strip():
        seen = nearby.find(session, form.find.data or "", nearby.of_territory(session, request.territory_code))
        for each in (*seen.reaching, *seen.farther)[:_SHOWN]:
            offered.setdefault(each.service_code, [each.name, each.provider_name, each.territory_name])
    return [SelectChoice(code, " · ".join(filter(None, told))) for code, told in offered.items()]


def _named(session: Session, found: Sequence[Request]) -> tuple[Asked, ...]:
    called = names.of(session, [each.employee_id for each in found])
    places = {each.code: each.name for each in territories.every(session)}
    paying = names.of_funders(session, list(called))
    wanted = {each.service_code for each in found if each.service_code is not None}
    wanted |= {code for each in found for event in each.events for code in event.services}
    served = {each.code: each.name for each in services.listed(session, wanted)}
    return tuple(
        Asked(
            each,
            called.get(each.employee_id, "—"),
            paying.get(each.employee_id, "—"),
            places.get(each.territory_code, each.territory_code),
            None if each.service_code is None else served.get(each.service_code, each.service_code),
            served,
        )
        for each in found
    )
