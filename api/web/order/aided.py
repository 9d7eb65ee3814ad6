"""Ordering with a municipality's voucher: what it pays, what its citizen pays, and how that is paid."""

from __future__ import annotations

from typing import Any

import flask
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from api.access.identity import current, needs, transact, transact_in
from api.access.roles import Role
from api.running import metrics
from api.web import forms, guards, me, words
from api.web.me import Owner
from api.web.order import places
from api.web.order.places import Around
from api.web.order.shapes import BuyForm, ShareForm
from api.web.public import names, orientation
from config import clock
from ledger import idempotency
from network import services
from network.services import Entry
from wallet.errors import DecisionChanged
from wallet.social import aids, purchases
from wallet.social.aids import Aid
from wallet.social.purchases import Bought, Told

blueprint = flask.Blueprint("web_aided", __name__, url_prefix="/io/buono")
blueprint.before_request(guards.only(Role.EMPLOYEE))

_Page = Response | tuple[str, int]


@blueprint.context_processor
def _named() -> dict[str, object]:
    return {"names": names, "drawing": forms.drawing()}


@blueprint.get("/<string:service>")
@forms.addressed
@needs("authorizations:create")
def begin(service: str) -> _Page:
    """Ask how much and when; then tell who would pay what."""
    mine, entry, aid = _looked_up(service)
    if aid is None:
        return flask.redirect(flask.url_for("web_order.begin", service=service))
    given = flask.request.args
    form = ShareForm(aid, formdata=given) if "quante" in given else ShareForm(aid, formdata=None, quante=1)
    told = _sound(form, mine, aid, service) if "quante" in given else None
    if told is None:
        return forms.show("order/share.html", form, entry=entry, aid=aid)
    drawn, reached = BuyForm(formdata=None), _reached(mine, entry)
    drawn.reach(reached)
    drawn.fill(reached)
    already = transact_in(mine.book_id, lambda session: _made(session, mine, drawn.key.data))
    return _confirm(drawn, form, entry, aid, told, already)


@blueprint.post("/<string:service>")
@needs("authorizations:create")
def buy(service: str) -> _Page:
    """Order what the municipality pays whole; a share is paid at the desk first."""
    form = BuyForm()
    mine, entry, aid = _looked_up(service)
    made = transact_in(mine.book_id, lambda session: _made(session, mine, form.key.data))
    if made is not None:
        # What used the voucher up leaves none to look at.
        flask.flash(_("L'avevi già ordinato, ed eccolo: non ne abbiamo fatto un altro."))
        return flask.redirect(flask.url_for("web_order.voucher", authorization_id=made))
    if aid is None:
        return _again(service)
    form.reach(_reached(mine, entry))
    asked = ShareForm(aid, formdata=flask.request.form)
    told = _sound(asked, mine, aid, service)
    if told is None:
        return forms.show("order/share.html", asked, entry=entry, aid=aid)

    def work(session: Session) -> Bought:
        if told.citizen_minor:
            # The desk takes the share first.
            raise DecisionChanged()
        bought = purchases.order(
            session,
            mine.book_id,
            aid.application_id,
            service,
            asked.quante.data,
            form.told.data or "",
            service_on=asked.giorno.data,
            actor=current().actor,
            key=form.key.data,
        )
        form.tell_place(session, mine.book_id, bought.authorization, actor=current().actor)
        return bought

    done = forms.attempt(form, lambda: transact_in(mine.book_id, work))
    if done is None:
        return _confirm(form, asked, entry, aid, told)
    metrics.decided(done.authorization.status, done.authorization.decline_code)
    return flask.redirect(flask.url_for("web_order.voucher", authorization_id=done.authorization.authorization_id))


@blueprint.post("/<string:service>/chiedi")
@needs("requests:create")
def ask(service: str) -> _Page:
    """Ask the desk for an order of which a share is to be paid there."""
    mine, entry, aid = _looked_up(service)
    if aid is None or forms.RESUMED in flask.request.form:
        return _again(service)
    asked, form = ShareForm(aid, formdata=flask.request.form), BuyForm()
    form.reach(_reached(mine, entry))
    told = _sound(asked, mine, aid, service)
    if told is None:
        return forms.show("order/share.html", asked, entry=entry, aid=aid)

    def work(session: Session) -> str:
        if not told.possible or not told.citizen_minor or told.told != form.told.data:
            # The desk is asked for nothing that cannot be, or that nobody was told.
            raise DecisionChanged()
        return orientation.ask_once(
            session,
            mine.book_id,
            mine.employee_id,
            key=form.key.data or "",
            text=_wish(entry, asked, told),
            service=service,
            territory=None,
        )

    made = forms.attempt(form, lambda: transact_in(mine.book_id, work))
    if made is None:
        return _confirm(form, asked, entry, aid, told)
    flask.flash(_("Richiesta mandata allo sportello. Ti diciamo qui come pagare la tua parte."))
    return flask.redirect(flask.url_for("web_orientation.ask", _anchor=made))


def _looked_up(service: str) -> tuple[Owner, Entry, Aid | None]:
    mine = me.owner("authorizations:create")

    def work(session: Session) -> tuple[Entry, Aid | None]:
        entry = services.entry_of(session, service, on=clock.today())
        aid = aids.for_service(session, mine.book_id, mine.employee_id, service)
        return entry, aid if aid is not None and aid.pays(entry.price_minor or 0) else None

    return mine, *transact(work)


def _reached(mine: Owner, entry: Entry) -> Around | None:
    return transact(lambda session: places.around(session, entry, mine.book_id, mine.employee_id, None))


def _told(mine: Owner, aid: Aid, service: str, asked: ShareForm) -> Told:
    return transact_in(
        mine.book_id,
        lambda session: purchases.simulate(
            session, mine.book_id, aid.application_id, service, asked.quante.data, service_on=asked.giorno.data
        ),
    )


def _sound(asked: ShareForm, mine: Owner, aid: Aid, service: str) -> Told | None:
    """Return what can be told of what was asked; None where something of it has to be mended first."""
    return asked.look(lambda: _told(mine, aid, service, asked))


def _made(session: Session, mine: Owner, key: str | None) -> str | None:
    """Return the order that was made under a key; None where there is none yet."""
    kept = idempotency.answered(session, mine.book_id, current().actor, "social_buy", key or "")
    return None if kept is None else str(kept["authorization_id"])


def _confirm(
    form: BuyForm, asked: ShareForm, entry: Entry, aid: Aid, told: Told, already: str | None = None
) -> tuple[str, int]:
    form.quante.data = str(asked.quante.data)
    form.giorno.data = "" if asked.giorno.data is None else asked.giorno.data.isoformat()
    form.told.data = told.told
    return forms.show("order/shared.html", form, asked=asked, entry=entry, aid=aid, told=told, already=already)


def _again(service: str) -> Response:
    """Lead back to the first step, with what was said."""
    given = flask.request.form
    said: dict[str, Any] = {name: given[name] for name in ("quante", "giorno") if given.get(name)}
    return flask.redirect(flask.url_for("web_aided.begin", service=service, **said))


def _wish(entry: Entry, asked: ShareForm, told: Told) -> str:
    day = _("da decidere") if asked.giorno.data is None else words.day(asked.giorno.data)
    wish: str = _(
        "Vorrei ordinare con il mio buono del Comune: %(quantity)s × %(service)s. Giorno: %(day)s. La mia parte è"
        " %(share)s.",
        quantity=told.decision.quantity,
        service=entry.name,
        day=day,
        share=words.amount(told.citizen_minor),
    )
    return wish
