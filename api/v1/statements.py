"""Statements and exports: asked for, made by a task, downloaded for 30 days by whoever asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import flask
import marshmallow as ma
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from marshmallow import fields, validate

from api.access.identity import current, needs, transact
from api.conventions import keys, language
from api.conventions.fields import Schema
from api.conventions.keys import keyed
from api.conventions.paging import Page, PageQuery, listed
from api.conventions.problems import NotAllowed
from api.conventions.smorest import Blueprint
from api.exports import kinds, statements
from api.exports.kinds import FORMATS, KINDS, Kind
from api.exports.statements import Statement, Wanted
from api.tasks import State
from config.errors import LANGUAGES

blueprint = Blueprint("statements", __name__, url_prefix="/v1/statements", description=__doc__)

# In seconds: most statements are made in less.
RETRY_AFTER = 2
_PART_BYTES = 1 << 16
_HEADERS = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds, while it is not made"}}
_MEDIA_TYPES = sorted({media_type.split(";")[0] for kind in KINDS.values() for media_type in kind.formats.values()})


class StatementBody(Schema):
    """A statement to be made."""

    kind = fields.String(required=True, validate=validate.OneOf(list(KINDS)), metadata={"examples": ["journal"]})
    parameters = fields.Dict(
        keys=fields.String(),
        values=fields.Raw(allow_none=True),
        load_default=dict,
        metadata={
            "description": "As /v1/statements/kinds says for the kind",
            "examples": [{"starts_on": "2026-03-01", "ends_on": "2026-03-31"}],
        },
    )
    format = fields.String(required=True, validate=validate.OneOf(FORMATS), metadata={"examples": ["csv"]})
    language = fields.String(
        validate=validate.OneOf(LANGUAGES), metadata={"description": "Of the file; that of the request unless given"}
    )

    @ma.post_load
    def _wanted(self, data: dict[str, Any], **_: Any) -> Wanted:
        kind = KINDS[data["kind"]]
        schema = kind.roles.get(current().role)
        if schema is None:
            raise NotAllowed(scope=f"statements:{kind.name}")
        try:
            parameters = schema().load(data["parameters"])
        except ma.ValidationError as error:
            raise ma.ValidationError({"parameters": error.messages}) from error
        if data["format"] not in kind.formats:
            raise ma.ValidationError(f"Must be one of: {', '.join(kind.formats)}.", "format")
        return Wanted(kind, parameters, data["format"], data.get("language", language.asked()))


class FileOut(Schema):
    """The file of a statement."""

    name = fields.String(required=True, metadata={"examples": ["E1-giornale.csv"]})
    media_type = fields.String(required=True, metadata={"examples": ["text/csv; charset=utf-8"]})
    size_bytes = fields.Integer(required=True)
    sha256 = fields.String(required=True)


class StatementProblemOut(Schema):
    """Why a statement could not be made."""

    code = fields.String(required=True, metadata={"examples": ["payroll_month_open"]})
    detail = fields.Function(
        lambda problem: problem[language.asked()],
        required=True,
        metadata={"type": "string", "description": "What happened and how to mend it, for people"},
    )


class StatementOut(Schema):
    """A statement that was asked for. `file` is there once it is made, `problem` where it could not be."""

    id = fields.String(
        attribute="statement_id", required=True, metadata={"examples": ["tsk_01K0Z3J8Q4X5N6T7V8W9Y0A1B2"]}
    )
    kind = fields.String(required=True, validate=validate.OneOf(list(KINDS)))
    parameters = fields.Dict(keys=fields.String(), required=True)
    format = fields.String(attribute="form", required=True, validate=validate.OneOf(FORMATS))
    language = fields.String(required=True, validate=validate.OneOf(LANGUAGES))
    status = fields.String(required=True, validate=validate.OneOf([*map(str, State), statements.EXPIRED]))
    done = fields.Integer(required=True, metadata={"description": "How much of `total` is done"})
    total = fields.Integer(required=True, allow_none=True)
    asked_at = fields.AwareDateTime(required=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)
    expires_at = fields.AwareDateTime(required=True, allow_none=True, metadata={"description": "When the file goes"})
    file = fields.Nested(FileOut, required=True, allow_none=True)
    reconciles = fields.Boolean(
        required=True,
        allow_none=True,
        metadata={"description": "Whether the figures agree with the ledger: do not use the file if they do not"},
    )
    remarks = fields.List(fields.String(), required=True, metadata={"description": "What to look at, for people"})
    problem = fields.Nested(StatementProblemOut, required=True, allow_none=True)


class StatementQuery(PageQuery):
    """Which statements."""

    kind = fields.String(validate=validate.OneOf(list(KINDS)))


class KindOut(Schema):
    """A kind of statement that this role may ask for."""

    kind = fields.String(attribute="name", required=True)
    title = fields.Function(
        lambda kind: kind.title(language.asked()), required=True, metadata={"type": "string", "examples": ["Journal"]}
    )
    formats = fields.Function(
        lambda kind: list(kind.formats),
        required=True,
        metadata={"type": "array", "items": {"type": "string", "enum": list(FORMATS)}},
    )
    parameters = fields.Function(
        lambda kind: _described(kind), required=True, metadata={"type": "object", "description": "Their JSON Schema"}
    )


class KindsOut(Schema):
    """The kinds of statements that this role may ask for."""

    object = fields.Constant("list", required=True, metadata={"type": "string", "const": "list"})
    data = fields.List(fields.Nested(KindOut), required=True)


def _described(kind: Kind) -> dict[str, Any]:
    api = flask.current_app.extensions["flask-smorest"]["apis"][""]["ext_obj"]
    converter = OpenAPIConverter("3.1.1", lambda _: None, api.spec)
    described: dict[str, Any] = converter.schema2jsonschema(kind.roles[current().role]())  # type: ignore[no-untyped-call]
    return described | {"additionalProperties": False}


def _parts(path: Path) -> Iterator[bytes]:
    # Opened when the first part is asked for: an answer without a body opens nothing.
    with path.open("rb") as file:
        while part := file.read(_PART_BYTES):
            yield part


def _told(found: Statement) -> dict[str, str]:
    return {"Retry-After": str(RETRY_AFTER)} if found.status in (State.QUEUED, State.RUNNING) else {}


@blueprint.get("/kinds")
@needs("statements:create")
@blueprint.response(200, KindsOut)
def offered() -> Mapping[str, Any]:
    """List the kinds of statements

    Those that this role may ask for, each with its formats and the JSON Schema of its parameters.
    """
    return {"data": kinds.open_to(current().role)}


@blueprint.post("")
@needs("statements:create")
@keyed
@blueprint.arguments(StatementBody)
@blueprint.response(202, StatementOut, headers=_HEADERS)
@blueprint.alt_response(404, "NOT_FOUND")
def create(wanted: Wanted, key: str) -> tuple[Statement, int, dict[str, str]]:
    """Ask for a statement

    It is made as soon as a worker is free. What is found only then, such as a month that is not closed, is its
    `problem`.
    """
    asking = current()
    asked = transact(lambda session: statements.ask(session, asking, wanted, key=key))
    return asked, 202, {"Location": f"/v1/statements/{asked.statement_id}"} | _told(asked) | keys.mark(asked.replayed)


@blueprint.get("")
@needs("statements:read")
@blueprint.arguments(StatementQuery, location="query")
@blueprint.response(200, listed(StatementOut))
def every(asked: dict[str, Any]) -> Page[Statement]:
    """List your statements

    Those you asked for in this role, the newest first.
    """
    return transact(lambda session: statements.page(session, current(), asked))


@blueprint.get("/<string:statement_id>")
@needs("statements:read")
@blueprint.response(200, StatementOut, headers=_HEADERS)
@blueprint.alt_response(404, "NOT_FOUND")
def show(statement_id: str) -> tuple[Statement, int, dict[str, str]]:
    """Show a statement

    While it is queued or running, `Retry-After` says when to ask again.
    """
    found = transact(lambda session: statements.find(session, current(), statement_id))
    return found, 200, _told(found)


@blueprint.get("/<string:statement_id>/file")
@needs("statements:read")
@blueprint.response(200)
@blueprint.doc(
    responses={
        "200": {
            "description": "The file, as an attachment",
            "content": {name: {"schema": {"type": "string", "format": "binary"}} for name in _MEDIA_TYPES},
        },
        "304": "NOT_MODIFIED",
    }
)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def download(statement_id: str) -> flask.Response:
    """Download a statement

    The same bytes each time; the ETag is the hash of the content.
    """
    found = transact(lambda session: statements.find(session, current(), statement_id))
    path = statements.path_of(found)
    assert found.file is not None  # noqa: S101
    response = flask.Response(_parts(path), content_type=found.file.media_type)
    response.content_length = found.file.size_bytes
    response.headers.set("Content-Disposition", "attachment", filename=found.file.name)
    response.set_etag(found.file.sha256)
    response.make_conditional(flask.request)
    return response
