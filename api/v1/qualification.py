"""Qualification: what lets a provider serve, read by itself and by whoever keeps the catalogue, who decide on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import flask
import marshmallow as ma
from marshmallow import fields, validate
from sqlalchemy.orm import Session

from api.access.identity import current, needs, transact
from api.conventions import language, paging
from api.conventions.fields import Day, Digits, Schema, Text
from api.conventions.keys import keyed
from api.conventions.paging import Page, PageQuery, listed
from api.conventions.smorest import Blueprint
from api.v1 import commands
from config import clock
from network import dossiers, evidence, qualification
from network.checklist import Area, Family
from network.dossiers import Dossier
from network.errors import EvidenceNotFound, ProviderNotFound
from network.evidence import Evidence
from network.qualification import Expiring
from network.states import State
from wallet import suspensions
from wallet.suspensions import Suspension

blueprint = Blueprint("qualification", __name__, url_prefix="/v1", description=__doc__)

_DOCUMENTS = "/v1/qualification_documents"


class OnDay(Schema):
    """The day that is asked about."""

    on = Day(metadata={"description": "As on this day; today unless given"})


class QualificationDocumentOut(Schema):
    """A document that a qualification stands on. A verified one is EXPIRED after its last day."""

    id = fields.String(required=True, metadata={"examples": ["qua_01K0Z3J8Q4X5N6T7V8W9Y0A1B2"]})
    provider = fields.String(attribute="provider_code", required=True, metadata={"examples": ["P04"]})
    family = fields.Enum(Family, by_value=True, required=True)
    requirement = fields.String(required=True, metadata={"examples": ["social_security_regularity"]})
    evidence = fields.String(required=True, metadata={"examples": ["DURC"]})
    issuer = fields.String(required=True, metadata={"examples": ["INPS"]})
    number = fields.String(required=True)
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(required=True, allow_none=True)
    state = fields.Enum(State, by_value=True, required=True)
    verified_by = fields.String(required=True, allow_none=True)
    verified_at = fields.AwareDateTime(required=True, allow_none=True)
    document_sha256 = fields.String(required=True, allow_none=True)


class QualificationRequirementOut(Schema):
    """A line of the checklist, and the provider's documents on it."""

    family = fields.Enum(Family, by_value=True, attribute="requirement.family", required=True)
    requirement = fields.String(attribute="requirement.requirement", required=True)
    label = fields.Function(
        lambda line: getattr(line.requirement, f"label_{language.asked()}"),
        required=True,
        metadata={"type": "string"},
    )
    service_areas = fields.List(fields.Enum(Area, by_value=True), attribute="requirement.service_areas", required=True)
    met = fields.Boolean(required=True, metadata={"description": "A verified document is in force on the day"})
    documents = fields.List(fields.Nested(QualificationDocumentOut), required=True)


class QualificationPeriodOut(Schema):
    """A line of a provider's history; one that ends before it begins was replaced at once."""

    state = fields.Enum(State, by_value=True, required=True)
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(required=True, allow_none=True)
    reason = fields.String(required=True)
    recorded_at = fields.AwareDateTime(required=True)


class QualificationOut(Schema):
    """A provider's state on a day, and what it stands on. Passing the checklist proves no conformity to UNI/PdR 58."""

    provider = fields.String(attribute="provider.code", required=True, metadata={"examples": ["P04"]})
    state = fields.Enum(State, by_value=True, attribute="provider.state", required=True)
    may_serve = fields.Boolean(attribute="provider.state.may_serve", required=True)
    since = fields.Date(attribute="provider.state_since", required=True, allow_none=True)
    until = fields.Date(attribute="provider.state_until", required=True, allow_none=True)
    reason = fields.String(attribute="provider.state_reason", required=True, allow_none=True)
    families_missing = fields.List(
        fields.Enum(Family, by_value=True),
        required=True,
        metadata={"description": "Without a verified document in force"},
    )
    checklist = fields.List(fields.Nested(QualificationRequirementOut), attribute="lines", required=True)
    history = fields.List(fields.Nested(QualificationPeriodOut), required=True)


def _own(provider_id: str) -> str:
    """Return the provider that is asked about, if whoever asks may know of its qualification."""
    own = current().provider_code
    if own is not None and own != provider_id:
        raise ProviderNotFound(provider=provider_id)
    return provider_id


