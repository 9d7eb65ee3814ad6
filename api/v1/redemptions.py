"""Redemptions: a provider's till turns codes into what it is owed, at once or, after it was offline, late."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from marshmallow import fields, validate
from sqlalchemy.orm import Session

from api.access import reaching
from api.access.identity import current, needs, transact, transact_in
from api.conventions import keys, language, paging
from api.conventions.fields import Amount, Schema, Text
from api.conventions.keys import keyed
from api.conventions.paging import Page, PageQuery, listed
from api.conventions.smorest import Blueprint
from api.running import limits
from api.v1.vouchers import CODE
from config.errors import DomainError
from wallet.redemptions import conflicts, entering, records
from wallet.redemptions.entering import Entry
from wallet.redemptions.records import Redemption
from wallet.redemptions.words import Conflict, Decision, Status

blueprint = Blueprint("redemptions", __name__, url_prefix="/v1/redemptions", description=__doc__)

_FIRST, _LAST = datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_OCCURRED: dict[str, Any] = {
    "validate": validate.Range(min=_FIRST, max=_LAST),
    "metadata": {
        "description": "When the service was given, for a till that was offline then; left out, it is now",
        "examples": ["2026-11-22T09:30:00+01:00"],
    },
}
NONCE = {
    "description": "The till's own number for this redemption: sent twice, it is done once",
    "examples": ["till-2/000731"],
}
MOST_ROWS = 200


class RedemptionBody(Schema):
    """A code that was shown, and how much of it is redeemed: everything, unless an amount is given."""

    code = Text(required=True, longest=40, metadata=CODE)
    nonce = Text(required=True, longest=100, metadata=NONCE)
    amount = fields.Nested(Amount)
    final = fields.Boolean(truthy={True}, falsy={False}, metadata={"description": "Let what is left go back"})
    occurred_at = fields.AwareDateTime(**_OCCURRED)


class OfflineBody(RedemptionBody):
    """A redemption that a till wrote down while it was offline."""

    occurred_at = fields.AwareDateTime(required=True, **_OCCURRED)


class BatchBody(Schema):
    """The redemptions of a till that was offline, in their order."""

    redemptions = fields.List(fields.Nested(OfflineBody), required=True, validate=validate.Length(min=1, max=MOST_ROWS))


class ConflictOut(Schema):
    """Why a redemption could not be captured by itself, as a code and in words."""

    code = fields.Function(str, required=True, metadata={"type": "string", "enum": [str(why) for why in Conflict]})
    hint = fields.Function(lambda why: why.label(language.asked()), required=True, metadata={"type": "string"})


class RedemptionOut(Schema):
    """A redemption and what became of it. Amounts in whole cents."""

    id = fields.String(attribute="redemption_id", required=True)
    status = fields.Enum(Status, by_value=True, required=True)
    authorization_id = fields.String(required=True)
    provider = fields.String(attribute="provider_code", required=True)
    service = fields.String(attribute="service_code", required=True)
    nonce = fields.String(required=True)
    asked_minor = fields.Integer(required=True, allow_none=True)
    amount_minor = fields.Integer(required=True, metadata={"description": "What was captured for it"})
    currency = fields.Constant("EUR", required=True, metadata={"type": "string", "const": "EUR"})
    offline = fields.Boolean(required=True)
    occurred_at = fields.AwareDateTime(required=True)
    recorded_at = fields.AwareDateTime(required=True)
    conflict = fields.Nested(ConflictOut, attribute="reason", required=True, allow_none=True)
    settled_at = fields.AwareDateTime(required=True, allow_none=True)
    replaced_by = fields.String(required=True, allow_none=True)


class RefusedRow(Schema):
    """Why a row of a batch was refused."""

    code = fields.String(required=True)
    detail = fields.String(required=True)


class RowOut(Schema):
    """What became of one row of a batch: a redemption, or why it is none."""

    nonce = fields.String(required=True)
    redemption = fields.Nested(RedemptionOut, required=True, allow_none=True)
    problem = fields.Nested(RefusedRow, required=True, allow_none=True)


class BatchOut(Schema):
    """What became of each row, in the order they were sent."""

    data = fields.List(fields.Nested(RowOut), required=True)


def _redeem(asked: dict[str, Any], key: str) -> Redemption:
    asking = current()
    provider, actor = asking.provider_code, asking.actor
    assert provider is not None  # noqa: S101 - only providers have the scope
    code = asked["code"]
    entry = Entry(**{name: told for name, told in asked.items() if name != "code"})
    book_id, found = transact(lambda session: entering.find(session, provider, code, entry.nonce, actor=actor))
    return transact_in(book_id, lambda session: entering.redeem(session, book_id, found, entry, actor=actor, key=key))


@blueprint.post("")
@needs("vouchers:redeem")
@keyed
@blueprint.arguments(RedemptionBody)
@blueprint.response(201, RedemptionOut)
@blueprint.alt_response(404, "NOT_FOUND")
def create(asked: dict[str, Any], key: str) -> tuple[Redemption, int, dict[str, str]]:
    """Redeem a code

    Captures what it reserves, or an amount of it where the channel allows parts. With `occurred_at` it is entered
    late: captured if the purchase is still open and was made by then, otherwise a `conflict` that a person settles.
    """
    done = _redeem(asked, key)
    return done, 201, {"Location": f"/v1/redemptions/{done.redemption_id}"} | keys.mark(done.replayed)


@blueprint.post("/batch")
@needs("vouchers:redeem")
@keyed
@blueprint.arguments(BatchBody)
@blueprint.response(200, BatchOut)
def batch(asked: dict[str, Any], key: str) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Redeem what a till wrote down while it was offline

    Each row is done or refused by itself. The same batch sent again tells what became of its rows the first time.
    """
    asking = current()
    provider, actor = asking.provider_code, asking.actor
    assert provider is not None  # noqa: S101 - only providers have the scope
    request = {"rows": BatchBody().dump(asked)}
    replayed = transact(lambda session: entering.begin_batch(session, provider, key, request, actor=actor))
    return {"data": [_row(row, key) for row in asked["redemptions"]]}, 200, keys.mark(replayed)


