"""What a provider is paid and when: what is coming by its day, what was paid, and what each payment settles."""

from __future__ import annotations

import flask
from sqlalchemy.orm import Session

from api.access.identity import needs, transact
from api.access.roles import Role
from api.conventions import paging
from api.web import guards, provider, reading
from api.web.provider import coming
from wallet.settlement import listings

blueprint = flask.Blueprint("web_provider_money", __name__, url_prefix="/fornitore/pagamenti")
blueprint.before_request(guards.only(Role.PROVIDER))

_SHOWN, _LINES = 10, 100


@blueprint.get("")
@needs("payouts:read")
def home() -> str:
    """Show what is to be paid, and the payments that were made."""
    asked = reading.part(_SHOWN)
    wanted = listings.transfers(provider=provider.code())
    paid = transact(lambda session: paging.placed(session, wanted, listings.TRANSFERS_ORDER, "end_to_end_id", asked))
    return flask.render_template("provider/money.html", coming=coming.find(), paid=paid)


@blueprint.get("/<string:payout_id>")
@needs("payouts:read")
def payment(payout_id: str) -> str:
    """Show a payment and what it settles."""
    asked = reading.part(_LINES)

    def work(session: Session) -> str:
        one = listings.transfer(session, payout_id)
        lines = paging.placed(session, listings.lines(one), listings.LINES_ORDER, "line_id", asked)
        return flask.render_template("provider/payment.html", one=one, lines=lines)

    return transact(work)
