"""Files of employees: what each row would do, and doing it; all of a file or nothing."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import flask
import marshmallow as ma
from marshmallow import fields
from sqlalchemy.orm import Session

from api.access.identity import needs, transact
from api.conventions import problems, uploads
from api.conventions.fields import File, Schema
from api.conventions.keys import keyed
from api.conventions.smorest import Blueprint, FieldProblem
from api.v1 import commands, reach
from plans import enrolment
from plans.enrolment import Examined, Outcome, RowRead

blueprint = Blueprint("employee_imports", __name__, url_prefix="/v1/employees/imports", description=__doc__)

# A hundred thousand people as CSV; what a file unpacks to is the readers' matter.
MOST_BYTES = 20_000_000
MOST_ROWS = problems.MOST_ROWS


class PeopleFileForm(reach.InBook):
    """A CSV or XLSX file as a payroll office writes it: docs/plans.md says which columns are read."""

    file = File(required=True)


class RowReadOut(Schema):
    """A sound row: whom it names, and what it does to them."""

    row = fields.Integer(required=True, metadata={"description": "In the file, the header counted"})
    outcome = fields.Enum(Outcome, by_value=True, required=True)
    employee_id = fields.String(required=True, allow_none=True, metadata={"description": "Null for somebody new"})


class PeopleImportOut(Schema):
    """What a file does, or would do; of long ones the first thousand rows and problems are listed."""

    file = fields.String(required=True, metadata={"examples": ["anagrafica.csv"]})
    created = fields.Integer(required=True)
    updated = fields.Integer(required=True)
    unchanged = fields.Integer(required=True)
    problem_count = fields.Integer(required=True)
    problems = fields.List(fields.Nested(FieldProblem), required=True)
    rows = fields.List(fields.Nested(RowReadOut), required=True)

    @ma.pre_dump
    def _told(self, read: Examined, **_: Any) -> dict[str, Any]:
        return asdict(read.counts) | {
            "problem_count": len(read.problems),
            "problems": [problems.of_row(each) for each in read.problems[:MOST_ROWS]],
            "rows": [_row(each) for each in read.rows[:MOST_ROWS]],
        }


def _row(read: RowRead) -> dict[str, Any]:
    # Of somebody new there is no id before the file is loaded.
    known = None if read.outcome is Outcome.CREATED else read.employee_id
    return {"row": read.row, "outcome": read.outcome, "employee_id": known}


def _examine(session: Session, form: dict[str, Any], book_id: int) -> Examined:
    with uploads.kept(form["file"]) as path:
        return enrolment.examine(session, book_id, path)


@blueprint.post("/simulate")
@uploads.up_to(MOST_BYTES)
@needs("people:write")
@blueprint.arguments(PeopleFileForm, location="multipart")
@blueprint.response(200, PeopleImportOut)
@blueprint.alt_response(404, "NOT_FOUND")
def simulate(form: dict[str, Any]) -> Examined:
    """Say what a file would do

    Every problem at once, with its row and column; nothing is written.
    """

    def work(session: Session) -> Examined:
        return _examine(session, form, reach.book(session, form.get("employer")))

    return transact(work)


@blueprint.post("")
@uploads.up_to(MOST_BYTES)
@needs("people:write")
@keyed
@blueprint.arguments(PeopleFileForm, location="multipart")
@blueprint.response(201, PeopleImportOut)
@blueprint.alt_response(404, "NOT_FOUND")
def create(form: dict[str, Any], key: str) -> flask.Response:
    """Create and update employees from a file

    Known by tax code. A column that the file has is the truth for the people in it, blanks included; what it does not
    say stays. With one problem nothing is loaded.
    """
    book_id = transact(lambda session: reach.book(session, form.get("employer")))

    def load(session: Session) -> Examined:
        examined = _examine(session, form, book_id)
        enrolment.write(session, book_id, examined)
        return examined

    return commands.once(load, book_id=book_id, operation="people_import", key=key, schema=PeopleImportOut)
