"""Requests: what a person asks a welfare manager for, and what is answered; their words are for those two alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flask
import marshmallow as ma
from marshmallow import fields, validate
from sqlalchemy.orm import Session

from api.access.identity import book_of, current, needs, transact
from api.access.roles import Role
from api.conventions import language, paging
from api.conventions.fields import Schema, Text
from api.conventions.keys import keyed
from api.conventions.paging import Page, PageQuery, listed
from api.conventions.smorest import Blueprint
from api.v1 import commands
from wallet.requests import handling, records, words
from wallet.requests.records import By, Request
from wallet.requests.words import Outcome, State

blueprint = Blueprint("requests", __name__, url_prefix="/v1/requests", description=__doc__)

_LONGEST, _MOST_SERVICES = 2_000, 10
_AN_ID = "rqs_01K0Z7V3J8Q2X4N6B8C0D2F4H6"


class RequestOutcomeOut(Schema):
    """What became of a request, as a code and in words."""

    code = fields.Function(str, required=True, metadata={"type": "string", "enum": [str(one) for one in Outcome]})
    label = fields.Function(lambda one: one.label(language.asked()), required=True, metadata={"type": "string"})


class RequestEventOut(Schema):
    """Something that happened to a request."""

    kind = fields.Enum(words.Step, by_value=True, required=True)
    role = fields.Enum(words.Role, by_value=True, attribute="by.role", required=True)
    on_behalf = fields.Function(
        lambda event: event.by.on_behalf_of is not None, required=True, metadata={"type": "boolean"}
    )
    text = fields.String(attribute="note", required=True)
    services = fields.List(fields.String(), required=True, metadata={"description": "What an answer points to"})
    at = fields.AwareDateTime(attribute="recorded_at", required=True)


class RequestOut(Schema):
    """A request with what happened to it, in order."""

    id = fields.String(attribute="request_id", required=True, metadata={"examples": [_AN_ID]})
    employee_id = fields.String(required=True)
    territory = fields.String(attribute="territory_code", required=True, metadata={"examples": ["cremona"]})
    service = fields.String(attribute="service_code", required=True, allow_none=True)
    state = fields.Enum(State, by_value=True, required=True)
    outcome = fields.Nested(RequestOutcomeOut, required=True, allow_none=True)
    asked_at = fields.AwareDateTime(required=True)
    closed_at = fields.AwareDateTime(required=True, allow_none=True)
    events = fields.List(fields.Nested(RequestEventOut), required=True)


class RequestQuery(PageQuery):
    """Which requests."""

    state = fields.Enum(State, by_value=True)
    territory = Text(longest=60, metadata={"examples": ["cremona"]})


@blueprint.get("")
@needs("requests:read")
@blueprint.arguments(RequestQuery, location="query")
@blueprint.response(200, listed(RequestOut))
def index(asked: dict[str, Any]) -> Page[Request]:
    """List requests

    A person's own, a welfare manager's all; the newest first. `state=open` is what waits for an answer.
    """
    query = records.query(state=asked.get("state"), territory=asked.get("territory"))

    def work(session: Session) -> Page[Request]:
        page = paging.cut(session, query, records.ID, asked)
        return Page(records.values(session, page.data), page.has_more)

    return transact(work)


@blueprint.get("/<string:request_id>")
@needs("requests:read")
@blueprint.response(200, RequestOut)
def show(request_id: str) -> Request:
    """Show a request"""
    return transact(lambda session: records.get(session, records.book_of(session, request_id), request_id))


class RequestBody(Schema):
    """What is asked for, in the person's own words."""

    text = Text(required=True, longest=_LONGEST, metadata={"examples": ["Chi può stare con mia madre il mattino?"]})
    service = Text(longest=40, metadata={"description": "The service it is about, if any", "examples": ["CON-CR"]})
    territory = Text(
        longest=60, metadata={"description": "That of the service or the person unless given", "examples": ["cremona"]}
    )
    employee_id = Text(metadata={"description": "For whom a welfare manager asks; needed by them alone"})

    @ma.validates_schema
    def _for_whom(self, data: dict[str, Any], **_: Any) -> None:
        if "employee_id" not in data and current().employee_id is None:
            raise ma.ValidationError("Missing data for required field.", "employee_id")


