"""Reimbursements: what a person paid and asks to have back, from the checklist to the answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flask
import marshmallow as ma
from marshmallow import fields
from sqlalchemy.orm import Session

from api.access import audit
from api.access.identity import book_of, current, needs, transact
from api.conventions import language, paging, uploads
from api.conventions.fields import Day, Digits, File, Schema, Text
from api.conventions.keys import keyed
from api.conventions.paging import Page, PageQuery, listed
from api.conventions.smorest import Blueprint
from api.v1.reimbursement_shapes import ReimbursementOut, ReimbursementWholeOut, once, whole
from config import clock
from config.money import from_minor
from wallet.reimbursements import checklist, documents, listing, requests, submission
from wallet.reimbursements.checklist import Expense
from wallet.reimbursements.documents import LARGEST_BYTES, MEBIBYTE, MOST, Upload
from wallet.reimbursements.errors import DocumentsTooMany, ReimbursementForbidden
from wallet.reimbursements.records import Reimbursement
from wallet.reimbursements.requests import Correction
from wallet.reimbursements.submission import Submission
from wallet.reimbursements.words import Holder, PaymentMeans, Purpose, State, Statement

blueprint = Blueprint("reimbursements", __name__, url_prefix="/v1/reimbursements", description=__doc__)

MOST_BYTES = MOST * LARGEST_BYTES + MEBIBYTE
_PURPOSES = {"documents": Purpose.EXPENSE, "payments": Purpose.PAYMENT, "contracts": Purpose.CONTRACT}


def actor() -> str:
    """Return who a step of a reimbursement is by: a person in their own name, anybody else under their member's id."""
    asking = current()
    return asking.employee_id or asking.actor


def _of_office() -> bool:
    return "reimbursements:review" in current().scopes


class ChecklistItemOut(Schema):
    """One document of a checklist."""

    purpose = fields.Enum(Purpose, by_value=True, required=True)
    required = fields.Boolean(required=True)
    text = fields.String(required=True)


class LabelOut(Schema):
    """A word to send, and what it says."""

    code = fields.String(required=True)
    label = fields.String(required=True)


