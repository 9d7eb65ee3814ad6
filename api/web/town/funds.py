"""The municipality's first page: what was set aside, assigned and used by instrument, small groups withheld."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
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


class MonthForm(Form):
    """A month that is over, read from the address."""

    mese = MonthField(_l("Mese"), [Optional()])

    def validate_mese(self, field: MonthField) -> None:
        """Refuse a month that still goes on: each use would be seen as it comes."""
        if field.first and field.first > _last_over():
            raise ValidationError(_("Questo mese non è ancora finito: scegline uno passato."))


@blueprint.get("")
@needs("statements:create")
def home() -> tuple[str, int]:
    """
    Show the funds, and what was used in one month by instrument and service.

    Always one whole month that is over, without what is left of it: from two periods of different lengths, or from what
    one leaves to the next, one could subtract what is withheld.
    """
    form, book_id = MonthForm(flask.request.args, meta={"csrf": False}), guards.own_book()
    sound = form.validate()
    first = (form.mese.first if sound else None) or _last_over()
    if not form.mese.raw_data:
        form.mese.data = f"{first:%Y-%m}"

    def work(session: Session) -> tuple[SocialStatement, tuple[Fund, ...]]:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        mine = [terms for terms in plans.of_book(session, book_id) if terms.source is PlanSource.MUNICIPAL]
        funds = tuple(Fund(terms.name, terms.spend_by, funding.state(session, terms)) for terms in mine)
        last = date(first.year + first.month // 12, first.month % 12 + 1, 1) - timedelta(days=1)
        return social_statement.gather(session, book_id, first, last, known_before=clock.midnight()), funds

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


def _last_over() -> date:
    """Return the first day of the last month that is over."""
    return (clock.today().replace(day=1) - timedelta(days=1)).replace(day=1)
