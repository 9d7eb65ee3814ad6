"""The wallet: what can be spent and until when, how near the limit is, what moved it last, and its calendar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import flask
from babel.numbers import format_percent
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from api.access.identity import current, needs, transact_in
from api.conventions import paging
from api.conventions.paging import Page
from api.web import me, navigation, words
from api.web.fields import DayField
from api.web.forms import Form
from api.web.me import calendars, surveys
from config import clock, money
from network.services import Delivery, catalogue
from network.services.catalogue import Service
from plans import funders, people, plans
from plans.bonus import offers
from plans.bonus.offers import Offer
from plans.people import RelativeCard
from plans.rulebook.words import Category
from plans.words import FunderKind
from wallet import authorizations, contents, delivery_places, history, labels, movements
from wallet.authorizations import Authorization
from wallet.contents import Contents, Ending
from wallet.labels import EntryKind
from wallet.movements import Flow, Movement
from wallet.position import Gauge, gauges
from wallet.position import words as said
from wallet.reimbursements import checklist
from wallet.reimbursements.checklist import Expense
from wallet.requests import records
from wallet.requests.records import Request
from wallet.requests.words import State
from wallet.social import aids
from wallet.social.aids import Aid

blueprint = flask.Blueprint("web_me", __name__, url_prefix="/io")

_LAST = {"limit": 5}
_OPEN = {"limit": 10}
# Within so many days an expiry is soon, and the page says so.
SOON_DAYS = 90
# So many days long the page leads to what was answered.
ANSWER_DAYS = 14


@dataclass(frozen=True, slots=True)
class Mark:
    """What a movement is at a glance: a word, a sign beside it, and a tone of ours."""

    word: Any
    sign: str
    tone: str


_MARKS: Mapping[str, Mark] = {
    EntryKind.CAPTURE: Mark(_l("Pagato"), "✓", "spent"),
    EntryKind.REIMBURSEMENT: Mark(_l("Rimborsato"), "✓", "spent"),
    EntryKind.REFUND: Mark(_l("Restituito"), "↓", "good"),
    EntryKind.EXPIRY: Mark(_l("Scaduto"), "✕", "bad"),
    EntryKind.CARRY_OVER: Mark(_l("Riportato"), "→", "near"),
}
_CAME, _WENT, _MOVED = (
    Mark(_l("Entrata"), "↓", "good"),
    Mark(_l("Uscita"), "↑", "spent"),
    Mark(_l("Spostato"), "→", "near"),
)
# What was bought has a page of its own, with its code and what became of it.
_BOUGHT = frozenset({EntryKind.CAPTURE, EntryKind.REFUND})


@dataclass(frozen=True, slots=True)
class Sight:
    """
    What somebody sees first.

    `fringe` is None where the law sets no limit, or no employer pays; `aids` are vouchers of a municipality; `soon`
    says that credit ends soon and is lost then. `carried` is what of it can be spent all the same, and until when.
    `expenses` are the names of what is asked back. `answered` is what a welfare manager answered lately. `bonus` is a
    bonus that waits for their choice.
    """

    contents: Contents
    payer: FunderKind
    fringe: Gauge | None
    aids: Sequence[Aid]
    last: Sequence[Movement]
    plan_names: Mapping[str, str]
    reserved: Sequence[Authorization]
    services: Mapping[str, Service]
    expenses: Mapping[str, Expense]
    family: Sequence[RelativeCard]
    left_on: date | None
    carried: Ending | None
    until: Mapping[str, date]
    answered: Sequence[Request]
    bonus: Offer | None
    placeless: frozenset[str]
    today: date

    @property
    def left(self) -> bool:
        """Whether they work for their employer no longer."""
        return self.left_on is not None and self.left_on < self.today

    @property
    def days_left(self) -> int | None:
        """In how many days the next credit ends."""
        ending = self.contents.next_expiry
        return None if ending is None else (ending.on - self.today).days

    @property
    def soon(self) -> bool:
        """Whether what ends next ends soon, and is lost then."""
        return self.lost_minor > 0 and self.days_left is not None and self.days_left <= SOON_DAYS

    @property
    def lost_minor(self) -> int:
        """What is lost on the day that credit ends next, unless it is spent; minor units."""
        ending = self.contents.next_expiry
        return 0 if ending is None else ending.amount_minor - (self.carried.amount_minor if self.carried else 0)


class MovementsForm(Form):
    """Which movements."""

    class Meta:
        """Nothing is changed by looking: the filters stand in the address."""

        csrf = False

    flow = SelectField(
        _l("Che cosa"),
        default="",
        choices=[
            SelectChoice("", _l("Tutti i movimenti")),
            SelectChoice(Flow.IN.value, _l("Solo le entrate")),
            SelectChoice(Flow.OUT.value, _l("Solo le uscite")),
        ],
    )
    since = DayField(_l("Dal giorno"), [Optional()])
    until = DayField(_l("Al giorno"), [Optional()])

    def chosen(self) -> dict[str, Any]:
        """Return the filters that were given."""
        given = {name: self[name].data for name in ("since", "until") if self[name].data}
        return given | ({"flow": Flow(self.flow.data)} if self.flow.data else {})


@blueprint.app_template_filter("entry_kind")
def entry_kind(kind: str) -> str:
    """Return the words for a kind of movement."""
    return labels.entry(kind, words.asked())


@blueprint.app_template_filter("movement_mark")
def movement_mark(one: Movement) -> Mark:
    """Return what a movement is at a glance."""
    way = _CAME if one.amount_minor > 0 else _WENT if one.amount_minor < 0 else _MOVED
    return _MARKS.get(one.kind, way)


@blueprint.app_template_filter("of_plans")
def of_plans(one: Movement, names: Mapping[str, str]) -> str:
    """Return which plans' credit moved; of what went from one to another, how much."""
    came = [lot for lot in one.lots if lot.amount_minor > 0] if one.amount_minor == 0 else one.lots
    told = (names.get(lot.lot_id, "") for lot in came)
    if one.amount_minor == 0:
        told = (f"{names.get(lot.lot_id, '')}, {words.amount(lot.amount_minor)}" for lot in came)
    return "; ".join(dict.fromkeys(told))


