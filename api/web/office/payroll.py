"""What the payroll office pays: reimbursements that were approved, told without what was bought, and the month."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import SelectField, SubmitField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from api.access import audit
from api.access.identity import current, needs, transact, transact_in
from api.access.roles import Role
from api.conventions import paging
from api.conventions.paging import Page
from api.web import forms, guards, reading, words
from api.web.fields import DayField, MonthField
from api.web.forms import Form, MoneyForm
from config import clock
from plans import people
from plans.rulebook.words import Category, Channel, PlanSource
from reports import payroll_export
from reports.payroll_export import PayrollMonth
from reports.payroll_export.model import Unmapped
from wallet.reimbursements import listing, records, reviews, undoing
from wallet.reimbursements.errors import ReimbursementNotFound
from wallet.reimbursements.listing import Payable
from wallet.reimbursements.records import Reimbursement
from wallet.reimbursements.words import OF_PAYMENTS, Undoing

blueprint = flask.Blueprint("web_office_payroll", __name__, url_prefix="/studio/paghe")
blueprint.before_request(guards.only(Role.PAYROLL))

_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Owed:
    """What payroll owes to somebody, or paid, with the name for the payslip."""

    name: str
    payable: Payable


@dataclass(frozen=True, slots=True)
class Without:
    """Benefits of a month that the table has no payslip item for, in words; minor units."""

    category: str
    source: str
    channel: str
    treatment: str
    amount_minor: int


class PaidForm(MoneyForm):
    """A payment that payroll made."""

    month = MonthField(_l("Mese del cedolino"), [InputRequired(_l("Manca: scrivilo qui."))])
    on = DayField(_l("Giorno del pagamento (vuoto: oggi)"), [Optional()])
    send = SubmitField(_l("Segna come pagato"))


class UndoForm(MoneyForm):
    """A payment that was recorded by mistake."""

    reason = SelectField(_l("Perché lo annulli"))
    send = SubmitField(_l("Annulla il pagamento"))

    def __init__(self) -> None:
        super().__init__()
        self.reason.choices = [SelectChoice(str(each), each.label(words.asked())) for each in OF_PAYMENTS]


class MonthForm(Form):
    """A month, read from the address."""

    mese = MonthField(_l("Mese"), [Optional()])


@blueprint.get("")
@needs("reimbursements:pay")
def home() -> str:
    """Show what is to be paid through the payslip."""
    return flask.render_template("office/payable.html", page=_owed(paid=False))


@blueprint.get("/pagati")
@needs("reimbursements:pay")
def paid() -> str:
    """Show what was paid, where a payment can be undone."""
    return flask.render_template("office/paid.html", page=_owed(paid=True))


@blueprint.route("/<string:reimbursement_id>/pagamento", methods=("GET", "POST"))
@needs("reimbursements:pay")
def pay(reimbursement_id: str) -> Response | tuple[str, int]:
    """Record that one of them was paid."""
    form = PaidForm(data={"month": f"{clock.today():%Y-%m}"})
    book_id, actor, owed = guards.own_book(), current().actor, _one(reimbursement_id)

    def work(session: Session) -> Reimbursement:
        month = form.month.first
        assert month is not None  # noqa: S101 - the form asks for it
        return reviews.pay(
            session, book_id, reimbursement_id, payroll_month=month, on=form.on.data, actor=actor, key=form.key.data
        )

    done = forms.attempt(form, lambda: transact_in(book_id, work))
    if done is None:
        return forms.show("office/pay.html", form, owed=owed)
    flask.flash(_("Segnato come pagato: %(name)s, %(amount)s.", name=owed.name, amount=_amount(done)))
    return flask.redirect(flask.url_for("web_office_payroll.home"))


@blueprint.route("/<string:reimbursement_id>/annullo", methods=("GET", "POST"))
@needs("reimbursements:pay")
def undo(reimbursement_id: str) -> Response | tuple[str, int]:
    """Undo a payment that was recorded by mistake."""
    form = UndoForm()
    book_id, actor, owed = guards.own_book(), current().actor, _one(reimbursement_id)

    def work(session: Session) -> Reimbursement:
        reason = Undoing(form.reason.data)
        return undoing.reverse_payment(session, book_id, reimbursement_id, reason, actor=actor, key=form.key.data)

    done = forms.attempt(form, lambda: transact_in(book_id, work))
    if done is None:
        return forms.show("office/undo.html", form, owed=owed)
    flask.flash(_("Annullato: %(name)s è di nuovo fra quelli da pagare.", name=owed.name))
    return flask.redirect(flask.url_for("web_office_payroll.home"))


@blueprint.get("/mese")
@needs("statements:create")
def month() -> tuple[str, int]:
    """Show what a month's export will hold: totals by payslip item, and the proof."""
    form, book_id = MonthForm(flask.request.args, meta={"csrf": False}), guards.own_book()
    sound = form.validate()
    asked = (form.mese.first if sound else None) or clock.today().replace(day=1)
    if not form.mese.raw_data:
        form.mese.data = f"{asked:%Y-%m}"

    def work(session: Session) -> PayrollMonth:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        return payroll_export.gather(session, book_id, asked, draft=True)

    found = transact_in(book_id, work)
    without = tuple(_worded(one) for one in found.unmapped)
    return flask.render_template("office/month.html", form=form, found=found, without=without), 200 if sound else 422


def _worded(one: Unmapped) -> Without:
    spoken = words.asked()
    return Without(
        Category(one.category).label(spoken),
        PlanSource(one.source).label(spoken),
        Channel(one.channel).label(spoken),
        one.treatment.label(spoken),
        one.amount_minor,
    )


def _owed(*, paid: bool) -> Page[Owed]:
    book_id = guards.own_book()
    asked = reading.part(_SHOWN)

    def work(session: Session) -> Page[Owed]:
        found = paging.cut(session, listing.payable(book_id, paid=paid), listing.ID, asked)
        page = found.each(listing.value).each(listing.as_payable)
        return page.each(_named(session, book_id, page))

    return transact_in(book_id, work)


def _named(session: Session, book_id: int, page: Page[Payable]) -> Callable[[Payable], Owed]:
    names = people.names(session, book_id, {one.employee_id for one in page.data})
    return lambda one: Owed(names.get(one.employee_id, one.employee_id), one)


def _one(reimbursement_id: str) -> Owed:
    """Return what payroll may know of one that was approved; of others it is told nothing."""
    book_id = guards.own_book()
    employee_id = transact(lambda session: listing.of_payroll(session, reimbursement_id))
    audit.about(employee_id=employee_id, target=reimbursement_id)

    def work(session: Session) -> Owed:
        found = records.get(session, book_id, reimbursement_id)
        # An approval that was withdrawn is no matter of payroll's any more.
        if found.approved_on is None:
            raise ReimbursementNotFound(reimbursement=reimbursement_id)
        return Owed(people.names(session, book_id, [employee_id])[employee_id], listing.as_payable(found))

    return transact_in(book_id, work)


def _amount(found: Reimbursement) -> str:
    return words.amount(found.approved_minor)
