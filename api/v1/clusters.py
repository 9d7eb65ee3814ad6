"""Clusters: the objective groups of a book's people, and what plans entitle them to."""

from __future__ import annotations

from typing import Any

from marshmallow import fields
from sqlalchemy.orm import Session

from api.access.identity import current, needs, transact
from api.conventions import paging
from api.conventions.fields import Day, Schema
from api.conventions.paging import Page, PageQuery, listed
from api.conventions.smorest import Blueprint
from api.v1 import reach
from config import clock
from plans import clusters, people
from plans.clusters import Cluster

blueprint = Blueprint("clusters", __name__, url_prefix="/v1/clusters", description=__doc__)


class ClusterQuery(PageQuery, reach.InBook):
    """Whose clusters."""

    on = Day(metadata={"description": "People employed on this day; today unless given"})


class EntitlementOut(Schema):
    """What one plan says of a cluster."""

    plan = fields.String(attribute="plan_code", required=True, metadata={"examples": ["E1-2026-A"]})
    plan_name = fields.String(required=True)
    description = fields.String(required=True)
    amount_minor = fields.Integer(
        required=True, allow_none=True, metadata={"description": "For each person; null where the plan leaves it open"}
    )
    currency = fields.Constant("EUR", required=True, metadata={"type": "string"})


class ClusterOut(Schema):
    """A cluster."""

    id = fields.String(attribute="name", required=True, metadata={"examples": ["operai"]})
    people = fields.Function(
        lambda found: None if current().employee_id is not None else found.people,
        required=True,
        metadata={"type": ["integer", "null"], "description": "Employed on the day; null for an employee"},
    )
    entitlements = fields.List(fields.Nested(EntitlementOut), required=True)


@blueprint.get("")
@needs("people:read")
@blueprint.arguments(ClusterQuery, location="query")
@blueprint.response(200, listed(ClusterOut))
@blueprint.alt_response(404, "NOT_FOUND")
def index(asked: dict[str, Any]) -> Page[Cluster]:
    """List the clusters of a book

    By name; an employee sees the one they are in.
    """

    def work(session: Session) -> Page[Cluster]:
        book_id, own = reach.book(session, asked.get("employer")), current().employee_id
        found = clusters.of_book(session, book_id, on=asked.get("on") or clock.today())
        if own is not None:
            mine = people.employee(session, book_id, own).cluster
            found = tuple(each for each in found if each.name == mine)
        return paging.of(found, lambda each: each.name, asked)

    return transact(work)
