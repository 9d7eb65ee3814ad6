"""Providers as who qualifies them sees them: who may not serve, what ends, and each one's papers."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import file_digest
from typing import Any

import flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf.file import FileField
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import SelectField, StringField, SubmitField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from api.access.identity import current, needs, transact
from api.access.roles import Role
from api.conventions import uploads
from api.web import forms, guards, words
from api.web.contacting import ContactForm
from api.web.fields import DayField
from api.web.forms import MoneyForm
from api.web.wm import desk
from config import clock
from ledger import idempotency
from ledger.idempotency import NO_BOOK
from network import contacts, dossiers, evidence, providers, qualification, territories
from network.checklist import Family, Requirement
from network.contacts import Contact
from network.dossiers import Dossier
from network.providers import Provider
from wallet import suspensions
from wallet.suspensions import Open

blueprint = flask.Blueprint("web_wm_providers", __name__, url_prefix="/wm/fornitori")
blueprint.before_request(guards.only(Role.WELFARE_MANAGER))

_NEEDED = InputRequired(_l("Manca: scrivilo qui."))
_SUSPEND = "suspend-"
_NOT_SAID = ("key", "csrf_token", "send", "paper")
# A paper and the fields beside it.
MOST_BYTES = 11 * 1024 * 1024


class VerifyForm(MoneyForm):
    """That a document was seen and found good."""

    send = SubmitField(_l("L'ho visto ed è buono"))


class QualifyForm(MoneyForm):
    """A period in which a provider may serve; it also reinstates one that was suspended."""

    valid_from = DayField(_l("Dal giorno"), [_NEEDED])
    valid_to = DayField(_l("Fino al giorno"), [_NEEDED])
    reason = StringField(_l("Motivo, come resta nella storia"), [_NEEDED, Length(max=200)])
    send = SubmitField(_l("Qualifica il fornitore"))


class SuspendForm(MoneyForm):
    """From when a provider may not serve, and why."""

    on = DayField(_l("Dal giorno"), [_NEEDED])
    reason = StringField(_l("Motivo, come lo legge il fornitore"), [_NEEDED, Length(max=200)])
    send = SubmitField(_l("Sospendi"))


class DocumentForm(MoneyForm):
    """A document that a provider hands in."""

    requirement = SelectField(_l("Requisito che prova"), [_NEEDED])
    evidence = StringField(_l("Che documento è"), [_NEEDED, Length(max=200)])
    issuer = StringField(_l("Chi l'ha rilasciato"), [_NEEDED, Length(max=200)])
    number = StringField(_l("Numero o protocollo"), [_NEEDED, Length(max=100)])
    valid_from = DayField(_l("Vale dal giorno"), [_NEEDED])
    valid_to = DayField(_l("Fino al giorno (vuoto: senza scadenza)"), [Optional()])
    paper = FileField(_l("Il file (facoltativo)"))
    send = SubmitField(_l("Registra il documento"))

    def validate_valid_to(self, field: DayField) -> None:
        """Refuse a period that ends before it begins."""
        if field.data is not None and self.valid_from.data is not None and field.data < self.valid_from.data:
            raise ValidationError(_("Finisce prima di cominciare."))

    def validate_paper(self, field: FileField) -> None:
        """Refuse a file in which there is nothing."""
        if field.data and not field.data.stream.read(1):
            raise ValidationError(_("Il file è vuoto."))

    def told(self) -> dict[str, Any]:
        """Return the document as it is put on file; of the paper its hash."""
        family, _sign, requirement = self.requirement.data.partition(".")
        told = {name: self[name].data.strip() for name in ("evidence", "issuer", "number")}
        days = {name: self[name].data for name in ("valid_from", "valid_to")}
        return {**told, **days, "family": Family(family), "requirement": requirement, "document_sha256": self._hash()}

    def _hash(self) -> str | None:
        paper = self.paper.data
        if not paper:
            return None
        paper.stream.seek(0)
        return file_digest(paper.stream, "sha256").hexdigest()


@blueprint.get("")
@needs("qualification:read")
def index() -> str:
    """List the providers: who may not serve first, what ends soon, then the others."""
    today = clock.today()

    def work(session: Session) -> str:
        everybody = providers.listed(session, today)
        return flask.render_template(
            "wm/providers.html",
            waiting=[each for each in everybody if not each.state.may_serve],
            serving=[each for each in everybody if each.state.may_serve],
            ending=qualification.expiring(session, today, within_days=desk.DAYS_OF_NOTICE),
            territories={each.code: each.name for each in territories.every(session)},
        )

    return transact(work)


@blueprint.get("/<string:provider_id>")
@needs("qualification:read")
def show(provider_id: str) -> tuple[str, int]:
    """Show a provider's papers, and what may be decided on it."""
    return _page(provider_id)


@blueprint.route("/<string:provider_id>/recapiti", methods=("GET", "POST"))
@needs("contacts:write")
def reach(provider_id: str) -> Response | tuple[str, int]:
    """Tell how to reach a provider that does not tell it by itself."""

    def look(session: Session) -> tuple[Provider, Contact | None]:
        return providers.get(session, provider_id, clock.today()), contacts.of(session, provider_id)

    found, told = transact(look)
    form = ContactForm(told)
    said = forms.attempt(form, lambda: transact(lambda session: form.tell(session, provider_id)))
    if said is None:
        return forms.show("wm/contact.html", form, found=found, told=told)
    flask.flash(said)
    return _to(provider_id)


