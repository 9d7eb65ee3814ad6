"""Funding: what funders commit to their plans and transfer for them, and where the money of a plan stands."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import flask
from marshmallow import fields
from sqlalchemy.orm import Session

from api.access.identity import current, needs, transact, transact_in
from api.access.roles import SIGHT
from api.conventions import keys
from api.conventions.fields import Amount, Day, Schema, Text
from api.conventions.keys import keyed
from api.conventions.paging import Page, PageQuery, cut, listed
from api.conventions.smorest import Blueprint
from api.v1 import reach
from api.v1.reach import InBook
from config import clock
from config.fences import Sight
from config.money import MAX_MINOR
from plans import listing
from reports import plan_statement
from reports.plan_statement import PlanStatement, Reading
from reports.plan_statement.model import Withheld
from wallet import funding, funding_entries
from wallet.funding_entries import FundingEntry

blueprint = Blueprint("funding", __name__, url_prefix="/v1", description=__doc__)


class FundingKind(StrEnum):
    """What is recorded: a promise, or money that arrived."""

    COMMITMENT = "commitment"
    TRANSFER = "transfer"


# The ledger's word for a transfer is that of what it does to a plan.
_ENTRY_KINDS = {FundingKind.COMMITMENT: "commitment", FundingKind.TRANSFER: "funding"}
_KINDS = {kind: name for name, kind in _ENTRY_KINDS.items()}


class FundingBody(Schema):
    """A commitment or a bank transfer of a funder."""

    plan_id = Text(required=True, metadata={"examples": ["pln_01K0Z7V3J8Q2X4N6B8C0D2F4H6"]})
    kind = fields.Enum(FundingKind, by_value=True, required=True)
    amount = fields.Nested(Amount, required=True)
    on = Day(metadata={"description": "Business date; today unless given"})
    reference = Text(metadata={"description": "Unique in the book, such as the bank's id of the transfer"})


class FundingOut(Schema):
    """A commitment or a bank transfer, in whole cents."""

    id = fields.String(attribute="entry_id", required=True, metadata={"examples": ["1042"]})
    kind = fields.Function(
        lambda found: str(_KINDS[found.kind]),
        required=True,
        metadata={"type": "string", "enum": [str(kind) for kind in FundingKind]},
    )
    plan_id = fields.String(required=True)
    plan = fields.String(attribute="plan_code", required=True)
    amount_minor = fields.Integer(required=True)
    currency = fields.Constant("EUR", required=True)
    on = fields.Date(attribute="occurred_on", required=True)
    recorded_at = fields.AwareDateTime(required=True)
    reference = fields.String(required=True, allow_none=True)
    reversed = fields.Boolean(required=True, metadata={"description": "Recorded by mistake, and undone"})


class ExpiringOut(Schema):
    """What is left of the credit that ends in some months, in whole cents; `people` is null where they are few."""

    month = fields.Date(required=True)
    through = fields.Date(required=True)
    people = fields.Integer(required=True, allow_none=True)
    amount_minor = fields.Integer(required=True)


class ClusterUseOut(Schema):
    """A cluster's credit, in whole cents; null where the cluster is small, or would give a small one away."""

    cluster = fields.String(required=True)
    people = fields.Integer(required=True)
    granted_minor = fields.Integer(required=True)
    used_minor = fields.Integer(required=True, allow_none=True)
    residual_minor = fields.Integer(required=True, allow_none=True)
    users = fields.Integer(required=True, allow_none=True)


class CategoryUseOut(Schema):
    """What was used in a category, in whole cents; null where it would tell of somebody."""

    category = fields.String(required=True)
    people = fields.Integer(required=True, allow_none=True)
    used_minor = fields.Integer(required=True, allow_none=True)


class UptakeOut(Schema):
    """Figures of groups, up to the last month that can be told; `withheld` says why none can."""

    through = fields.Date(required=True, allow_none=True)
    withheld = fields.Function(
        lambda groups: None if groups.withheld is None else str(groups.withheld),
        required=True,
        metadata={"type": ["string", "null"], "enum": [*(str(why) for why in Withheld), None]},
    )
    users = fields.Integer(required=True, allow_none=True)


