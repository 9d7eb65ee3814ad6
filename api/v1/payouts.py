"""Payouts: what each provider is paid, when, and for what; no person in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import flask
import marshmallow as ma
from marshmallow import fields, validate
from sqlalchemy.orm import Session

from api.access.identity import current, needs, transact
from api.conventions import keys
from api.conventions.fields import Day, Schema, Text
from api.conventions.keys import keyed
from api.conventions.paging import Page, PageQuery, listed, placed
from api.conventions.smorest import Blueprint
from api.exports import calendars
from config import clock
from ledger.idempotency import NO_BOOK
from wallet.settlement import listings, payments

blueprint = Blueprint("payouts", __name__, url_prefix="/v1/payouts", description=__doc__)

_STATES = validate.OneOf(["prepared", "paid", "failed"])
_CURRENCY = {"type": "string", "const": "EUR"}


class PayoutQuery(PageQuery):
    """Which payments."""

    state = fields.String(validate=_STATES)
    run = Text(metadata={"description": "Id of the payout run"})
    provider = Text(metadata={"description": "The provider's code"})


class PayoutOut(Schema):
    """One credit transfer to a provider. Amounts in whole cents, net of the fee."""

    id = fields.String(attribute="end_to_end_id", required=True, metadata={"examples": ["2026-05-00001"]})
    run_id = fields.String(required=True)
    reference = fields.String(required=True)
    provider = fields.String(attribute="provider_code", required=True)
    holder = fields.String(required=True)
    iban = fields.String(required=True)
    amount_minor = fields.Integer(required=True)
    fee_minor = fields.Integer(required=True)
    currency = fields.Constant("EUR", required=True, metadata=_CURRENCY)
    state = fields.String(required=True, validate=_STATES)
    execute_on = fields.Date(required=True, metadata={"description": "The day the bank is asked for"})
    ended_on = fields.Date(
        required=True, allow_none=True, metadata={"description": "The day the bank paid it, or it failed"}
    )
    reason = fields.String(required=True, allow_none=True, metadata={"description": "Why it failed, if it is known"})


class PayoutLineOut(Schema):
    """A capture or, below zero, a refund that a payment settles. `funder` is told to the network alone."""

    id = fields.String(attribute="line_id", required=True)
    authorization_id = fields.String(required=True)
    service = fields.String(attribute="service_code", required=True)
    service_name = fields.String(required=True, allow_none=True)
    funder = fields.String(required=True, allow_none=True)
    amount_minor = fields.Integer(required=True)
    fee_basis_points = fields.Integer(required=True)
    fee_minor = fields.Integer(required=True)
    net_minor = fields.Function(
        lambda line: line.amount_minor - line.fee_minor, required=True, metadata={"type": "integer"}
    )
    currency = fields.Constant("EUR", required=True, metadata=_CURRENCY)
    due_on = fields.Date(required=True)
    returned = fields.Boolean(required=True, metadata={"description": "The payment failed: it is payable again"})


class CalendarQuery(Schema):
    """Whose calendar."""

    provider = Text(metadata={"description": "The provider's code; a provider may leave it out"})

    @ma.validates_schema
    def _whose(self, data: Mapping[str, Any], **_: Any) -> None:
        if current().provider_code is None and "provider" not in data:
            raise ma.ValidationError("Missing data for required field.", "provider")


class InstalmentOut(Schema):
    """What is owed for a day: in a payment, or not yet."""

    day = fields.Date(required=True, metadata={"description": "Of the payment, or by which it is due"})
    state = fields.String(
        required=True,
        metadata={"description": "proposed, due, overdue, deducted, disputed or failed", "examples": ["due"]},
    )
    payout_id = fields.Function(lambda one: one.reference or None, required=True, metadata={"type": ["string", "null"]})
    gross_minor = fields.Integer(required=True)
    fee_minor = fields.Integer(required=True)
    amount_minor = fields.Integer(required=True)
    currency = fields.Constant("EUR", required=True, metadata=_CURRENCY)


class CalendarOut(Schema):
    """What a provider is to be paid: first what waits for the bank, then what is in no payment yet, by day."""

    provider = fields.String(required=True)
    as_of = fields.Date(required=True)
    in_payment_minor = fields.Integer(required=True, metadata={"description": "Gross of what waits for the bank"})
    owed_minor = fields.Integer(required=True, metadata={"description": "Gross of what is in no payment yet"})
    currency = fields.Constant("EUR", required=True, metadata=_CURRENCY)
    data = fields.List(fields.Nested(InstalmentOut), required=True)


class WithdrawalBody(Schema):
    """A payment that never left."""

    reason = Text(required=True, metadata={"description": "Why, such as the bank's refusal; it is kept"})
    on = Day(metadata={"description": "Business date of the entries; today unless given"})


@blueprint.get("")
@needs("payouts:read")
@blueprint.arguments(PayoutQuery, location="query")
@blueprint.response(200, listed(PayoutOut))
def every(asked: dict[str, Any]) -> Page[Any]:
    """List payouts

    A provider's own, or everybody's for the network; the latest run first.
    """
    wanted = listings.transfers(state=asked.get("state"), run_id=asked.get("run"), provider=asked.get("provider"))
    return transact(lambda session: placed(session, wanted, listings.TRANSFERS_ORDER, "end_to_end_id", asked))


@blueprint.get("/calendar")
@needs("payouts:read")
@blueprint.arguments(CalendarQuery, location="query")
@blueprint.response(200, CalendarOut)
@blueprint.alt_response(404, "NOT_FOUND")
def calendar(asked: dict[str, Any]) -> calendars.Calendar:
    """Tell what is paid when

    What waits for the bank by the day it was asked for, what is in no payment by the day it is due.
    """
    return calendars.of(current(), asked.get("provider"))


@blueprint.get("/<string:payout_id>")
@needs("payouts:read")
@blueprint.response(200, PayoutOut)
def show(payout_id: str) -> Any:
    """Show a payout"""
    return transact(lambda session: listings.transfer(session, payout_id))


@blueprint.get("/<string:payout_id>/lines")
@needs("payouts:read")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, listed(PayoutLineOut))
def lines(asked: dict[str, Any], payout_id: str) -> Page[Any]:
    """List what a payout settles

    Captures and refunds, the earliest due first.
    """

    def work(session: Session) -> Page[Any]:
        wanted = listings.lines(listings.transfer(session, payout_id))
        return placed(session, wanted, listings.LINES_ORDER, "line_id", asked)

    return transact(work)


@blueprint.post("/<string:payout_id>/withdrawals")
@needs("payouts:run")
@keyed
@blueprint.arguments(WithdrawalBody)
@blueprint.response(201, PayoutOut)
def withdraw(asked: dict[str, Any], payout_id: str, key: str) -> flask.Response:
    """Withdraw a payout

    It never left the bank: what it settled is payable again.
    """
    actor, on = current().actor, asked.get("on", clock.today())

    def work(session: Session) -> flask.Response:
        def done() -> Any:
            payments.withdraw(session, payout_id, on=on, actor=actor, reason=asked["reason"])
            return listings.transfer(session, payout_id)

        return keys.once(session, NO_BOOK, done, actor=actor, operation="payout_withdraw", key=key, schema=PayoutOut)

    return transact(work)
