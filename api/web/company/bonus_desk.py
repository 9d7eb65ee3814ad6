"""Bonuses that workers choose about by themselves: offered from a file, and how far the choosing is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf.file import FileField, FileRequired
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import HiddenField, StringField, SubmitField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from api.access.identity import current, needs, transact, transact_in
from api.access.roles import Role
from api.conventions import uploads as bodies
from api.conventions.trials import tried
from api.web import forms, guards, uploads
from api.web.company import budget_desk, desk
from api.web.company.desk import Standing
from api.web.fields import DayField
from api.web.forms import Form
from config import clock
from plans import listing
from plans.bonus import agreements, offers, offers_file, rolls
from plans.bonus.agreements import Agreement
from plans.bonus.errors import BonusChosenBefore, BonusOffersMoved, ChoicesFileRefused
from plans.bonus.offers import Days, Outcome, PremiumStanding
from plans.bonus.offers_file import Examined
from plans.bonus.simulation import WHOLE_PERCENT
from plans.listing import FoundPlan
from plans.sheets import Problem
from wallet import conversions
from wallet.telling import SMALLEST_GROUP

blueprint = flask.Blueprint("web_company_bonus", __name__, url_prefix="/azienda/piani")
blueprint.before_request(guards.only(Role.EMPLOYER))

MOST_BYTES = 20_000_000
_SHOWN = 200
_NEEDED = InputRequired(_l("Manca: scrivilo qui."))
# Blanks name nothing.
_NAMED = DataRequired(_l("Manca: scrivilo qui."))


def _named(typed: str | None) -> str:
    """Return the name of a bonus as it is kept: blanks alone make no other bonus."""
    return " ".join((typed or "").split())


class OfferForm(Form):
    """A file of bonuses, how workers know the bonus, and the days on which they choose."""

    premium = StringField(_l("Nome del premio"), [_NAMED, Length(max=200)], filters=[_named])
    choose_from = DayField(_l("Si sceglie dal"), [_NEEDED])
    choose_by = DayField(_l("Si sceglie fino al"), [_NEEDED])
    file = FileField(_l("File dei premi"), [FileRequired(_l("Scegli un file."))])
    send = SubmitField(_l("Controlla il file"))

    def validate_choose_by(self, field: DayField) -> None:
        """Refuse a last day before the first."""
        if field.data and self.choose_from.data and field.data < self.choose_from.data:
            raise ValidationError(_("Viene prima del primo giorno."))

    def days(self) -> Days:
        """Return what was typed."""
        return Days(self.premium.data, self.choose_from.data, self.choose_by.data)


class LoadForm(Form):
    """The word to offer what a file says that was looked at, upon what stood offered then."""

    ticket = HiddenField()
    stamp = HiddenField()
    premium = HiddenField(validators=[_NAMED, Length(max=200)], filters=[_named])
    choose_from = DayField(validators=[_NEEDED])
    choose_by = DayField(validators=[_NEEDED])
    send = SubmitField(_l("Offri questi premi"))

    def days(self) -> Days:
        """Return what was looked at."""
        return Days(self.premium.data, self.choose_from.data, self.choose_by.data)


class WithdrawForm(Form):
    """The word to take an offer back."""

    premium = HiddenField()
    send = SubmitField(_l("Ritira l'offerta"))


class WithdrawOneForm(Form):
    """The word to take back what was offered to one worker."""

    premium = HiddenField()
    tax_code = StringField(_l("Codice fiscale"), [_NAMED, Length(max=40)])
    send = SubmitField(_l("Ritira solo questa"))


class ChoicesForm(Form):
    """A file of choices that workers made on paper, and the bonus that they are about."""

    premium = StringField(_l("Nome del premio"), [_NAMED, Length(max=200)], filters=[_named])
    file = FileField(_l("File delle scelte"), [FileRequired(_l("Scegli un file."))])
    send = SubmitField(_l("Controlla il file"))


class RecordForm(Form):
    """The word to record the choices of a file that was looked at."""

    ticket = HiddenField()
    premium = HiddenField(validators=[_NAMED, Length(max=200)], filters=[_named])
    send = SubmitField(_l("Registra queste scelte"))


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a file of choices comes to; minor units. What was recorded before is not counted in its sums."""

    new: int
    before: int
    converted_minor: int
    cash_minor: int
    elsewhere_unknown: int
    others: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """
    How far the choosing about a bonus is, as the office is told; minor units.

    Of fewer than five people who chose nothing is told, and of more how many there are at least, in fives. The sums are
    told after the last day, and where at least five took something of each: before, one more choice would show in them.
    """

    standing: PremiumStanding
    people: int | None
    converted_minor: int | None
    cash_minor: int | None
    over: bool


