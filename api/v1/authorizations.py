"""Authorizations: deciding on a purchase and reserving its money, capturing, voiding and refunding it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import marshmallow as ma
from marshmallow import fields
from sqlalchemy.orm import Session

from api.access.identity import book_of, current, needs, transact, transact_in
from api.conventions import keys, language
from api.conventions.fields import Amount, Schema, Text, Whole
from api.conventions.keys import keyed
from api.conventions.smorest import Blueprint
from plans.rulebook.words import Channel
from wallet import authorizations, captures
from wallet.authorizations import Authorization
from wallet.captures import Change
from wallet.purchases import Purchase
from wallet.reasons import Voiding

T = TypeVar("T")

blueprint = Blueprint("authorizations", __name__, url_prefix="/v1/authorizations", description=__doc__)


class PurchaseBody(Schema):
    """What is asked for: a service by quantity or by amount, for the employee or a relative."""

    employee_id = Text(metadata={"description": "Whose wallet pays; an employee may leave it out"})
    service = Text(required=True, metadata={"examples": ["DOP-CR"]})
    relative_id = Text()
    quantity = Whole(least=1, most=10_000)
    amount = fields.Nested(Amount)
    service_on = fields.Date()
    channel = fields.Enum(Channel, by_value=True)
    consent = fields.Boolean(load_default=False, truthy={True}, falsy={False})

    @ma.post_load
    def _purchase(self, data: dict[str, Any], **_: Any) -> Purchase:
        mine = current().employee_id
        employee_id = data.pop("employee_id", mine)
        if employee_id is None:
            raise ma.ValidationError("Missing data for required field.", "employee_id")
        return Purchase(employee_id=employee_id, service_code=data.pop("service"), **data)


class DeclineOut(Schema):
    """Why a purchase was declined."""

    code = fields.String(required=True)
    hint = fields.String(required=True)


class AuthorizationOut(Schema):
    """A decision on a purchase and, when it was followed, the money reserved for it. Amounts in whole cents."""

    id = fields.String(attribute="authorization_id", required=True)
    status = fields.String(required=True)
    employee_id = fields.String(required=True)
    relative_id = fields.String(allow_none=True, required=True)
    service = fields.String(attribute="service_code", required=True)
    channel = fields.String(allow_none=True, required=True)
    outcome = fields.String(allow_none=True, required=True)
    amount_minor = fields.Integer(required=True)
    exempt_minor = fields.Integer(required=True)
    taxable_minor = fields.Integer(required=True)
    captured_minor = fields.Integer(required=True)
    refunded_minor = fields.Integer(required=True)
    currency = fields.Constant("EUR", required=True)
    code = fields.String(allow_none=True, required=True)
    service_on = fields.Date(required=True)
    decided_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(allow_none=True, required=True)
    sentence = fields.Function(lambda found: found.sentence(language.asked()), required=True)
    decline = fields.Function(lambda found: _decline(found), required=True)


def _decline(found: Authorization) -> dict[str, str] | None:
    if found.decline_code is None:
        return None
    return {"code": found.decline_code, "hint": found.sentence(language.asked())}


def _act(authorization_id: str, work: Callable[[Session, int], T]) -> T:
    """Find an authorization as far as whoever asks can see it, then do something to it in its book."""
    book_id = transact(lambda session: authorizations.book_of(session, authorization_id))
    return transact_in(book_id, lambda session: work(session, book_id))


@blueprint.post("")
@needs("authorizations:create")
@keyed
@blueprint.arguments(PurchaseBody)
@blueprint.response(201, AuthorizationOut)
def create(purchase: Purchase, key: str) -> tuple[Authorization, int, dict[str, str]]:
    """Authorize a purchase

    Decides it and, if it can be, reserves its money and gives it a redemption code. A decline is a created resource
    too: `status` is `declined` and `decline` says why.
    """
    book_id, actor = book_of(purchase.employee_id), current().actor
    made = transact_in(
        book_id, lambda session: authorizations.authorize(session, book_id, purchase, actor=actor, key=key)
    )
    return made, 201, {"Location": f"/v1/authorizations/{made.authorization_id}"} | keys.mark(made.replayed)


@blueprint.post("/simulate")
@needs("authorizations:create")
@blueprint.arguments(PurchaseBody)
@blueprint.response(200, AuthorizationOut)
def simulate(purchase: Purchase) -> Authorization:
    """Say what would be answered

    The decision and the lots that would be used, without writing or reserving anything.
    """
    book_id = book_of(purchase.employee_id)
    return transact_in(book_id, lambda session: authorizations.simulate(session, book_id, purchase))


@blueprint.get("/<string:authorization_id>")
@needs("authorizations:read")
@blueprint.response(200, AuthorizationOut)
def show(authorization_id: str) -> Authorization:
    """Show an authorization"""

    def work(session: Session) -> Authorization:
        return authorizations.get(session, authorizations.book_of(session, authorization_id), authorization_id)

    return transact(work)


class CaptureBody(Schema):
    """What was delivered: all that is reserved, or an amount of it."""

    amount = fields.Nested(Amount)
    final = fields.Boolean(truthy={True}, falsy={False}, metadata={"description": "Let what is left go back"})


class VoidBody(Schema):
    """Why a purchase ends unused."""

    reason = fields.Enum(Voiding, by_value=True, load_default=Voiding.VOIDED)


class RefundBody(Schema):
    """What goes back of what was captured: all of it, or an amount."""

    amount = fields.Nested(Amount)
    reason = Text(required=True)


class ChangeOut(Schema):
    """An authorization after something was captured, voided or refunded."""

    amount_minor = fields.Integer(required=True)
    currency = fields.Constant("EUR", required=True)
    entry_ids = fields.List(fields.Integer(), required=True)
    authorization = fields.Nested(AuthorizationOut, required=True)


def _changed(change: Change) -> tuple[Change, int, dict[str, str]]:
    return change, 201, keys.mark(change.authorization.replayed)


@blueprint.post("/<string:authorization_id>/captures")
@needs("authorizations:capture")
@keyed
@blueprint.arguments(CaptureBody)
@blueprint.response(201, ChangeOut)
def capture(asked: dict[str, Any], authorization_id: str, key: str) -> tuple[Change, int, dict[str, str]]:
    """Capture an authorization

    Turns what it reserves, or a part of it, into a debt to the provider.
    """
    actor = current().actor

    def work(session: Session, book_id: int) -> Change:
        return captures.capture(session, book_id, authorization_id, **asked, actor=actor, key=key)

    return _changed(_act(authorization_id, work))


@blueprint.post("/<string:authorization_id>/voids")
@needs("authorizations:void")
@keyed
@blueprint.arguments(VoidBody)
@blueprint.response(201, ChangeOut)
def void(asked: dict[str, Any], authorization_id: str, key: str) -> tuple[Change, int, dict[str, str]]:
    """Void an authorization

    Ends it: what it still reserves is free again.
    """
    actor = current().actor

    def work(session: Session, book_id: int) -> Change:
        return captures.void(session, book_id, authorization_id, **asked, actor=actor, key=key)

    return _changed(_act(authorization_id, work))


@blueprint.post("/<string:authorization_id>/refunds")
@needs("authorizations:refund")
@keyed
@blueprint.arguments(RefundBody)
@blueprint.response(201, ChangeOut)
def refund(asked: dict[str, Any], authorization_id: str, key: str) -> tuple[Change, int, dict[str, str]]:
    """Refund an authorization

    Gives back what was captured, or a part of it, to the lots that paid it.
    """
    actor = current().actor

    def work(session: Session, book_id: int) -> Change:
        return captures.refund(session, book_id, authorization_id, **asked, actor=actor, key=key)

    return _changed(_act(authorization_id, work))
