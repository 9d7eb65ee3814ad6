"""Amounts from elsewhere: payroll's file, looked at row by row before anything is declared, and those that were."""

from __future__ import annotations

import io
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

import flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response
from wtforms import HiddenField, IntegerField, SubmitField
from wtforms.validators import NumberRange, Optional

from api.access.identity import current, needs, transact_in
from api.access.roles import Role
from api.conventions import trials, uploads
from api.conventions.paging import Page, cut
from api.web import forms, guards, words
from api.web.forms import MoneyForm
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
# What goes along in the page from the look to the declaration; a larger file is chosen again.
_CARRIED_BYTES = 250_000
_SHOWN = 25
_MOST_PROBLEMS = 200


class FileForm(MoneyForm):
    """A payroll file, and the tax year of the rows that name none."""

    file = FileField(_l("File CSV o XLSX delle paghe"))
    name = HiddenField()
    content = HiddenField()
    year = IntegerField(
        _l("Anno fiscale delle righe che non lo dicono"),
        [Optional(), NumberRange(FIRST_YEAR, 2199, _l("Scrivi un anno dal 2016 al 2100."))],
    )
    send = SubmitField(_l("Controlla il file"))
    declare = SubmitField(_l("Dichiara questi importi"))

    def upload(self) -> FileStorage | None:
        """Return the file that was chosen, or the one that went along since it was looked at."""
        if self.file.data is not None and self.file.data.filename:
            chosen: FileStorage = self.file.data
            return chosen
        try:
            content = b64decode(self.content.data or "", validate=True)
        except ValueError:
            return None
        return FileStorage(io.BytesIO(content), self.name.data) if content else None


@blueprint.route("", methods=("GET", "POST"))
@needs("elsewhere:declare")
@uploads.up_to(_MOST_BYTES)
def index() -> Response | tuple[str, int]:
    """Look at a file, say what is wrong with each row, and declare it once it is sound."""
    form = FileForm(data={"year": clock.today().year})
    problems: list[Problem] = []
    done = forms.attempt(form, lambda: _read(form, problems))
    if done is None or not form.declare.data:
        return forms.show(
            "office/elsewhere.html", form, checked=done, loads=_loads(),
            problems=[each.text(words.asked()) for each in problems[:_MOST_PROBLEMS]],
            more=len(problems) - _MOST_PROBLEMS,
        )  # fmt: skip
    told = _(
        "Dichiarato: %(created)s importi nuovi, %(replaced)s sostituiti.", created=done.created, replaced=done.replaced
    )
    flask.flash(told if done.load_id else _("Questo file non dice niente di nuovo: nulla è cambiato."))
    return flask.redirect(flask.url_for("web_office_elsewhere.index"))


def _read(form: FileForm, problems: list[Problem]) -> Load | None:
    upload = form.upload()
    if upload is None:
        form.file.errors = [_("Scegli un file.")]
        form.status = 422
        return None
    content = upload.stream.read()
    upload.stream.seek(0)
    book_id, asking = guards.own_book(), current()
    with uploads.kept(upload) as path:

        def load(session: Session) -> Load:
            return elsewhere.load(session, book_id, path, year=form.year.data, actor=asking.actor)

        def once(session: Session) -> Load:
            asked = {"file": path.name, "year": form.year.data, "content": b64encode(content).decode()}
            return idempotency.once(
                session, book_id, asking.actor, "elsewhere_page", form.key.data, asked,
                work=lambda: load(session), answer=_answer, replay=_again,
            )  # fmt: skip

        try:
            if form.declare.data:
                return transact_in(book_id, once)
            found = trials.tried(lambda work: transact_in(book_id, work), load)
        except PayrollFileRefused as refusal:
            problems += refusal.details["problems"]
            raise
        small = len(content) <= _CARRIED_BYTES
        form.name.data, form.content.data = path.name, b64encode(content).decode() if small else ""
        return found


def _answer(done: Load) -> Mapping[str, Any]:
    return {"load_id": done.load_id, "created": done.created, "replaced": done.replaced, "file": done.file}


def _again(kept: Mapping[str, Any]) -> Load:
    return Load(
        file=kept["file"], load_id=kept["load_id"], rows=0, silent_rows=0, created=kept["created"],
        replaced=kept["replaced"], unchanged=0, corrections=0, loaded_before=None, ignored=(),
    )  # fmt: skip


def _loads() -> Page[FoundLoad]:
    book_id = guards.own_book()
    return transact_in(
        book_id,
        lambda session: cut(session, elsewhere.loads(book_id), elsewhere.KEY, {"limit": _SHOWN}).each(
            elsewhere.found_load
        ),
    )
