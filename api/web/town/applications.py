"""Applications of citizens: listed, written down, moved step by step, assigned and ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import HiddenField, SelectField, StringField, SubmitField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from api.access import audit, reaching
from api.access.identity import current, needs, transact_in
from api.access.roles import Role
from api.conventions import paging
from api.conventions.paging import Page
from api.web import forms, guards, reading, words
from api.web.fields import AmountField, DayField
from api.web.forms import Form, MoneyForm
from api.web.town.standing import AttestationForm
from config import clock
from ledger import idempotency
from network import comuni
from network import services as catalogue
from network.errors import ComuneNotFound
from network.services import Entry
from plans import people
from plans.errors import EmployeeNotFound
from plans.people import EmployeeCard
from plans.people_file import EmployeeDraft
from plans.social import applications, offer, states
from plans.social.applications import Application, Draft
from plans.social.offer import Entrusted
from plans.social.states import Step
from plans.social.words import Instrument, State, Why
from wallet import registry
from wallet.social import cards, vouchers
from wallet.social.cards import Card

T = TypeVar("T")
blueprint = flask.Blueprint("web_town_applications", __name__, url_prefix="/comune/domande")
blueprint.before_request(guards.only(Role.MUNICIPALITY))

_SHOWN = 25
_NEEDED = InputRequired(_l("Manca: scrivilo qui."))
_GOOD = frozenset(
    {State.ADMITTED, State.ASSIGNED, State.PAI_AGREED, State.PROVIDER_CHOSEN, State.ACTIVE, State.SETTLED}
)
# What is no part of a request: how it was sent, and what must be kept in no form.
_UNTOLD = frozenset({"csrf_token", "key", "send", "isee_amount"})
_BAD = frozenset({State.NOT_ADMITTED, State.REVOKED})


@dataclass(frozen=True, slots=True)
class Row:
    """An application in a list, with the citizen's name."""

    application: Application
    name: str


@dataclass(frozen=True, slots=True)
class Desk:
    """An application as its office works on it: its citizen, its service, and the steps that it may take."""

    card: Card
    citizen: EmployeeCard
    service: Entrusted
    steps: tuple[Step, ...]
    chosen: Entry | None
    residence: str | None

    @property
    def application(self) -> Application:
        """The application itself."""
        return self.card.application

    @property
    def name(self) -> str:
        """What the citizen is called."""
        return f"{self.citizen.first_name} {self.citizen.last_name}"

    @property
    def ahead(self) -> tuple[Step, ...]:
        """The steps on which it goes on."""
        return tuple(step for step in self.steps if tone(step.to) in ("right", "waiting"))

    @property
    def ends(self) -> tuple[Step, ...]:
        """The steps that end it, or stop it."""
        return tuple(step for step in self.steps if step not in self.ahead)

    @property
    def pays_voucher(self) -> bool:
        """Whether assigning it gives the citizen a voucher."""
        return self.service.instrument is Instrument.ACCREDITAMENTO_VOUCHER


class FilterForm(Form):
    """Which applications, read from the address."""

    stato = SelectField(_l("A che punto"), [Optional()])
    servizio = SelectField(_l("Servizio"), [Optional()])


class ApplyForm(AttestationForm):
    """An application as it was presented."""

    tax_code = StringField(_l("Codice fiscale del cittadino"), [_NEEDED, Length(max=40)])
    first_name = StringField(_l("Nome (se è la sua prima domanda)"), [Optional(), Length(max=100)])
    last_name = StringField(_l("Cognome (se è la sua prima domanda)"), [Optional(), Length(max=100)])
    service = SelectField(_l("Servizio"), [_NEEDED])
    protocol = StringField(_l("Protocollo della domanda"), [_NEEDED, Length(max=40)])
    submitted_on = DayField(_l("Presentata il"), [_NEEDED])
    case = StringField(_l("Codice del fascicolo (se c'è)"), [Optional(), Length(max=40)])
    citizenship = StringField(_l("Cittadinanza, codice ISTAT (se c'è)"), [Optional(), Length(max=3)])
    residence = StringField(_l("Comune di residenza, codice ISTAT (se c'è)"), [Optional(), Length(max=6)])
    send = SubmitField(_l("Registra la domanda"))


class ActForm(MoneyForm):
    """What every step says."""

    why = SelectField(_l("Perché"))
    on = DayField(_l("Il giorno"), [_NEEDED])
    act = StringField(_l("Numero dell'atto (se c'è)"), [Optional(), Length(max=40)])


