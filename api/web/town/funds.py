"""The municipality's first page: what was set aside, assigned and used by instrument, small groups withheld."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import Field
from wtforms.validators import Optional, ValidationError

from api.access.identity import needs, transact_in
from api.access.roles import Role
from api.web import charts, guards, words
from api.web.charts import Bar
from api.web.fields import MonthField
from api.web.forms import Form
from config import clock
from plans import plans
from plans.rulebook.words import PlanSource
from reports import social_statement
from reports.social_statement import SocialStatement
from wallet import funding
from wallet.funding import FundingState

blueprint = flask.Blueprint("web_town", __name__, url_prefix="/comune")
blueprint.before_request(guards.only(Role.MUNICIPALITY))


@dataclass(frozen=True, slots=True)
class Fund:
    """A plan of the municipality's own money, and where its money stands."""

    name: str
    spend_by: date
    state: FundingState


class MonthsForm(Form):
    """Whole months, read from the address."""

    dal = MonthField(_l("Dal mese"), [Optional()])
    al = MonthField(_l("Al mese"), [Optional()])

    def validate_al(self, _field: Field) -> None:
        """Refuse a period that ends before it begins."""
        if self.al.first and self.dal.first and self.al.first < self.dal.first:
            raise ValidationError(_("Il periodo finisce prima di cominciare."))


@blueprint.get("")
@needs("statements:create")
def home() -> tuple[str, int]:
    """Show the funds of a period, by instrument and service."""
    form, today, book_id = MonthsForm(flask.request.args, meta={"csrf": False}), clock.today(), guards.own_book()
    sound = form.validate()
    first = (form.dal.first if sound else None) or today.replace(month=1, day=1)
    last = _last((form.al.first if sound else None) or max(today, first))
    if not flask.request.args:
        form.dal.data, form.al.data = f"{first:%Y-%m}", f"{last:%Y-%m}"

    def work(session: Session) -> tuple[SocialStatement, tuple[Fund, ...]]:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        mine = [terms for terms in plans.of_book(session, book_id) if terms.source is PlanSource.MUNICIPAL]
        funds = tuple(Fund(terms.name, terms.spend_by, funding.state(session, terms)) for terms in mine)
        return social_statement.gather(session, book_id, first, last), funds

    found, funds = transact_in(book_id, work)
    page = flask.render_template(
        "town/home.html", form=form, found=found, funds=funds, spoken=words.asked(), picture=_picture(found)
    )
    return page, 200 if sound else 422


def _picture(found: SocialStatement) -> str | None:
    """Return where the uses are drawn that may be told, the largest on top; None where there are none."""
    used = [
        Bar(line.name or _("Credito assegnato da elenco"), line.movement.used_minor)
        for part in found.parts
        for line in part.services
        if line.movement.used_minor
    ]
    return charts.address(sorted(used, key=lambda bar: -bar.length)) if used else None


def _last(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1) - timedelta(days=1)
