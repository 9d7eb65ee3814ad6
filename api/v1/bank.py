"""The bank's answers: its statements of the account that pays, and the lines of them that wait for a person."""

from __future__ import annotations

from typing import Any

import flask
import marshmallow as ma
from marshmallow import fields
from sqlalchemy.orm import Session

from api.access.identity import current, needs, transact
from api.conventions import keys, uploads
from api.conventions.fields import Day, File, Schema, Text
from api.conventions.keys import keyed
from api.conventions.paging import Page, PageQuery, listed, placed
from api.conventions.smorest import Blueprint
from ledger.idempotency import NO_BOOK
from wallet.settlement import camt, confirmations, listings
from wallet.settlement.confirmations import Confirmation

blueprint = Blueprint("bank", __name__, url_prefix="/v1", description=__doc__)

_MOST_BYTES = (camt.LIMIT_MB + 1) * 1_000_000
_CURRENCY = {"type": "string", "const": "EUR"}


class BankStatementForm(Schema):
    """A bank's statement of the account that runs are paid from."""

    file = File(required=True, metadata={"description": "camt.053, at most 20 MB"})
    on = Day(metadata={"description": "Business date of the entries, where it is later than the bank's booking date"})


class MatchOut(Schema):
    """What a line was found to be: a payment, or none and why."""

    line_id = fields.String(required=True)
    payout_id = fields.String(attribute="end_to_end_id", required=True, allow_none=True)
    why = fields.String(required=True)
    booked_on = fields.Date(attribute="line.booked_on", required=True)
    outgoing = fields.Boolean(attribute="line.outgoing", required=True)
    amount_minor = fields.Integer(attribute="line.amount_minor", required=True)
    currency = fields.String(attribute="line.currency", required=True)


class BankStatementOut(Schema):
    """What reading a bank's statement did. `known` lines had been read before, and changed nothing."""

    id = fields.String(attribute="confirmation_id", required=True, allow_none=True)
    paid = fields.List(fields.Nested(MatchOut), required=True)
    failed = fields.List(fields.Nested(MatchOut), required=True)
    unmatched = fields.List(fields.Nested(MatchOut), required=True)
    known = fields.Integer(required=True)


class BankLineOut(Schema):
    """A movement that fits no payment and waits for a person."""

    id = fields.String(attribute="line_id", required=True)
    booked_on = fields.Date(required=True)
    outgoing = fields.Boolean(required=True)
    amount_minor = fields.Integer(required=True)
    currency = fields.String(required=True)
    payout_id = fields.String(attribute="end_to_end_id", required=True, metadata={"description": "As the bank has it"})
    iban = fields.String(required=True)
    name = fields.String(required=True)
    remittance = fields.String(required=True)
    return_reason = fields.String(required=True)
    why = fields.String(required=True, metadata={"examples": ["amount_differs"]})


class ResolutionBody(Schema):
    """What a person found a line to be: this payout, or none of ours."""

    payout_id = Text(metadata={"description": "The payout that it is"})
    not_ours = fields.Boolean(truthy={True}, falsy={False}, load_default=False)
    reason = Text(required=True, metadata={"description": "What the decision rests on; it is kept"})
    on = Day(metadata={"description": "Business date of the entries, where it is later than the bank's booking date"})

    @ma.validates_schema
    def _one_of_them(self, data: dict[str, Any], **_: Any) -> None:
        if ("payout_id" in data) is data["not_ours"]:
            raise ma.ValidationError("Say either payout_id or not_ours.", "payout_id")


class ResolutionOut(Schema):
    """A line that is closed, and what became of its payout."""

    line_id = fields.String(required=True)
    payout_id = fields.String(required=True, allow_none=True)
    state = fields.String(required=True, allow_none=True, metadata={"examples": ["paid"]})


@blueprint.post("/bank_statements")
@needs("payouts:run")
@uploads.up_to(_MOST_BYTES)
@keyed
@blueprint.arguments(BankStatementForm, location="multipart")
@blueprint.response(201, BankStatementOut)
def read(form: dict[str, Any], key: str) -> flask.Response:
    """Read a bank's statement

    What left is paid, what came back has failed and is payable again; what fits no payment waits for a person.
    """
    actor = current().actor
    with uploads.kept(form["file"]) as path:

        def work(session: Session) -> flask.Response:
            def done() -> Confirmation:
                return confirmations.read(session, path, actor=actor, on=form.get("on"))

            return keys.once(
                session, NO_BOOK, done, actor=actor, operation="bank_statement", key=key, schema=BankStatementOut
            )

        return transact(work)


@blueprint.get("/bank_lines")
@needs("payouts:run")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, listed(BankLineOut))
def waiting(asked: dict[str, Any]) -> Page[Any]:
    """List the lines that wait

    The bank's movements that fit no payment, the oldest first.
    """
    return transact(lambda session: placed(session, listings.waiting(), listings.WAITING_ORDER, "line_id", asked))


@blueprint.post("/bank_lines/<string:line_id>/resolutions")
@needs("payouts:run")
@keyed
@blueprint.arguments(ResolutionBody)
@blueprint.response(201, ResolutionOut)
def resolve(asked: dict[str, Any], line_id: str, key: str) -> flask.Response:
    """Resolve a line that waits

    It is the payout that is named, whose amount it must have, or none of ours.
    """
    actor, payout_id = current().actor, asked.get("payout_id")

    def work(session: Session) -> flask.Response:
        def done() -> dict[str, str | None]:
            state = confirmations.resolve(
                session, line_id, end_to_end_id=payout_id, reason=asked["reason"], actor=actor, on=asked.get("on")
            )
            return {"line_id": line_id, "payout_id": payout_id, "state": state}

        return keys.once(
            session, NO_BOOK, done, actor=actor, operation="bank_line_resolve", key=key, schema=ResolutionOut
        )

    return transact(work)