@dataclass(frozen=True, slots=True)
class _Seen:
    """A plan's agreement, the choosing under it, and where its money stands."""

    agreement: Agreement | None
    told: tuple[Told, ...]
    money: Standing


@dataclass(frozen=True, slots=True)
class Look:
    """
    What a file would do, and what the plan lacks if everybody took as much welfare as the agreement admits.

    `others` are the plan's bonuses of another name: under a name of its own a bonus is one more.
    """

    examined: Examined
    days: Days
    new: int
    changed: int
    same: int
    lacking_minor: int
    others: tuple[str, ...]


@blueprint.route("/<string:plan_id>/premio", methods=("GET", "POST"))
@bodies.up_to(MOST_BYTES)
@needs("plans:write")
def show(plan_id: str) -> Response | str | tuple[str, int]:
    """Tell how far the choosing is, and take a file of bonuses to offer."""
    plan = _plan(plan_id)
    form = OfferForm()

    def look() -> tuple[str, int]:
        with bodies.kept(form.file.data) as path:
            seen = transact_in(plan.book_id, lambda session: _look(session, plan, form.days(), path))
            ticket = "" if seen.examined.problems else uploads.keep(path)
        return _preview(plan, seen, _load_form(seen, ticket)), 422 if seen.examined.problems else 200

    page = forms.attempt(form, look)
    return page if page is not None else _shown(plan, form)


@blueprint.post("/<string:plan_id>/premio/offri")
@needs("plans:write")
def load(plan_id: str) -> Response | tuple[str, int]:
    """Offer what was looked at; sent twice, the second time changes nothing."""
    plan, form = _plan(plan_id), LoadForm()
    path = uploads.find(form.ticket.data or "")
    if path is None:
        flask.flash(_("Il file non c'è più: sceglilo di nuovo."))
        return flask.redirect(flask.url_for(".show", plan_id=plan_id))

    def work(session: Session) -> Examined:
        return offers_file.load(
            session,
            plan.book_id,
            plan.draft.code,
            form.days(),
            path,
            actor=current().actor,
            today=clock.today(),
            recorded_at=clock.now(),
            stamp=form.stamp.data or "",
        )

    moved = False

    def offer() -> Examined:
        nonlocal moved
        try:
            return transact_in(plan.book_id, work)
        except BonusOffersMoved:
            moved = True
            raise

    done = forms.attempt(form, offer)
    if moved:
        seen = transact_in(plan.book_id, lambda session: _look(session, plan, form.days(), path))
        again = _load_form(seen, form.ticket.data or "")
        again.refusals = form.refusals
        return _preview(plan, seen, again), form.status
    if done is None:
        empty = OfferForm(
            formdata=None,
            premium=form.premium.data,
            choose_from=form.choose_from.data,
            choose_by=form.choose_by.data,
        )
        empty.refusals, empty.status = form.refusals, form.status
        _take_errors(form, empty)
        return _shown(plan, empty)
    if done.counts[Outcome.NEW] or done.counts[Outcome.CHANGED]:
        flask.flash(_("Fatto: ora i lavoratori trovano il premio nel loro borsellino e scelgono da lì."))
    else:
        flask.flash(_("Era già tutto così: non è cambiato niente."))
    return flask.redirect(flask.url_for(".show", plan_id=plan_id))


@blueprint.post("/<string:plan_id>/premio/ritira")
@needs("plans:write")
def withdraw(plan_id: str) -> Response | tuple[str, int]:
    """Take an offer back, before anybody chose."""
    plan, form = _plan(plan_id), WithdrawForm()

    def work(session: Session) -> int:
        premium = form.premium.data or ""
        return offers.withdraw(session, plan.book_id, plan.draft.code, premium, actor=current().actor)

    if forms.attempt(form, lambda: transact_in(plan.book_id, work)) is None:
        again = OfferForm(formdata=None)
        again.refusals, again.status = form.refusals, form.status
        return _shown(plan, again)
    flask.flash(_("Offerta ritirata: nessuno può più scegliere su questo premio."))
    return flask.redirect(flask.url_for(".show", plan_id=plan_id))