@blueprint.get("/providers/<string:provider_id>/qualification")
@needs("qualification:read")
@blueprint.etag
@blueprint.arguments(OnDay, location="query")
@blueprint.response(200, QualificationOut)
@blueprint.alt_response(404, "NOT_FOUND")
def show(asked: dict[str, Any], provider_id: str) -> Dossier:
    """Show a provider's qualification

    State, documents and history; a provider reads its own.
    """
    code = _own(provider_id)
    return transact(lambda session: dossiers.of(session, code, asked.get("on") or clock.today()))


class DocumentQuery(PageQuery):
    """Which documents."""

    on = Day(metadata={"description": "States as on this day; today unless given"})


@blueprint.get("/providers/<string:provider_id>/documents")
@needs("qualification:read")
@blueprint.arguments(DocumentQuery, location="query")
@blueprint.response(200, listed(QualificationDocumentOut))
@blueprint.alt_response(404, "NOT_FOUND")
def documents(asked: dict[str, Any], provider_id: str) -> Page[Evidence]:
    """List a provider's documents"""
    code = _own(provider_id)
    found = transact(lambda session: evidence.listed(session, code, asked.get("on") or clock.today()))
    return paging.of(found, lambda each: each.id, asked)


@blueprint.get("/qualification_documents/<string:document_id>")
@needs("qualification:read")
@blueprint.response(200, QualificationDocumentOut)
@blueprint.alt_response(404, "NOT_FOUND")
def document(document_id: str) -> Evidence:
    """Show a document"""
    found = transact(lambda session: evidence.get(session, document_id, clock.today()))
    if current().provider_code not in (None, found.provider_code):
        raise EvidenceNotFound(record=document_id)
    return found


class QualificationDocumentBody(Schema):
    """A document to put on file; the file itself stays with whoever keeps it, its hash tells it."""

    family = fields.Enum(Family, by_value=True, required=True)
    requirement = Text(required=True, longest=60, metadata={"examples": ["social_security_regularity"]})
    evidence = Text(required=True, metadata={"examples": ["DURC"]})
    issuer = Text(required=True, metadata={"examples": ["INPS"]})
    number = Text(required=True, longest=100, metadata={"examples": ["INPS-2026-1"]})
    valid_from = Day(required=True)
    valid_to = Day(load_default=None, allow_none=True, metadata={"description": "Last day; null is open"})
    document_sha256 = fields.String(load_default=None, allow_none=True, validate=validate.Regexp("^[0-9a-f]{64}$"))

    @ma.validates_schema
    def _forward(self, data: Mapping[str, Any], **_: Any) -> None:
        if data["valid_to"] is not None and data["valid_to"] < data["valid_from"]:
            raise ma.ValidationError("Before the first day.", "valid_to")


@blueprint.post("/providers/<string:provider_id>/documents")
@needs("catalogue:manage")
@keyed
@blueprint.arguments(QualificationDocumentBody)
@blueprint.response(201, QualificationDocumentOut)
@blueprint.alt_response(404, "NOT_FOUND")
def file(asked: dict[str, Any], provider_id: str, key: str) -> flask.Response:
    """Put a document on file

    Still to be verified: until then it counts for nothing.
    """

    def made(session: Session) -> Evidence:
        return evidence.get(session, evidence.file(session, provider_id, **asked), clock.today())

    return commands.once(
        made,
        operation="qualification_document_file",
        key=key,
        schema=QualificationDocumentOut,
        place=lambda each: f"{_DOCUMENTS}/{each.id}",
    )


@blueprint.post("/qualification_documents/<string:document_id>/verifications")
@needs("catalogue:manage")
@keyed
@blueprint.response(201, QualificationDocumentOut)
@blueprint.alt_response(404, "NOT_FOUND")
def verify(document_id: str, key: str) -> flask.Response:
    """Verify a document

    Records that whoever asks has seen it and found it good.
    """
    me = current()

    def made(session: Session) -> Evidence:
        evidence.verify(session, document_id, verified_by=me.name)
        return evidence.get(session, document_id, clock.today())

    return commands.once(made, operation="qualification_document_verify", key=key, schema=QualificationDocumentOut)


class QualificationBody(Schema):
    """A period in which a provider may serve."""

    valid_from = Day(required=True)
    valid_to = Day(required=True)
    reason = Text(required=True, metadata={"examples": ["Rinnovo"]})

    @ma.validates_schema
    def _forward(self, data: Mapping[str, Any], **_: Any) -> None:
        if data["valid_to"] < data["valid_from"]:
            raise ma.ValidationError("Before the first day.", "valid_to")


