"""The year on paper: asked for, made by a worker, and downloaded."""

from __future__ import annotations

from collections.abc import Iterable

import flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import SelectField, SubmitField
from wtforms.fields.choices import SelectChoice

from api.access.identity import current, needs, transact
from api.conventions.paging import Page
from api.exports import statements
from api.exports.kinds import KINDS
from api.exports.statements import Statement, Wanted
from api.tasks import State
from api.web import forms, me, words
from api.web.forms import MoneyForm
from config import clock

blueprint = flask.Blueprint("web_statement", __name__, url_prefix="/io/estratto")

_KIND = KINDS["personal_statement"]
_YEARS = 5
_LISTED = {"limit": 10, "kind": _KIND.name}
_UNDER_WAY = (State.QUEUED, State.RUNNING)


class StatementForm(MoneyForm):
    """Which year; sent twice as it was drawn once, it is made once."""

    year = SelectField(_l("Di quale anno"), coerce=int)
    send = SubmitField(_l("Prepara il PDF"))


@blueprint.route("", methods=("GET", "POST"))
@forms.addressed
@needs("statements:create")
def every() -> Response | tuple[str, int]:
    """Ask for a year's statement, and list those that were asked for."""
    me.owner("statements:create")
    asking, today = current(), clock.today()
    form = StatementForm(year=today.year)
    form.year.choices = [SelectChoice(year, str(year)) for year in range(today.year, today.year - _YEARS, -1)]

    def ask() -> Statement:
        wanted = Wanted(_KIND, {"year": form.year.data}, "pdf", words.asked())
        return transact(lambda session: statements.ask(session, asking, wanted, key=form.key.data or ""))

    if forms.attempt(form, ask) is not None:
        flask.flash(_("Lo stiamo preparando: di solito bastano pochi secondi."))
        return flask.redirect(flask.url_for("web_statement.every"))
    found: Page[Statement] = transact(lambda session: statements.page(session, asking, _LISTED))
    return forms.show(
        "me/statement.html", form, found=found.data, under_way=_under_way(found.data), language=words.asked()
    )


@blueprint.get("/<statement_id>.pdf")
@needs("statements:read")
def download(statement_id: str) -> Response:
    """Give the file of a statement, as it was made."""
    me.owner("statements:read")
    found = transact(lambda session: statements.find(session, current(), statement_id))
    path = statements.path_of(found)
    assert found.file is not None  # noqa: S101
    response = flask.Response(path.read_bytes(), content_type=found.file.media_type)
    response.headers.set("Content-Disposition", "attachment", filename=found.file.name)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _under_way(found: Iterable[Statement]) -> bool:
    return any(each.status in _UNDER_WAY for each in found)
