"""Payout runs: proposing and preparing what providers are paid in all books, and the bank's file of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import flask
from marshmallow import fields, validate
from sqlalchemy.orm import Session

from api.access.identity import current, needs, transact
from api.conventions import attachments, keys
from api.conventions.fields import Day, Schema, Text
from api.conventions.keys import keyed
from api.conventions.paging import Page, PageQuery, cut, listed, of
from api.conventions.smorest import Blueprint
from config import clock
from ledger.idempotency import NO_BOOK
from reports.payout_file import Format
from wallet.settlement import coverage, listings, payouts, proposals, rates, target_days, terms
from wallet.settlement.payouts import Advance, Run

blueprint = Blueprint("payout_runs", __name__, url_prefix="/v1/payout_runs", description=__doc__)

_CURRENCY = {"type": "string", "const": "EUR"}


class AdvanceBody(Schema):
    """A book to pay for even beyond its bank account."""

    funder = Text(required=True, metadata={"description": "The code of the book's funder", "examples": ["E1"]})
    reason = Text(required=True, metadata={"description": "Why; it is kept with the run"})


class RunBody(Schema):
    """A run over all books."""

    reference = Text(
        required=True,
        longest=16,
        metadata={
            "description": "Leads each payment's id: plain letters, digits, dashes",
            "examples": ["2026-05"],
        },
    )
    due_by = Day(metadata={"description": "What is due by then is paid; today unless given"})
    execute_on = Day(metadata={"description": "The day the bank is asked for; the next it pays on unless given"})
    advances = fields.List(fields.Nested(AdvanceBody), load_default=list, validate=validate.Length(max=100))


class PayerOut(Schema):
    """Whose account pays."""

    name = fields.String(required=True)
    iban = fields.String(required=True)


class FeeOut(Schema):
    """What is withheld from a provider's captures of certain days."""

    provider = fields.String(required=True, metadata={"description": "'*' is everybody"})
    valid_from = fields.String(required=True)
    valid_to = fields.String(required=True)
    basis_points = fields.Integer(required=True)


class LeftOutOut(Schema):
    """Who was due and is not paid, or a book that was not looked at."""

    subject = fields.String(required=True, metadata={"description": "A provider, or a book"})
    reason = fields.String(required=True, metadata={"examples": ["nothing_to_pay", "no_account", "not_covered"]})
    amount_minor = fields.Integer(required=True)


class AdvanceOut(Schema):
    """A book that is paid for beyond its bank account."""

    funder = fields.String(attribute="book", required=True)
    reason = fields.String(required=True)
    amount_minor = fields.Integer(required=True)


class PayoutRunOut(Schema):
    """A payout run. Its payments are at /v1/payouts?run=…; amounts in whole cents."""

    id = fields.String(attribute="run.run_id", required=True, metadata={"examples": ["pay_01K0Z3J8Q4X5N6T7V8W9Y0A1B2"]})
    reference = fields.String(attribute="run.reference", required=True)
    due_by = fields.Date(attribute="run.due_by", required=True)
    execute_on = fields.Date(attribute="run.execute_on", required=True)
    prepared_at = fields.AwareDateTime(attribute="run.prepared_at", required=True)
    payer = fields.Nested(PayerOut, attribute="run.payer", required=True)
    fees = fields.List(fields.Nested(FeeOut), attribute="run.fees", required=True, allow_none=True)
    payments = fields.Function(lambda told: len(told.run.payments), required=True, metadata={"type": "integer"})
    states = fields.Function(
        lambda told: dict(Counter(payment.state for payment in told.run.payments)),
        required=True,
        metadata={"type": "object", "additionalProperties": {"type": "integer"}, "description": "Payments by state"},
    )
    total_minor = fields.Integer(attribute="run.total_minor", required=True)
    fee_minor = fields.Function(
        lambda told: sum(payment.fee_minor for payment in told.run.payments),
        required=True,
        metadata={"type": "integer"},
    )
    currency = fields.Constant("EUR", required=True, metadata=_CURRENCY)
    left_out = fields.List(fields.Nested(LeftOutOut), attribute="run.left_out", required=True)
    advances = fields.List(fields.Nested(AdvanceOut), attribute="run.advances", required=True)
    fees_differ_from = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "The run before, where its fees are others: look at the terms before the bank is asked"
        },
    )


class PayoutRunLineOut(Schema):
    """A payout run in a list."""

    id = fields.String(attribute="run_id", required=True)
    reference = fields.String(required=True)
    due_by = fields.Date(required=True)
    execute_on = fields.Date(required=True)
    prepared_at = fields.AwareDateTime(required=True)
    payments = fields.Integer(required=True)
    total_minor = fields.Integer(required=True)
    currency = fields.Constant("EUR", required=True, metadata=_CURRENCY)