class ExpenseOut(Schema):
    """An expense that people may name, whether the law lets it be given back, and what is asked for it."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    category = fields.String(required=True)
    reimbursable = fields.Boolean(required=True)
    taxed = fields.Boolean(required=True, metadata={"description": "Given back as taxable: it needs consent"})
    refusal = fields.String(required=True, allow_none=True, metadata={"description": "Why it is not given back"})
    documents = fields.List(fields.Nested(ChecklistItemOut), required=True)
    holders = fields.List(fields.Nested(LabelOut), required=True)
    statements = fields.List(fields.Nested(LabelOut), required=True)


@blueprint.get("/expenses")
@needs("reimbursements:submit")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, listed(ExpenseOut))
def expenses(asked: dict[str, Any]) -> Page[dict[str, Any]]:
    """List what can be asked for, with its checklist

    Before anything is submitted: which documents, in whose name, with which declarations.
    """
    return paging.of([_expense(one) for one in checklist.expenses().values()], lambda one: one["code"], asked)


@blueprint.get("/expenses/<string:expense_code>")
@needs("reimbursements:submit")
@blueprint.response(200, ExpenseOut)
@blueprint.alt_response(422, "UNPROCESSABLE_ENTITY")
def checklist_of(expense_code: str) -> dict[str, Any]:
    """Show the checklist of an expense"""
    return _expense(checklist.expense(expense_code))


def _expense(one: Expense) -> dict[str, Any]:
    spoken, today = language.asked(), clock.today()
    told: dict[str, Any] = {"refusal": None, "taxed": False}
    try:
        told["taxed"] = submission.taxed(submission.admitted(one, today))
    except ReimbursementForbidden as refusal:
        told["refusal"] = refusal.text(spoken)
    found = None if told["refusal"] else checklist.of(one)
    return told | {
        "code": one.code,
        "name": one.name(spoken),
        "category": str(one.category),
        "reimbursable": told["refusal"] is None,
        "documents": [
            {"purpose": item.purpose, "required": item.required, "text": item.it if spoken == "it" else item.en}
            for item in (found.items if found else ())
        ],
        "holders": [_word(holder) for holder in (found.holders if found else ())],
        "statements": [_word(statement) for statement in (found.statements if found else ())],
    }


def _word(word: Holder | Statement) -> dict[str, str]:
    return {"code": str(word), "label": word.label(language.asked())}


class FilesForm(Schema):
    """The documents of a form: PDF, JPEG or PNG, 10 MB each and ten together at most."""

    documents: Any = fields.List(File(), load_default=list, metadata={"description": "The expense document"})
    payments: Any = fields.List(File(), load_default=list, metadata={"description": "What shows that it was paid"})
    contracts: Any = fields.List(File(), load_default=list)


def _uploads(form: dict[str, Any]) -> list[Upload]:
    """Take the files out of a form, each checked by its content."""
    given = [(purpose, file) for name, purpose in _PURPOSES.items() for file in form.pop(name)]
    if len(given) > MOST:
        raise DocumentsTooMany(documents=len(given), limit=MOST)
    return [documents.check(file.filename, file.stream.read(LARGEST_BYTES + 1), purpose) for purpose, file in given]


class SubmissionForm(FilesForm):
    """An expense and its documents. Amounts in whole cents of euro."""

    employee_id = Text(metadata={"description": "Whose expense it is; an employee may leave it out"})
    relative_id = Text()
    expense = Text(required=True, metadata={"examples": ["SUMMER_CENTRE"]})
    service = Text()
    supplier = Text(required=True)
    supplier_tax_code = Text(required=True, longest=40)
    document_no = Text(required=True, longest=60)
    document_on = Day(required=True)
    document_minor = Digits(least=1, required=True, metadata={"description": "The document's total"})
    amount_minor = Digits(least=1, metadata={"description": "What is asked for of it; all unless given"})
    expense_on = Day(required=True, metadata={"description": "The day it was paid"})
    payment_means = fields.Enum(PaymentMeans, by_value=True, required=True)
    holder = fields.Enum(Holder, by_value=True, required=True)
    statements = fields.List(fields.Enum(Statement, by_value=True), load_default=list)
    payment_shown = fields.Boolean(load_default=False)
    already_detracted = fields.Boolean()
    consent = fields.Boolean(
        load_default=False,
        metadata={"description": "Whether the worker accepts that what is not exempt is taxed through the payslip"},
    )

    @ma.post_load
    def _whose(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        data.setdefault("employee_id", current().employee_id)
        if data["employee_id"] is None:
            raise ma.ValidationError("Missing data for required field.", "employee_id")
        return data


def _submission(form: dict[str, Any]) -> Submission:
    amount_minor = form.pop("amount_minor", None)
    return Submission(
        document=from_minor(form.pop("document_minor")),
        amount=None if amount_minor is None else from_minor(amount_minor),
        statements=frozenset(form.pop("statements")),
        service_code=form.pop("service", None),
        **form,
    )


@blueprint.post("")
@needs("reimbursements:submit")
@uploads.up_to(MOST_BYTES)
@keyed
@blueprint.arguments(SubmissionForm, location="multipart")
@blueprint.response(201, ReimbursementOut)
@blueprint.alt_response(404, "NOT_FOUND")
def submit(form: dict[str, Any], key: str) -> flask.Response:
    """Submit an expense

    Everything that is missing is named at once. The money is held from now on, and an answer is promised by a day.
    """
    book_id = book_of(form["employee_id"])
    files = _uploads(form)
    asked = _submission(form)

    def work(session: Session) -> Reimbursement:
        kept = documents.store()
        return requests.submit(session, book_id, asked, files, store=kept, actor=actor(), office=_of_office())

    return once(book_id, "reimbursement_submit", actor(), key, work)


class ReimbursementQuery(PageQuery):
    """Which reimbursements."""

    status = fields.List(fields.Enum(State, by_value=True), load_default=list)
    employee_id = Text()


@blueprint.get("")
@needs("reimbursements:read")
@blueprint.arguments(ReimbursementQuery, location="query")
@blueprint.response(200, listed(ReimbursementOut))
def index(asked: dict[str, Any]) -> Page[Reimbursement]:
    """List reimbursements

    One's own, or those of the people whom one acts for; the newest first.
    """
    query = listing.query(employee_id=asked.get("employee_id"), states=asked["status"])
    return transact(lambda session: paging.cut(session, query, listing.ID, asked)).each(listing.value)


@blueprint.get("/<string:reimbursement_id>")
@needs("reimbursements:read")
@blueprint.response(200, ReimbursementWholeOut)
def show(reimbursement_id: str) -> dict[str, Any]:
    """Show a reimbursement

    With its documents, what happened to it, and what is to be mended.
    """
    return whole(transact(lambda session: listing.whole(session, reimbursement_id)))


class FixForm(FilesForm):
    """What is corrected: facts, documents, or both."""

    holder = fields.Enum(Holder, by_value=True)
    supplier = Text()
    supplier_tax_code = Text(longest=40)
    document_no = Text(longest=60)
    document_on = Day()
    document_minor = Digits(least=1)
    expense_on = Day()
    already_detracted = fields.Boolean()
    note = Text(shortest=0, longest=500, load_default="")


def _act(
    reimbursement_id: str, operation: str, key: str, work: Callable[[Session, int], Reimbursement]
) -> flask.Response:
    """Find a reimbursement as far as whoever asks can see it, then do something to it in its book."""
    book_id, employee_id = transact(lambda session: listing.book_of(session, reimbursement_id))
    audit.about(employee_id=employee_id, target=reimbursement_id)
    return once(book_id, operation, actor(), key, lambda session: work(session, book_id))


@blueprint.post("/<string:reimbursement_id>/fixes")
@needs("reimbursements:submit")
@uploads.up_to(MOST_BYTES)
@keyed
@blueprint.arguments(FixForm, location="multipart")
@blueprint.response(201, ReimbursementOut)
def fix(form: dict[str, Any], reimbursement_id: str, key: str) -> flask.Response:
    """Mend a reimbursement

    With corrected facts, documents, or both; it keeps its place in the queue and its money.
    """
    files, note = _uploads(form), form.pop("note")
    document_minor = form.pop("document_minor", None)
    told = Correction(document=None if document_minor is None else from_minor(document_minor), **form)

    def work(session: Session, book_id: int) -> Reimbursement:
        kept = documents.store()
        return requests.fix(
            session, book_id, reimbursement_id, told, files, store=kept, actor=actor(), office=_of_office(), note=note
        )

    return _act(reimbursement_id, "reimbursement_fix", key, work)


class WithdrawalBody(Schema):
    """Why an expense is taken back."""

    note = Text(shortest=0, longest=500, load_default="")


@blueprint.post("/<string:reimbursement_id>/withdrawals")
@needs("reimbursements:submit")
@keyed
@blueprint.arguments(WithdrawalBody)
@blueprint.response(201, ReimbursementOut)
def withdraw(asked: dict[str, Any], reimbursement_id: str, key: str) -> flask.Response:
    """Withdraw a reimbursement

    As long as nobody has decided it: its money is free again, and it may be submitted anew.
    """

    def work(session: Session, book_id: int) -> Reimbursement:
        return requests.withdraw(session, book_id, reimbursement_id, **asked, actor=actor())

    return _act(reimbursement_id, "reimbursement_withdraw", key, work)
