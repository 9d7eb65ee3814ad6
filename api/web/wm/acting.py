"""
Acting for somebody, such as whoever orders by phone: a banner says so on every page, and the trail keeps both names.

Whom one acts for stands in the page's session, as an id alone; it ends with the sign-out, or when one says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import flask
import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import BooleanField, HiddenField, IntegerField, SelectField, StringField, SubmitField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from api.access import audit
from api.access.identity import book_of, current, needs, transact, transact_in
from api.access.roles import Role
from api.running import metrics
from api.web import forms, guards, words
from api.web.fields import DayField
from api.web.forms import Form, MoneyForm
from config import clock
from config.errors import DomainError
from network import services
from network.services import Entry
from plans import directory, funders, people
from plans.people import EmployeeCard
from wallet import previews
from wallet.authorizations import Authorization
from wallet.previews import Choosing, Preview
from wallet.purchases import Purchase
from wallet.redemptions import vouchers
from wallet.redemptions.vouchers import Voucher

blueprint = flask.Blueprint("web_wm_acting", __name__, url_prefix="/wm")
blueprint.before_request(guards.only(Role.WELFARE_MANAGER))

_SHOWN = 25


class PersonForm(Form):
    """Whom one looks for; in a body, so that no name is in an address."""

    employer = SelectField(_l("Azienda o ente"))
    text = StringField(_l("Nome, cognome o matricola"), [InputRequired(_l("Manca: scrivilo qui.")), Length(max=100)])
    send = SubmitField(_l("Cerca"))


class ActForm(Form):
    """The word to begin, or to end."""

    send = SubmitField(_l("Agisci per questa persona"))


class ServiceForm(Form):
    """What is looked for."""

    text = StringField(_l("Che servizio cerca?"), [InputRequired(_l("Manca: scrivilo qui.")), Length(max=100)])
    send = SubmitField(_l("Cerca il servizio"))


class OrderForm(MoneyForm):
    """What somebody orders by phone; looked at first, then confirmed as `looked` says that it was told."""

    relative = SelectField(_l("Per chi è?"))
    quantity = IntegerField(_l("Quante volte?"), [InputRequired(_l("Manca: scrivilo qui.")), NumberRange(1, 10_000)])
    service_on = DayField(_l("Quando? (facoltativo)"), [Optional()])
    consent = BooleanField(_l("Ha sentito quanto viene tassato in busta paga, e accetta"))
    looked = HiddenField()
    send = SubmitField(_l("Conferma l'ordine"))

    def agreed(self, told: Preview) -> bool:
        """Say whether what is told was accepted where it costs tax; where it was not, ask for it."""
        if told.consented is None or self.consent.data or self.looked.data != told.told:
            return True
        self.consent.errors = [_("Metti la spunta se ha sentito quanto viene tassato, e accetta.")]
        self.status = 422
        return False

    def tell(self, told: Preview | None) -> None:
        """Keep what is told now; whoever agreed to something else is asked anew."""
        now = told.told if told is not None and told.possible else ""
        if self.looked.data != now:
            self.looked.data, self.consent.data = now, False

    def purchase(self, employee_id: str, service_code: str) -> Purchase:
        """Return what is asked for, by somebody else in the person's place."""
        return Purchase(
            employee_id=employee_id,
            service_code=service_code,
            relative_id=self.relative.data or None,
            quantity=self.quantity.data,
            service_on=self.service_on.data,
            consent=bool(self.consent.data),
            on_behalf=True,
        )


@dataclass(frozen=True, slots=True)
class Acting:
    """Whom a welfare manager acts for."""

    card: EmployeeCard
    book_id: int

    @property
    def name(self) -> str:
        """Return what they are called."""
        return f"{self.card.first_name} {self.card.last_name}"


@blueprint.app_context_processor
def _banner() -> dict[str, Any]:
    """Tell every page for whom somebody acts."""
    identity = flask.g.get("identity")
    if identity is None or identity.role is not Role.WELFARE_MANAGER:
        return {"acting": None}
    try:
        return {"acting": _whom()}
    except (DomainError, sa.exc.SQLAlchemyError):
        # Whoever is gone is nobody to act for, and a page that says what broke must not break.
        return {"acting": None}


def _found(employee_id: str) -> Acting | None:
    if "acting" not in flask.g:

        def work(session: Session) -> Acting | None:
            book_id = people.book_of(session, employee_id)
            return Acting(people.employee(session, book_id, employee_id), book_id)

        flask.g.acting = transact(work)
    found: Acting | None = flask.g.acting
    return found