def _row(asked: dict[str, Any], key: str) -> dict[str, Any]:
    answer: dict[str, Any] = {"nonce": asked["nonce"], "redemption": None, "problem": None}
    try:
        answer["redemption"] = _redeem(asked, entering.row_key(key, asked["nonce"]))
    except DomainError as refusal:
        # One row's refusal is its own answer; the others stand. A code that is none counts as a guess.
        if refusal.code in ("code_invalid", "voucher_not_found"):
            limits.missed()
        answer["problem"] = {"code": refusal.code, "detail": refusal.text(language.asked())}
    return answer


class RedemptionQuery(PageQuery):
    """Which redemptions."""

    status = fields.Enum(Status, by_value=True)
    authorization_id = Text()


@blueprint.get("")
@needs("vouchers:read")
@blueprint.arguments(RedemptionQuery, location="query")
@blueprint.response(200, listed(RedemptionOut))
def index(asked: dict[str, Any]) -> Page[Redemption]:
    """List redemptions

    One's own, the newest first; `status=conflict` is what waits for a person.
    """
    query = records.query(status=asked.get("status"), authorization_id=asked.get("authorization_id"))
    return transact(lambda session: paging.cut(session, query, records.ID, asked)).each(records.value)


@blueprint.get("/<string:redemption_id>")
@needs("vouchers:read")
@blueprint.response(200, RedemptionOut)
def show(redemption_id: str) -> Redemption:
    """Show a redemption"""
    return transact(lambda session: records.get(session, redemption_id))


class SettlementBody(Schema):
    """How a conflict is settled: charged today, replaced by another purchase, or dismissed."""

    decision = fields.Enum(Decision, by_value=True, required=True)
    note = Text(required=True, longest=500)
    amount = fields.Nested(Amount, metadata={"description": "What is charged; what the till asked for unless given"})
    authorization_id = Text(metadata={"description": "The purchase that takes its place"})


@blueprint.post("/<string:redemption_id>/settlements")
@needs("vouchers:settle")
@keyed
@blueprint.arguments(SettlementBody)
@blueprint.response(201, RedemptionOut)
def settle(asked: dict[str, Any], redemption_id: str, key: str) -> tuple[Redemption, int, dict[str, str]]:
    """Settle a conflict

    Nothing is ever charged for a conflict unless a person says so here; nobody does for their own wallet.
    """
    actor = current().actor
    conflict = transact(lambda session: records.get(session, redemption_id))
    book_id = conflict.book_id
    reaching.refuse_own(current(), book_id, conflict.employee_id)

    def work(session: Session) -> Redemption:
        return conflicts.settle(session, book_id, redemption_id, **asked, actor=actor, key=key)

    done = transact_in(book_id, work)
    return done, 201, {"Location": f"/v1/redemptions/{redemption_id}"} | keys.mark(done.replayed)
