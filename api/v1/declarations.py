"""Declarations: what is true of an employee or a relative, with its days; never rewritten, only ended or withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import flask
import marshmallow as ma
from marshmallow import fields, validate
from sqlalchemy.orm import Session

from api.access import audit
from api.access.identity import book_of, current, needs, transact
from api.conventions import paging
from api.conventions.fields import Day, Schema, Text, Whole
from api.conventions.keys import keyed
from api.conventions.paging import Page, PageQuery, listed
from api.conventions.problems import NotAllowed
from api.conventions.smorest import Blueprint
from api.v1 import commands
from api.v1.people_shapes import TaxCode
from config import clock
from config.money import MAX_MINOR, from_minor, minor
from plans import directory, facts
from plans.errors import RelativeNotFound
from plans.facts import EARTH_KM, FIRST_YEAR, Declaration
from plans.rulebook.words import Basis
from plans.words import Fact
from wallet import declarations

blueprint = Blueprint("declarations", __name__, url_prefix="/v1", description=__doc__)

# What the payroll office declares from its own files: nobody says otherwise through this door.
_PAYROLLS = frozenset({Fact.EXTERNAL_FRINGE, Fact.EXTERNAL_PENSION, Fact.EXTERNAL_HEALTH_FUND, Fact.PDR_ELSEWHERE})
_PAYROLLS_SCOPE = "elsewhere:declare"


class DeclaredAmount(Schema):
    """A sum that is declared; zero says "nothing", and no declaration says "unknown"."""

    minor = Whole(most=MAX_MINOR, required=True, metadata={"description": "Whole cents", "examples": [48000]})
    currency = fields.String(load_default="EUR", validate=validate.Equal("EUR"), metadata={"examples": ["EUR"]})

    @ma.post_load
    def _money(self, data: Mapping[str, Any], **_: Any) -> Any:
        return from_minor(data["minor"], data["currency"])


class DeclarationBody(Schema):
    """A fact and its days; each fact takes its own fields (docs/plans.md)."""

    fact = fields.Enum(Fact, by_value=True, required=True)
    relative_id = Text(longest=60, metadata={"description": "Of whom, where it is a fact of a relative"})
    since = Day(metadata={"description": "First day"})
    until = Day(metadata={"description": "Last day; of a certificate its expiry"})
    year = Whole(least=FIRST_YEAR, most=Day.latest.year, metadata={"description": "Tax year", "examples": [2026]})
    amount = fields.Nested(DeclaredAmount)
    child = TaxCode(metadata={"description": "Codice fiscale of the dependent child"})
    distance_km = Whole(most=EARTH_KM, metadata={"description": "How far the residence moved"})
    basis = fields.Enum(Basis, by_value=True, metadata={"description": "RECORDED: a document was seen"})
    holds = fields.Boolean(truthy={True}, falsy={False}, metadata={"description": "False declares that it is not so"})
    declared_on = Day(metadata={"description": "Day the declaration was made; today unless given"})

    @ma.validates_schema
    def _of_the_fact(self, data: Mapping[str, Any], **_: Any) -> None:
        fact = data["fact"]
        needed, besides = facts.form(fact)
        if fact in facts.OF_A_RELATIVE:
            needed |= {"relative_id"}
        told = data.keys() - {"fact", "declared_on"}
        wrong = {name: ["Missing data for required field."] for name in needed - told}
        wrong |= {name: ["Out of place in this fact."] for name in told - needed - besides}
        if data.get("basis") is Basis.RECORDED and current().employee_id is not None:
            wrong["basis"] = ["Only whoever sees a document says that it is recorded."]
        if "since" in told and "until" in told and data["until"] < data["since"]:
            wrong["until"] = ["Before the first day."]
        if data.get("declared_on", clock.today()) > clock.today():
            wrong["declared_on"] = ["In the future."]
        if wrong:
            raise ma.ValidationError(wrong)


class DeclarationOut(Schema):
    """A fact as it was declared; `revoked_at` null means that it stands."""

    id = fields.String(attribute="fact_id", required=True, metadata={"examples": ["fct_01K0Z3J8Q4X5N6T7V8W9Y0A1B2"]})
    employee_id = fields.String(required=True, allow_none=True, metadata={"description": "Of a fact of the employee"})
    relative_id = fields.String(required=True, allow_none=True, metadata={"description": "Of a fact of a relative"})
    fact = fields.Enum(Fact, by_value=True, required=True)
    holds = fields.Boolean(required=True, metadata={"description": "False: it was declared not to be so"})
    basis = fields.Enum(Basis, by_value=True, required=True)
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(required=True, allow_none=True)
    amount_minor = fields.Function(
        lambda told: None if told.amount is None else minor(told.amount),
        required=True,
        metadata={"type": ["integer", "null"], "description": "Whole cents"},
    )
    currency = fields.Constant("EUR", required=True, metadata={"type": "string"})
    child_tax_code = fields.String(required=True, allow_none=True)
    distance_km = fields.Integer(required=True, allow_none=True)
    declared_on = fields.Date(required=True)
    recorded_at = fields.AwareDateTime(required=True)
    revoked_at = fields.AwareDateTime(required=True, allow_none=True)


class DeclaredOut(Schema):
    """What declaring did."""

    declaration = fields.Nested(DeclarationOut, required=True)
    created = fields.Boolean(required=True, metadata={"description": "False: the same was declared already"})
    replaced = fields.String(required=True, allow_none=True, metadata={"description": "Id of the one it replaces"})
    corrections = fields.Integer(
        required=True, metadata={"description": "Fiscal events of the year that changed with a limit that moved"}
    )


@dataclass(frozen=True, slots=True)
class _Done:
    """What a command did, for its answer and for the audit trail."""

    declaration: Declaration
    created: bool
    replaced: str | None
    corrections: int
    employee_id: str


class DeclarationQuery(PageQuery):
    """Which declarations."""

    fact = fields.Enum(Fact, by_value=True)
    relative_id = Text(longest=60)
    standing = fields.Boolean(truthy={"true"}, falsy={"false"}, metadata={"description": "Not withdrawn or replaced"})


@blueprint.get("/employees/<string:employee_id>/declarations")
@needs("people:declare")
@blueprint.arguments(DeclarationQuery, location="query")
@blueprint.response(200, listed(DeclarationOut))
def index(asked: dict[str, Any], employee_id: str) -> Page[Declaration]:
    """List what was declared of an employee and of their relatives

    The latest first, also what was withdrawn or replaced.
    """
    book_id = book_of(employee_id)
    found = transact(lambda session: directory.declarations(session, book_id, employee_id))
    kept = [
        each
        for each in found
        if asked.get("fact") in (None, each.fact)
        and asked.get("relative_id") in (None, each.relative_id)
        and asked.get("standing") in (None, each.revoked_at is None)
    ]
    return paging.of(kept, lambda each: each.fact_id, asked)


@blueprint.post("/employees/<string:employee_id>/declarations")
@needs("people:declare")
@keyed
@blueprint.arguments(DeclarationBody)
@blueprint.response(201, DeclaredOut)
def create(asked: dict[str, Any], employee_id: str, key: str) -> flask.Response:
    """Declare a fact

    A fact of a year replaces the one declared before; spells of living together and certificates stand side by side.
    What payroll declares (benefits from elsewhere) needs `elsewhere:declare`.
    """
    book_id, told = book_of(employee_id), dict(asked)
    fact, declared_on = told.pop("fact"), told.pop("declared_on", clock.today())
    relative_id = told.pop("relative_id", None)
    _refuse_payrolls(fact)

    def declare(session: Session) -> _Done:
        if relative_id is not None:
            kin = directory.relative(session, book_id, relative_id)
            if kin.employee_id != employee_id:
                raise RelativeNotFound(relative=relative_id)
        done, corrections = declarations.declare(
            session,
            book_id,
            relative_id or employee_id,
            fact,
            declared_on=declared_on,
            recorded_at=clock.now(),
            **told,
        )
        _, made = directory.declaration(session, done.fact_id)
        return _Done(made, done.created, done.replaced, corrections, employee_id)

    return commands.once(
        declare,
        book_id=book_id,
        operation="declare",
        key=key,
        schema=DeclaredOut,
        place=lambda done: f"/v1/declarations/{done.declaration.fact_id}",
    )


@blueprint.get("/declarations/<string:declaration_id>")
@needs("people:declare")
@blueprint.etag
@blueprint.response(200, DeclarationOut)
def show(declaration_id: str) -> Declaration:
    """Show a declaration"""
    return transact(lambda session: directory.declaration(session, declaration_id))[1]


class EndBody(Schema):
    """Until when a spell lasted."""

    on = Day(required=True, metadata={"description": "Last day"})


@blueprint.post("/declarations/<string:declaration_id>/end")
@needs("people:declare")
@keyed
@blueprint.arguments(EndBody)
@blueprint.response(201, DeclaredOut)
def end(asked: dict[str, Any], declaration_id: str, key: str) -> flask.Response:
    """End a spell

    Replaces it by the same spell with a last day.
    """
    book_id, employee_id = _whose(declaration_id)

    def work(session: Session) -> _Done:
        done = declarations.end(
            session,
            book_id,
            employee_id,
            declaration_id,
            on=asked["on"],
            declared_on=clock.today(),
            recorded_at=clock.now(),
        )
        _, made = directory.declaration(session, done.fact_id)
        return _Done(made, done.created, done.replaced, 0, employee_id)

    return commands.once(
        work,
        book_id=book_id,
        operation="declaration_end",
        key=key,
        schema=DeclaredOut,
        place=lambda done: f"/v1/declarations/{done.declaration.fact_id}",
    )


@blueprint.post("/declarations/<string:declaration_id>/withdraw")
@needs("people:declare")
@keyed
@blueprint.response(200, DeclaredOut)
def withdraw(declaration_id: str, key: str) -> flask.Response:
    """Withdraw a declaration

    It is not known any more from now on; what was decided before is untouched, and stays to be seen.
    """
    book_id, employee_id = _whose(declaration_id)

    def work(session: Session) -> _Done:
        corrections = declarations.withdraw(session, book_id, declaration_id, recorded_at=clock.now())
        _, made = directory.declaration(session, declaration_id)
        return _Done(made, False, None, corrections, employee_id)

    return commands.once(
        work, book_id=book_id, operation="declaration_withdraw", key=key, schema=DeclaredOut, status=200
    )


def _whose(declaration_id: str) -> tuple[int, str]:
    """Return the book and the employee of a declaration that whoever asks sees, and may change."""

    def look(session: Session) -> tuple[int, str, Fact]:
        book_id, told = directory.declaration(session, declaration_id)
        employee_id = told.employee_id or directory.relative(session, book_id, str(told.relative_id)).employee_id
        return book_id, employee_id, told.fact

    book_id, employee_id, fact = transact(look)
    _refuse_payrolls(fact)
    audit.about(employee_id=employee_id, target=declaration_id)
    return book_id, employee_id


def _refuse_payrolls(fact: Fact) -> None:
    if fact in _PAYROLLS and _PAYROLLS_SCOPE not in current().scopes:
        raise NotAllowed(scope=_PAYROLLS_SCOPE)
