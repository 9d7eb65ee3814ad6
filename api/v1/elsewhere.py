"""Elsewhere: what payroll knows of amounts from other employers and other sources, declared from its file."""

from __future__ import annotations

from typing import Any

import flask
from marshmallow import fields
from sqlalchemy.orm import Session

from api.access.identity import current, needs, transact, transact_in
from api.conventions import keys, trials, uploads
from api.conventions.fields import Day, Digits, File, Schema
from api.conventions.keys import keyed
from api.conventions.paging import Page, PageQuery, cut, listed
from api.conventions.smorest import Blueprint
from api.v1 import reach
from api.v1.reach import InBook
from plans.facts import FIRST_YEAR
from wallet import elsewhere
from wallet.elsewhere import FoundLoad, Load

blueprint = Blueprint("elsewhere", __name__, url_prefix="/v1/elsewhere", description=__doc__)

_MOST_BYTES = 20_000_000


class ElsewhereFileBody(InBook):
    """A payroll file: one row a worker and tax year. A blank cell says nothing; zero says that nothing came."""

    file = File(required=True, metadata={"description": "CSV or XLSX, as docs/plans.md describes it"})
    year = Digits(least=FIRST_YEAR, most=2199, metadata={"description": "Tax year of the rows that name none"})
    declared_on = Day(metadata={"description": "Day on which payroll said so; today unless given"})


class ElsewhereResultOut(Schema):
    """What declaring a file did, or would do; `id` is null where nothing changes."""

    id = fields.String(attribute="load_id", required=True, allow_none=True)
    file = fields.String(required=True)
    rows = fields.Integer(required=True)
    silent_rows = fields.Integer(
        required=True, metadata={"description": "They say nothing, and leave the unknown unknown"}
    )
    created = fields.Integer(required=True)
    replaced = fields.Integer(required=True)
    unchanged = fields.Integer(required=True)
    corrections = fields.Integer(
        required=True, metadata={"description": "Fiscal events that changed because a year's limit moved"}
    )
    loaded_before = fields.Date(required=True, allow_none=True)
    columns_not_read = fields.List(fields.String(), attribute="ignored", required=True)


class ElsewhereLoadOut(Schema):
    """A payroll file that changed what is known."""

    id = fields.String(attribute="load_id", required=True)
    file = fields.String(attribute="file_name", required=True)
    rows = fields.Integer(required=True)
    declared_on = fields.Date(required=True)
    loaded_at = fields.AwareDateTime(required=True)


class ElsewhereQuery(PageQuery, InBook):
    """Which loads."""


def _place(done: Load) -> str | None:
    return None if done.load_id is None else f"/v1/elsewhere/{done.load_id}"


@blueprint.post("")
@needs("elsewhere:declare")
@uploads.up_to(_MOST_BYTES)
@keyed
@blueprint.arguments(ElsewhereFileBody, location="multipart")
@blueprint.response(201, ElsewhereResultOut)
@blueprint.alt_response(404, "NOT_FOUND")
def declare(form: dict[str, Any], key: str) -> flask.Response:
    """Declare what a payroll file says

    All of it or nothing; a refusal names every row. The same content again changes nothing.
    """
    actor = current().actor
    book_id = transact(lambda session: reach.book(session, form.pop("employer", None)))
    with uploads.kept(form.pop("file")) as path:

        def work(session: Session) -> flask.Response:
            return keys.once(
                session,
                book_id,
                lambda: elsewhere.load(session, book_id, path, **_options(form), actor=actor),
                actor=actor,
                operation="elsewhere_load",
                key=key,
                schema=ElsewhereResultOut,
                place=_place,
            )

        return transact_in(book_id, work)


@blueprint.post("/checks")
@needs("elsewhere:declare")
@uploads.up_to(_MOST_BYTES)
@blueprint.arguments(ElsewhereFileBody, location="multipart")
@blueprint.response(200, ElsewhereResultOut)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def check(form: dict[str, Any]) -> Load:
    """Check a payroll file

    What declaring it would do, or the same refusal with every row; nothing is written.
    """
    actor = current().actor
    book_id = transact(lambda session: reach.book(session, form.pop("employer", None)))
    with uploads.kept(form.pop("file")) as path:
        return trials.tried(
            lambda work: transact_in(book_id, work),
            lambda session: elsewhere.load(session, book_id, path, **_options(form), actor=actor),
        )


def _options(form: dict[str, Any]) -> dict[str, Any]:
    return {"year": form.get("year"), "declared_on": form.get("declared_on")}


@blueprint.get("")
@needs("elsewhere:declare")
@blueprint.arguments(ElsewhereQuery, location="query")
@blueprint.response(200, listed(ElsewhereLoadOut))
@blueprint.alt_response(404, "NOT_FOUND")
def every(asked: dict[str, Any]) -> Page[FoundLoad]:
    """List the payroll files that changed what is known

    The newest first.
    """

    def work(session: Session) -> Page[FoundLoad]:
        book_id = reach.book(session, asked.get("employer"))
        return cut(session, elsewhere.loads(book_id), elsewhere.KEY, asked).each(elsewhere.found_load)

    return transact(work)


@blueprint.get("/<string:load_id>")
@needs("elsewhere:declare")
@blueprint.response(200, ElsewhereLoadOut)
def show(load_id: str) -> FoundLoad:
    """Show a payroll file that changed what is known"""
    return transact(lambda session: elsewhere.find(session, load_id))
