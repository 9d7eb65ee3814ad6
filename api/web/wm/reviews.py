"""The review of reimbursements: the queue, and each with its papers, to approve, have mended or reject."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import HiddenField, SelectField, StringField, SubmitField
from wtforms.validators import Length

from api.access import audit, reaching
from api.access.identity import current, needs, transact, transact_in
from api.access.roles import Role
from api.conventions import paging
from api.web import forms, guards, reading, words
from api.web.fields import AmountField, TicksField
from api.web.forms import MoneyForm
from config import clock
from network import services
from plans import directory, names, people
from plans.people import EmployeeCard, RelativeCard
from wallet.reimbursements import checklist, listing, reviews, undoing
from wallet.reimbursements import words as reimbursing
from wallet.reimbursements.errors import OwnReimbursement
from wallet.reimbursements.listing import Whole
from wallet.reimbursements.records import Reimbursement
from wallet.reimbursements.words import (
    FINAL,
    OF_APPROVALS,
    OPEN,
    Holder,
    PaymentMeans,
    Purpose,
    Reason,
    Statement,
    Undoing,
)

blueprint = flask.Blueprint("web_wm_reviews", __name__, url_prefix="/wm/rimborsi")
blueprint.before_request(guards.only(Role.WELFARE_MANAGER))

_SHOWN = 25
_LONGEST_NUMBER = 6


def _choices(some: Any) -> Callable[[], list[tuple[str, str]]]:
    return lambda: [(str(one), one.label(words.asked())) for one in some]


class _DecisionForm(MoneyForm):
    """What is decided of a reimbursement as it was looked at: `seen` is how many steps of it."""

    seen = HiddenField()


class ApproveForm(_DecisionForm):
    """How much is approved."""

    amount = AmountField(_l("Importo da approvare (vuoto: tutto)"), [Length(max=40)])
    reasons = TicksField(_l("Se è solo una parte, perché"), choices=_choices(Reason))
    note = StringField(_l("Nota per la persona (facoltativa)"), [Length(max=500)])
    send = SubmitField(_l("Approva"))


class FixForm(_DecisionForm):
    """What has to be mended."""

    reasons = TicksField(_l("Che cosa va sistemato"), choices=_choices([one for one in Reason if one not in FINAL]))
    note = StringField(_l("Nota per la persona (facoltativa)"), [Length(max=500)])
    send = SubmitField(_l("Chiedi di sistemare"))


class RejectForm(_DecisionForm):
    """Why it is rejected."""

    reasons = TicksField(_l("Perché si respinge"), choices=_choices(Reason))
    note = StringField(_l("Nota per la persona (facoltativa)"), [Length(max=500)])
    send = SubmitField(_l("Respingi"))


class UndoForm(MoneyForm):
    """Why an approval is taken back."""

    reason = SelectField(_l("Perché si ritira"), choices=_choices(OF_APPROVALS))
    send = SubmitField(_l("Ritira l'approvazione"))


_FORMS: dict[str, type[MoneyForm]] = {
    "approva": ApproveForm,
    "sistemare": FixForm,
    "respingi": RejectForm,
    "ritira": UndoForm,
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A reimbursement of the queue, whose it is, and whether it is past its promise."""

    reimbursement: Reimbursement
    name: str
    late: bool


@dataclass(frozen=True, slots=True)
class Told:
    """Something that happened to a reimbursement, in words."""

    what: str
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Case:
    """A reimbursement, whose it is and for whom: the person themself where `user` is None; and the service, by name."""

    whole: Whole
    person: EmployeeCard
    user: RelativeCard | None
    service: str | None


@blueprint.get("")
@needs("reimbursements:review")
def queue() -> str:
    """List what waits for an answer, in the order of submission."""
    asked = reading.part(_SHOWN)
    today = clock.today()

    def work(session: Session) -> tuple[tuple[Waiting, ...], bool]:
        page = paging.cut(session, listing.query(states=OPEN), listing.ID, asked, newest_first=False)
        found = [listing.value(row) for row in page.data]
        called = names.of(session, [each.employee_id for each in found])
        rows = tuple(Waiting(each, called.get(each.employee_id, "—"), each.promised_on < today) for each in found)
        return rows, page.has_more

    found, more = transact(work)
    return flask.render_template("wm/queue.html", found=found, more=more)


@blueprint.get("/<string:reimbursement_id>")
@needs("reimbursements:review")
def show(reimbursement_id: str) -> tuple[str, int]:
    """Show a reimbursement with its papers and its history."""
    return _page(reimbursement_id, None, None)


