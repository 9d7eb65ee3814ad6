"""Acceptances: purchases that their provider has to accept before they have a code, and who wants to be asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from marshmallow import fields, validate
from sqlalchemy.orm import Session

from api.access.identity import current, needs, transact, transact_in
from api.conventions import keys, language, paging
from api.conventions.fields import Day, Schema, Text, Whole
from api.conventions.keys import keyed
from api.conventions.paging import Page, PageQuery, listed
from api.conventions.smorest import Blueprint
from network import acceptance
from network.acceptance import Terms
from wallet.acceptances import answering, awaited
from wallet.acceptances.awaited import Acceptance
from wallet.acceptances.words import Reason, State

blueprint = Blueprint("acceptances", __name__, url_prefix="/v1/acceptances", description=__doc__)

_Answer = tuple[Acceptance, int, dict[str, str]]


class RefusalReasonOut(Schema):
    """Why a provider does not accept, as a code and in words."""

    code = fields.Function(str, required=True, metadata={"type": "string", "enum": [str(why) for why in Reason]})
    label = fields.Function(lambda why: why.label(language.asked()), required=True, metadata={"type": "string"})


class AcceptanceOut(Schema):
    """What a provider is asked to accept: no name, and no code before it has. Amounts in whole cents."""

    id = fields.String(attribute="authorization_id", required=True, metadata={"description": "The authorization's"})
    state = fields.Enum(State, by_value=True, required=True)
    provider = fields.String(attribute="provider_code", required=True)
    service = fields.String(attribute="service_code", required=True)
    quantity = fields.Integer(required=True)
    amount_minor = fields.Integer(required=True)
    currency = fields.Constant("EUR", required=True, metadata={"type": "string", "const": "EUR"})
    channel = fields.String(required=True)
    service_on = Day(required=True)
    asked_at = fields.AwareDateTime(required=True)
    answer_by = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True, metadata={"description": "How long it can be redeemed, accepted"})
    answered_at = fields.AwareDateTime(required=True, allow_none=True)
    reason = fields.Nested(RefusalReasonOut, required=True, allow_none=True)


class AcceptanceQuery(PageQuery):
    """Which of them."""

    state = fields.Enum(State, by_value=True)


@blueprint.get("")
@needs("acceptances:read")
@blueprint.arguments(AcceptanceQuery, location="query")
@blueprint.response(200, listed(AcceptanceOut))
def index(asked: dict[str, Any]) -> Page[Acceptance]:
    """List what providers are asked

    One's own, the newest first; `state=pending` is what waits for an answer.
    """
    query = awaited.query(state=asked.get("state"))
    return transact(lambda session: paging.cut(session, query, awaited.ID, asked)).each(awaited.value)


@blueprint.get("/<string:authorization_id>")
@needs("acceptances:read")
@blueprint.response(200, AcceptanceOut)
def show(authorization_id: str) -> Acceptance:
    """Show what a provider is asked"""
    return transact(lambda session: awaited.get(session, authorization_id))


class AcceptBody(Schema):
    """Nothing is to be said."""


class RefuseBody(Schema):
    """Why the provider does not accept."""

    reason = fields.Enum(Reason, by_value=True, required=True)


def _act(authorization_id: str, work: Callable[[Session, int], Acceptance]) -> _Answer:
    book_id = transact(lambda session: awaited.get(session, authorization_id)).book_id
    done = transact_in(book_id, lambda session: work(session, book_id))
    return done, 201, {"Location": f"/v1/acceptances/{authorization_id}"} | keys.mark(done.replayed)


@blueprint.post("/<string:authorization_id>/acceptances")
@needs("acceptances:answer")
@keyed
@blueprint.arguments(AcceptBody)
@blueprint.response(201, AcceptanceOut)
def accept(_asked: dict[str, Any], authorization_id: str, key: str) -> _Answer:
    """Accept a purchase

    From now on it has its code; a voucher is issued.
    """
    actor = current().actor
    return _act(
        authorization_id,
        lambda session, book_id: answering.accept(session, book_id, authorization_id, actor=actor, key=key),
    )


@blueprint.post("/<string:authorization_id>/refusals")
@needs("acceptances:answer")
@keyed
@blueprint.arguments(RefuseBody)
@blueprint.response(201, AcceptanceOut)
def refuse(asked: dict[str, Any], authorization_id: str, key: str) -> _Answer:
    """Refuse a purchase

    It is voided: the person's money is free again, and nothing was taxed.
    """
    actor = current().actor
    return _act(
        authorization_id,
        lambda session, book_id: answering.refuse(session, book_id, authorization_id, **asked, actor=actor, key=key),
    )


class TermsBody(Schema):
    """How many hours the provider has to accept; empty where it is not asked."""

    hours = Whole(least=1, most=168, required=True, allow_none=True)
    services = fields.Dict(
        keys=Text(longest=40),
        values=Whole(most=168),
        load_default=dict,
        validate=validate.Length(max=200),
        metadata={
            "description": "Where a service differs, by its code; 0: it is not asked",
            "examples": [{"PSI-CR": 24}],
        },
    )


class TermsOut(Schema):
    """How many hours a provider has to accept."""

    provider = fields.String(attribute="provider_code", required=True)
    hours = fields.Integer(required=True, allow_none=True)
    services = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


@blueprint.get("/terms/<string:provider_code>")
@needs("acceptances:read")
@blueprint.etag
@blueprint.response(200, TermsOut)
def show_terms(provider_code: str) -> Terms:
    """Show whether a provider wants to be asked"""
    return transact(lambda session: acceptance.terms(session, provider_code))


@blueprint.put("/terms/<string:provider_code>")
@needs("catalogue:manage")
@blueprint.etag
@blueprint.arguments(TermsBody)
@blueprint.response(200, TermsOut)
def change_terms(asked: dict[str, Any], provider_code: str) -> Terms:
    """Change whether a provider wants to be asked

    For purchases from now on; what is under way stays as it was.
    """

    def work(session: Session) -> Terms:
        blueprint.check_etag(acceptance.terms(session, provider_code, lock=True), TermsOut)
        return acceptance.change(session, Terms(provider_code, **asked))

    return transact(work)
