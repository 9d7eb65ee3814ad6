"""Budgets: the file that says who gets how much of a plan, checked row by row, then granted whole and once."""

from __future__ import annotations

from typing import Any

import flask
from marshmallow import fields
from sqlalchemy.orm import Session

from api.access.identity import current, needs, transact, transact_in
from api.conventions import keys, problems, uploads
from api.conventions.fields import Day, Digits, File, Schema, Text
from api.conventions.keys import keyed
from api.conventions.paging import Page, PageQuery, cut, listed
from api.conventions.smorest import Blueprint, FieldProblem
from api.tasks import Task
from api.v1 import budget_loading, reach
from api.v1.budget_loading import BudgetLoadOut, Order
from api.v1.reach import InBook
from api.v1.tasks import TaskOut, headers_of
from config import clock
from plans import listing
from wallet import budget_loads, budgets
from wallet.budget_loads import FoundLoad

blueprint = Blueprint("budgets", __name__, url_prefix="/v1/budgets", description=__doc__)

_MOST_BYTES = 52_000_000
# About four thousand rows: more take longer than an answer may.
AT_ONCE = 200_000
_ASYNC = "respond-async"
_PREFER = {
    "name": "Prefer",
    "in": "header",
    "required": False,
    "description": f"`{_ASYNC}` queues a small file, too",
    "schema": {"type": "string"},
}


class BudgetFileBody(Schema):
    """A budget file for a plan."""

    file = File(required=True, metadata={"description": "CSV or XLSX, as docs/files.md describes it"})
    plan_id = Text(required=True, metadata={"examples": ["pln_01K0Z7V3J8Q2X4N6B8C0D2F4H6"]})
    expect_total_minor = Digits(least=1, metadata={"description": "What the rows must add up to, in whole cents"})


class BudgetLoadBody(BudgetFileBody):
    """A budget file to grant."""

    reference = Text(metadata={"description": "Name of this load; the file's name without its ending unless given"})
    on = Day(metadata={"description": "Business date of the grants; today unless given"})
    repeat = fields.Boolean(
        truthy={"true"}, falsy={"false"}, metadata={"description": "Grant the same content under a new reference"}
    )


class ClusterTotalOut(Schema):
    """How many people of a cluster get credit, and how much in all."""

    cluster = fields.String(required=True)
    people = fields.Integer(required=True)
    amount_minor = fields.Integer(required=True)


class BudgetCheckOut(Schema):
    """What a budget file says and what is wrong with it, in whole cents."""

    ok = fields.Boolean(required=True)
    file = fields.String(required=True)
    rows = fields.Integer(attribute="row_count", required=True)
    total_minor = fields.Integer(required=True)
    currency = fields.Constant("EUR", required=True)
    clusters = fields.List(fields.Nested(ClusterTotalOut), required=True)
    columns_not_read = fields.List(fields.String(), attribute="ignored", required=True)
    problem_count = fields.Integer(required=True, metadata={"description": "At most a thousand are listed"})
    problems = fields.List(fields.Nested(FieldProblem), required=True)
    content_hash = fields.String(required=True)
    grantable_minor = fields.Integer(required=True, metadata={"description": "What the plan can still grant"})
    loaded_as = fields.String(
        required=True, allow_none=True, metadata={"description": "Under which reference the same content was loaded"}
    )


class BudgetQuery(PageQuery, InBook):
    """Which loads."""

    plan_id = Text()


@blueprint.post("/checks")
@needs("budgets:load")
@uploads.up_to(_MOST_BYTES)
@blueprint.arguments(BudgetFileBody, location="multipart")
@blueprint.response(200, BudgetCheckOut)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def check(form: dict[str, Any]) -> dict[str, Any]:
    """Check a budget file

    Every problem with its row, column and how to mend it, and what a load would meet; nothing is written.
    """
    plan = transact(lambda session: listing.place(session, form["plan_id"]))
    with uploads.kept(form["file"]) as path:

        def work(session: Session) -> dict[str, Any]:
            expected = form.get("expect_total_minor")
            found = budgets.check(session, plan.book_id, plan.code, path, expect_total_minor=expected)
            against = budgets.against(session, plan.book_id, plan.code, found)
            return {
                **{name: getattr(found, name) for name in ("ok", "file", "row_count", "total_minor", "ignored")},
                **{name: getattr(found, name) for name in ("problem_count", "content_hash")},
                "clusters": [
                    {"cluster": name, "people": total.people, "amount_minor": total.amount_minor}
                    for name, total in sorted(found.per_cluster.items())
                ],
                "problems": [problems.of_row(each) for each in found.problems],
                "grantable_minor": against.grantable_minor,
                "loaded_as": against.loaded_as,
            }

        return transact_in(plan.book_id, work)


@blueprint.post("")
@needs("budgets:load")
@uploads.up_to(_MOST_BYTES)
@keyed
@blueprint.arguments(BudgetLoadBody, location="multipart")
@blueprint.response(201, BudgetLoadOut)
@blueprint.alt_response(202, schema=TaskOut, description="Queued: follow the task")
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.doc(parameters=[_PREFER])
def load(form: dict[str, Any], key: str) -> flask.Response:
    """Load a budget file

    Grants what it says: all of it or nothing; a refusal names every row. A large file is queued: 202 with its task,
    whose `result` is the load once it is done.
    """
    plan = transact(lambda session: listing.place(session, form["plan_id"]))
    with uploads.kept(form["file"]) as path:
        order = Order(
            book_id=plan.book_id,
            plan_code=plan.code,
            reference=form.get("reference", path.stem),
            on=form.get("on"),
            repeat=form.get("repeat", False),
            expect_total_minor=form.get("expect_total_minor"),
            actor=current().actor,
        )
        if path.stat().st_size > AT_ONCE or _ASYNC in flask.request.headers.get("Prefer", ""):
            task = transact_in(plan.book_id, lambda session: budget_loading.queue(session, order, path, key))
            return _told(task)
        return transact_in(
            plan.book_id,
            lambda session: keys.once(
                session,
                plan.book_id,
                lambda: budget_loading.load(session, order, path, clock.today()),
                actor=order.actor,
                operation="budget_load",
                key=key,
                schema=BudgetLoadOut,
                place=lambda made: f"/v1/budgets/{made.load_id}",
            ),
        )


def _told(task: Task) -> flask.Response:
    response = flask.jsonify(TaskOut().dump(task))
    response.status_code = 202
    response.headers.extend({"Location": f"/v1/tasks/{task.task_id}"} | headers_of(task) | keys.mark(task.replayed))
    return response


@blueprint.get("")
@needs("budgets:read")
@blueprint.arguments(BudgetQuery, location="query")
@blueprint.response(200, listed(BudgetLoadOut))
@blueprint.alt_response(404, "NOT_FOUND")
def every(asked: dict[str, Any]) -> Page[FoundLoad]:
    """List the budget files that were loaded

    The newest first.
    """

    def work(session: Session) -> Page[FoundLoad]:
        statement = budget_loads.query(reach.book(session, asked.get("employer")), plan_id=asked.get("plan_id"))
        return cut(session, statement, budget_loads.KEY, asked).each(budget_loads.load)

    return transact(work)


@blueprint.get("/<string:load_id>")
@needs("budgets:read")
@blueprint.response(200, BudgetLoadOut)
def show(load_id: str) -> FoundLoad:
    """Show a budget file that was loaded"""
    return transact(lambda session: budget_loads.find(session, load_id))