@blueprint.post("")
@needs("requests:create")
@keyed
@blueprint.arguments(RequestBody)
@blueprint.response(201, RequestOut)
@blueprint.alt_response(404, "NOT_FOUND")
def create(asked: dict[str, Any], key: str) -> flask.Response:
    """Ask for something

    Orientation, or a service that has no price. The welfare managers are written to, without a word of it.
    """
    employee_id = str(asked.pop("employee_id", current().employee_id))
    book_id = book_of(employee_id)
    return commands.once(
        lambda session: handling.ask(session, book_id, employee_id, **asked, by=_by(employee_id)),
        book_id=book_id,
        operation="request_ask",
        key=key,
        schema=RequestOut,
        place=_place,
    )


class RequestAnswerBody(Schema):
    """What is answered, and services that it points to."""

    text = Text(required=True, longest=_LONGEST)
    services = fields.List(
        Text(longest=40),
        load_default=list,
        validate=validate.Length(max=_MOST_SERVICES),
        metadata={"examples": [["PSI-CR"]]},
    )


@blueprint.post("/<string:request_id>/answers")
@needs("requests:answer")
@keyed
@blueprint.arguments(RequestAnswerBody)
@blueprint.response(201, RequestOut)
def answer(asked: dict[str, Any], request_id: str, key: str) -> flask.Response:
    """Answer a request

    As often as it takes, until it is closed. The person is written to, without a word of it.
    """

    def work(session: Session, book_id: int) -> Request:
        return handling.answer(session, book_id, request_id, text=asked["text"], named=asked["services"], by=_by(None))

    return _once(request_id, "request_answer", key, work)


class RequestClosureBody(Schema):
    """What became of a request."""

    outcome = fields.Enum(
        Outcome,
        by_value=True,
        required=True,
        validate=validate.OneOf([one for one in Outcome if one is not Outcome.WITHDRAWN]),
    )
    text = Text(shortest=0, longest=_LONGEST, load_default="")


@blueprint.post("/<string:request_id>/closures")
@needs("requests:answer")
@keyed
@blueprint.arguments(RequestClosureBody)
@blueprint.response(201, RequestOut)
def close(asked: dict[str, Any], request_id: str, key: str) -> flask.Response:
    """Close a request

    With what became of it; what `not_available` counts is demand that the territory does not meet.
    """

    def work(session: Session, book_id: int) -> Request:
        return handling.close(session, book_id, request_id, asked["outcome"], text=asked["text"], by=_by(None))

    return _once(request_id, "request_close", key, work)


class RequestWithdrawalBody(Schema):
    """Nothing is to be said."""


@blueprint.post("/<string:request_id>/withdrawals")
@needs("requests:create")
@keyed
@blueprint.arguments(RequestWithdrawalBody)
@blueprint.response(201, RequestOut)
def withdraw(_asked: dict[str, Any], request_id: str, key: str) -> flask.Response:
    """Withdraw a request

    The person does not want it any more.
    """

    def work(session: Session, book_id: int) -> Request:
        employee_id = records.get(session, book_id, request_id).employee_id
        return handling.close(session, book_id, request_id, Outcome.WITHDRAWN, by=_by(employee_id))

    return _once(request_id, "request_withdraw", key, work)


def _by(employee_id: str | None) -> By:
    """Return who acts, and for whom where it is in a person's stead."""
    asking = current()
    if asking.role is Role.EMPLOYEE:
        return By(asking.actor, words.Role.EMPLOYEE)
    return By(asking.actor, words.Role.WELFARE_MANAGER, employee_id)


def _place(made: Request) -> str:
    return f"/v1/requests/{made.request_id}"


def _once(request_id: str, operation: str, key: str, work: Callable[[Session, int], Request]) -> flask.Response:
    book_id = transact(lambda session: records.book_of(session, request_id))
    return commands.once(
        lambda session: work(session, book_id),
        book_id=book_id,
        operation=operation,
        key=key,
        schema=RequestOut,
        place=_place,
    )