class BalancesOut(Schema):
    """
    Where the money of a plan stands, in whole cents: funded, allocated (granted), used, and what expires when.

    Figures of groups are told as the plan's statement tells them to the personnel office.
    """

    plan_id = fields.String(attribute="plan.plan_id", required=True)
    plan = fields.String(attribute="plan.code", required=True)
    through = fields.Date(attribute="ends_on", required=True)
    currency = fields.Constant("EUR", required=True)
    committed_minor = fields.Integer(attribute="budget.committed_to_date_minor", required=True)
    funded_minor = fields.Integer(attribute="budget.funded_to_date_minor", required=True)
    granted_minor = fields.Integer(required=True)
    ungranted_minor = fields.Integer(attribute="budget.ungranted_minor", required=True)
    used_minor = fields.Integer(attribute="total.used_minor", required=True)
    expired_minor = fields.Integer(attribute="total.expired_minor", required=True)
    residual_minor = fields.Integer(attribute="total.residual_minor", required=True)
    people = fields.Integer(required=True)
    expiring = fields.List(fields.Nested(ExpiringOut), required=True)
    uptake = fields.Nested(UptakeOut, attribute="groups", required=True)
    clusters = fields.List(fields.Nested(ClusterUseOut), required=True)
    categories = fields.List(fields.Nested(CategoryUseOut), required=True)
    reconciles = fields.Boolean(
        attribute="proof.holds", required=True, metadata={"description": "Whether the figures agree with the ledger"}
    )

    def get_attribute(self, obj: PlanStatement, attr: str, default: Any) -> Any:
        """Return what is written under a name; what was granted, before the period too."""
        if attr == "granted_minor":
            return obj.total.opening_minor + obj.total.granted_net_minor + obj.total.brought_minor
        return super().get_attribute(obj, attr, default)


class FundingQuery(PageQuery, InBook):
    """Which commitments and transfers."""

    plan_id = Text()
    kind = fields.Enum(FundingKind, by_value=True)


@blueprint.get("/funding")
@needs("funding:read")
@blueprint.arguments(FundingQuery, location="query")
@blueprint.response(200, listed(FundingOut))
@blueprint.alt_response(404, "NOT_FOUND")
def every(asked: dict[str, Any]) -> Page[FundingEntry]:
    """List commitments and transfers

    Of one book, or one plan of it; the latest recorded first.
    """
    book_id = transact(lambda session: reach.book(session, asked.get("employer")))
    kind = _ENTRY_KINDS[asked["kind"]] if "kind" in asked else None
    statement = funding_entries.query(book_id, plan_id=asked.get("plan_id"), kind=kind)
    return transact_in(
        book_id, lambda session: cut(session, statement, funding_entries.KEY, asked).each(funding_entries.entry)
    )


@blueprint.post("/funding")
@needs("funding:record")
@keyed
@blueprint.arguments(FundingBody)
@blueprint.response(201, FundingOut)
@blueprint.alt_response(404, "NOT_FOUND")
def record(asked: dict[str, Any], key: str) -> flask.Response:
    """Record a commitment or a transfer

    Of a prefunded plan, what arrived can be granted; on account, what was committed can.
    """
    actor = current().actor
    plan = transact(lambda session: listing.place(session, asked["plan_id"]))
    verb = funding.commit if asked["kind"] is FundingKind.COMMITMENT else funding.record_transfer

    def work(session: Session) -> FundingEntry:
        on, reference = asked.get("on", clock.today()), asked.get("reference")
        entry_id = verb(session, plan.book_id, plan.code, asked["amount"], on=on, actor=actor, reference=reference)
        return funding_entries.find(session, plan.book_id, entry_id)

    return transact_in(
        plan.book_id,
        lambda session: keys.once(
            session,
            plan.book_id,
            lambda: work(session),
            actor=actor,
            operation="funding",
            key=key,
            schema=FundingOut,
            place=lambda made: f"/v1/plans/{plan.plan_id}/funding/{made.entry_id}",
        ),
    )


@blueprint.get(f"/plans/<string:plan_id>/funding/<int(max={MAX_MINOR}):funding_id>")
@needs("funding:read")
@blueprint.response(200, FundingOut)
def show(plan_id: str, funding_id: int) -> FundingEntry:
    """Show a commitment or a transfer"""
    book_id = transact(lambda session: listing.place(session, plan_id)).book_id
    return transact_in(book_id, lambda session: funding_entries.find(session, book_id, funding_id, plan_id=plan_id))


@blueprint.get("/plans/<string:plan_id>/balances")
@needs("funding:read")
@blueprint.response(200, BalancesOut)
def balances(plan_id: str) -> PlanStatement:
    """Show where the money of a plan stands

    Funded, allocated, used and expiring; use by group as far as no person can be read out of it.
    """
    terms = transact(lambda session: listing.terms(session, plan_id))

    def work(session: Session) -> PlanStatement:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        # A funder that could ask every minute would see each purchase by itself: it reads up to midnight.
        known = clock.midnight() if SIGHT[current().role] is Sight.FUNDER else None
        through = max(clock.today(), terms.starts_on)
        return plan_statement.gather(
            session, terms.book_id, terms.code, terms.starts_on, through, reading=Reading.HR, known_before=known
        )

    return transact_in(terms.book_id, work)
