"""Plans of an employer: written, checked against the law, published, corrected while nothing was granted, renewed."""

from __future__ import annotations

from collections.abc import Callable

import flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import StringField, SubmitField
from wtforms.validators import Length

from api.access.identity import needs, transact, transact_in
from api.access.roles import Role
from api.web import forms, guards, words
from api.web.company import desk, plan_form
from api.web.company.plan_form import PlanForm
from api.web.forms import Form
from config import clock
from plans import draft_checks, funders, listing, plans, renewal, wording
from plans.bonus import proof
from plans.listing import FoundPlan
from plans.plan_file import PlanDraft
from plans.renewal import Renewal
from plans.rulebook import loading
from plans.rulebook.words import PlanSource
from wallet import revisions

blueprint = flask.Blueprint("web_company_plans", __name__, url_prefix="/azienda/piani")
blueprint.before_request(guards.only(Role.EMPLOYER))


class RenewalForm(Form):
    """How the plan of the next period is called."""

    code = StringField(_l("Codice del nuovo piano"), [Length(max=60), plan_form.plain])
    send = SubmitField(_l("Rinnova il piano"))


@blueprint.get("")
@needs("plans:read")
def every() -> str:
    """List the plans."""
    cards = transact(desk.plans)
    started = desk.granted()
    return flask.render_template("company/plans.html", cards=cards, started=started, today=clock.today())


@blueprint.route("/nuovo", methods=("GET", "POST"))
@needs("plans:write")
def new() -> Response | tuple[str, int]:
    """Write a plan, and publish it once it is as the law asks."""
    form = PlanForm()
    if form.check.data:
        return _checked(form, form.draft)

    def publish() -> FoundPlan:
        return transact_in(guards.own_book(), lambda session: _load(session, form.draft()))

    made = forms.attempt(form, publish)
    if made is None:
        return forms.show("company/plan_edit.html", form, plan=None, said=())
    flask.flash(_("Piano pubblicato. Finché non accrediti nulla puoi ancora correggerlo."))
    return flask.redirect(flask.url_for(".show", plan_id=made.plan_id))


@blueprint.get("/<string:plan_id>")
@needs("plans:read")
def show(plan_id: str) -> str:
    """Tell a plan in plain sentences, where its money stands, and what has to be kept as a proof."""
    plan = transact(lambda session: listing.find(session, plan_id))
    started = plan_id in desk.granted()
    bonus = plan.draft.source is PlanSource.PDR
    proofs = (
        transact_in(plan.book_id, lambda session: proof.of_plan(session, plan.book_id, plan.draft.code))
        if bonus
        else ()
    )
    return flask.render_template(
        "company/plan.html",
        plan=plan,
        said=list(wording.sentences(plan.draft, words.asked())),
        started=started,
        money=transact_in(plan.book_id, lambda session: desk.standing(session, plan.book_id, plan.draft.code)),
        proofs=proofs,
    )


@blueprint.route("/<string:plan_id>/modifica", methods=("GET", "POST"))
@needs("plans:write")
def change(plan_id: str) -> Response | tuple[str, int]:
    """Correct a plan while no credit was granted under it."""
    before = transact(lambda session: listing.find(session, plan_id))
    form = PlanForm(data=plan_form.written(before.draft) | {"seen": plan_form.mark(before.draft)})
    # The code is what others know it by.
    form.code.data = before.draft.code

    def corrected() -> PlanDraft:
        return form.draft(before.draft.code, before.draft.priority)

    if form.check.data:
        return _checked(form, corrected, before)
    if form.is_submitted() and form.seen.data != plan_form.mark(before.draft):
        form.refusals.append(_("Intanto qualcuno ha cambiato questo piano: ricontrolla e salva di nuovo."))
        form.seen.data, form.status = plan_form.mark(before.draft), 409
        return forms.show("company/plan_edit.html", form, plan=before, said=())
    done = forms.attempt(
        form,
        lambda: transact_in(before.book_id, lambda session: revisions.revise(session, before.book_id, corrected())),
    )
    if done is None:
        return forms.show("company/plan_edit.html", form, plan=before, said=())
    flask.flash(_("Piano corretto."))
    return flask.redirect(flask.url_for(".show", plan_id=plan_id))


@blueprint.route("/<string:plan_id>/rinnova", methods=("GET", "POST"))
@needs("plans:write")
def renew(plan_id: str) -> Response | tuple[str, int]:
    """Make the plan of the next period out of this one."""
    last = transact(lambda session: listing.find(session, plan_id))
    form, after = RenewalForm(), _next(last).draft
    cards = transact(desk.plans)
    # Plans of one name and one period are renewed as many times as they are.
    now = [card for card in cards if (card.name, card.starts_on) == (last.draft.name, last.draft.starts_on)]
    then = [card for card in cards if (card.name, card.starts_on) == (after.name, after.starts_on)]

    def work() -> FoundPlan:
        made = renewal.renew(last.draft, code=(form.code.data or "").strip() or None)
        return transact_in(last.book_id, lambda session: _load(session, made.draft))

    if len(then) >= len(now) and form.is_submitted():
        form.refusals.append(_("Questo piano è già rinnovato: il nuovo è «%(code)s».", code=then[0].code))
        form.status = 409
        return forms.show("company/plan_renew.html", form, plan=last, next=_next(last))
    made = forms.attempt(form, work)
    if made is None:
        return forms.show("company/plan_renew.html", form, plan=last, next=_next(last))
    flask.flash(_("Piano rinnovato. Controllalo: finché non accrediti nulla puoi correggerlo."))
    return flask.redirect(flask.url_for(".show", plan_id=made.plan_id))


def _next(last: FoundPlan) -> Renewal:
    """Return what the next period would be; under its own code where that says no year."""
    return renewal.renew(last.draft, code=last.draft.code + "-2")


def _load(session: Session, draft: PlanDraft) -> FoundPlan:
    done = plans.load(session, guards.own_book(), draft, rulebook=loading.load(), created_at=clock.now())
    return listing.find(session, done.plan_id)


def _checked(form: PlanForm, draft: Callable[[], PlanDraft], plan: FoundPlan | None = None) -> tuple[str, int]:
    """Draw the form again with what the law says of it; nothing is written."""

    def work() -> PlanDraft:
        asked = draft()
        kind = transact(lambda session: funders.of_book(session, guards.own_book()).kind)
        draft_checks.check(asked, kind, loading.load(), clock.now())
        return asked

    found = forms.attempt(form, work)
    said = () if found is None else tuple(wording.sentences(found, words.asked()))
    return forms.show("company/plan_edit.html", form, plan=plan, said=said)
