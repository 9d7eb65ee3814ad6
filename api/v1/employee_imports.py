"""Files of employees: what each row would do, and doing it; all of a file or nothing."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import flask
import marshmallow as ma
from marshmallow import fields
from sqlalchemy.orm import Session

from api.access.identity import needs, transact
from api.conventions import problems, uploads
from api.conventions.fields import Digits, File, Schema
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


class PeopleTrialForm(PeopleFileForm):
    """The same file, and from where its rows are told."""

    after_row = Digits(load_default=0, metadata={"description": "Number of the last row that is known: those after it"})


class RowReadOut(Schema):
    """A sound row: whom it names, and what it does to them."""

    row = fields.Integer(required=True, metadata={"description": "In the file, the header counted"})
    outcome = fields.Enum(Outcome, by_value=True, required=True)
    employee_id = fields.String(
        required=True, allow_none=True, metadata={"description": "Null for somebody new, as long as nothing is loaded"}
    )


class PeopleImportOut(Schema):
    """What a file does, or would do; of long ones a thousand rows and problems are listed."""

    file = fields.String(required=True, metadata={"examples": ["anagrafica.csv"]})
    created = fields.Integer(required=True)
    updated = fields.Integer(required=True)
    unchanged = fields.Integer(required=True)
    problem_count = fields.Integer(required=True)
    problems = fields.List(fields.Nested(FieldProblem), required=True)
    rows = fields.List(fields.Nested(RowReadOut), required=True)
    has_more_rows = fields.Boolean(
        required=True,
        metadata={"description": "Whether there are sound rows after these: `simulate` tells them, with `after_row`"},
    )

    @ma.pre_dump
    def _told(self, told: Told, **_: Any) -> dict[str, Any]:
        read = told.read
        rows = [each for each in read.rows if each.row > told.after_row]
        return asdict(read.counts) | {
            "problem_count": len(read.problems),
            "problems": [problems.of_row(each) for each in read.problems[:MOST_ROWS]],
            "rows": [_row(each, loaded=told.loaded) for each in rows[:MOST_ROWS]],
            "has_more_rows": len(rows) > MOST_ROWS,
        }


@dataclass(frozen=True, slots=True)
class Told:
    """A file that was read, whether it was loaded, and the row after which its rows are told."""

    read: Examined
    loaded: bool
    after_row: int = 0


def _row(read: RowRead, *, loaded: bool) -> dict[str, Any]:
    # Of somebody new there is no id before the file is loaded.
    known = read.employee_id if loaded or read.outcome is not Outcome.CREATED else None
    return {"row": read.row, "outcome": read.outcome, "employee_id": known}


def _examine(session: Session, form: dict[str, Any], book_id: int) -> Examined:
    with uploads.kept(form["file"]) as path:
        return enrolment.examine(session, book_id, path)


@blueprint.post("/simulate")
@uploads.up_to(MOST_BYTES)
@needs("people:write")
@blueprint.arguments(PeopleTrialForm, location="multipart")
@blueprint.response(200, PeopleImportOut)
@blueprint.alt_response(404, "NOT_FOUND")
def simulate(form: dict[str, Any]) -> Told:
    """Say what a file would do

    Every problem at once, with its row and column; nothing is written. Of a file that was loaded it tells whom each row
    names.
    """

    def work(session: Session) -> Told:
        read = _examine(session, form, reach.book(session, form.get("employer")))
        return Told(read, loaded=False, after_row=form["after_row"])

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
    say stays. With one problem nothing is loaded. Each row is answered with the id of whom it names.
    """
    book_id = transact(lambda session: reach.book(session, form.get("employer")))

    def load(session: Session) -> Told:
        examined = _examine(session, form, book_id)
        enrolment.write(session, book_id, examined)
        return Told(examined, loaded=True)

    return commands.once(load, book_id=book_id, operation="people_import", key=key, schema=PeopleImportOut)
