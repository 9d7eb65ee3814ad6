"""Payslip items: which item each benefit becomes, from which month on, changed by hand or by a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

import flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import SubmitField

from api.access.identity import current, needs, transact_in
from api.access.roles import Role
from api.conventions import uploads
from api.web import forms, guards, words
from api.web.forms import Form
from api.web.office.item_form import MOST_ROWS, TableForm, about, written
from config import clock
from plans.payroll_codes import presets, reading, tables
from plans.payroll_codes.errors import PayrollTableInvalid
from plans.payroll_codes.model import CodeTable, Item
from plans.payroll_codes.presets import Preset
from plans.payroll_codes.reading import TableProblem
from plans.payroll_codes.tables import Loaded
from reports import cells
from reports.payroll_export import months

T = TypeVar("T")
blueprint = flask.Blueprint("web_office_items", __name__, url_prefix="/studio/voci")
blueprint.before_request(guards.only(Role.PAYROLL, Role.ACCOUNTANT))

_MOST_BYTES = reading.MAX_BYTES + 100_000
_SHOWN = 100


class FileForm(Form):
    """A table from a file."""

    file = FileField(_l("File CSV o TOML delle voci"), [FileRequired(_l("Scegli un file."))])
    send = SubmitField(_l("Leggi il file"))


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong at one place of a table, and the row to go to; empty where it is of the whole."""

    text: str
    row: str


@blueprint.get("")
@needs("payslips:read")
def index() -> str:
    """Show the table that governs this month, and those that were before it."""
    book_id, month = guards.own_book(), clock.today().replace(day=1)
    kept, table = transact_in(
        book_id, lambda session: (tables.history(session, book_id), tables.in_force(session, book_id, month))
    )
    shown = table or presets.table(Preset.GENERIC)
    return flask.render_template(
        "office/items.html", table=shown, neutral=table is None, kept=kept, month=month,
        ruling=_ruling(kept, month), about=_about, presets=list(Preset),
        writes="payslips:write" in current().scopes,
    )  # fmt: skip


@blueprint.get("/<string:table_id>")
@needs("payslips:read")
def show(table_id: str) -> str:
    """Show a table that was loaded."""
    loaded, table = _find(table_id)
    return flask.render_template("office/items_kept.html", loaded=loaded, table=table, about=_about)