@blueprint.app_template_filter("order_of")
def order_of(one: Movement) -> str | None:
    """Return the page of what was bought, where something was."""
    if one.authorization_id is None or one.kind not in _BOUGHT:
        return None
    return flask.url_for("web_order.voucher", authorization_id=one.authorization_id)


@blueprint.app_template_filter("percent")
def percent(points: int) -> str:
    """Return hundredths of one per cent as people write a percentage."""
    return str(format_percent(Decimal(points) / 10_000, format="#,##0.##%", locale=money.LOCALES[words.asked()]))


@blueprint.app_template_filter("last_day")
def last_day(end: datetime) -> date:
    """Return the last day before a moment: what ends at midnight ends with the day before."""
    return (end.astimezone(clock.ROME) - timedelta(microseconds=1)).date()


@blueprint.app_template_filter("until")
def until(end: datetime) -> str:
    """Return until when something holds: a day, or a moment of it."""
    ends = end.astimezone(clock.ROME)
    return words.day(last_day(end)) if ends.time() == time.min else words.moment(end)


@blueprint.app_template_filter("one_more")
def one_more(gauge: Gauge) -> str:
    """Return what one euro more would do."""
    return said.one_more(gauge, words.asked())


@blueprint.get("")
@needs("wallets:read")
def home() -> str:
    """Show the wallet: first what is there, and until when."""
    mine = me.owner("wallets:read")

    def work(session: Session) -> tuple[Sight, bool]:
        sight = _sight(session, mine.book_id, mine.employee_id)
        return sight, sight.bonus is not None or offers.known(session, mine.book_id, mine.employee_id)

    sight, bonus = transact_in(mine.book_id, work)
    navigation.know_bonus(current().appointment_id, known=bonus)
    return flask.render_template("me/wallet.html", sight=sight, surveys=surveys.unanswered(mine))


@blueprint.get("/movimenti")
@needs("wallets:read")
def every() -> tuple[str, int]:
    """List what moved the wallet, a page at a time."""
    mine = me.owner("wallets:read")
    form = MovementsForm(flask.request.args)
    sound = form.validate()
    chosen = form.chosen() if sound else {}
    cursors = ("starting_after", "ending_before")
    asked = {"limit": 25} | {name: flask.request.args[name] for name in cursors if flask.request.args.get(name)}

    def work(session: Session) -> tuple[Page[Movement], Mapping[str, str]]:
        statement = movements.of(mine.book_id, mine.employee_id, **chosen)
        page = paging.cut(session, statement, movements.KEY, asked).each(movements.movement)
        return page, _plan_names(session, mine.book_id, mine.employee_id)

    page, plan_names = transact_in(mine.book_id, work)
    backward = "ending_before" in asked
    return flask.render_template(
        "me/movements.html",
        form=form,
        page=page,
        plan_names=plan_names,
        filters={name: value for name, value in flask.request.args.items() if name not in cursors and value},
        older=page.has_more or backward,
        newer=page.has_more if backward else "starting_after" in asked,
    ), 200 if sound else 422


