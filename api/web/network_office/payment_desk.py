"""Payments to providers: those that wait for the bank, what each settles, how it ended, and that it never left."""

from __future__ import annotations

from typing import Any

import flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import SelectField, StringField, SubmitField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from api.access.identity import current, needs, transact
from api.conventions import paging
from api.conventions.paging import Page
from api.web import forms, network_office, reading
from api.web.forms import Form, MoneyForm
from api.web.network_office import payouts_desk
from config import clock
from wallet.settlement import listings, payments

blueprint = network_office.room("payments", __name__, "/rete/bonifici")


class WithdrawForm(payouts_desk.WithdrawForm):
    """Why a payment never left."""

    send = SubmitField(_l("Ritira il bonifico"))


class FilterForm(Form):
    """Which payments; in the address, so that it can be kept."""

    class Meta:
        """It changes nothing, and needs no token."""

        csrf = False

    stato = SelectField(_l("A che punto è"), validate_choice=False)
    fornitore = StringField(_l("Codice del fornitore"), [Length(max=60)])

    def kept(self) -> dict[str, str]:
        """Return what of it goes on to the next page's address."""
        told = {"stato": self.stato.data, "fornitore": (self.fornitore.data or "").strip()}
        return {name: value for name, value in told.items() if value}


@blueprint.get("")
@needs("payouts:read")
def every() -> str:
    """List the payments of all runs, the latest first."""
    form, part = FilterForm(flask.request.args), reading.part(network_office.SHOWN)
    form.stato.choices = [
        SelectChoice("", _("tutti")),
        SelectChoice("prepared", _("in attesa della banca")),
        SelectChoice("paid", _("pagato")),
        SelectChoice("failed", _("non partito o tornato")),
    ]
    asked = form.kept()
    wanted = listings.transfers(state=asked.get("stato"), provider=asked.get("fornitore"))

    def work(session: Session) -> Page[Any]:
        return paging.placed(session, wanted, listings.TRANSFERS_ORDER, "end_to_end_id", part)

    return flask.render_template("network_office/payments.html", form=form, page=transact(work))


@blueprint.get("/<string:payout_id>")
@needs("payouts:read")
def show(payout_id: str) -> tuple[str, int]:
    """Show a payment and what it settles."""
    return _page(payout_id, WithdrawForm(formdata=None))


@blueprint.post("/<string:payout_id>")
@needs("payouts:run")
def withdraw(payout_id: str) -> Response | tuple[str, int]:
    """Withdraw a payment: what it settled is payable again."""
    form = WithdrawForm()

    def work(session: Session) -> str:
        told = {"on": clock.today(), "actor": current().actor, "reason": form.reason.data}
        payments.withdraw(session, payout_id, **told)
        return payout_id

    said = {"reason": form.reason.data}
    if forms.attempt(form, lambda: network_office.once(payout_id, "payout_withdraw", form, said, work)) is None:
        return _page(payout_id, form)
    forms.tell(_("Ritirato: quello che pagava torna da pagare."))
    return flask.redirect(flask.url_for(".show", payout_id=payout_id))


def _page(payout_id: str, form: MoneyForm) -> tuple[str, int]:
    part = reading.part(100)

    def work(session: Session) -> tuple[str, int]:
        one = listings.transfer(session, payout_id)
        lines = paging.placed(session, listings.lines(one), listings.LINES_ORDER, "line_id", part)
        return forms.show("network_office/payment.html", form, one=one, lines=lines)

    return transact(work)
