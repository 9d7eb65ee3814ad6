"""Payout runs: looked at before anything is paid, prepared by a worker, sent to the bank as a file, and withdrawn."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

import flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import HiddenField, SelectMultipleField, StringField, SubmitField
from wtforms.validators import Length

from api import tasks
from api.access import audit
from api.access.identity import current, needs, transact
from api.conventions import attachments, paging, trials
from api.conventions.paging import Page
from api.tasks import State, Task
from api.v1 import settling
from api.v1.settling import RunOrder
from api.web import forms, network_office, reading, words
from api.web.fields import DayField
from api.web.forms import Form, MoneyForm
from api.web.network_office import rate_words
from config import clock
from reports.payout_file import Format
from wallet.settlement import coverage, listings, payments, payouts, proposals, rates, target_days, terms
from wallet.settlement.candidates import Why
from wallet.settlement.payouts import Advance, Payment, Run

blueprint = network_office.room("payouts", __name__, "/rete/pagamenti")

_CENTS = re.compile(r"[0-9]{1,15}")


class RunForm(MoneyForm):
    """A payout run over all books; `total` is what whoever asks for it was shown, in whole cents."""

    reference = StringField(_l("Nome del pagamento"), [network_office.NEEDED, Length(max=16)])
    due_by = DayField(_l("Paga ciò che scade entro"), [network_office.NEEDED])
    execute_on = DayField(_l("Giorno del bonifico"), [network_office.NEEDED])
    advance = SelectMultipleField(_l("Paga anche oltre la banca di"), validate_choice=False)
    advance_reason = StringField(_l("Perché si paga oltre la banca"), [Length(max=200)])
    total = HiddenField()
    send = SubmitField(_l("Guarda che cosa paga"))

    def order(self) -> RunOrder:
        """Return what was asked for, as the core takes it."""
        reason = (self.advance_reason.data or "").strip()
        total = (self.total.data or "").strip()
        return RunOrder(
            reference=self.reference.data.strip(),
            due_by=self.due_by.data,
            execute_on=self.execute_on.data,
            advances=tuple(Advance(code, reason) for code in self.advance.data or ()),
            expect_total_minor=int(total) if _CENTS.fullmatch(total) else -1,
        )


class WithdrawForm(MoneyForm):
    """Why what waits for the bank never left."""

    reason = StringField(_l("Perché non è mai partito"), [network_office.NEEDED, Length(max=200)])
    send = SubmitField(_l("Ritira i bonifici in attesa"))


@dataclass(frozen=True, slots=True)
class _Told:
    """The runs, and what a worker has not ended well."""

    runs: Page[Any]
    working: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """A run, the one before where its fees are others, its payments shown, and who has `taken` the bank's file last."""

    run: Run
    fees_differ_from: Run | None
    transfers: Page[Any]
    left_lines: int
    taken: Any

    def of(self, state: str) -> list[Payment]:
        """Return the payments in a state."""
        return [payment for payment in self.run.payments if payment.state == state]

    def sum_of(self, state: str) -> int:
        """Return what the payments in a state come to; minor units."""
        return sum(payment.amount_minor for payment in self.of(state))


@blueprint.get("")
@needs("payouts:run")
def every() -> tuple[str, int]:
    """List the runs, and take the facts of another."""
    today = clock.today()
    form = RunForm(
        formdata=None,
        reference=flask.request.args.get("nome"),
        due_by=today,
        execute_on=target_days.on_or_after(today),
    )
    return _list(form)


@blueprint.post("/anteprima")
@needs("payouts:run")
def propose() -> Response | tuple[str, int]:
    """Show what a run would pay; nothing is kept."""
    form = RunForm()

    def look() -> tuple[Run, Run | None]:
        asked, actor = form.order(), current().actor
        return trials.tried(
            transact,
            lambda session: proposals.propose(
                session,
                asked.reference,
                due_by=asked.due_by,
                execute_on=asked.execute_on,
                terms=terms.agreed(),
                actor=actor,
                advances=asked.advances,
            ),
        )

    seen = forms.attempt(form, look)
    if seen is None:
        return _list(form)
    run, before = seen
    if run.replayed:
        flask.flash(_("Un pagamento con questo nome è già preparato: è questo."))
        return flask.redirect(flask.url_for(".show", run_id=run.run_id))
    uncovered = [out.subject for out in run.left_out if out.reason == Why.NOT_COVERED]
    return forms.show(
        "network_office/payout_preview.html",
        form,
        run=run,
        before=before,
        shown=run.payments[: network_office.SHOWN],
        uncovered=list(dict.fromkeys([*(advance.book for advance in run.advances), *uncovered])),
        **_WORDS,
    )


