"""The accountant's first page: a period, the proof that its books balance, and every account behind it."""

from __future__ import annotations

from datetime import date, timedelta

import flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import Field
from wtforms.validators import Optional, ValidationError

from api.access.identity import needs, transact_in
from api.access.roles import Role
from api.web import guards, statements, words
from api.web.fields import DayField
from api.web.forms import Form
from api.web.office.accounts import Proof, prove
from config import clock
from reports import trial_balance

blueprint = flask.Blueprint("web_office", __name__, url_prefix="/studio")
blueprint.before_request(guards.only(Role.ACCOUNTANT))


class PeriodForm(Form):
    """A period, of which either day may be left out; read from the address, so that it can be kept."""

    dal = DayField(_l("Dal giorno"), [Optional()])
    al = DayField(_l("Al giorno"), [Optional()])

    def validate_al(self, field: Field) -> None:
        """Refuse a period that ends before it begins."""
        if field.data is not None and self.dal.data is not None and field.data < self.dal.data:
            raise ValidationError(_("Il periodo finisce prima di cominciare."))


@blueprint.get("")
@needs("statements:create")
def home() -> tuple[str, int]:
    """Prove the books of a period, and offer its files."""
    return _drawn("office/home.html")


@blueprint.get("/quadratura")
@needs("statements:create")
def accounts() -> tuple[str, int]:
    """Show every account of a period with its balance."""
    return _drawn("office/accounts.html")


@blueprint.get("/esporta")
@needs("statements:read")
def exports() -> flask.typing.ResponseReturnValue:
    """Lead to the files, which are of the same kind for everybody."""
    return flask.redirect(flask.url_for("web_statements.index"))


def _drawn(template: str) -> tuple[str, int]:
    form, today, book_id = PeriodForm(flask.request.args, meta={"csrf": False}), clock.today(), guards.own_book()
    sound = form.validate()
    first = form.dal.data if sound else None
    last = form.al.data if sound else None
    if not flask.request.args:
        first = form.dal.data = today.replace(month=1, day=1)

    def work(session: Session) -> Proof:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        return prove(trial_balance.gather(session, book_id, first, last), words.asked())

    proof = transact_in(book_id, work)
    if not flask.request.args:
        form.al.data = proof.ends_on
    page = flask.render_template(
        template, form=form, proof=proof, offered=statements.offered(), periods=_periods(today)
    )
    return page, 200 if sound else 422


def _periods(today: date) -> tuple[tuple[object, str, str], ...]:
    """Return the periods that are asked for most: what they are called, the first and the last day."""
    month = today.replace(day=1)
    before = month - timedelta(days=1)
    return (
        (_l("Questo mese"), str(month), str(today)),
        (_l("Il mese scorso"), str(before.replace(day=1)), str(before)),
        (_l("Quest'anno"), str(today.replace(month=1, day=1)), str(today)),
        (_l("L'anno scorso"), str(date(today.year - 1, 1, 1)), str(date(today.year - 1, 12, 31))),
    )
