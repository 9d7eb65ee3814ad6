"""The review of reimbursements, and their payment by payroll, which is told nothing of what was bought."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flask
from marshmallow import fields, validate
from sqlalchemy.orm import Session

from api.access import audit, reaching
from api.access.identity import current, needs, transact, transact_in
from api.conventions import keys, paging
from api.conventions.fields import Amount, Day, Schema, Text
from api.conventions.keys import keyed
from api.conventions.paging import Page, PageQuery, listed
from api.conventions.smorest import Blueprint
from api.v1.reimbursement_shapes import PayableOut, ReimbursementOut, once
from wallet.reimbursements import listing, reviews, undoing
from wallet.reimbursements.errors import OwnReimbursement
from wallet.reimbursements.listing import Payable
from wallet.reimbursements.records import Reimbursement
from wallet.reimbursements.words import OF_APPROVALS, OF_PAYMENTS, OPEN, Reason, Undoing

blueprint = Blueprint("reimbursement-reviews", __name__, url_prefix="/v1/reimbursements", description=__doc__)


@blueprint.get("/queue")
@needs("reimbursements:review")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, listed(ReimbursementOut))
def queue(asked: dict[str, Any]) -> Page[Reimbursement]:
    """List what waits for an answer

    In the order of submission, which a fix does not change; `late` is what is past its promise.
    """
    query = listing.query(states=OPEN)
    return transact(lambda session: paging.cut(session, query, listing.ID, asked, newest_first=False)).each(
        listing.value
    )


def _review(
    reimbursement_id: str, operation: str, key: str, work: Callable[[Session, int, str], Reimbursement]
) -> flask.Response:
    """Let whoever reviews do something to a reimbursement that they see and that is not their own."""
    asking = current()
    book_id, employee_id = transact(lambda session: listing.book_of(session, reimbursement_id))
    audit.about(employee_id=employee_id, target=reimbursement_id)
    if reaching.is_own(asking, book_id, employee_id):
        raise OwnReimbursement()
    return once(book_id, operation, asking.actor, key, lambda session: work(session, book_id, asking.actor))


class FixRequestBody(Schema):
    """Why it has to be mended."""

    reasons = fields.List(fields.Enum(Reason, by_value=True), required=True, validate=validate.Length(min=1))
    note = Text(shortest=0, longest=500, load_default="")


class RejectionBody(FixRequestBody):
    """Why it is rejected."""


class ApprovalBody(Schema):
    """How much is approved: all of it, or a part with its reasons."""

    amount = fields.Nested(Amount)
    reasons = fields.List(fields.Enum(Reason, by_value=True), load_default=list)
    note = Text(shortest=0, longest=500, load_default="")


@blueprint.post("/<string:reimbursement_id>/fix-requests")
@needs("reimbursements:review")
@keyed
@blueprint.arguments(FixRequestBody)
@blueprint.response(201, ReimbursementOut)
def ask_fix(asked: dict[str, Any], reimbursement_id: str, key: str) -> flask.Response:
    """Ask for a fix

    The person is told what to do; the place in the queue and the money stay.
    """

    def work(session: Session, book_id: int, actor: str) -> Reimbursement:
        return reviews.ask_fix(session, book_id, reimbursement_id, **asked, actor=actor)

    return _review(reimbursement_id, "reimbursement_ask_fix", key, work)


@blueprint.post("/<string:reimbursement_id>/approvals")
@needs("reimbursements:review")
@keyed
@blueprint.arguments(ApprovalBody)
@blueprint.response(201, ReimbursementOut)
def approve(asked: dict[str, Any], reimbursement_id: str, key: str) -> flask.Response:
    """Approve a reimbursement, or a part of it

    Payroll owes it to the person from now on; what is not approved is free again.
    """

    def work(session: Session, book_id: int, actor: str) -> Reimbursement:
        return reviews.approve(session, book_id, reimbursement_id, **asked, actor=actor)

    return _review(reimbursement_id, "reimbursement_approve", key, work)


@blueprint.post("/<string:reimbursement_id>/rejections")
@needs("reimbursements:review")
@keyed
@blueprint.arguments(RejectionBody)
@blueprint.response(201, ReimbursementOut)
def reject(asked: dict[str, Any], reimbursement_id: str, key: str) -> flask.Response:
    """Reject a reimbursement

    For reasons that the person is told; its money is free again.
    """

    def work(session: Session, book_id: int, actor: str) -> Reimbursement:
        return reviews.reject(session, book_id, reimbursement_id, **asked, actor=actor)

    return _review(reimbursement_id, "reimbursement_reject", key, work)


class ApprovalWithdrawalBody(Schema):
    """Why an approval is taken back."""

    reason = fields.Enum(Undoing, by_value=True, required=True, validate=validate.OneOf(OF_APPROVALS))


@blueprint.post("/<string:reimbursement_id>/approval-withdrawals")
@needs("reimbursements:review")
@keyed
@blueprint.arguments(ApprovalWithdrawalBody)
@blueprint.response(201, ReimbursementOut)
def withdraw_approval(asked: dict[str, Any], reimbursement_id: str, key: str) -> flask.Response:
    """Withdraw an approval that is not paid

    It is to be reviewed again, with its money held.
    """

    def work(session: Session, book_id: int, actor: str) -> Reimbursement:
        return undoing.withdraw_approval(session, book_id, reimbursement_id, **asked, actor=actor)

    return _review(reimbursement_id, "reimbursement_withdraw_approval", key, work)


class PayableQuery(PageQuery):
    """Which of them."""

    paid = fields.Boolean(load_default=False, metadata={"description": "What was paid, in place of what is owed"})


@blueprint.get("/payable")
@needs("reimbursements:pay")
@blueprint.arguments(PayableQuery, location="query")
@blueprint.response(200, listed(PayableOut))
def payable(asked: dict[str, Any]) -> Page[Payable]:
    """List what payroll is to pay

    To whom, how much, and how it is taxed, as the payslip needs it: nothing of what was bought, where, or for whom.
    """
    book_id = _own_book()
    query = listing.payable(book_id, paid=asked["paid"])
    page = transact_in(book_id, lambda session: paging.cut(session, query, listing.ID, asked))
    return page.each(listing.value).each(listing.as_payable)


class PaymentBody(Schema):
    """When payroll paid, and in which month's payslip."""

    payroll_month = Day(required=True, metadata={"description": "Any day of the payslip's month"})
    on = Day(metadata={"description": "The day of the payment; today unless given"})


