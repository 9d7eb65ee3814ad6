"""The re-check list: past decisions that the law judges otherwise today, with what payroll has to correct."""

from __future__ import annotations

import flask
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import IntegerField
from wtforms.validators import NumberRange, Optional

from api.access.identity import needs, transact_in
from api.access.roles import Role
from api.web import guards, words
from api.web.forms import Form
from config import clock
from plans.facts import FIRST_YEAR
from reports import recheck_report
from reports.recheck_report import RecheckReport

blueprint = flask.Blueprint("web_office_recheck", __name__, url_prefix="/studio/riesame")
blueprint.before_request(guards.only(Role.ACCOUNTANT, Role.PAYROLL))


class YearForm(Form):
    """A tax year, read from the address."""

    anno = IntegerField(
        _l("Anno fiscale"), [Optional(), NumberRange(FIRST_YEAR, 2100, _l("Scrivi un anno dal 2016 al 2100."))]
    )


@blueprint.get("")
@needs("statements:create")
def index() -> tuple[str, int]:
    """Show what a year's decisions would be today, and what has to be corrected."""
    form, book_id = YearForm(flask.request.args, meta={"csrf": False}), guards.own_book()
    sound = form.validate()
    year = form.anno.data if sound and form.anno.data else clock.today().year
    if not form.anno.raw_data:
        form.anno.data = year

    def work(session: Session) -> RecheckReport:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        return recheck_report.gather(session, book_id, year)

    found = transact_in(book_id, work)
    page = flask.render_template("office/recheck.html", form=form, found=found, spoken=words.asked())
    return page, 200 if sound else 422
