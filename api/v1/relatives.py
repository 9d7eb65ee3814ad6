"""Relatives: whom an employee may buy for, known to the employee and to a welfare manager, never to the employer."""

from __future__ import annotations

from typing import Any

import flask
from sqlalchemy.orm import Session

from api.access import audit
from api.access.identity import book_of, needs, transact, transact_in
from api.conventions import paging
from api.conventions.keys import keyed
from api.conventions.paging import Page, PageQuery, listed
from api.conventions.smorest import Blueprint
from api.v1 import commands
from api.v1.people_shapes import RelativeBody, RelativeOut
from plans import directory, people
from plans.people import RelativeCard
from wallet import registry

blueprint = Blueprint("relatives", __name__, url_prefix="/v1", description=__doc__)


class RelativeChange(RelativeBody):
    """What changes of a relative."""


@blueprint.get("/employees/<string:employee_id>/relatives")
@needs("people:declare")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, listed(RelativeOut))
def index(asked: dict[str, Any], employee_id: str) -> Page[RelativeCard]:
    """List an employee's relatives

    In the order in which they were added.
    """
    book_id = book_of(employee_id)
    found = transact(lambda session: people.relatives(session, book_id, employee_id))
    return paging.of(found, lambda each: each.relative_id, asked)


@blueprint.post("/employees/<string:employee_id>/relatives")
@needs("people:declare")
@keyed
@blueprint.arguments(RelativeBody)
@blueprint.response(201, RelativeOut)
def create(asked: dict[str, Any], employee_id: str, key: str) -> flask.Response:
    """Add a relative

    Somebody whom the employee has already is refused: `relative_exists` says who.
    """
    book_id = book_of(employee_id)
    return commands.once(
        lambda session: registry.add_relative(session, book_id, employee_id, asked),
        book_id=book_id,
        operation="relative_add",
        key=key,
        schema=RelativeOut,
        place=lambda made: f"/v1/relatives/{made.relative_id}",
    )


@blueprint.get("/relatives/<string:relative_id>")
@needs("people:declare")
@blueprint.etag
@blueprint.response(200, RelativeOut)
def show(relative_id: str) -> RelativeCard:
    """Show a relative"""

    def work(session: Session) -> RelativeCard:
        return directory.relative(session, directory.book_of_relative(session, relative_id), relative_id)

    return transact(work)


@blueprint.patch("/relatives/<string:relative_id>")
@needs("people:declare")
@blueprint.etag
@blueprint.arguments(RelativeChange(partial=True))
@blueprint.response(200, RelativeOut)
@blueprint.alt_response(409, "CONFLICT")
def amend(asked: dict[str, Any], relative_id: str) -> RelativeCard:
    """Correct what is written of a relative

    Only what is sent changes. What was decided before stays.
    """
    book_id = transact(lambda session: directory.book_of_relative(session, relative_id))

    def work(session: Session) -> RelativeCard:
        before = directory.relative(session, book_id, relative_id, lock=True)
        audit.about(employee_id=before.employee_id, target=relative_id)
        blueprint.check_etag(before, RelativeOut)
        return registry.amend_relative(session, book_id, relative_id, asked)

    return transact_in(book_id, work)
