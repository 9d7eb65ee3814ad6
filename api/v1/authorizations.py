"""Authorizations: deciding on a purchase and reserving its money, capturing, voiding and refunding it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import marshmallow as ma
from marshmallow import fields, validate
from sqlalchemy.orm import Session

from api.access import reaching
from api.access.identity import book_of, current, needs, transact, transact_in
from api.access.roles import Role
from api.conventions import keys, language
from api.conventions.fields import Amount, Day, Schema, Text, Whole
from api.conventions.keys import keyed
from api.conventions.paging import Page, PageQuery, cut, listed
from api.conventions.smorest import Blueprint
from api.running import metrics
from api.v1.gauges import GaugeOut
from config import clock
from plans.rulebook.words import Category, Channel
from wallet import authorizations, captures, history, labels, reasons
from wallet.authorizations import Authorization
from wallet.captures import Change
from wallet.position import gauges
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
    service_on = Day()
    channel = fields.Enum(Channel, by_value=True)
    consent = fields.Boolean(
        load_default=False,
        truthy={True},
        falsy={False},
        metadata={
            "description": "Whether the worker accepts that what is not exempt is taxed through the payslip, with what "
            "that costs (`taxable_minor` of a simulation). Without it such a purchase is declined"
        },
    )

    @ma.post_load
    def _purchase(self, data: dict[str, Any], **_: Any) -> Purchase:
        mine = current().employee_id
        employee_id = data.pop("employee_id", mine)
        data["on_behalf"] = mine is None
        if employee_id is None:
            raise ma.ValidationError("Missing data for required field.", "employee_id")
        return Purchase(employee_id=employee_id, service_code=data.pop("service"), **data)


class LimitsOut(Schema):
    """
    The figures that a decline stands on, in whole cents; null where they do not concern it.

    `available_minor` is the credit that could have paid for it. `external_minor` null beside a limit is unknown.
    """

    available_minor = fields.Integer(required=True)
    limit_minor = fields.Integer(required=True, allow_none=True)
    year_used_minor = fields.Integer(required=True, allow_none=True)
    external_minor = fields.Integer(required=True, allow_none=True)
    left_minor = fields.Integer(required=True, allow_none=True)


class DeclineOut(Schema):
    """Why a purchase was declined, what to do next, and the figures behind it."""

    code = fields.String(required=True, metadata={"examples": ["insufficient_funds"]})
    hint = fields.String(required=True)
    limits = fields.Nested(LimitsOut, required=True)


class ShareOut(Schema):
    """What one lot pays of a purchase, in whole cents."""

    lot_id = fields.String(required=True)
    amount_minor = fields.Integer(required=True)


class DecisionOut(Schema):
    """A decision on a purchase. Amounts in whole cents. What is not required is not told to providers."""

    status = fields.String(required=True, metadata={"enum": list(labels.STATUSES), "examples": ["authorized"]})
    service = fields.String(attribute="service_code", required=True, metadata={"examples": ["DOP-CR"]})
    provider = fields.String(attribute="provider_code", required=True, allow_none=True)
    channel = fields.String(allow_none=True, required=True)
    quantity = fields.Integer(required=True)
    unit_price_minor = fields.Integer(required=True)
    amount_minor = fields.Integer(required=True)
    currency = fields.Constant("EUR", required=True)
    service_on = fields.Date(required=True)
    decided_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(allow_none=True, required=True)
    answer_by = fields.AwareDateTime(
        allow_none=True,
        required=True,
        metadata={"description": "Until when the provider may accept it, where it has to and has not: no code before"},
    )
    employee_id = fields.String()
    relative_id = fields.String(allow_none=True)
    on_behalf = fields.Boolean(metadata={"description": "Whether somebody of the network asked for the worker"})
    category = fields.String(allow_none=True)
    outcome = fields.String(allow_none=True, metadata={"examples": ["EXEMPT"]})
    exempt_minor = fields.Integer()
    taxable_minor = fields.Integer()
    reasons = fields.List(fields.String())
    warnings = fields.List(fields.String())
    rule_ids = fields.List(fields.String())
    sentence = fields.Function(
        lambda found: found.sentence(language.asked()),
        metadata={"type": "string", "description": "The outcome as the worker reads it, with what to do next"},
    )
    lots = fields.List(fields.Nested(ShareOut), metadata={"description": "What pays it, the first to end first"})
    decline = fields.Nested(DeclineOut, allow_none=True)

    def get_attribute(self, obj: Authorization, attr: str, default: Any) -> Any:
        """Return what is written under a name; lots and the decline are told from the facts of the decision."""
        if attr == "lots":
            return [{"lot_id": lot_id, "amount_minor": amount} for lot_id, amount in obj.facts["lots"]]
        return _decline(obj) if attr == "decline" else super().get_attribute(obj, attr, default)


class _Identified(Schema):
    id = fields.String(attribute="authorization_id", required=True, metadata={"examples": ["aut_01K0Z7V3J8Q2X4N6B8"]})


# The base that is named last comes first in what is written.
class AuthorizationOut(DecisionOut, _Identified):
    """
    A decision on a purchase and, when it was followed, the money reserved for it. Amounts in whole cents.

    What is not required is not told to providers: they learn neither who bought, nor for whom, nor how it is taxed.
    """

    captured_minor = fields.Integer(required=True)
    refunded_minor = fields.Integer(required=True)
    code = fields.String(allow_none=True, metadata={"description": "Redeems it; the worker shows it to the provider"})

    @ma.post_dump
    def _keep_from_providers(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        if current().role is Role.PROVIDER:
            return {name: value for name, value in data.items() if self.fields[name].required}
        return data


class SimulationOut(Schema):
    """What would be decided, with the lots that would pay, and the gauges of the year as they stand before it."""

    decision = fields.Nested(DecisionOut, required=True)
    gauges = fields.List(fields.Nested(GaugeOut), required=True)


def _decline(found: Authorization) -> dict[str, Any] | None:
    if found.decline_code is None:
        return None
    figures = found.facts["figures"]
    limits = {name: figures.get(name) for name in ("limit_minor", "external_minor", "left_minor")}
    # Where nobody said what comes from elsewhere it was counted as nothing, and is unknown all the same.
    if found.category == Category.FRINGE and "external_fringe_minor" not in found.facts:
        limits["external_minor"] = None
    limits["year_used_minor"] = found.facts.get("year_used_minor") if limits["limit_minor"] is not None else None
    return {
        "code": found.decline_code,
        "hint": found.sentence(language.asked()),
        "limits": {"available_minor": found.facts["available_minor"], **limits},
    }


def _book(session: Session, authorization_id: str) -> int:
    """Return the book of an authorization that whoever asks may know of: no provider learns of what was declined."""
    return authorizations.book_of(session, authorization_id, declined=current().role is not Role.PROVIDER)


def _act(authorization_id: str, work: Callable[[Session, int], T]) -> T:
    """Find an authorization as far as whoever asks can see it, then do something to it in its book."""
    book_id = transact(lambda session: _book(session, authorization_id))
    return transact_in(book_id, lambda session: work(session, book_id))


@blueprint.post("")
@needs("authorizations:create")
@keyed
@blueprint.arguments(PurchaseBody)
@blueprint.response(201, AuthorizationOut)
@blueprint.alt_response(404, "NOT_FOUND")
def create(purchase: Purchase, key: str) -> tuple[Authorization, int, dict[str, str]]:
    """Authorize a purchase

    Decides it and, if it can be, reserves its money and gives it a redemption code. A decline is a created resource
    too: `status` is `declined` and `decline` says why.
    """
    book_id, actor = book_of(purchase.employee_id), current().actor
    made = transact_in(
        book_id, lambda session: authorizations.authorize(session, book_id, purchase, actor=actor, key=key)
    )
    if not made.replayed:
        metrics.decided(made.status, made.decline_code)
    return made, 201, {"Location": f"/v1/authorizations/{made.authorization_id}"} | keys.mark(made.replayed)


@blueprint.post("/simulate")
@needs("authorizations:create")
@blueprint.arguments(PurchaseBody)
@blueprint.response(200, SimulationOut)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def simulate(purchase: Purchase) -> dict[str, Any]:
    """Say what would be answered

    The decision, the lots that would be used and the gauges of the year, without writing or reserving anything.
    """
    book_id = book_of(purchase.employee_id)

    def work(session: Session) -> dict[str, Any]:
        decided = authorizations.simulate(session, book_id, purchase)
        year = min(decided.tax_on.year, clock.today().year + 1)
        return {"decision": decided, "gauges": gauges(session, book_id, purchase.employee_id, year)}

    return transact_in(book_id, work)


class AuthorizationQuery(PageQuery):
    """Which authorizations."""

    status = Text(validate=[validate.OneOf(list(labels.STATUSES))])
    employee_id = Text(metadata={"description": "Whose; an employee's are their own in any case"})
    service = Text(metadata={"examples": ["DOP-CR"]})
    since = Day(metadata={"description": "Decided on this day or later"})
    until = Day(metadata={"description": "Decided on this day or earlier"})


@blueprint.get("")
@needs("authorizations:read")
@blueprint.arguments(AuthorizationQuery, location="query")
@blueprint.response(200, listed(AuthorizationOut))
@blueprint.alt_response(404, "NOT_FOUND")
def every(asked: dict[str, Any]) -> Page[Authorization]:
    """List authorizations

    An employee's own, a provider's own, or the network's; the newest first.
    """
    asking = current()
    if "employee_id" in asked:
        book_of(asked["employee_id"])
    statement = history.query(
        book_id=asking.book_id,
        employee_id=asking.employee_id or asked.get("employee_id"),
        provider_code=asking.provider_code,
        **{name: asked[name] for name in ("status", "service", "since", "until") if name in asked},
    )
    return transact(lambda session: cut(session, statement, history.KEY, asked).each(authorizations.of_row))


@blueprint.get("/<string:authorization_id>")
@needs("authorizations:read")
@blueprint.response(200, AuthorizationOut)
@blueprint.alt_response(404, "NOT_FOUND")
def show(authorization_id: str) -> Authorization:
    """Show an authorization"""
    return transact(lambda session: authorizations.get(session, _book(session, authorization_id), authorization_id))


class CaptureBody(Schema):
    """What was delivered: all that is reserved, or an amount of it."""

    amount = fields.Nested(Amount)
    delivered_on = Day(attribute="on", metadata={"description": "Today unless given; never before it was decided"})
    final = fields.Boolean(truthy={True}, falsy={False}, metadata={"description": "Let what is left go back"})


class VoidBody(Schema):
    """Why a purchase ends unused."""

    reason = fields.Enum(
        Voiding, by_value=True, load_default=Voiding.VOIDED, validate=validate.OneOf(reasons.OF_BUYERS)
    )


class RefundBody(Schema):
    """What goes back of what was captured: all of it, or an amount."""

    amount = fields.Nested(Amount)
    capture_id = Whole(least=1, metadata={"description": "The entry of the capture that is undone; the last first"})
    refunded_on = Day(attribute="on", metadata={"description": "Today unless given"})
    reason = Text(required=True, metadata={"examples": ["servizio non reso"]})


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
@blueprint.alt_response(404, "NOT_FOUND")
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
@blueprint.alt_response(404, "NOT_FOUND")
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
@blueprint.alt_response(404, "NOT_FOUND")
def refund(asked: dict[str, Any], authorization_id: str, key: str) -> tuple[Change, int, dict[str, str]]:
    """Refund an authorization

    Gives back what was captured, or a part of it, to the lots that paid it; nobody does that for themself.
    """
    actor = current().actor

    def find(session: Session) -> tuple[int, str]:
        book_id = _book(session, authorization_id)
        return book_id, authorizations.get(session, book_id, authorization_id).employee_id

    reaching.refuse_own(current(), *transact(find))

    def work(session: Session, book_id: int) -> Change:
        return captures.refund(session, book_id, authorization_id, **asked, actor=actor, key=key)

    return _changed(_act(authorization_id, work))
