"""Municipal social services: what is entrusted, who applied for it, how far that has come, and what was assigned."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import flask
from marshmallow import fields
from sqlalchemy.orm import Session

from api.access import audit, reaching
from api.access.identity import book_of, current, needs, transact, transact_in
from api.access.roles import Role
from api.conventions import paging
from api.conventions.bodies import read_json
from api.conventions.fields import Text
from api.conventions.keys import keyed
from api.conventions.paging import Page, PageQuery, listed
from api.conventions.smorest import Blueprint
from api.v1 import commands, reach
from api.v1.reach import InBook
from api.v1.social_shapes import (
    AssignmentBody,
    AttestationBody,
    EntrustedServiceOut,
    SocialApplicationBody,
    SocialApplicationOut,
    SocialCardOut,
    SocialRegistryBody,
    SocialStepBody,
)
from config import clock
from plans import funders
from plans.social import applications, offer
from plans.social.applications import Application, Draft
from plans.social.isee import Attestation
from plans.social.offer import Entrusted
from plans.social.words import State
from wallet.social import cards, vouchers
from wallet.social.cards import Card

blueprint = Blueprint("social", __name__, url_prefix="/v1/social", description=__doc__)


class EntrustedServiceQuery(PageQuery, InBook):
    """Whose services."""


@blueprint.get("/services")
@needs("social:read")
@blueprint.arguments(EntrustedServiceQuery, location="query")
@blueprint.response(200, listed(EntrustedServiceOut))
@blueprint.alt_response(404, "NOT_FOUND")
def services(asked: dict[str, Any]) -> Page[Entrusted]:
    """List the services that a municipality has entrusted

    By their codes.
    """
    found = transact(lambda session: offer.every(session, reach.book(session, asked.get("employer"))))
    return paging.of(found, lambda each: each.code, asked)


class SocialApplicationQuery(PageQuery):
    """Which applications."""

    state = fields.Enum(State, by_value=True)
    service = Text(longest=40, metadata={"examples": ["PASTI"]})
    employer = Text(longest=60, metadata={"description": "Code of the municipality", "examples": ["PUB"]})


@blueprint.get("/applications")
@needs("social:read")
@blueprint.arguments(SocialApplicationQuery, location="query")
@blueprint.response(200, listed(SocialApplicationOut))
@blueprint.alt_response(404, "NOT_FOUND")
def index(asked: dict[str, Any]) -> Page[Application]:
    """List applications

    A citizen's own, or those of a municipality; the newest first.
    """
    asking = current()

    def work(session: Session) -> Page[Any]:
        query = applications.query(
            book_id=reach.book(session, asked["employer"]) if "employer" in asked else asking.book_id,
            employee_id=asking.employee_id,
            entrusted_code=asked.get("service"),
            state=asked.get("state"),
        )
        return paging.cut(session, query, applications.ID, asked)

    return transact(work).each(applications.value)


@blueprint.post("/applications")
@needs("social:manage")
@keyed
@blueprint.arguments(SocialApplicationBody)
@blueprint.response(201, SocialCardOut)
@blueprint.alt_response(404, "NOT_FOUND")
def create(asked: dict[str, Any], key: str) -> flask.Response:
    """Record an application

    What its attestation comes to is kept, and tells a repetition from another request; the indicator does neither.
    """
    employee_id = asked["employee_id"]
    book_id = book_of(employee_id)
    reaching.refuse_own(current(), book_id, employee_id)
    draft = Draft(
        employee_id=employee_id,
        entrusted_code=asked["service"],
        protocol=asked["protocol"],
        submitted_on=asked.get("submitted_on", clock.today()),
        case_ref=asked["case"],
        citizenship=asked["citizenship"],
        residence_istat=asked["residence"],
    )

    def work(session: Session) -> Card:
        made = applications.apply(session, book_id, draft, asked["isee"], **_by(session, book_id), shift=asked["shift"])
        return cards.get(session, book_id, made.application_id)

    told = asked["isee"], draft.submitted_on, asked["shift"]
    return _once(book_id, employee_id, "social_apply", key, work, _comes_to(book_id, draft.entrusted_code, *told))


@blueprint.get("/applications/<string:application_id>")
@needs("social:read")
@blueprint.etag
@blueprint.response(200, SocialCardOut)
def show(application_id: str) -> Card:
    """Show an application"""

    def work(session: Session) -> Card:
        book_id, _ = applications.find(session, application_id)
        return cards.get(session, book_id, application_id)

    return transact(work)


@blueprint.patch("/applications/<string:application_id>")
@needs("social:manage")
@blueprint.etag
@blueprint.arguments(SocialRegistryBody)
@blueprint.response(200, SocialCardOut)
@blueprint.alt_response(409, "CONFLICT")
def amend(asked: dict[str, Any], application_id: str) -> Card:
    """Correct the citizenship or the residence behind an application

    The state stays; the steps say when.
    """
    book_id, found = _managed(application_id)

    def work(session: Session) -> Card:
        applications.lock(session, book_id, application_id)
        audit.about(employee_id=found.employee_id, target=application_id)
        blueprint.check_etag(cards.get(session, book_id, application_id), SocialCardOut)
        applications.correct_registry(
            session, book_id, application_id, citizenship=asked.get("citizenship"),
            residence_istat=asked.get("residence"), **_by(session, book_id),
        )  # fmt: skip
        return cards.get(session, book_id, application_id)

    return transact_in(book_id, work)


@blueprint.post("/applications/<string:application_id>/attestations")
@needs("social:manage")
@keyed
@blueprint.arguments(AttestationBody)
@blueprint.response(201, SocialCardOut)
def attest(asked: dict[str, Any], application_id: str, key: str) -> flask.Response:
    """Record a new attestation

    Or that there is none. What is paid changes from the day that the tariff says.
    """

    def work(session: Session, book_id: int) -> int:
        actor, on = current().actor, _day(asked)
        told, shift = asked["isee"], asked["shift"]
        applications.record_isee(session, book_id, application_id, told, on=on, actor=actor, shift=shift)
        return 0

    told = asked["isee"], _day(asked), asked["shift"]
    return _moved(application_id, "social_attest", key, work, told)


@blueprint.post("/applications/<string:application_id>/steps")
@needs("social:manage")
@keyed
@blueprint.arguments(SocialStepBody)
@blueprint.response(201, SocialCardOut)
def advance(asked: dict[str, Any], application_id: str, key: str) -> flask.Response:
    """Move an application

    What ends one that has a voucher gives its free credit back to the plan.
    """

    def work(session: Session, book_id: int) -> int:
        return vouchers.advance(
            session, book_id, application_id, asked["state"], why=asked["why"], on=_day(asked), act_ref=asked["act"],
            service_code=asked["service"], **_by(session, book_id),
        )[1]  # fmt: skip

    return _moved(application_id, "social_advance", key, work)


@blueprint.post("/applications/<string:application_id>/assignments")
@needs("social:manage")
@keyed
@blueprint.arguments(AssignmentBody)
@blueprint.response(201, SocialCardOut)
def assign(asked: dict[str, Any], application_id: str, key: str) -> flask.Response:
    """Assign an application

    By accreditation the amount becomes the citizen's voucher for the period; otherwise there is none.
    """

    def work(session: Session, book_id: int) -> int:
        vouchers.assign(
            session, book_id, application_id, asked["amount"], asked["starts_on"], asked["ends_on"], why=asked["why"],
            on=_day(asked), act_ref=asked["act"], **_by(session, book_id),
        )  # fmt: skip
        return 0

    return _moved(application_id, "social_assign", key, work)


def _managed(application_id: str) -> tuple[int, Application]:
    book_id, found = transact(lambda session: applications.find(session, application_id))
    reaching.refuse_own(current(), book_id, found.employee_id)
    return book_id, found


def _moved(
    application_id: str,
    operation: str,
    key: str,
    work: Callable[[Session, int], int],
    shown: tuple[Attestation | None, date, int] | None = None,
) -> flask.Response:
    book_id, found = _managed(application_id)

    def done(session: Session) -> Card:
        given_back = work(session, book_id)
        return cards.get(session, book_id, application_id, given_back_minor=given_back)

    told = "" if shown is None else _comes_to(book_id, found.entrusted_code, *shown)
    return _once(book_id, found.employee_id, operation, key, done, told)


def _comes_to(book_id: int, entrusted_code: str, attestation: Attestation | None, on: date, shift: int) -> str:
    return transact_in(
        book_id,
        lambda session: applications.comes_to(session, book_id, entrusted_code, attestation, on=on, shift=shift),
    )


def _once(
    book_id: int,
    employee_id: str,
    operation: str,
    key: str,
    work: Callable[[Session], Card],
    comes_to: str = "",
) -> flask.Response:
    flask.g.asked_employee_id = employee_id
    return commands.once(
        work,
        book_id=book_id,
        operation=operation,
        key=key,
        schema=SocialCardOut,
        place=lambda card: f"/v1/social/applications/{card.application.application_id}",
        asked=_asked() | {"comes_to": comes_to},
    )


def _asked() -> dict[str, Any]:
    """Return what tells this request from another: all but the indicator, of which not even a hash is kept."""
    body = read_json(flask.request.get_data(cache=True))
    if isinstance(body.get("isee"), dict):
        body["isee"] = {name: value for name, value in body["isee"].items() if name != "amount_minor"}
    return {"path": flask.request.path, "body": json.dumps(body, sort_keys=True)}


def _by(session: Session, book_id: int) -> dict[str, Any]:
    """Return who acts, and for which municipality where it is not their own office."""
    asking = current()
    behalf = None if asking.role is Role.MUNICIPALITY else funders.of_book(session, book_id).code
    return {"actor": asking.actor, "on_behalf_of": behalf}


def _day(asked: dict[str, Any]) -> date:
    found: date = asked.get("on", clock.today())
    return found
