"""How reimbursements are told over HTTP: to their person and the office that reviews, and, less of them, to payroll."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flask
from marshmallow import fields
from sqlalchemy.orm import Session

from api.access.identity import transact_in
from api.conventions import keys, language
from api.conventions.fields import Day, Schema
from config import clock
from wallet.reimbursements import words
from wallet.reimbursements.listing import Whole
from wallet.reimbursements.records import Document, Reimbursement, Step
from wallet.reimbursements.words import OPEN, Purpose, State


def once(
    book_id: int, operation: str, actor: str, key: str, work: Callable[[Session], Reimbursement]
) -> flask.Response:
    """Do something to a reimbursement in its book once under a key, and answer it, or what was answered then."""

    def done(session: Session) -> flask.Response:
        return keys.once(
            session,
            book_id,
            lambda: work(session),
            actor=actor,
            operation=operation,
            key=key,
            schema=ReimbursementOut,
            place=lambda made: f"/v1/reimbursements/{made.reimbursement_id}",
        )

    return transact_in(book_id, done)


class ReviewReasonOut(Schema):
    """Why something is to be mended or was rejected, and what to do."""

    code = fields.String(required=True)
    hint = fields.String(required=True)


class ReimbursementOut(Schema):
    """An expense that a person asks to have back. Amounts in whole cents."""

    id = fields.String(attribute="reimbursement_id", required=True)
    status = fields.Enum(State, by_value=True, required=True)
    employee_id = fields.String(required=True)
    relative_id = fields.String(required=True, allow_none=True)
    expense = fields.String(required=True, metadata={"examples": ["SUMMER_CENTRE"]})
    category = fields.String(required=True)
    service = fields.String(attribute="service_code", required=True, allow_none=True)
    supplier = fields.String(required=True)
    supplier_tax_code = fields.String(required=True, allow_none=True)
    document_no = fields.String(required=True)
    document_on = Day(required=True)
    document_minor = fields.Integer(required=True)
    expense_on = Day(required=True)
    payment_means = fields.String(required=True)
    holder = fields.String(required=True)
    statements = fields.List(fields.String(), required=True)
    already_detracted = fields.Boolean(required=True, allow_none=True)
    amount_minor = fields.Integer(required=True)
    approved_minor = fields.Integer(required=True)
    exempt_minor = fields.Integer(required=True)
    taxable_minor = fields.Integer(required=True)
    currency = fields.Constant("EUR", required=True, metadata={"type": "string", "const": "EUR"})
    submitted_at = fields.AwareDateTime(required=True)
    promised_on = Day(required=True, metadata={"description": "The day by which an answer is promised"})
    late = fields.Function(
        lambda found: _late(found), required=True, metadata={"type": "boolean", "description": "Past its promise"}
    )
    fix_by = Day(required=True, allow_none=True)
    approved_on = Day(required=True, allow_none=True)
    reimbursed_on = Day(required=True, allow_none=True)
    payroll_month = Day(required=True, allow_none=True)


def _late(found: Reimbursement) -> bool:
    return found.status in OPEN and found.promised_on < clock.today()


class ReimbursementDocumentOut(Schema):
    """A document that was handed in; its content is downloaded by itself."""

    id = fields.String(attribute="document_id", required=True)
    purpose = fields.Enum(Purpose, by_value=True, required=True)
    name = fields.String(required=True)
    media_type = fields.String(required=True)
    size_bytes = fields.Integer(required=True)
    recorded_at = fields.AwareDateTime(required=True)


class ReimbursementStepOut(Schema):
    """Something that happened to a reimbursement."""

    kind = fields.String(required=True)
    status = fields.String(required=True)
    reasons = fields.List(fields.Nested(ReviewReasonOut), required=True)
    note = fields.String(required=True)
    amount_minor = fields.Integer(required=True, allow_none=True)
    on_behalf = fields.Boolean(required=True, metadata={"description": "Whether somebody did it for the person"})
    at = fields.AwareDateTime(required=True)


class ReimbursementWholeOut(ReimbursementOut):
    """A reimbursement with what it stands on and what happened to it."""

    reasons = fields.List(
        fields.Nested(ReviewReasonOut), required=True, metadata={"description": "What is to be mended"}
    )
    documents = fields.List(fields.Nested(ReimbursementDocumentOut), required=True)
    history = fields.List(fields.Nested(ReimbursementStepOut), required=True)


def whole(found: Whole) -> dict[str, Any]:
    """Return what `ReimbursementWholeOut` tells."""
    names = Reimbursement.__dataclass_fields__
    told = {name: getattr(found.reimbursement, name) for name in names}
    return _Told(
        told
        | {
            "reasons": _reasons(found.reasons),
            "documents": [_document(one) for one in found.documents],
            "history": [_step(one) for one in found.steps],
        }
    )


class _Told(dict[str, Any]):
    """A mapping whose names are attributes too: some of what is told is reckoned from the others."""

    def __getattr__(self, name: str) -> Any:
        return self[name]


def _document(found: Document) -> dict[str, Any]:
    return {name: getattr(found, name) for name in Document.__dataclass_fields__} | {"purpose": Purpose(found.purpose)}


def _step(found: Step) -> dict[str, Any]:
    return {
        "kind": found.kind,
        "status": found.status,
        "reasons": _reasons(found.reasons),
        "note": found.note,
        "amount_minor": found.amount_minor,
        "on_behalf": found.on_behalf_of is not None,
        "at": found.recorded_at,
    }


def _reasons(codes: tuple[str, ...]) -> list[dict[str, str]]:
    return [{"code": code, "hint": words.reason(code, language.asked())} for code in codes]


class PayableOut(Schema):
    """What payroll owes to a person, or paid: how much and how it is taxed, and nothing of what was bought."""

    id = fields.String(attribute="reimbursement_id", required=True)
    status = fields.Enum(State, by_value=True, required=True)
    employee_id = fields.String(required=True)
    category = fields.String(required=True, metadata={"description": "The fiscal category, for the payslip's item"})
    amount_minor = fields.Integer(required=True)
    exempt_minor = fields.Integer(required=True)
    taxable_minor = fields.Integer(required=True)
    currency = fields.Constant("EUR", required=True, metadata={"type": "string", "const": "EUR"})
    tax_year = fields.Integer(required=True)
    separate = fields.Boolean(
        required=True, metadata={"description": "Detracted in an earlier year: taxed apart (art. 17 TUIR)"}
    )
    approved_on = Day(required=True)
    reimbursed_on = Day(required=True, allow_none=True)
    payroll_month = Day(required=True, allow_none=True)
