"""Disputes to settle: what both sides say, then for the person (the money goes back) or for the provider."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import HiddenField, SubmitField, TextAreaField
from wtforms.validators import DataRequired, Length

from api.access import audit, reaching
from api.access.identity import current, needs, transact, transact_in
from api.access.roles import Role
from api.conventions import paging
from api.web import forms, guards
from api.web.fields import AmountField
from api.web.forms import MoneyForm
from ledger import idempotency
from plans import names
from wallet.settlement import cases, disputes
from wallet.settlement.cases import Case
from wallet.settlement.disputes import By, Dispute, State

blueprint = flask.Blueprint("web_wm_disputes", __name__, url_prefix="/wm/contestazioni")
blueprint.before_request(guards.only(Role.WELFARE_MANAGER))

_SHOWN = 25
_COUNT = re.compile(r"[0-9]{1,6}")
_WHY = [DataRequired(_l("Manca: scrivilo qui.")), Length(max=500)]


class _SettleForm(MoneyForm):
    """What is decided of a dispute as it was read: `seen` is how many things were said."""

    seen = HiddenField()

    def read(self) -> int:
        """Return how many things the form says that were read; none where it says nothing that can be."""
        return int(self.seen.data) if _COUNT.fullmatch(self.seen.data or "") else 0


class UpholdForm(_SettleForm):
    """How much goes back, and why."""

    amount = AmountField(_l("Quanto torna alla persona (vuoto: tutto)"), [Length(max=40)])
    note = TextAreaField(_l("Perché la accogli"), _WHY)
    send = SubmitField(_l("Accogli: il denaro torna alla persona"))


class DismissForm(_SettleForm):
    """Why nothing goes back."""

    note = TextAreaField(_l("Perché la respingi"), _WHY)
    send = SubmitField(_l("Respingi: il fornitore viene pagato"))


_FORMS: dict[str, type[_SettleForm]] = {"accogli": UpholdForm, "respingi": DismissForm}


@dataclass(frozen=True, slots=True)
class Named:
    """A dispute, and the name of whose purchase it is about."""

    case: Case
    name: str


@blueprint.get("")
@needs("disputes:read")
def index() -> str:
    """List the disputes; those to settle unless others are asked for."""
    told = flask.request.args.get("stato", str(State.OPEN))
    state = State(told) if told in set(State) else State.OPEN
    asked = {"limit": _SHOWN} | {
        name: flask.request.args[name] for name in flask.request.args if name == "starting_after"
    }

    def work(session: Session) -> tuple[tuple[Named, ...], bool]:
        page = paging.cut(session, cases.query(state=state), cases.ID, asked)
        found = cases.values(session, page.data)
        called = names.of(session, [one.employee_id for one in found])
        return tuple(Named(one, called.get(one.employee_id, "—")) for one in found), page.has_more

    found, more = transact(work)
    return flask.render_template("wm/disputes.html", found=found, more=more, state=state, states=tuple(State))


@blueprint.get("/<string:dispute_id>")
@needs("disputes:read")
def show(dispute_id: str) -> tuple[str, int]:
    """Show a dispute and what was said of it."""
    return _page(dispute_id, None, None)


@blueprint.post("/<string:dispute_id>/<any('accogli', 'respingi'):verb>")
@needs("disputes:settle")
def settle(dispute_id: str, verb: str) -> Response | tuple[str, int]:
    """Settle a dispute; nobody settles one about their own wallet."""
    form = _FORMS[verb](prefix=f"{verb}-")
    if forms.attempt(form, lambda: _settled(dispute_id, form)) is None:
        return _page(dispute_id, verb, form)
    forms.tell(
        _("Accolta: il denaro è tornato nel borsellino della persona.")
        if verb == "accogli"
        else _("Respinta: il servizio si paga al fornitore con il prossimo pagamento.")
    )
    return flask.redirect(flask.url_for("web_wm_disputes.index"))


def _settled(dispute_id: str, form: _SettleForm) -> Dispute:
    case = transact(lambda session: cases.get(session, dispute_id))
    reaching.refuse_own(current(), case.book_id, case.employee_id)
    audit.about(employee_id=case.employee_id, target=dispute_id)
    note = form["note"].data
    who: dict[str, Any] = {"by": By(current().actor, disputes.Role.WELFARE_MANAGER), "note": note, "seen": form.read()}
    verb: Callable[[Session], Dispute]
    if isinstance(form, UpholdForm):
        money = form.amount.money
        said, verb = (
            "uphold",
            lambda session: disputes.uphold(session, case.book_id, dispute_id, amount=money, **who),
        )
    else:
        said, verb = (
            "dismiss",
            lambda session: disputes.dismiss(session, case.book_id, dispute_id, **who),
        )
    told = {"dispute": dispute_id, "note": note, "amount": form["amount"].data if "amount" in form else None}
    return transact_in(
        case.book_id,
        lambda session: idempotency.once(
            session,
            case.book_id,
            current().actor,
            f"page_dispute_{said}",
            form.key.data,
            told,
            work=lambda: verb(session),
            answer=lambda _: {"dispute_id": dispute_id},
            replay=lambda _: forms.again(disputes.get(session, case.book_id, dispute_id)),
        ),
    )


def _page(dispute_id: str, sent: str | None, form: _SettleForm | None) -> tuple[str, int]:
    def work(session: Session) -> Named:
        found = cases.get(session, dispute_id)
        return Named(found, names.of(session, [found.employee_id]).get(found.employee_id, "—"))

    found = transact(work)
    drawn = {
        verb: form if verb == sent and form is not None else kind(formdata=None, prefix=f"{verb}-")
        for verb, kind in _FORMS.items()
    }
    for one in drawn.values():
        one.seen.data = str(len(found.case.dispute.events))
    page = flask.render_template("wm/dispute.html", found=found, drawn=drawn, sent=form)
    return page, 200 if form is None else form.status