class StepForm(ActForm):
    """A step that an application takes."""

    chosen = SelectField(_l("Servizio scelto dal cittadino"), [Optional()])
    send = SubmitField(_l("Conferma il passo"))


class AssignForm(ActForm):
    """What is assigned, and for how long."""

    amount = AmountField(_l("Importo del buono, a carico del Comune"))
    starts_on = DayField(_l("Dal giorno"), [_NEEDED])
    ends_on = DayField(_l("Al giorno"), [_NEEDED])
    send = SubmitField(_l("Assegna"))


class IseeForm(AttestationForm):
    """A new attestation."""

    on = DayField(_l("Mostrata il"), [_NEEDED])
    send = SubmitField(_l("Registra l'attestazione"))


class RegistryForm(Form):
    """What the national register asks for; `seen` is how many steps there were when the form was drawn."""

    citizenship = StringField(_l("Cittadinanza, codice ISTAT (se c'è)"), [Optional(), Length(max=3)])
    residence = StringField(_l("Comune di residenza, codice ISTAT (se c'è)"), [Optional(), Length(max=6)])
    seen = HiddenField()
    send = SubmitField(_l("Salva i dati"))


@blueprint.get("")
@needs("social:read")
def index() -> tuple[str, int]:
    """List the applications, the newest first."""
    form, book_id = FilterForm(flask.request.args, meta={"csrf": False}), guards.own_book()
    services = transact_in(book_id, lambda session: offer.every(session, book_id))
    every = SelectChoice("", _("Tutti"))
    form.stato.choices = [every, *(SelectChoice(str(each), each.label(words.asked())) for each in State)]
    form.servizio.choices = [every, *(SelectChoice(each.code, each.name) for each in services)]
    sound = form.validate()
    asked = reading.part(_SHOWN)

    def work(session: Session) -> Page[Row]:
        query = applications.query(
            book_id=book_id,
            entrusted_code=(form.servizio.data or None) if sound else None,
            state=State(form.stato.data) if sound and form.stato.data else None,
        )
        page = paging.cut(session, query, applications.ID, asked).each(applications.value)
        names = people.names(session, book_id, {each.employee_id for each in page.data})
        return page.each(lambda each: Row(each, names.get(each.employee_id, "")))

    page = transact_in(book_id, work)
    named = {each.code: each.name for each in services}
    drawn = flask.render_template(
        "town/applications.html", form=form, page=page, named=named, tone=tone, spoken=words.asked()
    )
    return drawn, 200 if sound else 422


@blueprint.route("/nuova", methods=("GET", "POST"))
@forms.addressed
@needs("social:manage")
def create() -> Response | tuple[str, int]:
    """Write down an application that was presented."""
    book_id = guards.own_book()
    form = ApplyForm(data={"submitted_on": clock.today()})
    services = transact_in(book_id, lambda session: offer.every(session, book_id))
    form.service.choices = [SelectChoice(each.code, each.name) for each in services]
    made = forms.attempt(form, lambda: _apply(book_id, form))
    if made is None:
        return forms.show("town/apply.html", form, services=services)
    forms.tell(_("Domanda registrata. L'ISEE è servito per calcolare la quota e non è stato conservato."))
    return _to(made)


@blueprint.get("/<string:application_id>")
@needs("social:read")
def show(application_id: str) -> str:
    """Show an application: where it stands, what comes next, and how it came there."""
    return flask.render_template("town/application.html", desk=_desk(application_id), tone=tone, spoken=words.asked())


@blueprint.route("/<string:application_id>/passo/<string:state>", methods=("GET", "POST"))
@needs("social:manage")
def advance(application_id: str, state: str) -> Response | tuple[str, int]:
    """Move an application one step; what ends one with a voucher gives its free credit back."""
    desk = _desk(application_id)
    step = next((each for each in desk.steps if each.to == state), None)
    if step is None:
        flask.flash(_("Intanto la domanda è andata avanti: questo passo non si può più fare."))
        return _to(application_id)
    if step.to is State.ASSIGNED:
        return flask.redirect(flask.url_for(".assign", application_id=application_id))
    form = StepForm(data={"on": clock.today()})
    _reasons(form, step)
    form.chosen.choices = [SelectChoice("", "—"), *(SelectChoice(code, code) for code in desk.service.services)]

    def work(session: Session, book_id: int) -> int:
        return vouchers.advance(
            session, book_id, application_id, step.to, why=Why(form.why.data), on=form.on.data, actor=current().actor,
            act_ref=form.act.data or None, service_code=form.chosen.data or None,
        )[1]  # fmt: skip

    given_back = forms.attempt(form, lambda: _once(desk, "step", form, {"state": str(step.to)}, work))
    if given_back is None:
        return forms.show("town/step.html", form, desk=desk, step=step, spoken=words.asked())
    forms.tell(_("Fatto: ora la domanda è «%(state)s».", state=step.to.label(words.asked())))
    if given_back:
        flask.flash(_("Tornati al fondo: %(amount)s.", amount=words.amount(given_back)))
    return _to(application_id)


