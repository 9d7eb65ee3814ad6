"""Employees: the people of a book, kept by their employer or by whoever works for the whole network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import flask
from sqlalchemy.orm import Session

from api.access import reaching
from api.access.errors import WalletOwned
from api.access.identity import book_of, current, needs, transact, transact_in
from api.conventions import paging
from api.conventions.fields import Day, Schema, Text
from api.conventions.keys import keyed
from api.conventions.paging import Page, PageQuery, listed
from api.conventions.smorest import Blueprint
from api.v1 import commands, reach
from api.v1.people_shapes import EmployeeBody, EmployeeOut, TaxCode
from plans import directory, people
from plans.people import EmployeeCard
from plans.people_file import EmployeeDraft
from wallet import registry

blueprint = Blueprint("employees", __name__, url_prefix="/v1/employees", description=__doc__)


class EmployeeQuery(PageQuery, reach.InBook):
    """Which employees; names and codes are searched for in a body, where nobody keeps them."""

    cluster = Text(longest=100, metadata={"examples": ["operai"]})
    employed_on = Day(metadata={"description": "On the payroll on this day"})


class EmployeeSearchBody(EmployeeQuery):
    """Whom one looks for."""

    text = Text(longest=100, metadata={"description": "Words of the name or of the number", "examples": ["niccolò"]})
    tax_code = TaxCode()


class NewEmployeeBody(EmployeeBody, reach.InBook):
    """An employee to write down."""


class EmployeeChange(EmployeeBody):
    """What changes of an employee; the last day is another matter."""


class LeavingBody(Schema):
    """The last day of an employment."""

    on = Day(required=True, allow_none=True, metadata={"description": "Null where the employment goes on after all"})


@blueprint.get("")
@needs("people:read")
@blueprint.arguments(EmployeeQuery, location="query")
@blueprint.response(200, listed(EmployeeOut))
@blueprint.alt_response(404, "NOT_FOUND")
def index(asked: dict[str, Any]) -> Page[EmployeeCard]:
    """List the employees of a book

    By name; an employee sees themself.
    """
    return _found(asked)


@blueprint.post("/search")
@needs("people:read")
@blueprint.arguments(EmployeeSearchBody)
@blueprint.response(200, listed(EmployeeOut))
@blueprint.alt_response(404, "NOT_FOUND")
def search(asked: dict[str, Any]) -> Page[EmployeeCard]:
    """Look for employees by name, number or tax code

    In a body, because addresses of pages are written down along the way.
    """
    return _found(asked)


def _found(asked: Mapping[str, Any]) -> Page[EmployeeCard]:
    filters = {name: asked[name] for name in ("cluster", "employed_on", "text", "tax_code") if name in asked}

    def work(session: Session) -> Page[EmployeeCard]:
        statement, order = directory.matches(reach.book(session, asked.get("employer")), **filters)
        return paging.placed(session, statement, order, "employee_id", asked).each(directory.card)

    return transact(work)


@blueprint.post("")
@needs("people:write")
@keyed
@blueprint.arguments(NewEmployeeBody)
@blueprint.response(201, EmployeeOut)
@blueprint.alt_response(404, "NOT_FOUND")
def create(asked: dict[str, Any], key: str) -> flask.Response:
    """Write down an employee

    Somebody whom the book has already is refused: `employee_exists` says who.
    """
    employer = asked.pop("employer", None)
    draft = EmployeeDraft(**asked)
    book_id = transact(lambda session: reach.book(session, employer))
    return commands.once(
        lambda session: registry.admit(session, book_id, draft),
        book_id=book_id,
        operation="employee_admit",
        key=key,
        schema=EmployeeOut,
        place=lambda made: f"/v1/employees/{made.employee_id}",
    )


@blueprint.get("/<string:employee_id>")
@needs("people:read")
@blueprint.etag
@blueprint.response(200, EmployeeOut)
@blueprint.alt_response(404, "NOT_FOUND")
def show(employee_id: str) -> EmployeeCard:
    """Show an employee"""
    book_id = book_of(employee_id)
    return transact(lambda session: people.employee(session, book_id, employee_id))


@blueprint.patch("/<string:employee_id>")
@needs("people:write")
@blueprint.etag
@blueprint.arguments(EmployeeChange(partial=True))
@blueprint.response(200, EmployeeOut)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def amend(asked: dict[str, Any], employee_id: str) -> EmployeeCard:
    """Correct what is written of an employee

    Only what is sent changes. Once the wallet has an owner, the network's people alone correct the codice fiscale.
    """
    book_id = book_of(employee_id)
    kept = "tax_code" in asked and reaching.owner_is_kept(current(), book_id, employee_id)

    def work(session: Session) -> EmployeeCard:
        before = people.employee(session, book_id, employee_id, lock=True)
        blueprint.check_etag(before, EmployeeOut)
        if kept and asked["tax_code"] != before.tax_code:
            raise WalletOwned()
        return registry.amend(session, book_id, employee_id, asked)

    return transact_in(book_id, work)


@blueprint.post("/<string:employee_id>/leave")
@needs("people:write")
@keyed
@blueprint.arguments(LeavingBody)
@blueprint.response(200, EmployeeOut)
@blueprint.alt_response(404, "NOT_FOUND")
def leave(asked: dict[str, Any], employee_id: str, key: str) -> flask.Response:
    """Write down an employee's last day

    How long their credit can still be spent is their plans' matter.
    """
    book_id = book_of(employee_id)
    return commands.once(
        lambda session: registry.leave(session, book_id, employee_id, asked["on"]),
        book_id=book_id,
        operation="employee_leave",
        key=key,
        schema=EmployeeOut,
        status=200,
    )
