"""The agreement behind a plan of converted bonuses: its deposit, and what has to be shown of it."""

from __future__ import annotations

import hashlib
from typing import Any

import flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response
from wtforms import BooleanField, Field, HiddenField, StringField, SubmitField
from wtforms.validators import InputRequired, Length, ValidationError

from api.access.identity import current, needs, transact, transact_in
from api.access.roles import Role
from api.conventions import uploads as bodies
from api.web import forms, guards
from api.web.fields import DayField
from api.web.forms import Form
from config import clock
from plans import listing
from plans.bonus import agreements
from plans.bonus.agreements import Agreement
from plans.listing import FoundPlan

blueprint = flask.Blueprint("web_company_agreement", __name__, url_prefix="/azienda/piani")
blueprint.before_request(guards.only(Role.EMPLOYER))

MOST_BYTES = 20_000_000
_NEEDED = InputRequired(_l("Manca: scrivilo qui."))


class AgreementForm(Form):
    """What is recorded of an agreement; `seen` is the mark of what was when the form was drawn."""

    seen = HiddenField()
    deposit_code = StringField(_l("Codice del deposito"), [_NEEDED, Length(max=200)])
    deposited_on = DayField(_l("Depositato il"), [_NEEDED])
    conformity_declared = BooleanField(_l("La dichiarazione di conformità è stata fatta"))
    increment_attested = BooleanField(_l("È stato verificato che i risultati sono cresciuti rispetto a prima"))
    joint = BooleanField(_l("Il contratto prevede il coinvolgimento paritetico dei lavoratori"))
    shares = StringField(_l("Quote che si possono convertire, in percento"), [Length(max=200)])
    document = FileField(_l("Copia del contratto depositato"))
    send = SubmitField(_l("Registra"))

    def validate_shares(self, field: Field) -> None:
        """Refuse what is no list of whole percentages."""
        parts = _parts(field.data)
        if not all(part.isascii() and part.isdecimal() and len(part) <= 3 and int(part) <= 100 for part in parts):
            raise ValidationError(_("Scrivi numeri interi da 0 a 100, come 25, 50, 100."))

    def told(self) -> dict[str, Any]:
        """Return what was typed, but for the document."""
        return {
            "deposit_code": (self.deposit_code.data or "").strip(),
            "deposited_on": self.deposited_on.data,
            "conformity_declared": bool(self.conformity_declared.data),
            "increment_attested": bool(self.increment_attested.data),
            "joint": bool(self.joint.data),
            "shares": tuple(sorted({int(part) for part in _parts(self.shares.data)})),
        }


@blueprint.route("/<string:plan_id>/accordo", methods=("GET", "POST"))
@bodies.up_to(MOST_BYTES)
@needs("plans:write")
def record(plan_id: str) -> Response | tuple[str, int]:
    """Show what is recorded of a plan's agreement, and record it anew; of its document the hash alone is kept."""
    plan = transact(lambda session: listing.find(session, plan_id))
    before = transact_in(plan.book_id, lambda session: _find(session, plan))
    form = AgreementForm(data=_written(before) | {"seen": _mark(before)})
    if form.is_submitted() and form.seen.data != _mark(before) and not _stands(form, before):
        form.refusals.append(_("Intanto qualcuno ha registrato altro: ricontrolla e salva di nuovo."))
        form.seen.data, form.status = _mark(before), 409
        return forms.show("company/agreement.html", form, plan=plan, before=before)
    done = forms.attempt(form, lambda: transact_in(plan.book_id, lambda session: _record(session, plan, before, form)))
    if done is None:
        return forms.show("company/agreement.html", form, plan=plan, before=before)
    forms.tell(_("Registrato."))
    return flask.redirect(flask.url_for("web_company_plans.show", plan_id=plan_id))


def _find(session: Session, plan: FoundPlan) -> Agreement | None:
    return agreements.find(session, agreements.bonus_plan(session, plan.book_id, plan.draft.code))


def _record(session: Session, plan: FoundPlan, before: Agreement | None, form: AgreementForm) -> Agreement:
    kept = None if before is None else before.document_hash
    told = {**form.told(), "document_hash": _digest(form.document.data) or kept}
    found, created = agreements.record(
        session, plan.book_id, plan.draft.code, **told, actor=current().actor, recorded_at=clock.now()
    )
    return found if created else forms.again(found)


def _stands(form: AgreementForm, before: Agreement | None) -> bool:
    """Say whether what was sent is on record already: whoever went back sent the same again."""
    if before is None or not form.validate() or form.document.data:
        return False
    return all(getattr(before, name) == value for name, value in form.told().items())


def _digest(document: FileStorage | None) -> str | None:
    if not document:
        return None
    return hashlib.file_digest(document.stream, "sha256").hexdigest()  # type: ignore[arg-type]


def _written(before: Agreement | None) -> dict[str, object]:
    if before is None:
        return {}
    told = ("deposit_code", "deposited_on", "conformity_declared", "increment_attested", "joint")
    return {name: getattr(before, name) for name in told} | {"shares": ", ".join(map(str, before.shares))}


def _mark(before: Agreement | None) -> str:
    return hashlib.sha256(repr(before).encode()).hexdigest()[:16]


def _parts(typed: str | None) -> list[str]:
    return (typed or "").replace(",", " ").replace(";", " ").replace("%", " ").split()
