"""Today at a provider: what it is asked to accept, what it is to give, what it gave, and what it should know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import SelectField, SubmitField

from api.access.identity import current, needs, transact, transact_in
from api.access.roles import Role
from api.web import forms, guards, provider, words
from api.web.forms import MoneyForm
from api.web.provider import coming
from api.web.public import names
from config import clock
from network import contacts, providers, qualification, services
from network.providers import Provider
from network.qualification import Expiring
from network.services import Service
from wallet.acceptances import answering, awaited
from wallet.acceptances.awaited import Acceptance
from wallet.acceptances.words import Reason, State
from wallet.redemptions import agenda, records
from wallet.redemptions.agenda import Booking, Given
from wallet.redemptions.records import Redemption
from wallet.redemptions.words import Status
from wallet.settlement import contested
from wallet.settlement.contested import Contested

blueprint = flask.Blueprint("web_provider", __name__, url_prefix="/fornitore")
blueprint.before_request(guards.only(Role.PROVIDER))
blueprint.context_processor(lambda: {"unit": names.unit})

DAYS_AHEAD, MOST, DAYS_OF_NOTICE = 7, 100, 60


class AcceptForm(MoneyForm):
    """That the provider will serve."""

    send = SubmitField(_l("Accetta"))


class RefuseForm(MoneyForm):
    """Why the provider will not."""

    reason = SelectField(
        _l("Perché non puoi?"), choices=lambda: [(str(one), one.label(words.asked())) for one in Reason]
    )
    send = SubmitField(_l("Rifiuta la richiesta"))


@dataclass(frozen=True, slots=True)
class Asked:
    """What a provider is asked to accept, and the service's name."""

    acceptance: Acceptance
    service: Service


@dataclass(frozen=True, slots=True)
class Day:
    """What a provider finds when it begins its day: what it is asked, and what is to be given, today's first."""

    asked: tuple[Asked, ...]
    today: tuple[Booking, ...]
    behind: tuple[Booking, ...]
    ahead: tuple[Booking, ...]
    given: tuple[Given, ...]
    ending: tuple[Expiring, ...]
    disputed: tuple[Contested, ...]
    undecided: tuple[tuple[str, Redemption], ...]
    provider: Provider
    reachable: bool


@blueprint.get("")
@needs("acceptances:read")
def home() -> str:
    """Show the day."""
    today = clock.today()
    found = transact(lambda session: _day(session, provider.code()))
    return flask.render_template(
        "provider/today.html",
        found=found,
        today=today,
        coming=coming.find(),
        accepting=AcceptForm(formdata=None),
    )


def _day(session: Session, code: str) -> Day:
    today = clock.today()
    waiting = awaited.query(state=State.PENDING).order_by(awaited.ID).limit(MOST)
    bookings = agenda.open_until(session, code, today + timedelta(days=DAYS_AHEAD), most=MOST)
    undecided = records.query(status=Status.CONFLICT).order_by(records.ID.desc()).limit(MOST)
    ending = qualification.expiring(session, today, within_days=DAYS_OF_NOTICE)
    return Day(
        _named(session, [awaited.value(row) for row in session.execute(waiting)]),
        tuple(each for each in bookings if each.service_on == today),
        tuple(each for each in bookings if each.service_on < today),
        tuple(each for each in bookings if each.service_on > today),
        agenda.given_on(session, code, today),
        tuple(each for each in ending if each.provider_code == code),
        tuple(each for each in contested.of_provider(session, code, most=MOST) if each.waits),
        _with_names(session, [records.value(row) for row in session.execute(undecided)]),
        providers.get(session, code, today),
        contacts.of(session, code) is not None,
    )


def _with_names(session: Session, undecided: Sequence[Redemption]) -> tuple[tuple[str, Redemption], ...]:
    named = {each.code: each.name for each in services.listed(session, {one.service_code for one in undecided})}
    return tuple((named[one.service_code], one) for one in undecided)


def _named(session: Session, waiting: Sequence[Acceptance]) -> tuple[Asked, ...]:
    named = {each.code: each for each in services.listed(session, {one.service_code for one in waiting})}
    return tuple(Asked(one, named[one.service_code]) for one in waiting)


@blueprint.post("/richieste/<string:authorization_id>/accetta")
@needs("acceptances:answer")
def accept(authorization_id: str) -> Response | tuple[str, int]:
    """Accept a purchase."""
    form, asked = AcceptForm(), _asked(authorization_id)
    done = forms.attempt(form, lambda: _accept(asked.acceptance, form.key.data))
    if done is None:
        return forms.show("provider/answer.html", RefuseForm(formdata=None), asked=asked, accepting=form)
    flask.flash(_("Accettata: chi l'ha chiesta ha ora il suo codice."))
    return flask.redirect(flask.url_for("web_provider.home"))


@blueprint.route("/richieste/<string:authorization_id>", methods=("GET", "POST"))
@needs("acceptances:answer")
def answer(authorization_id: str) -> Response | tuple[str, int]:
    """Show what is asked, and refuse it."""
    form, asked = RefuseForm(), _asked(authorization_id)
    if forms.attempt(form, lambda: _refuse(asked.acceptance, Reason(form.reason.data), form.key.data)) is None:
        return forms.show("provider/answer.html", form, asked=asked, accepting=AcceptForm(formdata=None))
    flask.flash(_("Rifiutata: il credito è di nuovo libero e la persona lo sa."))
    return flask.redirect(flask.url_for("web_provider.home"))


def _asked(authorization_id: str) -> Asked:
    return transact(lambda session: _named(session, [awaited.get(session, authorization_id)])[0])


def _accept(asked: Acceptance, key: str) -> Acceptance:
    actor = current().actor
    return transact_in(
        asked.book_id,
        lambda session: answering.accept(session, asked.book_id, asked.authorization_id, actor=actor, key=key),
    )


def _refuse(asked: Acceptance, reason: Reason, key: str) -> Acceptance:
    actor = current().actor
    return transact_in(
        asked.book_id,
        lambda session: answering.refuse(session, asked.book_id, asked.authorization_id, reason, actor=actor, key=key),
    )