@blueprint.route("/<string:application_id>/assegna", methods=("GET", "POST"))
@needs("social:manage")
def assign(application_id: str) -> Response | tuple[str, int]:
    """Assign an application: with a voucher, or without one where the instrument gives none."""
    desk = _desk(application_id)
    step = next((each for each in desk.steps if each.to is State.ASSIGNED), None)
    if step is None:
        flask.flash(_("Intanto la domanda è andata avanti: questo passo non si può più fare."))
        return _to(application_id)
    today = clock.today()
    form = AssignForm(data={"on": today, "starts_on": today, "ends_on": desk.service.ends_on})
    _reasons(form, step)

    def work(session: Session, book_id: int) -> int:
        vouchers.assign(
            session, book_id, application_id, form.amount.money, form.starts_on.data, form.ends_on.data,
            why=Why(form.why.data), on=form.on.data, actor=current().actor, act_ref=form.act.data or None,
        )  # fmt: skip
        return 0

    return _recorded(desk, "assign", form, work, _("Assegnata."))


@blueprint.route("/<string:application_id>/isee", methods=("GET", "POST"))
@needs("social:manage")
def attest(application_id: str) -> Response | tuple[str, int]:
    """Record a new attestation, or that there is none."""
    desk = _desk(application_id)
    form = IseeForm(data={"on": clock.today()})

    def work(session: Session, book_id: int) -> int:
        applications.record_isee(
            session, book_id, application_id, form.attestation(), on=form.on.data, actor=current().actor,
            shift=form.shift.data or 0,
        )  # fmt: skip
        return 0

    def comes_to(session: Session, book_id: int) -> str:
        code, shift = desk.application.entrusted_code, form.shift.data or 0
        return applications.comes_to(session, book_id, code, form.attestation(), on=form.on.data, shift=shift)

    told = _("Attestazione registrata: la quota è aggiornata, l'ISEE non è stato conservato.")
    return _recorded(desk, "isee", form, work, told, comes_to)


@blueprint.route("/<string:application_id>/anagrafe", methods=("GET", "POST"))
@needs("social:manage")
def correct(application_id: str) -> Response | tuple[str, int]:
    """Correct what the national register asks for, unless somebody else changed the application meanwhile."""
    desk = _desk(application_id)
    found = desk.application
    told = {"citizenship": found.citizenship, "residence": found.residence_istat, "seen": str(len(desk.card.steps))}
    form = RegistryForm(data=told)
    if form.is_submitted() and form.seen.data != told["seen"]:
        form.refusals.append(_("Intanto qualcun altro ha cambiato la domanda: ricontrolla e salva di nuovo."))
        form.seen.data, form.status = told["seen"], 409
        return forms.show("town/registry.html", form, desk=desk)

    def work(session: Session) -> Application:
        return applications.correct_registry(
            session, guards.own_book(), application_id, citizenship=form.citizenship.data or None,
            residence_istat=form.residence.data or None, actor=current().actor,
        )  # fmt: skip

    if forms.attempt(form, lambda: _managed(desk, work)) is None:
        return forms.show("town/registry.html", form, desk=desk)
    flask.flash(_("Salvato."))
    return _to(application_id)


def tone(state: State) -> str:
    """Return how a state looks beside its word: right, wrong, waiting, or over."""
    if state in _GOOD:
        return "right"
    return "wrong" if state in _BAD else "over" if states.terminal(state) else "waiting"


def _desk(application_id: str) -> Desk:
    book_id = guards.own_book()

    def work(session: Session) -> Desk:
        card = cards.get(session, book_id, application_id)
        found = card.application
        service = offer.entrusted(session, book_id, found.entrusted_code)
        citizen = people.employee(session, book_id, found.employee_id)
        steps = tuple(step for step in states.steps()[found.state] if step.selection in (None, service.selection))
        chosen = found.service_code and catalogue.entry_of(session, found.service_code, on=clock.today())
        return Desk(card, citizen, service, steps, chosen or None, _residence(session, found))

    return transact_in(book_id, work)