@blueprint.get("/scadenze.ics")
@needs("wallets:read")
def calendar() -> flask.Response:
    """Give the days on which credit ends, as a file for a calendar."""
    mine = me.owner("wallets:read")

    def work(session: Session) -> tuple[Contents, Mapping[str, date]]:
        found = contents.of(session, mine.book_id, mine.employee_id, ended=False)
        return found, _last_days(session, mine.book_id, mine.employee_id, found)

    found, last = transact_in(mine.book_id, work)
    response = flask.Response(calendars.of(found, last), content_type="text/calendar; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename="borsellino-scadenze.ics")
    return response


def _sight(session: Session, book_id: int, employee_id: str) -> Sight:
    payer = funders.of_book(session, book_id).kind
    employed = payer is FunderKind.EMPLOYER
    last = paging.cut(session, movements.of(book_id, employee_id), movements.KEY, _LAST).each(movements.movement)
    statement = history.query(book_id=book_id, employee_id=employee_id, unfinished=True)
    reserved = paging.cut(session, statement, history.KEY, _OPEN).each(authorizations.of_row)
    found = aids.of_person(session, book_id, employee_id)
    codes = {each.service_code for each in reserved.data} | {code for aid in found for code in aid.services}
    has, left_on = contents.of(session, book_id, employee_id, ended=False), _left_on(session, book_id, employee_id)
    known = {each.code: each for each in catalogue.listed(session, codes)}
    until = _last_days(session, book_id, employee_id, has)
    at_home = {
        one.authorization_id
        for one in reserved.data
        if one.service_code in known and known[one.service_code].delivery is Delivery.HOME
    }
    return Sight(
        contents=has,
        payer=payer,
        fringe=_fringe(session, book_id, employee_id) if employed else None,
        aids=found,
        last=last.data,
        plan_names=_plan_names(session, book_id, employee_id),
        reserved=reserved.data,
        services=known,
        expenses=checklist.expenses(),
        family=people.relatives(session, book_id, employee_id),
        left_on=left_on,
        answered=_answered(session, book_id, employee_id),
        bonus=_bonus(session, book_id, employee_id, left_on) if employed else None,
        placeless=frozenset(at_home) - delivery_places.told_of(session, book_id, at_home),
        carried=_carried(has, until),
        until=until,
        today=clock.today(),
    )


def _bonus(session: Session, book_id: int, employee_id: str, left_on: date | None) -> Offer | None:
    """Return the bonus that waits for a choice; none where whoever left could not spend it as welfare any more."""
    today = clock.today()
    offer = offers.waiting(session, book_id, employee_id, on=today)
    if offer is None or left_on is None:
        return offer
    terms = plans.by_code(session, book_id, offer.plan_code)
    return offer if terms.last_day(terms.spend_by, left_on) >= today else None


def _answered(session: Session, book_id: int, employee_id: str) -> Sequence[Request]:
    """Return what was asked and answered within some days, and not closed since; the latest question first."""
    query = records.query(book_id=book_id, employee_id=employee_id, state=State.ANSWERED)
    found = records.values(session, paging.cut(session, query, records.ID, _OPEN).data)
    since = clock.now() - timedelta(days=ANSWER_DAYS)
    return [one for one in found if one.events[-1].recorded_at >= since]


def _plan_names(session: Session, book_id: int, employee_id: str) -> Mapping[str, str]:
    """Return the name of the plan of each lot that somebody ever had."""
    return {lot.lot_id: lot.plan_name for lot in contents.of(session, book_id, employee_id).lots}


def _left_on(session: Session, book_id: int, employee_id: str) -> date | None:
    return people.employee(session, book_id, employee_id).left_on


def _last_days(session: Session, book_id: int, employee_id: str, has: Contents) -> Mapping[str, date]:
    """Return until when what is in each lot can be spent, in that lot or in the one that it is carried over to."""
    days = {lot.lot_id: lot.spend_by for lot in has.lots}
    if _left_on(session, book_id, employee_id) is not None:
        return days
    terms = plans.terms(session, book_id, {lot.plan_id for lot in has.lots})
    carried = {lot.lot_id: terms[lot.plan_id].carried_until() for lot in has.lots if not lot.carried}
    return {lot_id: max(day, carried.get(lot_id, day)) for lot_id, day in days.items()}


def _carried(has: Contents, last: Mapping[str, date]) -> Ending | None:
    """Return what of the credit that ends next goes on, and until when the first of it does; None where none does."""
    ending = has.next_expiry
    ends = [lot for lot in has.lots if ending is not None and lot.counts and lot.spend_by == ending.on]
    on = [lot for lot in ends if last[lot.lot_id] > lot.spend_by]
    return Ending(min(last[lot.lot_id] for lot in on), sum(lot.available_minor for lot in on)) if on else None


def _fringe(session: Session, book_id: int, employee_id: str) -> Gauge | None:
    found = gauges(session, book_id, employee_id, clock.today().year)
    return next((gauge for gauge in found if gauge.category is Category.FRINGE), None)