@blueprint.route("/persone", methods=("GET", "POST"))
@needs("people:read")
def search() -> tuple[str, int]:
    """Look for the person who called."""
    form = PersonForm()
    form.employer.choices = [(one.code, one.name) for one in transact(funders.every)]

    def work(session: Session) -> tuple[EmployeeCard, ...]:
        book_id = funders.by_code(session, form.employer.data).book_id
        statement, order = directory.matches(book_id, text=form.text.data)
        return tuple(map(directory.card, session.execute(statement.order_by(*order).limit(_SHOWN))))

    found = forms.attempt(form, lambda: transact(work))
    return forms.show("wm/persons.html", form, found=found, act=ActForm(formdata=None))


@blueprint.post("/persone/<string:employee_id>/agisci")
@needs("authorizations:create")
def begin(employee_id: str) -> Response:
    """Begin to act for somebody."""
    book_of(employee_id)
    flask.session[forms.ACTING_FOR] = [current().token_id, employee_id]
    return flask.redirect(flask.url_for("web_wm_acting.person"))


@blueprint.post("/persona/basta")
@needs("authorizations:create")
def end() -> Response:
    """Act for oneself again."""
    flask.session.pop(forms.ACTING_FOR, None)
    return flask.redirect(flask.url_for("web_wm_acting.search"))


@blueprint.route("/persona", methods=("GET", "POST"))
@needs("authorizations:create")
def person() -> Response | tuple[str, int]:
    """Show whom one acts for: what they ordered, and where an order begins."""
    whom = _whom()
    if whom is None:
        return flask.redirect(flask.url_for("web_wm_acting.search"))
    form = ServiceForm()
    found = forms.attempt(form, lambda: transact(lambda session: _services(session, form.text.data)))
    bought = transact(lambda session: _bought(session, whom.card.employee_id))
    return forms.show("wm/person.html", form, whom=whom, found=found, bought=bought)


@blueprint.route("/persona/ordina/<string:service>", methods=("GET", "POST"))
@forms.addressed
@needs("authorizations:create")
def order(service: str) -> Response | tuple[str, int]:
    """Tell what would be decided, then order it in the person's place."""
    whom = _whom()
    if whom is None:
        return flask.redirect(flask.url_for("web_wm_acting.search"))
    employee_id, book_id = whom.card.employee_id, whom.book_id
    choosing = transact(lambda session: previews.choosing(session, book_id, employee_id, service))
    form = OrderForm() if flask.request.method == "POST" else OrderForm(formdata=None, quantity=1)
    form.relative.choices = [("", whom.name), *_relatives(choosing)]
    told = forms.attempt(form, lambda: _told(form, whom, service))
    made = None
    if told is not None and "send" in flask.request.form and form.agreed(told):
        # What was told stands in the form: whether it holds is looked at where the money is reserved.
        made = forms.attempt(form, lambda: _ordered(form, whom, service))
        told = told if made is not None else forms.attempt(form, lambda: _told(form, whom, service))
    if made is None:
        form.tell(told)
        return forms.show("wm/order.html", form, whom=whom, choosing=choosing, told=told)
    if made.replayed:
        flask.flash(_("L'avevi già ordinato: non ne abbiamo fatto un altro. Il codice è qui sotto."))
        return flask.redirect(flask.url_for("web_wm_acting.person"))
    flask.flash(_("Ordinato per %(name)s. Il codice è qui sotto: puoi leggerlo al telefono.", name=whom.name))
    return flask.redirect(flask.url_for("web_wm_acting.person"))


def _told(form: OrderForm, whom: Acting, service: str) -> Preview:
    return transact_in(
        whom.book_id,
        lambda session: previews.preview(session, whom.book_id, form.purchase(whom.card.employee_id, service)),
    )


def _ordered(form: OrderForm, whom: Acting, service: str) -> Authorization:
    actor, purchase = current().actor, form.purchase(whom.card.employee_id, service)
    audit.about(employee_id=whom.card.employee_id)
    as_told = form.looked.data or ""
    made = transact_in(
        whom.book_id,
        lambda session: previews.order(session, whom.book_id, purchase, as_told, actor=actor, key=form.key.data),
    )
    if not made.replayed:
        metrics.decided(made.status, made.decline_code)
    return made


def _relatives(choosing: Choosing) -> list[tuple[str, str]]:
    return [
        (one.card.relative_id, f"{one.card.first_name} {one.card.last_name} ({one.card.kinship.label(words.asked())})")
        for one in choosing.relatives
    ]


def _services(session: Session, text: str) -> tuple[Entry, ...]:
    return services.find(session, on=clock.today(), limit=_SHOWN, text=text)


def _bought(session: Session, employee_id: str) -> tuple[Voucher, ...]:
    wanted = vouchers.query(employee_id=employee_id, open_only=True).order_by(vouchers.ID.desc()).limit(_SHOWN)
    return tuple(vouchers.value(row) for row in session.execute(wanted))


def _whom() -> Acting | None:
    # Whoever signs in after another in the same browser acts for nobody yet.
    token_id, employee_id = flask.session.get(forms.ACTING_FOR, (None, ""))
    return _found(employee_id) if token_id == current().token_id else None