class LeftLineOut(Schema):
    """A capture or, below zero, a refund that was due and that its book's bank account did not cover."""

    id = fields.String(attribute="line_id", required=True)
    funder = fields.String(required=True)
    authorization_id = fields.String(required=True)
    provider = fields.String(attribute="provider_code", required=True)
    amount_minor = fields.Integer(required=True)
    fee_minor = fields.Integer(required=True)
    currency = fields.Constant("EUR", required=True, metadata=_CURRENCY)
    due_on = fields.Date(required=True)
    reason = fields.Constant(coverage.NOT_COVERED, required=True)


class FileQuery(Schema):
    """Which banks take the file."""

    format = fields.String(
        load_default="cbi",
        validate=validate.OneOf(["cbi", "iso"]),
        metadata={"description": "cbi: CBIPaymentRequest 00.04.01; iso: pain.001.001.09"},
    )


@dataclass(frozen=True, slots=True)
class _Told:
    run: Run
    fees_differ_from: str | None


def _of(run: Run, before: Run | None) -> _Told:
    return _Told(run, None if before is None else before.reference)


def _terms(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of a run as the core takes them."""
    today = clock.today()
    return {
        "due_by": asked.get("due_by", today),
        "execute_on": asked.get("execute_on", target_days.on_or_after(today)),
        "terms": terms.agreed(),
        "actor": current().actor,
        "advances": [Advance(each["funder"], each["reason"]) for each in asked["advances"]],
    }


@blueprint.post("/simulate")
@needs("payouts:run")
@blueprint.arguments(RunBody)
@blueprint.response(200, PayoutRunOut)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def simulate(asked: dict[str, Any]) -> _Told:
    """Say what a run would pay

    Whom, how much, and what it would leave out; nothing is kept.
    """
    told = _terms(asked)
    run, before = transact(lambda session: proposals.propose(session, asked["reference"], **told))
    return _of(replace(run, run_id=""), before)


@blueprint.post("")
@needs("payouts:run")
@keyed
@blueprint.arguments(RunBody)
@blueprint.response(201, PayoutRunOut)
@blueprint.alt_response(404, "NOT_FOUND")
def create(asked: dict[str, Any], key: str) -> flask.Response:
    """Prepare a payout run

    Over all books: what is captured, undisputed and due is put in payment, one transfer a provider. Once for each
    reference; the bank is asked by the run's file.
    """
    told = _terms(asked)

    def work(session: Session) -> flask.Response:
        def done() -> _Told:
            run = payouts.prepare(session, asked["reference"], **told)
            return _of(run, rates.before(session, run))

        return keys.once(
            session,
            NO_BOOK,
            done,
            actor=current().actor,
            operation="payout_prepare",
            key=key,
            schema=PayoutRunOut,
            place=lambda made: f"/v1/payout_runs/{made.run.run_id}",
        )

    return transact(work)


@blueprint.get("")
@needs("payouts:run")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, listed(PayoutRunLineOut))
def every(asked: dict[str, Any]) -> Page[Any]:
    """List the payout runs"""
    return transact(lambda session: cut(session, listings.runs(), listings.RUN_ID, asked))


@blueprint.get("/<string:run_id>")
@needs("payouts:run")
@blueprint.response(200, PayoutRunOut)
def show(run_id: str) -> _Told:
    """Show a payout run"""

    def work(session: Session) -> _Told:
        run = listings.run(session, run_id)
        return _of(run, rates.before(session, run))

    return transact(work)


@blueprint.get("/<string:run_id>/left_lines")
@needs("payouts:run")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, listed(LeftLineOut))
def left_lines(asked: dict[str, Any], run_id: str) -> Page[Any]:
    """List what a run left out

    For want of money in its book's bank account, line by line, the oldest due first.
    """

    def work(session: Session) -> Page[Any]:
        return of(listings.left_lines(session, run_id), lambda line: str(line["line_id"]), asked)

    return transact(work)


@blueprint.get("/<string:run_id>/file")
@needs("payouts:run")
@blueprint.arguments(FileQuery, location="query")
@blueprint.response(200)
@blueprint.doc(
    responses={
        "200": {
            "description": "The bank's file, as an attachment",
            "content": {"application/xml": {"schema": {"type": "string", "format": "binary"}}},
        }
    }
)
@blueprint.alt_response(409, "CONFLICT")
def file(asked: dict[str, Any], run_id: str) -> flask.Response:
    """Download the bank's file

    Checked against the run before it is given out. What the bank has answered is left out: written again, it asks for
    the rest, under a message id of its own. Who takes it stands in the trail.
    """
    return attachments.bank_file(run_id, Format(asked["format"].upper()))
