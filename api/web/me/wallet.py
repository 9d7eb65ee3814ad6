"""The wallet: what can be spent and until when, how near the limit is, what moved it last, and its calendar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import flask
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import DateField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from api.access.identity import needs, transact_in
from api.conventions import paging
from api.conventions.paging import Page
from api.web import me, words
from api.web.forms import Form
from api.web.me import calendars
from config import clock
from network.services import catalogue
from network.services.catalogue import Service
from plans import people
from plans.rulebook.words import Category
from wallet import authorizations, contents, history, labels, movements
from wallet.authorizations import Authorization
from wallet.contents import Contents
from wallet.movements import Flow, Movement
from wallet.position import Gauge, position
from wallet.position import words as said

blueprint = flask.Blueprint("web_me", __name__, url_prefix="/io")

_LAST = {"limit": 5}
_OPEN = {"limit": 10}
# Within so many days an expiry is soon, and the page says so.
SOON_DAYS = 90


@dataclass(frozen=True, slots=True)
class Sight:
    """What somebody sees first; `fringe` is None where the law sets no limit, `soon` says that credit ends soon."""

    contents: Contents
    fringe: Gauge | None
    last: Sequence[Movement]
    reserved: Sequence[Authorization]
    services: Mapping[str, Service]
    relatives: int
    today: date

    @property
    def days_left(self) -> int | None:
        """In how many days the next credit ends."""
        ending = self.contents.next_expiry
        return None if ending is None else (ending.on - self.today).days

    @property
    def soon(self) -> bool:
        """Whether what ends next ends soon."""
        return self.days_left is not None and self.days_left <= SOON_DAYS


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
    since = DateField(_l("Dal giorno"), [Optional()])
    until = DateField(_l("Al giorno"), [Optional()])

    def chosen(self) -> dict[str, Any]:
        """Return the filters that were given."""
        given = {name: self[name].data for name in ("since", "until") if self[name].data}
        return given | ({"flow": Flow(self.flow.data)} if self.flow.data else {})


@blueprint.app_template_filter("entry_kind")
def entry_kind(kind: str) -> str:
    """Return the words for a kind of movement."""
    return labels.entry(kind, words.asked())


@blueprint.app_template_filter("last_day")
def last_day(end: datetime) -> date:
    """Return the last day before a moment: what ends at midnight ends with the day before."""
    return (end.astimezone(clock.ROME) - timedelta(microseconds=1)).date()


@blueprint.app_template_filter("one_more")
def one_more(gauge: Gauge) -> str:
    """Return what one euro more would do."""
    return said.one_more(gauge, words.asked())


@blueprint.get("")
@needs("wallets:read")
def home() -> str:
    """Show the wallet: first what is there, and until when."""
    mine = me.owner("wallets:read")
    sight = transact_in(mine.book_id, lambda session: _sight(session, mine.book_id, mine.employee_id))
    return flask.render_template("me/wallet.html", sight=sight, ways=flask.current_app.view_functions)


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

    def work(session: Session) -> Page[Movement]:
        statement = movements.of(mine.book_id, mine.employee_id, **chosen)
        return paging.cut(session, statement, movements.KEY, asked).each(movements.movement)

    page = transact_in(mine.book_id, work)
    backward = "ending_before" in asked
    return flask.render_template(
        "me/movements.html",
        form=form,
        page=page,
        filters={name: value for name, value in flask.request.args.items() if name not in cursors and value},
        older=page.has_more or backward,
        newer=page.has_more if backward else "starting_after" in asked,
    ), 200 if sound else 422


@blueprint.get("/scadenze.ics")
@needs("wallets:read")
def calendar() -> flask.Response:
    """Give the days on which credit ends, as a file for a calendar."""
    mine = me.owner("wallets:read")
    found = transact_in(mine.book_id, lambda session: contents.of(session, mine.book_id, mine.employee_id, ended=False))
    response = flask.Response(calendars.of(found), content_type="text/calendar; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename="borsellino-scadenze.ics")
    return response


def _sight(session: Session, book_id: int, employee_id: str) -> Sight:
    found = position(session, book_id, employee_id, clock.today().year)
    last = paging.cut(session, movements.of(book_id, employee_id), movements.KEY, _LAST).each(movements.movement)
    statement = history.query(book_id=book_id, employee_id=employee_id, unfinished=True)
    reserved = paging.cut(session, statement, history.KEY, _OPEN).each(authorizations.of_row)
    names = catalogue.listed(session, {each.service_code for each in reserved.data})
    return Sight(
        contents=contents.of(session, book_id, employee_id, ended=False),
        fringe=next((gauge for gauge in found.gauges if gauge.category is Category.FRINGE), None),
        last=last.data,
        reserved=reserved.data,
        services={each.code: each for each in names},
        relatives=len(people.relatives(session, book_id, employee_id)),
        today=clock.today(),
    )
