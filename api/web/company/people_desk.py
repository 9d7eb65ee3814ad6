"""People of an employer: found, written down one by one or from a file, invited to their wallet, and their last day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import EmailField, HiddenField, StringField, SubmitField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from api.access import invitations, reaching
from api.access.identity import current, needs, transact, transact_in
from api.access.reaching import Asked
from api.access.roles import Role
from api.conventions import paging
from api.conventions import uploads as bodies
from api.conventions.paging import Page
from api.events import mail
from api.events.errors import AddressInvalid
from api.web import forms, guards, reading, uploads, words
from api.web.company import invitees
from api.web.company.budget_desk import mend
from api.web.fields import DayField
from api.web.forms import Form
from config import clock
from plans import clusters, directory, enrolment, people
from plans.clusters import Cluster
from plans.enrolment import Examined, PeopleLoad
from plans.people import EmployeeCard
from plans.people_file import EmployeeDraft
from wallet import registry

blueprint = flask.Blueprint("web_company_people", __name__, url_prefix="/azienda/persone")
blueprint.before_request(guards.only(Role.EMPLOYER))

_NEEDED = InputRequired(_l("Manca: scrivilo qui."))
_PAGE = 50
_SHOWN = 200
MOST_BYTES = 20_000_000


class SearchForm(Form):
    """Whom one looks for: in a body, because addresses of pages are written down along the way."""

    text = StringField(_l("Nome o matricola"), [Length(max=100)])
    send = SubmitField(_l("Cerca"))


class PersonForm(Form):
    """What is written of a person."""

    tax_code = StringField(_l("Codice fiscale"), [_NEEDED, Length(max=40)])
    first_name = StringField(_l("Nome"), [_NEEDED, Length(max=100)])
    last_name = StringField(_l("Cognome"), [_NEEDED, Length(max=100)])
    email = EmailField(_l("Indirizzo e-mail"), [Length(max=254)])
    employee_no = StringField(_l("Matricola"), [Length(max=60)])
    cluster = StringField(_l("Categoria omogenea"), [Length(max=100)])
    hired_on = DayField(_l("Assunto il"), [Optional()])
    send = SubmitField(_l("Salva"))

    def validate_email(self, field: EmailField) -> None:
        """Refuse what no letter could be sent to."""
        if address := (field.data or "").strip():
            try:
                mail.check_address(address)
            except AddressInvalid as refusal:
                raise ValidationError(words.refusal(refusal)) from refusal


class FileForm(Form):
    """A file of people."""

    file = FileField(_l("File delle persone"), [FileRequired(_l("Scegli un file."))])
    send = SubmitField(_l("Controlla il file"))


class ImportForm(Form):
    """The word to write down what a file says that was looked at."""

    ticket = HiddenField()
    send = SubmitField(_l("Scrivi queste persone"))


class LeavingForm(Form):
    """The last day of an employment; empty where it goes on after all."""

    on = DayField(_l("Ultimo giorno di lavoro"), [Optional()])
    send = SubmitField(_l("Salva l'ultimo giorno"))


@dataclass(frozen=True, slots=True)
class _Found:
    """A part of the people, and the clusters of all."""

    page: Page[EmployeeCard]
    clusters: tuple[Cluster, ...]


@blueprint.route("", methods=("GET", "POST"))
@needs("people:read")
def every() -> tuple[str, int]:
    """List the people, by name, or look for one of them."""
    form = SearchForm()
    asked = reading.part(_PAGE)
    text = (form.text.data or "").strip() if form.is_submitted() and form.validate() else ""
    unreachable, alone = flask.request.args.get("email") == "no", flask.request.args.get("borsellino") == "no"
    owners = invitees.owners(current())

    def work(session: Session) -> _Found:
        book_id, today = guards.own_book(), clock.today()
        statement, order = directory.matches(book_id, text=text or None)
        if unreachable or alone:
            statement, order = directory.matches(
                book_id, employed_on=today, reachable=False if unreachable else None, but=owners
            )
        page = paging.placed(session, statement, order, "employee_id", asked).each(directory.card)
        return _Found(page, clusters.of_book(session, book_id, on=today))

    found = transact(work)
    return forms.show(
        "company/people.html",
        form,
        found=found,
        text=text,
        unreachable=unreachable,
        alone=alone,
        owners=owners,
        known=invitees.known(current()),
        today=clock.today(),
    )


@blueprint.route("/nuova", methods=("GET", "POST"))
@needs("people:write")
def new() -> Response | tuple[str, int]:
    """Write down a person."""
    form = PersonForm()

    def work(session: Session) -> EmployeeCard:
        return registry.admit(session, guards.own_book(), EmployeeDraft(**_said(form)))

    made = forms.attempt(form, lambda: transact_in(guards.own_book(), work))
    if made is None:
        return forms.show("company/person_edit.html", form, person=None, kept=False)
    flask.flash(_("Persona aggiunta. Ora puoi invitarla al suo borsellino."))
    return flask.redirect(flask.url_for(".show", employee_id=made.employee_id))


@blueprint.get("/<string:employee_id>")
@needs("people:read")
def show(employee_id: str) -> tuple[str, int]:
    """Show a person, and what can be done for them."""
    return _person(employee_id, LeavingForm(formdata=None))


@blueprint.route("/<string:employee_id>/modifica", methods=("GET", "POST"))
@needs("people:write")
def change(employee_id: str) -> Response | tuple[str, int]:
    """Correct what is written of a person; the tax code only while nobody owns the wallet."""
    before = _card(employee_id)
    form = PersonForm(obj=before)
    kept = reaching.owner_is_kept(current(), guards.own_book(), employee_id)
    if kept:
        form.tax_code.data = before.tax_code

    def work(session: Session) -> EmployeeCard:
        return registry.amend(session, guards.own_book(), employee_id, _said(form))

    if forms.attempt(form, lambda: transact_in(guards.own_book(), work)) is None:
        return forms.show("company/person_edit.html", form, person=before, kept=kept)
    flask.flash(_("Dati corretti."))
    return flask.redirect(flask.url_for(".show", employee_id=employee_id))


@blueprint.post("/<string:employee_id>/invito")
@needs("members:invite")
def invite(employee_id: str) -> Response | tuple[str, int]:
    """Invite a person to their wallet, at the address that is written of them."""
    card, form = _card(employee_id), Form()

    def work() -> invitations.Card:
        address = card.email or ""
        reach = reaching.of_person(current(), Asked(Role.EMPLOYEE, None, employee_id), address)
        name = f"{card.first_name} {card.last_name}"
        return invitations.invite(current(), Role.EMPLOYEE, reach, email=address, name=name, language="it")

    made = forms.attempt(form, work)
    if made is None:
        return _person(employee_id, LeavingForm(formdata=None), refused=form)
    flask.flash(_("Invito spedito a %(email)s: vale sette giorni.", email=made.email))
    return flask.redirect(flask.url_for(".show", employee_id=employee_id))


@blueprint.post("/<string:employee_id>/uscita")
@needs("people:write")
def leave(employee_id: str) -> Response | tuple[str, int]:
    """Write down the last day, or that the employment goes on after all."""
    form = LeavingForm()
    _card(employee_id)

    def work(session: Session) -> EmployeeCard:
        return registry.leave(session, guards.own_book(), employee_id, form.on.data)

    done = forms.attempt(form, lambda: transact_in(guards.own_book(), work))
    if done is None:
        return _person(employee_id, form)
    flask.flash(_("Ultimo giorno salvato.") if done.left_on else _("Il rapporto di lavoro continua."))
    return flask.redirect(flask.url_for(".show", employee_id=employee_id))


@blueprint.route("/file", methods=("GET", "POST"))
@bodies.up_to(MOST_BYTES)
@needs("people:write")
def look() -> str | tuple[str, int]:
    """Take a file of people, and tell what each row would do."""
    form = FileForm()

    def work() -> tuple[str, int]:
        with bodies.kept(form.file.data) as path:
            seen = transact(lambda session: enrolment.examine(session, guards.own_book(), path))
            ticket = "" if seen.problems else uploads.keep(path)
        return _preview(seen, ImportForm(formdata=None, ticket=ticket)), 422 if seen.problems else 200

    page = forms.attempt(form, work)
    return page if page is not None else forms.show("company/people_file.html", form)


@blueprint.post("/file/scrivi")
@needs("people:write")
def load() -> Response | tuple[str, int]:
    """Write down what a file says that was looked at; sent twice, the second time changes nothing."""
    form = ImportForm()
    path = uploads.find(form.ticket.data or "")
    if path is None:
        flask.flash(_("Il file non c'è più: sceglilo di nuovo."))
        return flask.redirect(flask.url_for(".look"))

    def work(session: Session) -> PeopleLoad:
        return enrolment.load(session, guards.own_book(), path)

    done = forms.attempt(form, lambda: transact_in(guards.own_book(), work))
    if done is None:
        seen = transact(lambda session: enrolment.examine(session, guards.own_book(), path))
        return _preview(seen, form), form.status
    flask.flash(_("Fatto: %(created)s nuove, %(updated)s aggiornate.", created=done.created, updated=done.updated))
    return flask.redirect(flask.url_for(".every"))


def _card(employee_id: str) -> EmployeeCard:
    return transact(lambda session: people.employee(session, guards.own_book(), employee_id))


def _person(employee_id: str, form: LeavingForm, refused: Form | None = None) -> tuple[str, int]:
    card = _card(employee_id)
    page = flask.render_template(
        "company/person.html",
        person=card,
        form=form,
        refused=refused,
        owned=employee_id in invitees.owners(current()),
        invited=employee_id in invitees.known(current()),
    )
    return page, (refused or form).status


def _preview(seen: Examined, form: ImportForm) -> str:
    return flask.render_template("company/people_preview.html", seen=seen, form=form, shown=_SHOWN, mend=mend)


def _said(form: PersonForm) -> dict[str, Any]:
    texts = ("tax_code", "first_name", "last_name", "email", "employee_no", "cluster")
    told: dict[str, Any] = {name: (form[name].data or "").strip() or None for name in texts}
    return told | {"hired_on": form.hired_on.data}