def _residence(session: Session, found: Application) -> str | None:
    """Return the name of the comune where the citizen lives; its code where it is one of the past."""
    if found.residence_istat is None:
        return None
    try:
        return comuni.get(session, found.residence_istat).name
    except ComuneNotFound:
        return found.residence_istat


def _recorded(
    desk: Desk,
    operation: str,
    form: MoneyForm,
    work: Callable[[Session, int], int],
    told: str,
    comes_to: Callable[[Session, int], str] = lambda _, __: "",
) -> Response | tuple[str, int]:
    """
    Do once what a form says, and tell it on the application's page; else draw the form of that name again.

    `comes_to` tells what is asked for where the form must not.
    """
    if forms.attempt(form, lambda: _once(desk, operation, form, {}, work, comes_to)) is None:
        return forms.show(f"town/{operation}.html", form, desk=desk)
    forms.tell(told)
    return _to(desk.application.application_id)


def _reasons(form: ActForm, step: Step) -> None:
    form.why.choices = [SelectChoice(str(why), why.label(words.asked())) for why in step.why]


def _citizen(book_id: int, code: str) -> EmployeeCard | None:
    """Return the citizen of a tax code; None of whoever applies for the first time."""
    try:
        return transact_in(book_id, lambda session: people.find(session, book_id, code))
    except EmployeeNotFound:
        return None


def _apply(book_id: int, form: ApplyForm) -> str | None:
    code = form.tax_code.data.strip().upper()
    first, last = ((field.data or "").strip() for field in (form.first_name, form.last_name))
    citizen = _citizen(book_id, code)
    if citizen is not None:
        reaching.refuse_own(current(), book_id, citizen.employee_id)
    elif not (first and last):
        told = _("È la sua prima domanda: scrivi nome e cognome, e viene registrata anche la persona.")
        for field in (form.first_name, form.last_name):
            field.errors = [told]
        form.status = 422
        return None
    draft = Draft(
        employee_id="" if citizen is None else citizen.employee_id,
        entrusted_code=form.service.data,
        protocol=form.protocol.data,
        submitted_on=form.submitted_on.data,
        case_ref=form.case.data or None,
        citizenship=form.citizenship.data or None,
        residence_istat=form.residence.data or None,
    )

    def work(session: Session) -> str:
        whose = draft
        if citizen is None:
            newcomer = registry.admit(session, book_id, EmployeeDraft(code, first, last))
            whose = replace(draft, employee_id=newcomer.employee_id)
        shift = form.shift.data or 0
        made = applications.apply(session, book_id, whose, form.attestation(), actor=current().actor, shift=shift)
        audit.about(employee_id=made.employee_id, target=made.application_id)
        return made.application_id

    def once(session: Session) -> str:
        shift, on = form.shift.data or 0, draft.submitted_on
        told = applications.comes_to(session, book_id, draft.entrusted_code, form.attestation(), on=on, shift=shift)
        return _kept(session, book_id, "apply", form, {"comes_to": told}, lambda: work(session))

    return transact_in(book_id, once)


def _once(
    desk: Desk,
    operation: str,
    form: MoneyForm,
    asked: Mapping[str, Any],
    work: Callable[[Session, int], int],
    comes_to: Callable[[Session, int], str] = lambda _, __: "",
) -> int:
    book_id = guards.own_book()

    def once(session: Session) -> int:
        about = {**asked, "application": desk.application.application_id, "comes_to": comes_to(session, book_id)}
        return _kept(session, book_id, operation, form, about, lambda: work(session, book_id))

    return _managed(desk, once)


def _managed(desk: Desk, work: Callable[[Session], T]) -> T:
    """Let an office do something to an application that is not a matter of whoever sits there."""
    book_id, found = guards.own_book(), desk.application
    reaching.refuse_own(current(), book_id, found.employee_id)
    audit.about(employee_id=found.employee_id, target=found.application_id)
    return transact_in(book_id, work)


def _kept(
    session: Session, book_id: int, operation: str, form: MoneyForm, about: Mapping[str, Any], work: Callable[[], T]
) -> T:
    """Do it once under the form's key; what the indicator comes to tells a repetition from another."""
    typed = {field.name: str(field.data) for field in form if field.name not in _UNTOLD}
    found: T = idempotency.once(
        session, book_id, current().actor, f"social_page_{operation}", form.key.data, {**typed, **about},
        work=work, answer=lambda made: {"made": made}, replay=lambda kept: forms.again(kept["made"]),
    )  # fmt: skip
    return found


def _to(application_id: str) -> Response:
    return flask.redirect(flask.url_for("web_town_applications.show", application_id=application_id))