@blueprint.get("/<string:table_id>/file.csv")
@needs("payslips:read")
def export(table_id: str) -> Response:
    """Give the rows of a table as a file that can be changed and read again."""
    _loaded, table = _find(table_id)
    answer = flask.Response(_csv(table), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f"attachment; filename={table_id}.csv"
    return answer


@blueprint.route("/modifica", methods=("GET", "POST"))
@needs("payslips:write")
def change() -> Response | tuple[str, int]:
    """Write a table row by row, and let it govern the months from one on."""
    book_id = guards.own_book()
    if flask.request.method == "GET":
        table, seen, month = transact_in(book_id, lambda session: _beginning(session, book_id))
        return _drawn(_form(table, seen, month))
    form = TableForm()
    if form.add.data:
        form.write([*(row.form.data for row in form.rows), {}])
        return _drawn(form)
    if form.move(flask.request.form.get("row", "")):
        return _drawn(form)
    problems: list[Wrong] = []

    def work() -> bool:
        table = form.table()
        if form.look.data:
            return False
        return transact_in(book_id, lambda session: _load(session, book_id, form, table))

    done = forms.attempt(form, lambda: _said(form, work, problems))
    if done is None or form.look.data:
        # Whoever was told that somebody else loaded another may send theirs again.
        form.seen.data = transact_in(book_id, lambda session: tables.newest(session, book_id))
        return _drawn(form, problems, sound=done is not None)
    told = _("Tabella salvata: vale da %(month)s in poi.", month=words.month(form.month()))
    flask.flash(told if done else _("Questa tabella vale già: nulla è cambiato."))
    return flask.redirect(flask.url_for("web_office_items.index"))


@blueprint.route("/file", methods=("GET", "POST"))
@needs("payslips:write")
@uploads.up_to(_MOST_BYTES)
def read() -> tuple[str, int]:
    """Read a table from a file into the form, where it is looked at before it is kept."""
    form, book_id = FileForm(), guards.own_book()
    problems: list[Wrong] = []

    def work() -> CodeTable:
        with uploads.kept(form.file.data) as path:
            return reading.read(path)

    table = forms.attempt(form, lambda: _said(form, work, problems))
    if table is None:
        return forms.show("office/items_file.html", form, problems=problems[:_SHOWN])
    before, seen, month = transact_in(book_id, lambda session: _beginning(session, book_id))
    if (form.file.data.filename or "").lower().endswith(".csv"):
        # Rows alone: how the file of the payroll program is written stays as it was.
        table = replace(table, layout=before.layout)
    return _drawn(_form(table, seen, month), sound=True)


def _said(form: Form, work: Callable[[], T], problems: list[Wrong]) -> T | None:
    """Do it; None where a row is wrong, which `problems` then says."""
    try:
        return work()
    except PayrollTableInvalid as refusal:
        problems += map(_wrong, refusal.details["problems"])
        form.status = 422
        return None


def _wrong(problem: TableProblem) -> Wrong:
    place, _sign, number = problem.place_en.partition("row ")
    return Wrong(problem.text(words.asked()), f"row-{number}" if number and not place else "")


def _drawn(form: TableForm, problems: Sequence[Wrong] = (), *, sound: bool = False) -> tuple[str, int]:
    full = len(form.rows) >= MOST_ROWS
    return forms.show("office/items_edit.html", form, problems=problems[:_SHOWN], sound=sound, full=full)


def _beginning(session: Session, book_id: int) -> tuple[CodeTable, str, date]:
    """Return the table to begin from, which is the newest, and the first month that another may govern."""
    wanted, month = flask.request.args.get("da", ""), clock.today().replace(day=1)
    if wanted in set(Preset):
        table = presets.table(Preset(wanted))
    elif wanted:
        table = tables.find(session, book_id, wanted)[1]
    else:
        table = tables.in_force(session, book_id, month) or presets.table(Preset.GENERIC)
    closed = _last_closed(session, book_id)
    return table, tables.newest(session, book_id), month if closed is None else max(month, months.following(closed))


def _last_closed(session: Session, book_id: int) -> date | None:
    return max(months.closed_months(session, book_id), default=None)


def _form(table: CodeTable, seen: str, month: date) -> TableForm:
    return TableForm(formdata=None, data={**written(table), "seen": seen, "from_month": f"{month:%Y-%m}"})


def _load(session: Session, book_id: int, form: TableForm, table: CodeTable) -> bool:
    return tables.load(
        session, book_id, table, form.month(), last_closed=_last_closed(session, book_id), actor=current().actor,
        seen=form.seen.data or "",
    )  # fmt: skip


def _find(table_id: str) -> tuple[Loaded, CodeTable]:
    book_id = guards.own_book()
    return transact_in(book_id, lambda session: tables.find(session, book_id, table_id))


def _ruling(kept: Sequence[Loaded], month: date) -> str:
    """Return the table that governs a month; empty where none does."""
    begun = [(each.from_month, each.table_id) for each in kept if each.from_month <= month]
    return max(begun)[1] if begun else ""


def _about(item: Item) -> str:
    return about(item, words.asked())


def _csv(table: CodeTable) -> str:
    told = io.StringIO()
    writer = csv.writer(told, delimiter=";", lineterminator="\r\n")
    writer.writerow(reading.ITALIAN_COLUMNS)
    for item in table.items:
        keys = (item.category, item.source, item.channel, item.treatment, item.expense)
        writer.writerow([*(key or reading.ANY for key in keys), item.code, cells.guarded(item.description)])
    # With its mark a spreadsheet reads the accents.
    return "\ufeff" + told.getvalue()
