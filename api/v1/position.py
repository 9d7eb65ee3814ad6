"""Fiscal position: what is exempt, taxable and still unknown for a person and a tax year; never for the employer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from marshmallow import fields
from sqlalchemy.orm import Session

from api.access.identity import book_of, needs, transact_in
from api.conventions import language, paging
from api.conventions.fields import Digits, Schema
from api.conventions.paging import Page, PageQuery, listed
from api.conventions.smorest import Blueprint
from api.v1 import wallets
from api.v1.gauges import GaugeOut
from config import clock
from plans.facts import FIRST_YEAR
from plans.rulebook.words import Category, Channel, PlanSource
from reports import foundation
from reports.foundation import Standing
from wallet.position import Line, Position, Unknown, position, words

blueprint = Blueprint("position", __name__, url_prefix="/v1/position", description=__doc__)


@dataclass(frozen=True, slots=True)
class _Told:
    """A position, and how final its year is."""

    position: Position
    standing: Standing


class YearQuery(Schema):
    """Which tax year."""

    year = Digits(least=FIRST_YEAR, most=2199, metadata={"description": "The present one unless given"})


class UnknownOut(Schema):
    """What nobody has said yet, and an exempt amount rests on."""

    code = fields.Function(str, required=True, metadata={"type": "string", "enum": [str(each) for each in Unknown]})
    sentence = fields.Function(
        lambda why: words.unknown(why, language.asked()), required=True, metadata={"type": "string"}
    )


class SplitOut(Schema):
    """What one source paid through one channel, in whole cents."""

    source = fields.Enum(PlanSource, by_value=True, required=True)
    channel = fields.Enum(Channel, by_value=True, required=True)
    exempt_minor = fields.Integer(required=True)
    taxable_minor = fields.Integer(required=True)


class CategoryPositionOut(Schema):
    """
    Where a year stands in one category, in whole cents.

    Exempt, unknown and taxable together are what was used; what open authorizations reserve is apart.
    """

    category = fields.Enum(Category, by_value=True, required=True)
    used_minor = fields.Integer(required=True)
    exempt_minor = fields.Integer(required=True)
    unknown_minor = fields.Integer(required=True)
    taxable_minor = fields.Integer(required=True)
    reserved_minor = fields.Integer(required=True)
    on_declaration_minor = fields.Integer(required=True)
    lapsed_minor = fields.Integer(required=True)
    because = fields.List(fields.Nested(UnknownOut), required=True)
    splits = fields.List(fields.Nested(SplitOut), required=True)


class BonusPositionOut(Schema):
    """What was converted of bonuses in the year, beside the cap of the law; in whole cents."""

    converted_minor = fields.Integer(required=True)
    elsewhere_minor = fields.Integer(required=True, allow_none=True)
    cap_minor = fields.Integer(required=True)
    over_minor = fields.Integer(required=True)
    cap_rule_id = fields.String(required=True)
    doubts = fields.List(fields.String(), required=True)
    sentences = fields.Function(
        lambda found: list(words.bonus(found, language.asked())),
        required=True,
        metadata={"type": "array", "items": {"type": "string"}},
    )


class PositionOut(Schema):
    """
    How a person stands for the tax in one year, in whole cents.

    `provisional` says that it can still change: the year goes on or is not closed in the ledger, or the rules of today
    would tax it otherwise than recorded.
    """

    employee_id = fields.String(attribute="employee.employee_id", required=True)
    year = fields.Integer(required=True)
    as_of = fields.AwareDateTime(required=True)
    rules_of = fields.Date(attribute="on", required=True)
    rulebook_version = fields.String(required=True)
    currency = fields.Constant("EUR", required=True)
    exempt_minor = fields.Integer(required=True)
    unknown_minor = fields.Integer(required=True)
    taxable_minor = fields.Integer(required=True)
    reserved_minor = fields.Integer(required=True)
    settled = fields.Boolean(required=True)
    provisional = fields.Boolean(required=True)
    categories = fields.List(fields.Nested(CategoryPositionOut), required=True)
    gauges = fields.List(fields.Nested(GaugeOut), required=True)
    bonus = fields.Nested(BonusPositionOut, required=True, allow_none=True)

    def get_attribute(self, obj: _Told, attr: str, default: Any) -> Any:
        """Return what is written under a name, of the position or of how final its year is."""
        if attr == "provisional":
            open_still = obj.standing.through is not None or obj.standing.open_books > 0
            return open_still or not obj.position.settled
        return super().get_attribute(obj.position, attr, default)


class FiscalEventOut(Schema):
    """One fact for the tax, as it was appended; in whole cents, below zero for a reversal."""

    id = fields.String(attribute="event_id", required=True)
    kind = fields.String(required=True, metadata={"enum": ["use", "reversal"]})
    fiscal_on = fields.Date(required=True)
    recorded_at = fields.AwareDateTime(required=True)
    category = fields.Enum(Category, by_value=True, required=True)
    source = fields.Enum(PlanSource, by_value=True, required=True)
    channel = fields.Enum(Channel, by_value=True, required=True)
    plan = fields.String(attribute="plan_code", required=True)
    exempt_minor = fields.Integer(attribute="net_exempt_minor", required=True)
    taxable_minor = fields.Integer(attribute="net_taxable_minor", required=True)
    reason = fields.String(required=True)
    what = fields.Function(
        lambda line: words.reason(line.reason, language.asked()), required=True, metadata={"type": "string"}
    )
    authorization_id = fields.String(required=True)
    rule_ids = fields.List(fields.String(), required=True)


def _position(employee_id: str, year: int | None) -> _Told:
    person = wallets.whose(employee_id)
    book_id = book_of(person)
    wanted = clock.today().year if year is None else year

    def work(session: Session) -> _Told:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        found = position(session, book_id, person, wanted)
        return _Told(found, foundation.standing(session, [book_id], date(wanted, 1, 1), date(wanted, 12, 31)))

    return transact_in(book_id, work)


@blueprint.get("/<string:employee_id>")
@needs("position:read")
@blueprint.arguments(YearQuery, location="query")
@blueprint.response(200, PositionOut)
def show(asked: dict[str, Any], employee_id: str) -> _Told:
    """Show a fiscal position

    By category, with the gauge of every limit and what one euro more would do. `mine` stands for whoever asks.
    """
    return _position(employee_id, asked.get("year"))


class EventQuery(PageQuery, YearQuery):
    """Which events."""


@blueprint.get("/<string:employee_id>/events")
@needs("position:read")
@blueprint.arguments(EventQuery, location="query")
@blueprint.response(200, listed(FiscalEventOut))
def list_events(asked: dict[str, Any], employee_id: str) -> Page[Line]:
    """List the facts that a position is the sum of

    In the order in which they were written, reversals and corrections included.
    """
    found = _position(employee_id, asked.get("year")).position
    return paging.of(found.lines, lambda line: str(line.event_id), asked)
