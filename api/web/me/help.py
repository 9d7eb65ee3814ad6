"""Help: whom to ask, what each word means, and what is taxed; for anybody, as it tells nothing of a person."""

from __future__ import annotations

import flask

from wallet.reimbursements.words import State

blueprint = flask.Blueprint("web_help", __name__, url_prefix="/io/aiuto")

# Where an order stands for its person, one after another.
ORDERS = (
    "awaited",
    "authorized",
    "partially_captured",
    "captured",
    "voided",
    "expired",
    "declined",
    "partially_refunded",
    "refunded",
)


@blueprint.get("")
def show() -> str:
    """Explain."""
    return flask.render_template("me/help.html", orders=ORDERS, reimbursements=tuple(State))