@blueprint.post("/providers/<string:provider_id>/qualifications")
@needs("catalogue:manage")
@keyed
@blueprint.arguments(QualificationBody)
@blueprint.response(201, QualificationOut)
@blueprint.alt_response(404, "NOT_FOUND")
def qualify(asked: dict[str, Any], provider_id: str, key: str) -> flask.Response:
    """Qualify, renew or reinstate a provider

    Each of the five families needs a verified document in force on the first day. Whatever the provider's history said
    from that day on, a suspension too, is replaced.
    """

    def made(session: Session) -> Dossier:
        qualification.qualify(session, provider_id, **asked)
        return dossiers.of(session, provider_id, clock.today())

    return commands.once(
        made,
        operation="provider_qualify",
        key=key,
        schema=QualificationOut,
        place=lambda _: f"/v1/providers/{provider_id}/qualification",
    )


class ProviderSuspensionBody(Schema):
    """Why a provider may not serve, and from when."""

    on = Day(metadata={"description": "First day; today unless given"})
    reason = Text(required=True, metadata={"description": "As the provider will read it"})


class ProviderSuspensionOut(Schema):
    """A suspension, and what it ended at once."""

    provider = fields.String(attribute="provider_code", required=True, metadata={"examples": ["P04"]})
    on = fields.Date(required=True)
    voided = fields.Function(
        lambda done: [each.authorization.authorization_id for each in done.voided],
        required=True,
        metadata={"type": "array", "items": {"type": "string"}, "description": "Authorizations that ended with it"},
    )
    released_minor = fields.Integer(required=True, metadata={"description": "What they had reserved"})
    currency = fields.Constant("EUR", required=True, metadata={"type": "string"})


@blueprint.post("/providers/<string:provider_id>/suspensions")
@needs("catalogue:manage")
@keyed
@blueprint.arguments(ProviderSuspensionBody)
@blueprint.response(201, ProviderSuspensionOut)
@blueprint.alt_response(404, "NOT_FOUND")
def suspend(asked: dict[str, Any], provider_id: str, key: str) -> flask.Response:
    """Suspend a provider

    From a day on, until it is qualified again. When the day has come, its open authorizations are voided in every book.
    """
    actor, first_day = current().actor, asked.get("on") or clock.today()

    def made(session: Session) -> Suspension:
        return suspensions.suspend(session, provider_id, first_day, asked["reason"], actor=actor)

    return commands.once(
        made,
        operation="provider_suspend",
        key=key,
        schema=ProviderSuspensionOut,
        place=lambda _: f"/v1/providers/{provider_id}/qualification",
    )


class DeadlineQuery(PageQuery):
    """What ends soon."""

    on = Day(metadata={"description": "Counted from this day; today unless given"})
    within_days = Digits(least=0, most=366, load_default=30)
    territory = Text(longest=60)


class QualificationDeadlineOut(Schema):
    """Something that ends and has not been renewed: a document, or the qualification itself where `family` is null."""

    id = fields.Function(
        lambda each: _deadline_id(each),
        required=True,
        metadata={"type": "string", "description": "Of a document its own; of a qualification provider and last day"},
    )
    provider = fields.String(attribute="provider_code", required=True, metadata={"examples": ["P03"]})
    provider_name = fields.String(required=True)
    territory = fields.String(attribute="territory_code", required=True)
    family = fields.String(required=True, allow_none=True, metadata={"examples": [Family.ECONOMIC.value]})
    evidence = fields.String(required=True, allow_none=True, metadata={"examples": ["DURC"]})
    expires_on = fields.Date(required=True)


def _deadline_id(each: Expiring) -> str:
    return each.record_id or f"{each.provider_code}.{each.expires_on}"


@blueprint.get("/qualification_deadlines")
@needs("qualification:read")
@blueprint.arguments(DeadlineQuery, location="query")
@blueprint.response(200, listed(QualificationDeadlineOut))
def deadlines(asked: dict[str, Any]) -> Page[Expiring]:
    """List what ends soon

    The soonest first; a provider reads its own.
    """
    own, place = current().provider_code, asked.get("territory")
    day = asked.get("on") or clock.today()
    found = transact(lambda session: qualification.expiring(session, day, within_days=asked["within_days"]))
    kept = [each for each in found if own in (None, each.provider_code) and place in (None, each.territory_code)]
    return paging.of(kept, _deadline_id, asked)
