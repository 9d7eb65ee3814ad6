"""The beginning of the operator's rooms: whether everything runs, and what waits for a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import flask
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from api.access.identity import needs, transact
from api.jobs import runs
from api.jobs.registry import JOBS
from api.jobs.runs import Outcome
from api.running import health
from api.web import network_office, words
from api.web.network_office import clearing_desk
from config import clock
from wallet.settlement import listings

blueprint = network_office.room("office", __name__, "/rete")


@dataclass(frozen=True, slots=True)
class Todo:
    """Something that waits for the operator, and where it is done."""

    sentence: str
    place: str
    does: str


@dataclass(frozen=True, slots=True)
class _Waiting:
    """How much of each kind waits; `uncleared` is the month whose turn it is, if it is over."""

    failed: tuple[str, ...]
    lines: int
    unanswered: int
    uncleared: date | None


@blueprint.get("")
@needs("jobs:read")
def home() -> str:
    """Show whether everything runs, and what waits."""
    waiting = transact(_waiting)
    return flask.render_template("network_office/home.html", checks=health.look(), todo=_todo(waiting), named=_named)


def _waiting(session: Session) -> _Waiting:
    last = runs.last(session)
    bad = (Outcome.FAILED, Outcome.LOST)
    return _Waiting(
        failed=tuple(name for name in JOBS if name in last and last[name].outcome in bad),
        lines=network_office.count(session, listings.waiting()),
        unanswered=network_office.count(session, listings.transfers(state="prepared", execute_before=clock.today())),
        uncleared=clearing_desk.next_month(session),
    )


def _todo(waiting: _Waiting) -> list[Todo]:
    found = [
        Todo(
            _("Il lavoro «%(name)s» non è riuscito.", name=name),
            flask.url_for("web_network_jobs.show", job=name),
            _("Guarda perché"),
        )
        for name in waiting.failed
    ]
    if waiting.lines:
        sentence = ngettext(
            "%(num)s movimento della banca aspetta una decisione.",
            "%(num)s movimenti della banca aspettano una decisione.",
            waiting.lines,
        )
        found.append(Todo(sentence, flask.url_for("web_network_bank.home"), _("Chiarisci")))
    if waiting.unanswered:
        sentence = ngettext(
            "Di %(num)s bonifico la banca non ha ancora risposto.",
            "Di %(num)s bonifici la banca non ha ancora risposto.",
            waiting.unanswered,
        )
        place = flask.url_for("web_network_payments.every", stato="prepared")
        found.append(Todo(sentence, place, _("Guarda quali")))
    if waiting.uncleared is not None:
        found.append(
            Todo(
                _("%(month)s è finito: si può compensare.", month=words.month(waiting.uncleared).capitalize()),
                flask.url_for("web_network_clearing.every"),
                _("Compensa"),
            )
        )
    return found


def _named(check: str) -> str:
    """Return what is looked at, in words."""
    told = {
        "database": _("la base dati"),
        "schema": _("le tabelle, della versione del programma"),
        "role": _("i recinti fra chi guarda e i dati"),
        "proofs": _("le verifiche dei libri e dei sigilli"),
        "worker": _("chi esegue i lavori"),
    }
    return str(told.get(check, check))
