"""The bank's answers: its statements, read once each, and the movements that wait for a person."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import Any

import flask
import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import RadioField, StringField, SubmitField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from api.access.identity import current, needs, transact
from api.conventions import paging, uploads
from api.conventions.paging import Page
from api.web import forms, network_office, reading, words
from api.web.fields import DayField
from api.web.forms import MoneyForm
from wallet.settlement import camt, confirmations, listings
from wallet.settlement.confirmations import Why

blueprint = network_office.room("bank", __name__, "/rete/banca")

_MOST_BYTES = (camt.LIMIT_MB + 1) * 1_000_000
# As many payments as a person can look through; another is named by its id.
_FEW = 10
_NOT_OURS, _OTHER = "not_ours", "other"
# What the key of a file that brought nothing new answers.
_NOTHING = ""


class StatementForm(MoneyForm):
    """A statement of the account that runs are paid from."""

    file = FileField(_l("Estratto conto della banca"), [FileRequired(_l("Scegli un file."))])
    on = DayField(_l("Giorno delle scritture (vuoto: quello della banca)"), [Optional()])
    send = SubmitField(_l("Leggi l'estratto"))


class ResolveForm(MoneyForm):
    """What a person found a movement to be."""

    what = RadioField(_l("Che cos'è"), [InputRequired(_l("Scegli una risposta."))], validate_choice=False)
    payout_id = StringField(_l("Numero del bonifico"), [Length(max=35)])
    reason = StringField(_l("Su che cosa si basa la decisione"), [network_office.NEEDED, Length(max=200)])
    on = DayField(_l("Giorno delle scritture (vuoto: quello della banca)"), [Optional()])
    send = SubmitField(_l("Chiudi il movimento"))

    def payment(self) -> str | None:
        """Return the payment that was chosen or named; None for none of ours."""
        chosen = {_NOT_OURS: None, _OTHER: (self.payout_id.data or "").strip()}
        return chosen.get(self.what.data, self.what.data)


@dataclass(frozen=True, slots=True)
class _Told:
    """What waits, and the files that were read."""

    waiting: Page[Any]
    files: Page[Any]


@blueprint.get("")
@needs("payouts:run")
def home() -> tuple[str, int]:
    """Show what waits and the files that were read, and take another."""
    return _home(StatementForm(formdata=None))


@blueprint.post("")
@uploads.up_to(_MOST_BYTES)
@needs("payouts:run")
def read() -> Response | tuple[str, int]:
    """Read a statement: what left is paid, what came back is payable again, what fits nothing waits."""
    form = StatementForm()

    def take() -> str:
        with uploads.kept(form.file.data) as path:
            said = {"file": _digest(path), "on": None if form.on.data is None else form.on.data.isoformat()}

            def work(session: Session) -> str:
                found = confirmations.read(session, path, actor=current().actor, on=form.on.data)
                return found.confirmation_id or _NOTHING

            return network_office.once("", "bank_statement", form, said, work)

    made = forms.attempt(form, take)
    if made is None:
        return _home(form)
    if made == _NOTHING:
        flask.flash(_("In questo file non c'è nulla di nuovo: ogni movimento era già stato letto."))
        return flask.redirect(flask.url_for(".home"))
    return flask.redirect(flask.url_for(".statement", confirmation_id=made))


@blueprint.get("/estratti/<string:confirmation_id>")
@needs("payouts:run")
def statement(confirmation_id: str) -> str:
    """Show what was made of each movement of a statement."""
    part = reading.part(100)

    def work(session: Session) -> str:
        found = listings.confirmation(session, confirmation_id)
        wanted = listings.bank_lines(confirmation_id=confirmation_id)
        lines = paging.placed(session, wanted, listings.WAITING_ORDER, "line_id", part)
        return flask.render_template(
            "network_office/bank_statement.html", file=found, lines=lines, why=why, amount=amount
        )

    return transact(work)


@blueprint.get("/movimenti/<string:line_id>")
@needs("payouts:run")
def line(line_id: str) -> tuple[str, int]:
    """Show a movement, and the payments that it may be."""
    return _line(line_id, ResolveForm(formdata=None))


@blueprint.post("/movimenti/<string:line_id>")
@needs("payouts:run")
def resolve(line_id: str) -> Response | tuple[str, int]:
    """Close a movement by a person's decision."""
    form = ResolveForm()

    def decide() -> str | None:
        payment, on = form.payment(), form.on.data
        if payment == "":
            form.payout_id.errors = [_("Scrivi il numero del bonifico.")]
            form.status = 422
            return None

        def work(session: Session) -> str:
            told = {"reason": form.reason.data, "actor": current().actor, "on": on}
            confirmations.resolve(session, line_id, end_to_end_id=payment, **told)
            return line_id

        said = {"payment": payment, "reason": form.reason.data, "on": None if on is None else on.isoformat()}
        return network_office.once(line_id, "bank_line_resolve", form, said, work)

    if forms.attempt(form, decide) is None:
        return _line(line_id, form)
    forms.tell(_("Movimento chiuso."))
    return flask.redirect(flask.url_for(".line", line_id=line_id))


def why(found: str) -> str:
    """Return in words how a movement was matched, or why it was not."""
    return Why(found).label(words.asked())


def amount(found: Any) -> str:
    """Return what a movement is of; in another currency, with its code."""
    if found.currency == "EUR":
        return words.amount(found.amount_minor)
    return f"{words.amount(found.amount_minor).replace('€', '').strip()} {found.currency}"


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _home(form: StatementForm) -> tuple[str, int]:
    part = reading.part(network_office.SHOWN)

    def work(session: Session) -> _Told:
        waiting = paging.placed(session, listings.waiting(), listings.WAITING_ORDER, "line_id", part)
        recent = {"limit": network_office.SHOWN}
        return _Told(waiting, paging.cut(session, listings.confirmations(), listings.CONFIRMATION_ID, recent))

    return forms.show("network_office/bank.html", form, told=transact(work), why=why, amount=amount)


def _option(line: sa.Row[Any], payment: sa.Row[Any]) -> str:
    """Return a payment that a movement may be, what choosing it does, and whether it went to another account."""
    named = _(
        "%(holder)s, %(amount)s, bonifico %(number)s del %(day)s",
        holder=payment.holder,
        amount=words.amount(payment.amount_minor),
        number=payment.end_to_end_id,
        day=words.day(payment.execute_on),
    )
    does = _("risulta pagato") if line.outgoing else _("risulta tornato: quello che pagava torna da pagare")
    other = line.iban and line.iban != payment.iban
    return f"{named} → {does}" + (". ▲ " + _("L'IBAN è un altro: %(iban)s", iban=payment.iban) if other else "")


def _line(line_id: str, form: ResolveForm) -> tuple[str, int]:
    def work(session: Session) -> tuple[sa.Row[Any], list[sa.Row[Any]]]:
        found = listings.bank_line(session, line_id)
        wanted = listings.fitting(found).order_by(*listings.TRANSFERS_ORDER).limit(_FEW)
        return found, list(session.execute(wanted)) if found.state == "unmatched" else []

    found, fitting = transact(work)
    form.what.choices = [
        *(SelectChoice(each.end_to_end_id, _option(found, each)) for each in fitting),
        SelectChoice(_OTHER, _("È un altro nostro bonifico: scrivo il suo numero")),
        SelectChoice(_NOT_OURS, _("Non è un nostro bonifico")),
    ]
    return forms.show("network_office/bank_line.html", form, line=found, fitting=fitting, why=why, amount=amount)