@blueprint.post("/<string:reimbursement_id>/<any('approva', 'sistemare', 'respingi', 'ritira'):verb>")
@needs("reimbursements:review")
def review(reimbursement_id: str, verb: str) -> Response | tuple[str, int]:
    """Do one of the four things that a review does."""
    form = _FORMS[verb](prefix=f"{verb}-")
    if forms.attempt(form, lambda: _review(reimbursement_id, form)) is None:
        return _page(reimbursement_id, verb, form)
    flask.flash(_said(verb))
    if verb in ("approva", "ritira"):
        return flask.redirect(flask.url_for("web_wm_reviews.show", reimbursement_id=reimbursement_id))
    return flask.redirect(flask.url_for("web_wm_reviews.queue"))


def _said(verb: str) -> str:
    match verb:
        case "approva":
            return str(_("Approvato: lo paga la busta paga. Se hai sbagliato, ritira l'approvazione qui sotto."))
        case "sistemare":
            return str(_("La persona sa che cosa sistemare; il suo posto in coda e il suo credito restano."))
        case "respingi":
            return str(_("Respinto: il credito è di nuovo libero."))
        case _:
            return str(_("Approvazione ritirata: è di nuovo da esaminare."))


def _review(reimbursement_id: str, form: MoneyForm) -> Reimbursement:
    asking = current()
    book_id, employee_id = transact(lambda session: listing.book_of(session, reimbursement_id))
    audit.about(employee_id=employee_id, target=reimbursement_id)
    if reaching.is_own(asking, book_id, employee_id):
        raise OwnReimbursement()
    return transact_in(book_id, lambda session: _act(session, book_id, reimbursement_id, form, asking.actor))


def _act(session: Session, book_id: int, reimbursement_id: str, form: MoneyForm, actor: str) -> Reimbursement:
    who: dict[str, Any] = {"actor": actor, "key": form.key.data}
    if isinstance(form, UndoForm):
        return undoing.withdraw_approval(session, book_id, reimbursement_id, Undoing(form.reason.data), **who)
    assert isinstance(form, ApproveForm | FixForm | RejectForm)  # noqa: S101
    reasons = [Reason(code) for code in form.reasons.data or ()]
    who |= {"note": form.note.data or "", "seen": _number(form.seen.data)}
    if isinstance(form, ApproveForm):
        return reviews.approve(session, book_id, reimbursement_id, form.amount.money, reasons=reasons, **who)
    verb = reviews.ask_fix if isinstance(form, FixForm) else reviews.reject
    return verb(session, book_id, reimbursement_id, reasons, **who)


def _number(seen: str | None) -> int:
    """Return how many steps a form says that were seen; none where it says nothing that can be read."""
    return int(seen) if seen and seen.isascii() and seen.isdecimal() and len(seen) <= _LONGEST_NUMBER else 0


def _page(reimbursement_id: str, sent: str | None, form: MoneyForm | None) -> tuple[str, int]:
    case = transact(lambda session: _case(session, reimbursement_id))
    found = case.whole
    drawn = {
        verb: form if verb == sent and form is not None else kind(formdata=None, prefix=f"{verb}-")
        for verb, kind in _FORMS.items()
    }
    for one in drawn.values():
        if isinstance(one, _DecisionForm):
            one.seen.data = str(len(found.steps))
    expense = checklist.expenses().get(found.reimbursement.expense)
    page = flask.render_template(
        "wm/reimbursement.html",
        found=found,
        one=found.reimbursement,
        case=case,
        name=f"{case.person.first_name} {case.person.last_name}",
        expense=expense,
        listed=None if expense is None else checklist.of(expense),
        holder=Holder(found.reimbursement.holder),
        means=PaymentMeans(found.reimbursement.payment_means),
        declared=[Statement(each) for each in found.reimbursement.statements],
        purposes=Purpose,
        drawn=drawn,
        sent=form,
        today=clock.today(),
        steps=[Told(reimbursing.step(each.kind, words.asked()), each.note, each.recorded_at) for each in found.steps],
        hints=[Reason(code).label(words.asked()) for code in found.reasons if code in set(Reason)],
    )
    return page, 200 if form is None else form.status


def _case(session: Session, reimbursement_id: str) -> Case:
    found = listing.whole(session, reimbursement_id)
    one = found.reimbursement
    book_id, _employee = listing.book_of(session, reimbursement_id)
    served = services.listed(session, [one.service_code]) if one.service_code is not None else ()
    return Case(
        found,
        people.employee(session, book_id, one.employee_id),
        None if one.relative_id is None else directory.relative(session, book_id, one.relative_id),
        served[0].name if served else one.service_code,
    )
