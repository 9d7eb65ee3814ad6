"""Data: a copy of all that is kept of a person, the erasure of what no law keeps, and what stops an erasure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import flask
from marshmallow import fields
from sqlalchemy.orm import Session

from api.access.identity import current, needs, transact
from api.conventions import keys, paging
from api.conventions.fields import Schema, Text, Whole
from api.conventions.keys import keyed
from api.conventions.paging import Page, PageQuery, listed
from api.conventions.smorest import Blueprint
from api.data import work
from api.tasks import Task
from api.v1 import commands, reach
from api.v1.reach import InBook
from api.v1.tasks import TaskOut, headers_of
from plans import people
from wallet.retention import erasure, holds
from wallet.retention.erasure import Erasure
from wallet.retention.holds import LegalHold

blueprint = Blueprint("data", __name__, url_prefix="/v1/data", description=__doc__)

_WHOSE = {"description": "Whose data; an employee leaves it out", "examples": ["emp_01K0Z3J8Q4X5N6T7V8W9Y0A1B2"]}
_RETRY = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds, while it is not done"}}
_ZIP = "application/zip"


class ExportBody(Schema):
    """Whose copy."""

    employee_id = Text(metadata=_WHOSE)


class ErasureBody(Schema):
    """Whose data are erased, and why. The trial comes first, and its report is read."""

    employee_id = Text(required=True, metadata=_WHOSE)
    reason = Text(required=True, metadata={"examples": ["richiesta dell'interessata del 2 marzo 2026"]})
    dry_run = fields.Boolean(
        required=True, truthy={True}, falsy={False}, metadata={"description": "Only say what would be erased"}
    )
    preview = Text(metadata={"description": "Id of the trial, done within the last 24 hours; needed without dry_run"})


class ErasureItemOut(Schema):
    """What there was of one kind in one tax year: erased, or kept by a term of the law, until a day, or by holds."""

    kind = fields.String(required=True, metadata={"examples": ["documents"]})
    year = fields.Integer(required=True, allow_none=True)
    count = fields.Integer(required=True)
    kept = fields.Boolean(required=True)
    until = fields.String(required=True, allow_none=True, metadata={"format": "date"})
    term = fields.String(required=True, allow_none=True, metadata={"examples": ["accounting"]})
    holds = fields.List(fields.String(), required=True)
    named = fields.Integer(required=True)


class ErasureOut(Schema):
    """The record of an erasure."""

    id = fields.String(attribute="erasure_id", required=True, metadata={"examples": ["ers_01K0Z3J8Q4X5N6T7V8W9Y0A1B2"]})
    employee_id = fields.String(required=True)
    reason = fields.String(required=True)
    report = fields.List(fields.Nested(ErasureItemOut), required=True)
    erased_by = fields.String(attribute="actor", required=True)
    erased_at = fields.AwareDateTime(required=True)


class LegalHoldBody(InBook):
    """What must not be erased: of one person or everybody, of one tax year or all of them."""

    employee_id = Text(metadata=_WHOSE)
    tax_year = Whole(least=1990, most=2100, metadata={"examples": [2026]})
    reason = Text(required=True, metadata={"examples": ["accertamento sul periodo d'imposta 2026"]})


class LegalHoldOut(Schema):
    """Something that stops erasures until it is lifted."""

    id = fields.String(attribute="hold_id", required=True, metadata={"examples": ["lgh_01K0Z3J8Q4X5N6T7V8W9Y0A1B2"]})
    employee_id = fields.String(required=True, allow_none=True)
    tax_year = fields.Integer(required=True, allow_none=True)
    reason = fields.String(required=True)
    placed_by = fields.String(required=True)
    placed_at = fields.AwareDateTime(required=True)
    lifted_by = fields.String(required=True, allow_none=True)
    lifted_at = fields.AwareDateTime(required=True, allow_none=True)


class HeldQuery(InBook, PageQuery):
    """Of which book."""


def _asked(task: Task, path: str) -> tuple[Task, int, dict[str, str]]:
    headers = {"Location": f"/v1/data/{path}/{task.task_id}"} | headers_of(task) | keys.mark(task.replayed)
    return task, 202, headers


@blueprint.post("/exports")
@needs("data:export")
@keyed
@blueprint.arguments(ExportBody)
@blueprint.response(202, TaskOut, headers=_RETRY)
@blueprint.alt_response(404, "NOT_FOUND")
def export(asked: dict[str, Any], key: str) -> tuple[Task, int, dict[str, str]]:
    """Ask for a copy of a person's data

    One's own, or anybody's for the operator. A worker makes it: JSON for programs, and the documents, in a ZIP that is
    kept for a week.
    """
    who = current()

    def ask(session: Session) -> Task:
        employee_id = asked.get("employee_id") or who.employee_id or ""
        book_id = people.book_of(session, employee_id)
        return work.ask_copy(session, book_id, employee_id, member_id=who.member_id, fence=who.fence, key=key)

    return _asked(transact(ask), "exports")


@blueprint.get("/exports/<string:export_id>")
@needs("data:export")
@blueprint.response(200, TaskOut, headers=_RETRY)
@blueprint.alt_response(404, "NOT_FOUND")
def show_export(export_id: str) -> tuple[Task, int, dict[str, str]]:
    """Show how far a copy is"""
    task = transact(lambda session: work.find(session, work.EXPORT, export_id))
    return task, 200, headers_of(task)


@blueprint.get("/exports/<string:export_id>/file")
@needs("data:export")
@blueprint.response(200, {"type": "string", "format": "binary"}, content_type=_ZIP)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def download(export_id: str) -> flask.Response:
    """Download a copy"""
    task = transact(lambda session: work.find(session, work.EXPORT, export_id))
    path, digest = work.file_of(task)
    response = flask.Response(Path(path).read_bytes(), content_type=_ZIP)
    response.headers.set("Content-Disposition", "attachment", filename=f"{export_id}.zip")
    response.set_etag(digest)
    response.make_conditional(flask.request)
    return response


@blueprint.post("/erasures")
@needs("data:erase")
@keyed
@blueprint.arguments(ErasureBody)
@blueprint.response(202, TaskOut, headers=_RETRY)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def erase(asked: dict[str, Any], key: str) -> tuple[Task, int, dict[str, str]]:
    """Erase what no law keeps of a person

    First a trial (`dry_run`), whose result is the report: what would go, and of the rest which law keeps it until when.
    Then, within a day, the erasure itself, which names the trial in `preview`.
    """
    who = current()

    def ask(session: Session) -> Task:
        book_id = people.book_of(session, asked["employee_id"])
        return work.ask_erasure(
            session,
            book_id,
            asked["employee_id"],
            reason=asked["reason"],
            preview=asked.get("preview"),
            dry_run=asked["dry_run"],
            member_id=who.member_id,
            fence=who.fence,
            key=key,
        )

    return _asked(transact(ask), "erasures")


@blueprint.get("/erasures/<string:task_id>")
@needs("data:erase")
@blueprint.response(200, TaskOut, headers=_RETRY)
@blueprint.alt_response(404, "NOT_FOUND")
def show_erasure(task_id: str) -> tuple[Task, int, dict[str, str]]:
    """Show how far an erasure is, and its report"""
    task = transact(lambda session: work.find(session, work.ERASURE, task_id))
    return task, 200, headers_of(task)


@blueprint.get("/erasures")
@needs("data:erase")
@blueprint.arguments(HeldQuery, location="query")
@blueprint.response(200, listed(ErasureOut))
@blueprint.alt_response(404, "NOT_FOUND")
def erasures(asked: dict[str, Any]) -> Page[Erasure]:
    """List the records of erasures in a book"""
    found = transact(lambda session: erasure.every(session, reach.book(session, asked.get("employer"))))
    return paging.of(found, lambda one: one.erasure_id, asked)


@blueprint.get("/holds")
@needs("data:erase")
@blueprint.arguments(HeldQuery, location="query")
@blueprint.response(200, listed(LegalHoldOut))
@blueprint.alt_response(404, "NOT_FOUND")
def legal_holds(asked: dict[str, Any]) -> Page[LegalHold]:
    """List the legal holds of a book"""
    found = transact(lambda session: holds.every(session, reach.book(session, asked.get("employer"))))
    return paging.of(found, lambda one: one.hold_id, asked)


@blueprint.post("/holds")
@needs("data:erase")
@keyed
@blueprint.arguments(LegalHoldBody)
@blueprint.response(201, LegalHoldOut)
@blueprint.alt_response(404, "NOT_FOUND")
def place(asked: dict[str, Any], key: str) -> flask.Response:
    """Place a legal hold

    Nothing that it names is erased until it is lifted.
    """
    actor, employer = current().actor, asked.pop("employer", None)

    def work(session: Session) -> LegalHold:
        return holds.place(session, reach.book(session, employer), **asked, actor=actor)

    return commands.once(
        work,
        operation="place_legal_hold",
        key=key,
        schema=LegalHoldOut,
        place=lambda hold: f"/v1/data/holds/{hold.hold_id}",
    )


@blueprint.get("/holds/<string:hold_id>")
@needs("data:erase")
@blueprint.arguments(InBook, location="query")
@blueprint.response(200, LegalHoldOut)
@blueprint.alt_response(404, "NOT_FOUND")
def show_hold(asked: dict[str, Any], hold_id: str) -> LegalHold:
    """Show a legal hold"""
    return transact(lambda session: holds.find(session, reach.book(session, asked.get("employer")), hold_id))


@blueprint.post("/holds/<string:hold_id>/lift")
@needs("data:erase")
@blueprint.arguments(InBook)
@blueprint.response(200, LegalHoldOut)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def lift(asked: dict[str, Any], hold_id: str) -> LegalHold:
    """Lift a legal hold"""
    actor = current().actor

    def ask(session: Session) -> LegalHold:
        return holds.lift(session, reach.book(session, asked.get("employer")), hold_id, actor=actor)

    return transact(ask)
