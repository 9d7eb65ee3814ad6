"""The till: a code is looked at without consuming it, then redeemed, whole or in part."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import HiddenField, StringField, SubmitField, TimeField
from wtforms.validators import InputRequired, Length, Optional

from api.access.identity import current, needs, transact, transact_in
from api.access.roles import Role
from api.running.headers import HEADERS
from api.web import forms, guards, provider
from api.web.fields import AmountField, DayField
from api.web.forms import MoneyForm
from api.web.public import names
from config import clock
from config.errors import DomainError
from network import services
from wallet.redemptions import entering, records
from wallet.redemptions.entering import Entry, Found
from wallet.redemptions.records import Redemption

blueprint = flask.Blueprint("web_provider_till", __name__, url_prefix="/fornitore")
blueprint.before_request(guards.only(Role.PROVIDER))
blueprint.context_processor(lambda: {"unit": names.unit})

_LONGEST = 40
_CAMERA = HEADERS["Permissions-Policy"].replace("camera=()", "camera=(self)")


@blueprint.after_request
def _let_see(response: flask.Response) -> flask.Response:
    """Let these pages alone read a QR code with the camera."""
    response.headers["Permissions-Policy"] = _CAMERA
    return response


class CodeForm(MoneyForm):
    """A code as it was shown or read aloud; looked at again, it is redeemed under the same key."""

    code = StringField(_l("Codice"), [InputRequired(_l("Scrivi il codice: sta sotto il QR.")), Length(max=_LONGEST)])
    send = SubmitField(_l("Controlla il codice"))


class RedeemForm(MoneyForm):
    """How much of a code is redeemed: what was left empty is all of it, and was given now."""

    code = HiddenField(validators=[InputRequired(), Length(max=_LONGEST)])
    amount = AmountField(_l("Importo da riscattare"), [Length(max=40)])
    on = DayField(_l("Il giorno in cui l'hai reso"), [Optional()])
    at = TimeField(_l("L'ora"), [Optional()])
    send = SubmitField(_l("Riscatta"))
    late = SubmitField(_l("Segna come reso prima"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask also for a moment that can have been, both halves of it, where one has to be told."""
        sound: bool = super().validate(extra_validators)
        day, hour = self.on.data, self.at.data
        if day is None and (self.late.data or hour is not None) and not self.on.errors:
            self.on.errors = [_("Scrivi il giorno in cui hai reso il servizio.")]
        elif day is not None and day > clock.today():
            self.on.errors = [_("Questo giorno deve ancora venire.")]
        elif day is not None and hour is None and not self.at.errors:
            # Sent twice, it is the same moment.
            self.at.errors = [_("Scrivi anche l'ora, più o meno.")]
        return sound and not self.on.errors and not self.at.errors

    def occurred_at(self) -> datetime | None:
        """Return when it was given; None is now."""
        if self.on.data is None or self.at.data is None:
            return None
        return datetime.combine(self.on.data, self.at.data, clock.ROME)


@blueprint.route("/riscatta", methods=("GET", "POST"))
@forms.addressed
@needs("vouchers:redeem")
def check() -> tuple[str, int]:
    """Look at a code; in a body, so that it is in no address and no log."""
    form = CodeForm()
    found = forms.attempt(form, lambda: _check(form.code.data))
    if found is None:
        return forms.show("provider/code.html", form)
    return forms.show(
        "provider/redeem.html", RedeemForm(formdata=None, code=form.code.data, key=_key(form, found)), found=found
    )


@blueprint.post("/riscatta/conferma")
@needs("vouchers:redeem")
def redeem() -> Response | tuple[str, int]:
    """Redeem a code that was looked at."""
    form = RedeemForm()
    done = forms.attempt(form, lambda: _redeem(form))
    if done is not None:
        return flask.redirect(flask.url_for("web_provider_till.receipt", redemption_id=done.redemption_id))
    try:
        return forms.show("provider/redeem.html", form, found=_check(form.code.data or ""))
    except DomainError:
        again = CodeForm(formdata=None, code=form.code.data)
        again.refusals, again.status = form.refusals, form.status
        return forms.show("provider/code.html", again)


@blueprint.get("/riscatti/<string:redemption_id>")
@needs("vouchers:read")
def receipt(redemption_id: str) -> str:
    """Show what was redeemed."""

    def work(session: Session) -> tuple[Redemption, str]:
        done = records.get(session, redemption_id)
        return done, services.listed(session, [done.service_code])[0].name

    done, service_name = transact(work)
    return flask.render_template("provider/receipt.html", done=done, service_name=service_name)


def _key(form: CodeForm, found: Found) -> str:
    """Return the key of what one voucher is redeemed under: another code, typed into the same page, has another."""
    return f"{form.key.data}-{found.authorization_id}"


def _check(code: str) -> Found:
    own, actor = provider.code(), current().actor
    return transact(lambda session: entering.check(session, own, code, actor=actor))


def _redeem(form: RedeemForm) -> Redemption:
    own, actor = provider.code(), current().actor
    # A form is redeemed once, as a till's own number is.
    entry = Entry(nonce=form.key.data, amount=form.amount.money, occurred_at=form.occurred_at())
    book_id, found = transact(lambda session: entering.find(session, own, form.code.data, entry.nonce, actor=actor))
    return transact_in(
        book_id, lambda session: entering.redeem(session, book_id, found, entry, actor=actor, key=entry.nonce)
    )
