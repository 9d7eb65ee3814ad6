"""Disputes: a capture that a person contests before it is paid, what the provider says to it, and how it ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import flask
import marshmallow as ma
from marshmallow import fields
from sqlalchemy.orm import Session

from api.access import audit, reaching
from api.access.identity import current, needs, transact, transact_in
from api.access.roles import Role
from api.conventions import keys, language, paging
from api.conventions.fields import Amount, Schema, Text, Whole
from api.conventions.keys import keyed
from api.conventions.paging import Page, PageQuery, listed
from api.conventions.smorest import Blueprint
from wallet import authorizations
from wallet.settlement import disputes
from wallet.settlement.disputes import By, Dispute, Event, Reason, State

blueprint = Blueprint("disputes", __name__, url_prefix="/v1/disputes", description=__doc__)

_ROLES: Mapping[Role, disputes.Role] = {
    Role.EMPLOYEE: disputes.Role.EMPLOYEE,
    Role.WELFARE_MANAGER: disputes.Role.WELFARE_MANAGER,
    Role.OPERATOR: disputes.Role.OPERATOR,
    Role.PROVIDER: disputes.Role.PROVIDER,
}


class DisputeReasonOut(Schema):
    """Why, as a code and in words."""

    code = fields.Function(str, required=True, metadata={"type": "string", "enum": [str(reason) for reason in Reason]})
    label = fields.Function(lambda reason: reason.label(language.asked()), required=True, metadata={"type": "string"})


class DisputeEventOut(Schema):
    """Something that happened to a dispute. A provider reads its own notes: in others' stand people's names."""

    kind = fields.String(required=True)
    role = fields.Enum(disputes.Role, by_value=True, attribute="by.role", required=True)
    on_behalf = fields.Function(
        lambda event: event.by.on_behalf_of is not None, required=True, metadata={"type": "boolean"}
    )
    note = fields.Function(lambda event: _note(event), required=True, metadata={"type": "string"})
    refunded_minor = fields.Integer(required=True)
    at = fields.AwareDateTime(attribute="recorded_at", required=True)


def _note(event: Event) -> str:
    hidden = current().role is Role.PROVIDER and event.by.role is not disputes.Role.PROVIDER
    return "" if hidden else event.note


class DisputeOut(Schema):
    """A disputed capture: no payment to the provider has it until it is settled. Amounts in whole cents."""

    id = fields.String(attribute="dispute_id", required=True)
    authorization_id = fields.String(required=True)
    capture_id = fields.Integer(attribute="entry_id", required=True, metadata={"description": "The capture's entry"})
    state = fields.Enum(State, by_value=True, required=True)
    reason = fields.Nested(DisputeReasonOut, required=True)
    left_minor = fields.Integer(required=True, metadata={"description": "What of the capture was not given back"})
    currency = fields.Constant("EUR", required=True, metadata={"type": "string", "const": "EUR"})
    events = fields.List(fields.Nested(DisputeEventOut), required=True)


class DisputeQuery(PageQuery):
    """Which disputes."""

    state = fields.Enum(State, by_value=True)
    authorization_id = Text()


@blueprint.get("")
@needs("disputes:read")
@blueprint.arguments(DisputeQuery, location="query")
@blueprint.response(200, listed(DisputeOut))
def index(asked: dict[str, Any]) -> Page[Dispute]:
    """List disputes

    One's own, the newest first: a person's, or those about what a provider was to be paid.
    """
    query = disputes.query(state=asked.get("state"), authorization_id=asked.get("authorization_id"))
    page = transact(lambda session: paging.cut(session, query, query.selected_columns.dispute_id, asked))
    found: dict[str, Dispute] = {}
    for book_id in {row.book_id for row in page.data}:
        mine = [row.dispute_id for row in page.data if row.book_id == book_id]
        found |= transact_in(book_id, partial(disputes.of_ids, book_id=book_id, dispute_ids=mine))
    return page.each(lambda row: found[row.dispute_id])


@blueprint.get("/<string:dispute_id>")
@needs("disputes:read")
@blueprint.response(200, DisputeOut)
def show(dispute_id: str) -> Dispute:
    """Show a dispute"""
    book_id = transact(lambda session: disputes.book_of(session, dispute_id))
    return transact_in(book_id, lambda session: disputes.get(session, book_id, dispute_id))


class DisputeBody(Schema):
    """Which capture is disputed, and why."""

    authorization_id = Text(required=True)
    reason = fields.Enum(Reason, by_value=True, required=True)
    capture_id = Whole(least=1, metadata={"description": "Needed where the authorization has several captures"})
    note = Text(shortest=0, longest=500, load_default="")


@blueprint.post("")
@needs("disputes:open")
@keyed
@blueprint.arguments(DisputeBody)
@blueprint.response(201, DisputeOut)
@blueprint.alt_response(404, "NOT_FOUND")
def open_(asked: dict[str, Any], key: str) -> flask.Response:
    """Dispute a capture

    As long as no payment to the provider has it: none will, until the dispute is settled.
    """
    authorization_id = asked["authorization_id"]

    def find(session: Session) -> tuple[int, str]:
        book_id = authorizations.book_of(session, authorization_id)
        return book_id, authorizations.get(session, book_id, authorization_id).employee_id

    book_id, employee_id = transact(find)
    audit.about(employee_id=employee_id, target=authorization_id)

    def work(session: Session) -> Dispute:
        return disputes.open_dispute(
            session,
            book_id,
            authorization_id,
            asked["reason"],
            by=_by(employee_id),
            entry_id=asked.get("capture_id"),
            note=asked["note"],
        )

    return _once(book_id, "dispute_open", key, work)


class AnswerBody(Schema):
    """What the provider says."""

    note = Text(required=True, longest=500)


@blueprint.post("/<string:dispute_id>/answers")
@needs("disputes:answer")
@keyed
@blueprint.arguments(AnswerBody)
@blueprint.response(201, DisputeOut)
def answer(asked: dict[str, Any], dispute_id: str, key: str) -> flask.Response:
    """Answer a dispute

    In the provider's words, for whoever settles it.
    """
    book_id = transact(lambda session: disputes.book_of(session, dispute_id))
    return _once(
        book_id,
        "dispute_answer",
        key,
        lambda session: disputes.answer(session, book_id, dispute_id, by=_by(None), note=asked["note"]),
    )


class SettlementBody(Schema):
    """For whom it is settled: upheld, the money goes back to the person's lots; dismissed, it is payable again."""

    state = fields.Enum(
        State, by_value=True, required=True, validate=ma.validate.OneOf((State.UPHELD, State.DISMISSED))
    )
    amount = fields.Nested(Amount, metadata={"description": "What goes back; all that is left unless given"})
    note = Text(required=True, longest=500)

    @ma.validates_schema
    def _amount_of_upheld(self, data: Mapping[str, Any], **_: Any) -> None:
        if "amount" in data and data.get("state") is State.DISMISSED:
            raise ma.ValidationError("Only where it is upheld.", "amount")