@blueprint.post("/<string:provider_id>/qualifica")
@needs("catalogue:manage")
def qualify(provider_id: str) -> Response | tuple[str, int]:
    """Qualify, renew or reinstate a provider."""
    form = QualifyForm()

    def work(session: Session) -> int:
        days = {"valid_from": form.valid_from.data, "valid_to": form.valid_to.data}
        qualification.qualify(session, provider_id, **days, reason=form.reason.data.strip())
        return 0

    if forms.attempt(form, lambda: _once("qualify", provider_id, form, work)) is None:
        return _page(provider_id, qualifying=form)
    forms.tell(_("Qualificato: può ricevere ordini dal %(day)s.", day=words.day(form.valid_from.data)))
    return _to(provider_id)


@blueprint.post("/<string:provider_id>/sospensione")
@needs("catalogue:manage")
def suspend(provider_id: str) -> Response | tuple[str, int]:
    """Suspend a provider; what was open with it ends when the day has come."""
    form, actor = SuspendForm(prefix=_SUSPEND), current().actor

    def work(session: Session) -> int:
        reason = form.reason.data.strip()
        return len(suspensions.suspend(session, provider_id, form.on.data, reason, actor=actor).voided)

    ended = forms.attempt(form, lambda: _once("suspend", provider_id, form, work))
    if ended is None:
        return _page(provider_id, suspending=form)
    since = _("Sospeso dal %(day)s. Se hai sbagliato, qualificalo di nuovo qui sotto.", day=words.day(form.on.data))
    gone = ngettext("%(num)s acquisto annullato.", "%(num)s acquisti annullati.", ended)
    flask.flash(f"{since} {gone}")
    return _to(provider_id)


@blueprint.route("/<string:provider_id>/documenti/nuovo", methods=("GET", "POST"))
@forms.addressed
@uploads.up_to(MOST_BYTES)
@needs("catalogue:manage")
def file(provider_id: str) -> Response | tuple[str, int]:
    """Put a document on file, still to be verified; of the paper itself a hash alone is kept."""
    found = transact(lambda session: dossiers.of(session, provider_id, clock.today()))
    form = DocumentForm(requirement=flask.request.args.get("requisito", ""))
    form.requirement.choices = [_choice(each.requirement) for each in found.lines]

    def work(session: Session) -> int:
        evidence.file(session, provider_id, **form.told())
        return 0

    if forms.attempt(form, lambda: _once("file", provider_id, form, work)) is None:
        return forms.show("wm/document.html", form, found=found)
    flask.flash(_("Documento registrato: guardalo, e se è buono verificalo."))
    return _to(provider_id)


@blueprint.post("/<string:provider_id>/documenti/<string:document_id>/verifica")
@needs("catalogue:manage")
def verify(provider_id: str, document_id: str) -> Response | tuple[str, int]:
    """Record that a document was seen and found good; one that was decided already is not decided again."""
    form, name = VerifyForm(), current().name

    def work(session: Session) -> int:
        evidence.verify(session, document_id, verified_by=name)
        return 0

    if forms.attempt(form, lambda: _once("verify", document_id, form, work)) is None:
        return _page(provider_id, refused=form)
    flask.flash(_("Documento verificato."))
    return _to(provider_id)


def _once(verb: str, told: str, form: MoneyForm, work: Callable[[Session], int]) -> int:
    """Do a verb once under its form's key, and return what it counted; what was typed is what is compared."""
    said = {name: str(field.data) for name, field in form._fields.items() if name not in _NOT_SAID}
    return transact(
        lambda session: idempotency.once(
            session,
            NO_BOOK,
            current().actor,
            f"page_provider_{verb}",
            form.key.data,
            said | {"about": told},
            work=lambda: work(session),
            answer=lambda counted: {"counted": counted},
            replay=lambda kept: forms.again(int(kept["counted"])),
        )
    )


def _choice(line: Requirement) -> SelectChoice:
    name = line.label_it if words.asked() == "it" else line.label_en
    return SelectChoice(f"{line.family}.{line.requirement}", name, optgroup=line.family.label(words.asked()))


def _page(
    provider_id: str,
    *,
    qualifying: QualifyForm | None = None,
    suspending: SuspendForm | None = None,
    refused: MoneyForm | None = None,
) -> tuple[str, int]:
    today = clock.today()

    def work(session: Session) -> tuple[Dossier, Open, Contact | None]:
        return (
            dossiers.of(session, provider_id, today),
            suspensions.would_end(session, provider_id),
            contacts.of(session, provider_id),
        )

    found, ending, contact = transact(work)
    sent = qualifying or suspending or refused
    page = flask.render_template(
        "wm/provider.html",
        found=found,
        ending=ending,
        contact=contact,
        today=today,
        sent=sent,
        form=qualifying or QualifyForm(formdata=None, valid_from=today),
        suspending=suspending or SuspendForm(formdata=None, prefix=_SUSPEND, on=today),
        verifying=VerifyForm(formdata=None),
        key=forms.fresh_key,
    )
    return page, 200 if sent is None else sent.status


def _to(provider_id: str) -> Response:
    return flask.redirect(flask.url_for("web_wm_providers.show", provider_id=provider_id))