@blueprint.post("/<string:reimbursement_id>/payments")
@needs("reimbursements:pay")
@keyed
@blueprint.arguments(PaymentBody)
@blueprint.response(201, PayableOut)
def pay(asked: dict[str, Any], reimbursement_id: str, key: str) -> flask.Response:
    """Record that payroll paid"""

    def work(session: Session, book_id: int, actor: str) -> Reimbursement:
        return reviews.pay(session, book_id, reimbursement_id, **asked, actor=actor)

    return _of_payroll(reimbursement_id, "reimbursement_pay", key, work)


class PaymentReversalBody(Schema):
    """Why a payment that was recorded is undone."""

    reason = fields.Enum(Undoing, by_value=True, required=True, validate=validate.OneOf(OF_PAYMENTS))


@blueprint.post("/<string:reimbursement_id>/payment-reversals")
@needs("reimbursements:pay")
@keyed
@blueprint.arguments(PaymentReversalBody)
@blueprint.response(201, PayableOut)
def reverse_payment(asked: dict[str, Any], reimbursement_id: str, key: str) -> flask.Response:
    """Undo a payment that was recorded by mistake"""

    def work(session: Session, book_id: int, actor: str) -> Reimbursement:
        return undoing.reverse_payment(session, book_id, reimbursement_id, **asked, actor=actor)

    return _of_payroll(reimbursement_id, "reimbursement_reverse_payment", key, work)


def _own_book() -> int:
    book_id = current().book_id
    assert book_id is not None  # noqa: S101 - the scope is payroll's, and payroll has a book
    return book_id


def _of_payroll(
    reimbursement_id: str, operation: str, key: str, work: Callable[[Session, int, str], Reimbursement]
) -> flask.Response:
    """Let payroll do something to what was once approved; it is told no more of the reimbursement than before."""
    book_id, actor = _own_book(), current().actor
    employee_id = transact(lambda session: listing.of_payroll(session, reimbursement_id))
    audit.about(employee_id=employee_id, target=reimbursement_id)

    def done(session: Session) -> flask.Response:
        return keys.once(
            session,
            book_id,
            lambda: listing.as_payable(work(session, book_id, actor)),
            actor=actor,
            operation=operation,
            key=key,
            schema=PayableOut,
        )

    return transact_in(book_id, done)