@blueprint.post("/<string:dispute_id>/settlements")
@needs("disputes:settle")
@keyed
@blueprint.arguments(SettlementBody)
@blueprint.response(201, DisputeOut)
def settle(asked: dict[str, Any], dispute_id: str, key: str) -> flask.Response:
    """Settle a dispute

    Nobody settles one about their own wallet.
    """

    def find(session: Session) -> tuple[int, str]:
        book_id = disputes.book_of(session, dispute_id)
        disputed = disputes.get(session, book_id, dispute_id).authorization_id
        return book_id, authorizations.get(session, book_id, disputed).employee_id

    book_id, employee_id = transact(find)
    reaching.refuse_own(current(), book_id, employee_id)

    def work(session: Session) -> Dispute:
        by, note = _by(None), asked["note"]
        if asked["state"] is State.UPHELD:
            return disputes.uphold(session, book_id, dispute_id, by=by, amount=asked.get("amount"), note=note)
        return disputes.dismiss(session, book_id, dispute_id, by=by, note=note)

    return _once(book_id, "dispute_settle", key, work)


def _by(employee_id: str | None) -> By:
    """Return who acts, and for whom where it is not for themself."""
    asking = current()
    behalf = employee_id if asking.employee_id is None else None
    return By(asking.actor, _ROLES[asking.role], behalf)


def _once(book_id: int, operation: str, key: str, work: Callable[[Session], Dispute]) -> flask.Response:
    def once(session: Session) -> flask.Response:
        return keys.once(
            session,
            book_id,
            lambda: work(session),
            actor=current().actor,
            operation=operation,
            key=key,
            schema=DisputeOut,
            place=lambda done: f"/v1/disputes/{done.dispute_id}",
        )

    return transact_in(book_id, once)
