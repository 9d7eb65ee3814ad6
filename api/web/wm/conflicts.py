"""Redemptions that came too late: charged, made up for by another purchase, or dismissed; nothing happens by itself."""

from __future__ import annotations

from dataclasses import dataclass

import flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import SelectField, SubmitField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional

from api.access import audit, reaching
from api.access.identity import current, needs, transact, transact_in
from api.access.roles import Role
from api.conventions import paging
from api.web import forms, guards, words
from api.web.fields import AmountField
from api.web.forms import MoneyForm
from config import clock
from network import providers, services
from plans import names
from wallet.redemptions import conflicts, records
from wallet.redemptions.conflicts import Replacement
from wallet.redemptions.records import Redemption
from wallet.redemptions.words import Decision, Status

blueprint = flask.Blueprint("web_wm_conflicts", __name__, url_prefix="/wm/riscatti")
blueprint.before_request(guards.only(Role.WELFARE_MANAGER))

_SHOWN = 25


class SettleForm(MoneyForm):
    """What is done about a redemption that came too late, and why."""

    decision = SelectField(
        _l("Che cosa si fa?"), choices=lambda: [SelectChoice(str(one), one.label(words.asked())) for one in Decision]
    )
    amount = AmountField(_l("Quanto si addebita (vuoto: quello che ha chiesto la cassa)"), [Length(max=40)])
    authorization_id = SelectField(_l("L'acquisto che ne prende il posto"), [Optional()])
    note = TextAreaField(
        _l("Perché, come lo legge chi ricontrolla"), [DataRequired(_l("Manca: scrivilo qui.")), Length(max=500)]
    )
    send = SubmitField(_l("Decidi"))

    def told(self) -> dict[str, object]:
        """Return what was decided, with what the decision asks for and no more."""
        decision = Decision(self.decision.data)
        return {
            "decision": decision,
            "note": self.note.data,
            "amount": self.amount.money if decision is Decision.CHARGE else None,
            "authorization_id": self.authorization_id.data or None if decision is Decision.REPLACE else None,
        }


@dataclass(frozen=True, slots=True)
class Late:
    """A redemption that waits, with the names of whose purchase it was, of its provider and its service."""

    redemption: Redemption
    person: str
    provider: str
    service: str


@blueprint.get("")
@needs("vouchers:read")
def index() -> str:
    """List the redemptions that wait for a decision."""
    asked = {"limit": _SHOWN} | {
        name: flask.request.args[name] for name in flask.request.args if name == "starting_after"
    }

    def work(session: Session) -> tuple[tuple[Late, ...], bool]:
        page = paging.cut(session, records.query(status=Status.CONFLICT), records.ID, asked)
        return _named(session, [records.value(row) for row in page.data]), page.has_more

    found, more = transact(work)
    return flask.render_template("wm/conflicts.html", found=found, more=more)


@blueprint.route("/<string:redemption_id>", methods=("GET", "POST"))
@needs("vouchers:settle")
def show(redemption_id: str) -> Response | tuple[str, int]:
    """Show a redemption that came too late, and decide it; nobody does for their own wallet."""

    def work(session: Session) -> tuple[Late, tuple[Replacement, ...]]:
        found = records.get(session, redemption_id)
        return _named(session, [found])[0], conflicts.replacements(session, found)

    found, instead = transact(work)
    form = SettleForm() if flask.request.method == "POST" else SettleForm(formdata=None)
    form.authorization_id.choices = [
        SelectChoice("", _("Nessuno")),
        *(
            SelectChoice(
                one.authorization_id,
                f"{one.service_name}, {words.day(one.service_on)}, {words.amount(one.captured_minor)}",
            )
            for one in instead
        ),
    ]
    if forms.attempt(form, lambda: _settled(found.redemption, form)) is None:
        return forms.show("wm/conflict.html", form, found=found, instead=instead)
    flask.flash(_("Deciso: resta scritto con il tuo nome e il perché."))
    return flask.redirect(flask.url_for("web_wm_conflicts.index"))


def _settled(found: Redemption, form: SettleForm) -> Redemption:
    reaching.refuse_own(current(), found.book_id, found.employee_id)
    audit.about(employee_id=found.employee_id, target=found.redemption_id)
    actor, key = current().actor, form.key.data
    return transact_in(
        found.book_id,
        lambda session: conflicts.settle(
            session,
            found.book_id,
            found.redemption_id,
            **form.told(),  # type: ignore[arg-type]
            actor=actor,
            key=key,
        ),
    )


def _named(session: Session, found: list[Redemption]) -> tuple[Late, ...]:
    people = names.of(session, [one.employee_id for one in found])
    codes = {one.provider_code for one in found}
    called = {one.code: one.name for one in providers.listed(session, clock.today(), codes=codes)} if codes else {}
    served = {one.code: one.name for one in services.listed(session, {one.service_code for one in found})}
    return tuple(
        Late(
            one,
            people.get(one.employee_id, "—"),
            called.get(one.provider_code, one.provider_code),
            served.get(one.service_code, one.service_code),
        )
        for one in found
    )
