"""Budgets of an employer: a file looked at row by row, granted by a worker, and taken back before it is spent."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import BooleanField, HiddenField, SelectField, StringField, SubmitField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from api import tasks
from api.access.identity import current, needs, transact, transact_in
from api.access.roles import Role
from api.conventions import paging
from api.conventions import uploads as bodies
from api.conventions.paging import Page
from api.tasks import State, Task, TaskNotFound
from api.v1 import budget_loading
from api.v1.budget_loading import Order
from api.web import forms, guards, uploads, words
from api.web.company import desk
from api.web.company.desk import Standing
from api.web.forms import Form, MoneyForm
from config import clock
from plans import listing
from plans.budgets import BudgetCheck
from plans.errors_budgets import BudgetExceeded
from plans.listing import PlanCard
from plans.rulebook.words import PlanSource
from plans.sheets import Problem
from wallet import budget_loads, budgets, funding_entries
from wallet.budget_loads import FoundLoad
from wallet.budgets import Against
from wallet.errors import LoadOfFewPeople
from wallet.funding_entries import FundingEntry

blueprint = flask.Blueprint("web_company_budgets", __name__, url_prefix="/azienda/budget")
blueprint.before_request(guards.only(Role.EMPLOYER))

MOST_BYTES = 52_000_000
# More are no page for people: they mend these first.
_SHOWN = 200
_RECENT = 20


class FileForm(Form):
    """A budget file, and the plan that it is for."""

    plan = SelectField(_l("Piano"), validate_choice=False)
    file = FileField(_l("File del budget"), [FileRequired(_l("Scegli un file."))])
    send = SubmitField(_l("Controlla il file"))


class LoadForm(MoneyForm):
    """The word to grant what a file says that was looked at."""

    ticket = HiddenField()
    plan = HiddenField()
    reference = StringField(_l("Nome del caricamento"), [InputRequired(_l("Manca: scrivilo qui.")), Length(max=200)])
    repeat = BooleanField(_l("Sì, accredita di nuovo lo stesso contenuto"))
    send = SubmitField(_l("Accredita"))


class UndoForm(Form):
    """The word to take a load back."""

    send = SubmitField(_l("Annulla il caricamento"))


@dataclass(frozen=True, slots=True)
class Look:
    """What a file says, what is wrong with it, what a load would meet, and where the plan's money stands."""

    checked: BudgetCheck
    against: Against
    money: Standing

    @property
    def fits(self) -> bool:
        """Whether it can be granted as it is."""
        return self.checked.ok and self.lacking_minor == 0

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the file itself: that the plan lacks money is not."""
        return tuple(each for each in self.checked.problems if each.refusal is not BudgetExceeded)

    @property
    def problem_count(self) -> int:
        """How many there are of them."""
        return self.checked.problem_count - (len(self.checked.problems) - len(self.problems))

    @property
    def uncommitted_minor(self) -> int:
        """What the funder has still to commit before the file can be granted."""
        return max(0, self.checked.total_minor + self.money.state.granted_minor - self.money.state.committed_minor)

    @property
    def lacking_minor(self) -> int:
        """What the plan lacks to grant the file: money that has to arrive, or to be committed where that is enough."""
        return max(0, self.checked.total_minor - self.against.grantable_minor, self.uncommitted_minor)


@dataclass(frozen=True, slots=True)
class _Told:
    """What lies on the desk: plans, the last files, and what is being loaded."""

    plans: tuple[PlanCard, ...]
    loads: Page[FoundLoad]
    working: tuple[Task, ...]


@blueprint.route("", methods=("GET", "POST"))
@bodies.up_to(MOST_BYTES)
@needs("budgets:load")
def every() -> Response | str | tuple[str, int]:
    """List what was loaded and transferred, and take a file."""
    form = FileForm(plan=flask.request.args.get("piano"))
    told = transact(_lying)
    cards = _loadable(told.plans, form.plan.data)
    form.plan.choices = [SelectChoice(card.plan_id, f"{card.name} ({card.code})") for card in cards]

    def look() -> tuple[str, int]:
        plan = transact(lambda session: listing.place(session, form.plan.data))
        with bodies.kept(form.file.data) as path:
            seen, name = transact_in(plan.book_id, lambda session: _look_first(session, plan, path))
            ticket = uploads.keep(path) if seen.fits else ""
            load_form = LoadForm(formdata=None, ticket=ticket, plan=plan.plan_id, reference=name)
            return _preview(plan, seen, load_form), 200 if seen.fits else 422

    page = forms.attempt(form, look)
    return page if page is not None else forms.show("company/budgets.html", form, told=told, money=_money(), word=_word)


@blueprint.post("/accredita")
@needs("budgets:load")
def load() -> Response | tuple[str, int]:
    """Let a worker grant what was looked at."""
    form = LoadForm()
    plan = transact(lambda session: listing.place(session, form.plan.data or ""))
    path = uploads.find(form.ticket.data or "")
    if path is None:
        flask.flash(_("Il file non c'è più: sceglilo di nuovo."))
        return flask.redirect(flask.url_for(".every", piano=plan.plan_id))
    order = Order(
        book_id=plan.book_id,
        plan_code=plan.code,
        reference=(form.reference.data or "").strip(),
        on=None,
        repeat=bool(form.repeat.data),
        expect_total_minor=None,
        actor=current().actor,
    )
    task = forms.attempt(
        form, lambda: transact_in(plan.book_id, lambda s: budget_loading.queue(s, order, path, form.key.data or ""))
    )
    if task is None:
        seen = transact_in(plan.book_id, lambda session: _look(session, plan, path))
        return _preview(plan, seen, form), form.status
    return flask.redirect(flask.url_for(".follow", task_id=task.task_id))


@blueprint.get("/lavori/<string:task_id>")
@needs("budgets:load")
def follow(task_id: str) -> str:
    """Tell how far a load is; whoever leaves the page finds it again on the desk."""
    task = transact(lambda session: tasks.find(session, task_id))
    # Whoever has the desks of two employers sees each one's work on its own.
    if task.fence.book_id != guards.own_book():
        raise TaskNotFound(task=task_id)
    return flask.render_template("company/budget_task.html", task=task, why=_why(task))


@blueprint.route("/<string:load_id>", methods=("GET", "POST"))
@needs("budgets:load")
def show(load_id: str) -> Response | tuple[str, int]:
    """Show a file that was loaded, and take it back while nothing of it is spent."""
    found = transact(lambda session: budget_loads.find(session, load_id))
    form = UndoForm()

    book_id, today = guards.own_book(), clock.today()

    def undo(session: Session) -> int:
        budget_loads.refuse_few(session, book_id, load_id, on=today)
        return budget_loads.undo(session, book_id, load_id, reason="annullato", on=today, actor=current().actor)

    def why_not(session: Session) -> str:
        try:
            budget_loads.refuse_few(session, book_id, load_id, on=today)
        except LoadOfFewPeople as refusal:
            return words.refusal(refusal)
        return ""

    done = forms.attempt(form, lambda: transact_in(book_id, undo))
    if done is not None:
        flask.flash(_("Caricamento annullato: il credito è tornato al piano."))
        return flask.redirect(flask.url_for(".show", load_id=load_id))
    undone, reason = transact_in(
        book_id, lambda session: (budget_loads.is_undone(session, book_id, load_id), why_not(session))
    )
    return forms.show("company/budget.html", form, load=found, undone=undone, why_not=reason)


def _loadable(cards: tuple[PlanCard, ...], asked: str | None) -> list[PlanCard]:
    """Return the plans that a file may be for: not those that are over, and last those whose bonuses are converted."""
    going = [card for card in cards if card.spend_by >= clock.today() or card.plan_id == asked]
    return sorted(going or cards, key=lambda card: card.source is PlanSource.PDR)


def _lying(session: Session) -> _Told:
    loads = paging.cut(session, budget_loads.query(guards.own_book()), budget_loads.KEY, {"limit": _RECENT})
    return _Told(desk.plans(session), loads.each(budget_loads.load), desk.unfinished(session))


def _money() -> Page[FundingEntry]:
    """Return the last commitments and transfers, read as the ledger of the whole book has them."""
    statement = funding_entries.query(guards.own_book())

    def work(session: Session) -> Page[FundingEntry]:
        return paging.cut(session, statement, funding_entries.KEY, {"limit": _RECENT}).each(funding_entries.entry)

    return transact_in(guards.own_book(), work)


def _look_first(session: Session, plan: PlanCard, path: Path) -> tuple[Look, str]:
    """Return what a file says, and a name that no load of the plan has yet."""
    name = budget_loads.free_reference(session, plan.book_id, plan.plan_id, path.stem)
    return _look(session, plan, path), name


def _look(session: Session, plan: PlanCard, path: Path) -> Look:
    checked = budgets.check(session, plan.book_id, plan.code, path)
    against = budgets.against(session, plan.book_id, plan.code, checked)
    return Look(checked, against, desk.standing(session, plan.book_id, plan.code))


def _preview(plan: PlanCard, seen: Look, form: LoadForm) -> str:
    return flask.render_template(
        "company/budget_preview.html", plan=plan, seen=seen, form=form, shown=_SHOWN, mend=mend
    )


def mend(problem: Problem) -> str:
    """Return what is wrong at one place of a file and how to mend it; the place stands beside it."""
    told = str(problem.refusal(**problem.details).text(words.asked()))
    return told[:1].upper() + told[1:]


def _why(task: Task) -> str:
    return "" if task.problem is None else str(task.problem[words.asked()])


def _word(state: State) -> str:
    told = {State.QUEUED: _("in attesa"), State.RUNNING: _("in corso"), State.FAILED: _("non riuscito")}
    return str(told.get(state, ""))
