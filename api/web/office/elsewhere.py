"""Amounts from elsewhere: payroll's file, looked at row by row before anything is declared, and those that were."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import HiddenField, IntegerField, SubmitField
from wtforms.validators import NumberRange, Optional
from wtforms.widgets import HiddenInput

from api.access.identity import current, needs, transact_in
from api.access.roles import Role
from api.conventions import trials
from api.conventions import uploads as bodies
from api.conventions.paging import Page, cut
from api.tasks import inputs
from api.web import forms, guards, uploads, words
from api.web.forms import Form, MoneyForm
from config import clock
from ledger import idempotency
from plans.errors_sources import PayrollFileRefused
from plans.facts import FIRST_YEAR
from plans.sheets import Problem
from wallet import elsewhere
from wallet.elsewhere import FoundLoad, Load

blueprint = flask.Blueprint("web_office_elsewhere", __name__, url_prefix="/studio/altrove")
blueprint.before_request(guards.only(Role.PAYROLL))

_MOST_BYTES = 20_000_000
_SHOWN = 25
_MOST_PROBLEMS = 200
_YEARS = NumberRange(FIRST_YEAR, 2100, _l("Scrivi un anno dal 2016 al 2100."))


class FileForm(Form):
    """A payroll file, and the tax year of the rows that name none."""

    file = FileField(_l("File CSV o XLSX delle paghe"), [FileRequired(_l("Scegli un file."))])
    year = IntegerField(_l("Anno fiscale delle righe che non lo dicono"), [Optional(), _YEARS])
    send = SubmitField(_l("Controlla il file"))


class DeclareForm(MoneyForm):
    """The word to declare what was looked at: that file and that year, whatever the page's other form says by then."""

    ticket = HiddenField()
    looked_year = IntegerField(validators=[Optional(), _YEARS], widget=HiddenInput())
    declare = SubmitField(_l("Dichiara questi importi"))


@dataclass(slots=True)
class _Look:
    """What a file says, and the form that declares it; or what is wrong with it, row by row."""

    checked: Load | None = None
    declaring: DeclareForm | None = None
    problems: list[Problem] = field(default_factory=list)


@blueprint.route("", methods=("GET", "POST"))
@needs("elsewhere:declare")
@bodies.up_to(_MOST_BYTES)
def index() -> Response | tuple[str, int]:
    """Look at a file, say what is wrong with each row, and declare it once it is sound."""
    if "ticket" in flask.request.form:
        return _declared(DeclareForm())
    form, seen = FileForm(data={"year": clock.today().year}), _Look()

    def look() -> None:
        with bodies.kept(form.file.data) as path:
            _look(seen, path, form.year.data)
            ticket = uploads.keep(path)
        seen.declaring = DeclareForm(formdata=None, ticket=ticket, looked_year=form.year.data)

    forms.attempt(form, look)
    return _page(form, seen)


def _declared(form: DeclareForm) -> Response | tuple[str, int]:
    path, year = uploads.find(form.ticket.data or ""), form.looked_year.data
    if path is None:
        flask.flash(_("Il file non c'è più: sceglilo di nuovo."))
        return flask.redirect(flask.url_for("web_office_elsewhere.index"))
    seen, again = _Look(), FileForm(formdata=None, year=year)
    done = forms.attempt(form, lambda: transact_in(guards.own_book(), lambda session: _once(session, form, path)))
    if done is None:
        # What would be declared by now is looked at once more; what is refused then is told row by row.
        with suppress(PayrollFileRefused):
            _look(seen, path, year)
            seen.declaring = form
        again.refusals, again.status = form.refusals, form.status
        return _page(again, seen)
    told = _(
        "Dichiarato: %(created)s importi nuovi, %(replaced)s sostituiti.", created=done.created, replaced=done.replaced
    )
    forms.tell(told if done.load_id else _("Questo file non dice niente di nuovo: nulla è cambiato."))
    return flask.redirect(flask.url_for("web_office_elsewhere.index"))


def _page(form: FileForm, seen: _Look) -> tuple[str, int]:
    return forms.show(
        "office/elsewhere.html", form, checked=seen.checked, declaring=seen.declaring, loads=_loads(),
        problems=[each.text(words.asked()) for each in seen.problems[:_MOST_PROBLEMS]],
        more=len(seen.problems) - _MOST_PROBLEMS,
    )  # fmt: skip


def _look(seen: _Look, path: Path, year: int | None) -> None:
    """Note what declaring a file would do, or what is wrong with it; it is undone."""
    book_id = guards.own_book()
    try:
        seen.checked = trials.tried(lambda work: transact_in(book_id, work), lambda session: _load(session, path, year))
    except PayrollFileRefused as refusal:
        seen.problems = refusal.details["problems"]
        raise


def _load(session: Session, path: Path, year: int | None) -> Load:
    return elsewhere.load(session, guards.own_book(), path, year=year, actor=current().actor)


def _once(session: Session, form: DeclareForm, path: Path) -> Load:
    book_id, year = guards.own_book(), form.looked_year.data
    asked = {"file": path.name, "year": year, "content": inputs.digest(path)}
    return idempotency.once(
        session, book_id, current().actor, "elsewhere_page", form.key.data, asked,
        work=lambda: _load(session, path, year), answer=_answer, replay=_again,
    )  # fmt: skip


def _answer(done: Load) -> Mapping[str, Any]:
    return {"load_id": done.load_id, "created": done.created, "replaced": done.replaced, "file": done.file}


def _again(kept: Mapping[str, Any]) -> Load:
    return forms.again(Load(
        file=kept["file"], load_id=kept["load_id"], rows=0, silent_rows=0, created=kept["created"],
        replaced=kept["replaced"], unchanged=0, corrections=0, loaded_before=None, ignored=(),
    ))  # fmt: skip


def _loads() -> Page[FoundLoad]:
    book_id = guards.own_book()
    return transact_in(
        book_id,
        lambda session: cut(session, elsewhere.loads(book_id), elsewhere.KEY, {"limit": _SHOWN}).each(
            elsewhere.found_load
        ),
    )
