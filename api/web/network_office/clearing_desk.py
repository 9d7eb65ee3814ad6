"""The clearing between territories: looked at before a month is closed, closed by a worker, and opened again."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import HiddenField, StringField, SubmitField
from wtforms.validators import Length, ValidationError

from api import tasks
from api.access.identity import current, needs, transact
from api.conventions import paging, trials
from api.conventions.paging import Page
from api.exports.parameters import MONTH
from api.tasks import State, Task
from api.v1 import settling
from api.web import charts, forms, network_office, reading, words
from api.web.charts import Bar
from api.web.forms import Form, MoneyForm
from config import clock
from network import territories
from wallet import chart
from wallet.settlement import clearing, listings, terms
from wallet.settlement.clearing import Flow, Position, Run

blueprint = network_office.room("clearing", __name__, "/rete/compensazione")


class MonthForm(Form):
    """A month that is over."""

    month = StringField(_l("Mese"), [network_office.NEEDED])
    send = SubmitField(_l("Guarda che cosa si devono"))

    def validate_month(self, field: StringField) -> None:
        """Refuse what is no month."""
        if not MONTH.fullmatch((field.data or "").strip()):
            raise ValidationError(_("Scrivi il mese così: 2026-03."))

    def first_day(self) -> date:
        """Return the first day of the month."""
        return date.fromisoformat(f"{self.month.data.strip()}-01")


class CloseForm(MoneyForm, MonthForm):
    """The word to close a month that was looked at."""

    month = HiddenField(validators=[network_office.NEEDED])
    send = SubmitField(_l("Chiudi il mese"))


class ReopenForm(MoneyForm):
    """Why a month is opened again."""

    reason = StringField(_l("Perché si riapre"), [network_office.NEEDED, Length(max=200)])
    send = SubmitField(_l("Riapri il mese"))


@dataclass(frozen=True, slots=True)
class Told:
    """A clearing with the names of its parties and the codes of the funders whose books its flows are of."""

    run: Run
    names: Mapping[str, str]
    funders: Mapping[int, str]

    @property
    def positions(self) -> tuple[Position, ...]:
        """The positions, who gets most first and who pays most last."""
        return tuple(sorted(self.run.positions, key=lambda each: -each.position_minor))

    @property
    def moved_minor(self) -> int:
        """What has to be transferred; minor units."""
        return sum(max(each.position_minor, 0) for each in self.run.positions)

    @property
    def sum_minor(self) -> int:
        """All positions together: zero."""
        return sum(each.position_minor for each in self.run.positions)

    @property
    def flows(self) -> tuple[Flow, ...]:
        """The flows, the largest first."""
        return tuple(sorted(self.run.flows, key=lambda flow: -abs(flow.gross_minor)))

    @property
    def picture(self) -> str:
        """Where the positions are drawn."""
        return charts.address([Bar(self.name(each.party), each.position_minor) for each in self.positions])

    def name(self, party: str) -> str:
        """Return what a party is called."""
        return str(_("la rete")) if party == chart.NETWORK else self.names.get(party, party)


@dataclass(frozen=True, slots=True)
class _Listed:
    """The clearings, what a worker has not ended well, and the month whose turn it is."""

    runs: Page[Any]
    working: tuple[Task, ...]
    following: date | None


def next_month(session: Session) -> date | None:
    """Return the first day of the month whose turn it is to be cleared; None while it is not over."""
    last = listings.last_cleared(session)
    this = clock.today().replace(day=1)
    if last is None:
        return (this - timedelta(days=1)).replace(day=1)
    following = last + timedelta(days=monthrange(last.year, last.month)[1])
    return following if following < this else None


@blueprint.get("")
@needs("clearing:read")
def every() -> tuple[str, int]:
    """List the clearings, and take a month."""
    return _list(MonthForm(formdata=None))


@blueprint.post("/anteprima")
@needs("clearing:run")
def propose() -> Response | tuple[str, int]:
    """Show what closing a month would come to; nothing is kept."""
    form, actor = MonthForm(), current().actor

    def look() -> Told:
        agreed, month = terms.agreed(), form.first_day()
        return trials.tried(
            transact, lambda session: _told(session, clearing.run(session, month, terms=agreed, actor=actor))
        )

    seen = forms.attempt(form, look)
    if seen is None:
        return _list(form)
    if seen.run.replayed:
        flask.flash(_("Questo mese è già chiuso: è questo."))
        return flask.redirect(flask.url_for(".show", clearing_id=seen.run.run_id))
    closing = CloseForm(formdata=None, month=form.month.data.strip())
    return forms.show("network_office/clearing_preview.html", closing, told=seen)


@blueprint.post("")
@needs("clearing:run")
def close() -> Response | tuple[str, int]:
    """Let a worker close a month."""
    form = CloseForm()
    task = forms.attempt(
        form, lambda: transact(lambda session: settling.queue_clearing(session, form.first_day(), str(form.key.data)))
    )
    if task is None:
        again = MonthForm(formdata=None)
        again.refusals, again.status = form.refusals or [_("Scrivi il mese così: 2026-03.")], form.status
        return _list(again)
    return flask.redirect(flask.url_for(".follow", task_id=task.task_id))


@blueprint.get("/lavori/<string:task_id>")
@needs("clearing:run")
def follow(task_id: str) -> str:
    """Tell how far a clearing is; whoever leaves the page finds it again in the list."""
    task = transact(lambda session: settling.find(session, settling.CLEARING, task_id))
    problem = "" if task.problem is None else str(task.problem[words.asked()])
    return flask.render_template("network_office/clearing_task.html", task=task, problem=problem)


@blueprint.get("/<string:clearing_id>")
@needs("clearing:read")
def show(clearing_id: str) -> tuple[str, int]:
    """Show a clearing."""
    return _page(clearing_id, ReopenForm(formdata=None))


@blueprint.post("/<string:clearing_id>")
@needs("clearing:run")
def reopen(clearing_id: str) -> Response | tuple[str, int]:
    """Open a closed month again."""
    form = ReopenForm()

    def work(session: Session) -> str:
        month = clearing.by_id(session, clearing_id).starts_on
        told = {"reason": form.reason.data, "actor": current().actor}
        return clearing.reopen(session, month, **told, run_id=clearing_id).run_id

    said = {"reason": form.reason.data}
    if forms.attempt(form, lambda: network_office.once(clearing_id, "clearing_reopen", form, said, work)) is None:
        return _page(clearing_id, form)
    forms.tell(_("Il mese è riaperto: si può compensare di nuovo."))
    return flask.redirect(flask.url_for(".show", clearing_id=clearing_id))


def _told(session: Session, run: Run) -> Told:
    names = {each.code: each.name for each in territories.every(session)}
    return Told(run, names, listings.codes(session))


def _list(form: MonthForm) -> tuple[str, int]:
    part, member_id = reading.part(network_office.SHOWN), current().member_id

    def work(session: Session) -> _Listed:
        found = paging.cut(session, listings.clearings(), listings.CLEARING_ID, part)
        asked = {"kind": settling.CLEARING, "limit": network_office.SHOWN}
        mine = tasks.page(session, asked, member_id=member_id).data
        working = tuple(task for task in mine if task.state is not State.DONE)
        return _Listed(found, working, next_month(session))

    listed = transact(work)
    if not form.month.data and listed.following is not None:
        form.month.data = f"{listed.following:%Y-%m}"
    return forms.show("network_office/clearings.html", form, listed=listed)


def _page(clearing_id: str, form: ReopenForm) -> tuple[str, int]:
    def work(session: Session) -> tuple[Told, date | None]:
        return _told(session, clearing.by_id(session, clearing_id)), listings.last_cleared(session)

    told, last = transact(work)
    return forms.show("network_office/clearing.html", form, told=told, reopens=last == told.run.starts_on)