@blueprint.post("")
@needs("payouts:run")
def prepare() -> Response | tuple[str, int]:
    """Let a worker prepare what was looked at."""
    form = RunForm()
    task = forms.attempt(
        form, lambda: transact(lambda session: settling.queue_run(session, form.order(), str(form.key.data)))
    )
    if task is None:
        return _list(form)
    return flask.redirect(flask.url_for(".follow", task_id=task.task_id))


@blueprint.get("/lavori/<string:task_id>")
@needs("payouts:run")
def follow(task_id: str) -> str:
    """Tell how far a run is; whoever leaves the page finds it again in the list."""
    task = transact(lambda session: settling.find(session, settling.PAYOUT_RUN, task_id))
    problem = "" if task.problem is None else str(task.problem[words.asked()])
    return flask.render_template("network_office/payout_task.html", task=task, problem=problem)


@blueprint.get("/<string:run_id>")
@needs("payouts:run")
def show(run_id: str) -> tuple[str, int]:
    """Show a run with its payments."""
    return _page(run_id, WithdrawForm(formdata=None))


@blueprint.get("/<string:run_id>/rimasti")
@needs("payouts:run")
def left(run_id: str) -> str:
    """Show line by line what a run left out for want of money."""
    part = reading.part(network_office.SHOWN)

    def work(session: Session) -> str:
        lines = paging.of(listings.left_lines(session, run_id), lambda line: str(line["line_id"]), part)
        run = listings.run(session, run_id)
        return flask.render_template("network_office/payout_left.html", run=run, lines=lines)

    return transact(work)


@blueprint.get("/<string:run_id>/file/<any('cbi', 'iso'):form>")
@needs("payouts:run")
def file(run_id: str, form: str) -> flask.Response:
    """Hand over the bank's file: what the bank has not answered yet."""
    return attachments.bank_file(run_id, Format(form.upper()))


@blueprint.post("/<string:run_id>")
@needs("payouts:run")
def withdraw(run_id: str) -> Response | tuple[str, int]:
    """Withdraw what of a run waits for the bank: it is payable again."""
    form = WithdrawForm()

    def work(session: Session) -> str:
        told = {"reason": form.reason.data, "on": clock.today(), "actor": current().actor}
        payments.withdraw_run(session, listings.run(session, run_id), **told)
        return run_id

    said = {"reason": form.reason.data}
    if forms.attempt(form, lambda: network_office.once(run_id, "payout_run_withdraw", form, said, work)) is None:
        return _page(run_id, form)
    forms.tell(_("Ritirati: quello che pagavano torna da pagare."))
    return flask.redirect(flask.url_for(".show", run_id=run_id))


def why(reason: str) -> str:
    """Return in words why somebody is left out."""
    return Why(reason).label(words.asked())


# What templates ask for words.
_WORDS: Mapping[str, Any] = {"why": why, "percent": rate_words.percent, "spell": rate_words.spell}


def _list(form: RunForm) -> tuple[str, int]:
    part, member_id = reading.part(network_office.SHOWN), current().member_id

    def work(session: Session) -> _Told:
        found = paging.cut(session, listings.runs(), listings.RUN_ID, part)
        asked = {"kind": settling.PAYOUT_RUN, "limit": network_office.SHOWN}
        mine = tasks.page(session, asked, member_id=member_id).data
        return _Told(found, tuple(task for task in mine if task.state is not State.DONE))

    told = transact(work)
    if form.reference.data is None:
        form.reference.data = _free(f"{clock.today():%Y-%m-%d}", {run.reference for run in told.runs.data})
    return forms.show("network_office/payouts.html", form, told=told)


def _free(name: str, taken: Collection[str]) -> str:
    """Return a name for a run, with a number where it is taken."""
    names = (name if number == 1 else f"{name}-{number}" for number in count(1))
    return next(each for each in names if each not in taken)


def _page(run_id: str, form: Form) -> tuple[str, int]:
    part = reading.part(network_office.SHOWN)

    def work(session: Session) -> Seen:
        run = listings.run(session, run_id)
        wanted = listings.transfers(run_id=run_id)
        found = paging.placed(session, wanted, listings.TRANSFERS_ORDER, "end_to_end_id", part)
        uncovered = any(out.reason == coverage.NOT_COVERED for out in run.left_out)
        lines = len(payouts.left_lines(session, run)) if uncovered else 0
        taken = audit.last(session, run_id, "payouts:read")
        return Seen(run, rates.before(session, run), found, lines, taken)

    return forms.show("network_office/payout.html", form, seen=transact(work), **_WORDS)