@blueprint.post("/<string:plan_id>/premio/ritira/persona")
@needs("plans:write")
def withdraw_one(plan_id: str) -> Response | tuple[str, int]:
    """Take back what was offered to one worker, while they have not chosen."""
    plan, form = _plan(plan_id), WithdrawOneForm()

    def work(session: Session) -> int:
        code, premium = (form.tax_code.data or "").strip().upper(), form.premium.data or ""
        return offers.withdraw(session, plan.book_id, plan.draft.code, premium, actor=current().actor, tax_code=code)

    if forms.attempt(form, lambda: transact_in(plan.book_id, work)) is None:
        again = OfferForm(formdata=None)
        again.refusals, again.status = form.refusals, form.status
        return _shown(plan, again, form)
    flask.flash(_("Offerta ritirata a questa persona."))
    return flask.redirect(flask.url_for(".show", plan_id=plan_id))


@blueprint.route("/<string:plan_id>/premio/scelte", methods=("GET", "POST"))
@bodies.up_to(MOST_BYTES)
@needs("budgets:load")
def choices(plan_id: str) -> Response | str | tuple[str, int]:
    """Take a file of choices that workers made on paper, and tell what it would grant."""
    plan, form = _plan(plan_id), ChoicesForm()

    def look() -> tuple[str, int]:
        premium = form.premium.data or ""
        with bodies.kept(form.file.data) as path:
            seen = _tried(plan, path, premium)
            ticket = "" if seen.problems else uploads.keep(path)
        return _choices_preview(plan, seen, RecordForm(formdata=None, ticket=ticket, premium=premium))

    page = forms.attempt(form, look)
    if page is not None:
        return page
    # Whether it is a plan of bonuses at all.
    last = transact_in(
        plan.book_id,
        lambda session: offers.of_plan(session, agreements.bonus_plan(session, plan.book_id, plan.draft.code))[:1],
    )
    if not form.is_submitted() and last:
        form.premium.data = last[0].premium
    return forms.show("company/bonus_choices.html", form, plan=plan)


@blueprint.post("/<string:plan_id>/premio/scelte/registra")
@needs("budgets:load")
def record(plan_id: str) -> Response | tuple[str, int]:
    """Record the choices that were looked at, and grant what they take as welfare; sent twice, it counts once."""
    plan, form = _plan(plan_id), RecordForm()
    path = uploads.find(form.ticket.data or "")
    if path is None:
        flask.flash(_("Il file non c'è più: sceglilo di nuovo."))
        return flask.redirect(flask.url_for(".choices", plan_id=plan_id))
    done = forms.attempt(
        form, lambda: transact_in(plan.book_id, lambda session: _record(session, plan, path, form.premium.data or ""))
    )
    if done is None:
        again = ChoicesForm(formdata=None, premium=form.premium.data)
        again.refusals, again.status = form.refusals, form.status
        _take_errors(form, again)
        return forms.show("company/bonus_choices.html", again, plan=plan)
    if done.new:
        told = ngettext("Fatto: %(num)s scelta registrata.", "Fatto: %(num)s scelte registrate.", done.new)
        flask.flash(told)
    else:
        flask.flash(_("Era già tutto così: non è cambiato niente."))
    return flask.redirect(flask.url_for(".show", plan_id=plan_id))


def _tried(plan: FoundPlan, path: Path, premium: str) -> Chosen:
    """Return what a file of choices would come to; nothing of it is kept."""
    try:
        return tried(
            lambda work: transact_in(plan.book_id, work), lambda session: _record(session, plan, path, premium)
        )
    except ChoicesFileRefused as refusal:
        return Chosen(0, 0, 0, 0, 0, problems=refusal.details["problems"])


def _record(session: Session, plan: FoundPlan, path: Path, premium: str) -> Chosen:
    done = conversions.choose_file(session, plan.book_id, plan.draft.code, path, premium, actor=current().actor)
    new = [each.choice for each in done if each.created]
    return Chosen(
        new=len(new),
        before=len(done) - len(new),
        converted_minor=sum(choice.converted_minor for choice in new),
        cash_minor=sum(choice.cash_minor for choice in new),
        elsewhere_unknown=sum(choice.elsewhere_minor is None for choice in new),
        others=_others(session, plan, premium),
    )


