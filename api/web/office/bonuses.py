"""Bonuses as payroll pays them: of each worker what was chosen as welfare, and what is cash in the payslip."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import flask
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from api.access.identity import needs, transact_in
from api.access.roles import Role
from api.web import guards, words
from config import clock
from plans.bonus import rolls
from plans.bonus.rolls import Roll, RollLine
from reports import cells

blueprint = flask.Blueprint("web_office_bonuses", __name__, url_prefix="/studio/premi")
blueprint.before_request(guards.only(Role.PAYROLL))

# More are no page for people: they take the file.
_SHOWN = 200


@blueprint.get("")
@needs("payslips:read")
def index() -> str:
    """List the bonuses that were offered or chosen about."""
    found = transact_in(guards.own_book(), lambda session: rolls.of_book(session, guards.own_book()))
    return flask.render_template("office/bonuses.html", found=found, today=clock.today())


@blueprint.get("/<string:plan_id>")
@needs("payslips:read")
def show(plan_id: str) -> str:
    """Show what each worker chose of a bonus, and what payroll pays."""
    roll, lines = _found(plan_id)
    return flask.render_template("office/bonus.html", roll=roll, lines=lines, shown=_SHOWN, today=clock.today())


@blueprint.get("/<string:plan_id>/elenco.csv")
@needs("payslips:read")
def file(plan_id: str) -> Response:
    """Give the same as a file for a payroll program."""
    _roll, lines = _found(plan_id)
    answer = flask.Response(_csv(lines), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f"attachment; filename=premi-{plan_id}.csv"
    return answer


def _found(plan_id: str) -> tuple[Roll, Sequence[RollLine]]:
    """Find a bonus of a plan by the name in the address; the plan's last where it says none."""
    book_id, premium = guards.own_book(), flask.request.args.get("premio")

    def work(session: Session) -> tuple[Roll, Sequence[RollLine]] | None:
        found = [each for each in rolls.of_book(session, book_id) if each.plan_id == plan_id]
        roll = next((each for each in found if premium in (None, each.premium)), None)
        return None if roll is None else (roll, rolls.lines(session, book_id, plan_id, roll.premium))

    found = transact_in(book_id, work)
    if found is None:
        flask.abort(404)
    return found


def _csv(lines: Sequence[RollLine]) -> str:
    language, yes_no = words.asked(), (_("no"), _("sì"))
    told = io.StringIO()
    writer = csv.writer(told, delimiter=";" if language == "it" else ",", lineterminator="\r\n")
    writer.writerow(
        [
            _("Codice fiscale"),
            _("Cognome"),
            _("Nome"),
            _("Premio lordo"),
            _("In welfare"),
            _("In denaro, lordi"),
            _("Scelta del"),
            _("Rinuncia all'imposta ridotta"),
            _("Si può cambiare fino al"),
        ]
    )
    for line in lines:
        names = [cells.guarded(text) for text in (line.tax_code, line.last_name, line.first_name)]
        amounts = [
            cells.plain(amount, language) for amount in (line.premium_minor, line.converted_minor, line.cash_minor)
        ]
        chosen_on = "" if line.chosen_on is None else line.chosen_on.isoformat()
        until = line.choose_by.isoformat() if line.choose_by is not None and clock.today() <= line.choose_by else ""
        writer.writerow([*names, *amounts, chosen_on, yes_no[line.waived], until])
    # With its mark a spreadsheet reads the accents.
    return "\ufeff" + told.getvalue()
