"""The pages of reimbursements: one's own, what each asks for, a new one, and mending what was asked."""

from __future__ import annotations

from typing import Any

import flask
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from api.access import audit
from api.access.identity import needs, transact, transact_in
from api.access.roles import Role
from api.conventions import attachments, paging, uploads
from api.web import forms, guards, me, words
from api.web.reimbursements.shapes import HOLDERS, MEANS, MOST_BYTES, FixForm, SubmissionForm, WithdrawForm, fixing
from config import clock
from plans import people
from plans.people import RelativeCard
from plans.rulebook.words import Category, Channel
from wallet import catalogue
from wallet.reimbursements import documents, guide, listing, requests
from wallet.reimbursements import words as reimbursing
from wallet.reimbursements.guide import Guide
from wallet.reimbursements.listing import Whole
from wallet.reimbursements.records import Reimbursement
from wallet.reimbursements.words import Reason

blueprint = flask.Blueprint("web_reimbursements", __name__, url_prefix="/io/rimborsi")

_Page = Response | str | tuple[str, int]
_PAGE = 20

blueprint.before_request(guards.only(Role.EMPLOYEE))


@blueprint.get("")
@needs("reimbursements:read")
def every() -> str:
    """List one's own, the newest first."""
    asked = {"limit": _PAGE, "starting_after": flask.request.args.get("dopo")}
    mine = me.owner("reimbursements:read")
    query = listing.query(employee_id=mine.employee_id)

    def work(session: Session) -> tuple[paging.Page[Any], frozenset[Category]]:
        return paging.cut(session, query, listing.ID, asked), _reimbursed(session)

    found, reimbursed = transact(work)
    return flask.render_template(
        "reimbursements/every.html", found=found.each(listing.value), guides=_guides(), reimbursed=reimbursed
    )


def _reimbursed(session: Session) -> frozenset[Category]:
    """Return the categories of which the plans of whoever looks give back what was paid."""
    mine = me.owner("reimbursements:read")
    spendable = catalogue.spendable(session, mine.book_id, mine.employee_id, on=clock.today())
    return frozenset[Category]().union(
        *(terms.categories for terms in spendable if Channel.REIMBURSEMENT in terms.channels)
    )


def _choose(refused: Guide | None = None) -> str:
    return flask.render_template(
        "reimbursements/choose.html",
        guides=list(_guides().values()),
        reimbursed=transact(_reimbursed),
        refused=refused,
    )


def _guides() -> dict[str, Guide]:
    return {one.expense.code: one for one in guide.every(clock.today())}


@blueprint.route("/nuovo", methods=("GET", "POST"))
@forms.addressed
@needs("reimbursements:submit")
@uploads.up_to(MOST_BYTES)
def new() -> _Page:
    """Choose an expense; then its checklist, and the form under it."""
    wanted = flask.request.args.get("spesa")
    if wanted is None:
        return _choose()
    found = guide.of(wanted, clock.today())
    if found.checklist is None:
        return _choose(found)
    mine = me.owner("reimbursements:submit")
    kin = transact(lambda session: people.relatives(session, mine.book_id, mine.employee_id))
    form = SubmissionForm(found.checklist, kin)

    def work() -> Reimbursement:
        files, asked = form.uploads(), form.submission(mine.employee_id, found.expense.code)
        return transact_in(
            mine.book_id,
            lambda session: requests.submit(
                session, mine.book_id, asked, files, store=documents.store(), actor=mine.employee_id, key=form.key.data
            ),
        )

    made = forms.attempt(form, work)
    if made is None:
        return forms.show("reimbursements/new.html", form, found=found, holders=HOLDERS)
    return flask.redirect(flask.url_for("web_reimbursements.show", reimbursement_id=made.reimbursement_id))


def _whole(reimbursement_id: str) -> Whole:
    return transact(lambda session: listing.whole(session, reimbursement_id))


def _relative(relative_id: str | None) -> RelativeCard | None:
    mine = me.owner("reimbursements:read")
    return None if relative_id is None else transact(lambda session: me.relative(session, mine, relative_id))


def _drawn(found: Whole, fix: FixForm | None = None, withdraw: WithdrawForm | None = None) -> tuple[str, int]:
    sent = fix or withdraw
    page = flask.render_template(
        "reimbursements/show.html",
        found=found,
        one=found.reimbursement,
        why=[Reason(code) for code in found.reasons if code in set(Reason)],
        guide=_guides().get(found.reimbursement.expense),
        fix=fix or fixing(found.reimbursement),
        withdraw=withdraw or WithdrawForm(formdata=None),
        form=sent,
        kin=_relative(found.reimbursement.relative_id),
        holders=HOLDERS,
        means=MEANS,
        purposes=lambda code: reimbursing.purpose(code, words.asked()),
        steps=lambda kind: reimbursing.step(kind, words.asked()),
    )
    return page, 200 if sent is None else sent.status


@blueprint.get("/<string:reimbursement_id>")
@needs("reimbursements:read")
def show(reimbursement_id: str) -> _Page:
    """Show where a reimbursement stands, why, and what to do."""
    return _drawn(_whole(reimbursement_id))


@blueprint.post("/<string:reimbursement_id>/sistema")
@needs("reimbursements:submit")
@uploads.up_to(MOST_BYTES)
def fix(reimbursement_id: str) -> _Page:
    """Mend what was asked for; its place in the queue and its money stay."""
    found, form = _whole(reimbursement_id), FixForm()
    mine = me.owner("reimbursements:submit")
    audit.about(employee_id=mine.employee_id, target=reimbursement_id)

    def work() -> Reimbursement:
        files, told = form.uploads(), form.correction()
        note, key = form.note.data or "", form.key.data
        return transact_in(
            mine.book_id,
            lambda session: requests.fix(
                session,
                mine.book_id,
                reimbursement_id,
                told,
                files,
                store=documents.store(),
                actor=mine.employee_id,
                note=note,
                key=key,
            ),
        )

    if forms.attempt(form, work) is None:
        return _drawn(found, fix=form)
    flask.flash(_("Correzioni mandate: la richiesta ha tenuto il suo posto in fila."))
    return flask.redirect(flask.url_for("web_reimbursements.show", reimbursement_id=reimbursement_id))


@blueprint.post("/<string:reimbursement_id>/ritira")
@needs("reimbursements:submit")
def withdraw(reimbursement_id: str) -> _Page:
    """Take a request back: its money is free again, and it may be asked for anew."""
    found, form = _whole(reimbursement_id), WithdrawForm()
    mine = me.owner("reimbursements:submit")
    audit.about(employee_id=mine.employee_id, target=reimbursement_id)

    def work() -> Reimbursement:
        return transact_in(
            mine.book_id,
            lambda session: requests.withdraw(
                session, mine.book_id, reimbursement_id, actor=mine.employee_id, key=form.key.data
            ),
        )

    if forms.attempt(form, work) is None:
        return _drawn(found, withdraw=form)
    flask.flash(_("Richiesta ritirata: i soldi sono di nuovo liberi, e puoi presentarla di nuovo."))
    return flask.redirect(flask.url_for("web_reimbursements.show", reimbursement_id=reimbursement_id))


@blueprint.get("/<string:reimbursement_id>/documenti/<string:document_id>")
@needs("reimbursements:read")
def document(reimbursement_id: str, document_id: str) -> flask.Response:
    """Give a document as a file to be saved, never as a page; the audit trail has who took it."""
    return attachments.document(reimbursement_id, document_id)