def _others(session: Session, plan: FoundPlan, premium: str) -> tuple[str, ...]:
    """Return the names of the plan's other bonuses, offered or chosen about."""
    found = rolls.of_book(session, plan.book_id)
    return tuple(each.premium for each in found if each.plan_id == plan.plan_id and each.premium != premium)


def _choices_preview(plan: FoundPlan, seen: Chosen, form: RecordForm) -> tuple[str, int]:
    page = flask.render_template(
        "company/bonus_choices_preview.html", plan=plan, seen=seen, form=form, shown=_SHOWN, mend=_mend
    )
    return page, 422 if seen.problems else 200


def _mend(problem: Problem) -> str:
    """Return how to mend one place of a file; what somebody chose is payroll's to read, and no file asks for it."""
    if problem.refusal is BonusChosenBefore:
        return str(_("Ha già scelto su questo premio, e altro: togli la riga, o rimetti quello che c'era."))
    return budget_desk.mend(problem)


def _load_form(seen: Look, ticket: str) -> LoadForm:
    days = seen.days
    return LoadForm(
        formdata=None,
        ticket=ticket,
        stamp=seen.examined.stamp,
        premium=days.premium,
        choose_from=days.choose_from,
        choose_by=days.choose_by,
    )


def _take_errors(sent: Form, shown: Form) -> None:
    """Say beside the fields that people see what was wrong with those that went along unseen."""
    for name, told in sent.errors.items():
        if name in shown:
            shown[name].errors = told


def _plan(plan_id: str) -> FoundPlan:
    return transact(lambda session: listing.find(session, plan_id))


def _shown(plan: FoundPlan, form: OfferForm, sent: WithdrawOneForm | None = None) -> tuple[str, int]:
    def work(session: Session) -> _Seen:
        terms = agreements.bonus_plan(session, plan.book_id, plan.draft.code)
        told = tuple(_told(each, clock.today()) for each in offers.of_plan(session, terms))
        money = desk.standing(session, plan.book_id, plan.draft.code)
        return _Seen(agreements.find(session, terms), told, money)

    seen = transact_in(plan.book_id, work)
    back = {each.standing.premium: WithdrawForm(formdata=None, premium=each.standing.premium) for each in seen.told}
    one = {}
    for number, each in enumerate(seen.told, 1):
        premium = each.standing.premium
        mine = sent if sent is not None and sent.premium.data == premium else None
        one[premium] = mine or WithdrawOneForm(formdata=None, premium=premium)
        # Each on the page under a name of its own.
        one[premium].tax_code.id = one[premium].tax_code.label.field_id = f"tax_code-{number}"
    return forms.show("company/bonus.html", form, plan=plan, seen=seen, back=back, one_back=one, fewest=SMALLEST_GROUP)


def _told(standing: PremiumStanding, today: date) -> Told:
    few = standing.chosen < SMALLEST_GROUP
    over = today > standing.choose_by
    summed = over and min(standing.to_welfare, standing.to_cash) >= SMALLEST_GROUP
    return Told(
        standing,
        None if few else standing.chosen - standing.chosen % SMALLEST_GROUP,
        standing.converted_minor if summed else None,
        standing.chosen_minor - standing.converted_minor if summed else None,
        over,
    )


def _look(session: Session, plan: FoundPlan, days: Days, path: Path) -> Look:
    seen = offers_file.examine(session, plan.book_id, plan.draft.code, days, path, today=clock.today())
    terms = agreements.bonus_plan(session, plan.book_id, plan.draft.code)
    shares = agreements.require(session, terms).shares
    most = seen.total_minor * max(shares, default=WHOLE_PERCENT) // WHOLE_PERCENT
    money = desk.standing(session, plan.book_id, plan.draft.code)
    counts = seen.counts
    return Look(
        examined=seen,
        days=days,
        new=counts[Outcome.NEW],
        changed=counts[Outcome.CHANGED],
        same=counts[Outcome.SAME],
        lacking_minor=max(0, most - money.state.grantable_minor),
        others=_others(session, plan, days.premium),
    )


def _preview(plan: FoundPlan, seen: Look, form: LoadForm) -> str:
    return flask.render_template(
        "company/bonus_preview.html", plan=plan, seen=seen, form=form, shown=_SHOWN, mend=_mend
    )
