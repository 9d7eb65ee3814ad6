"""flask-smorest as we use it: problems instead of its errors, every status documented, strict bodies."""

from __future__ import annotations

import http
from functools import partial
from typing import Any, ClassVar

import flask
import flask_smorest
import marshmallow as ma
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.common import resolve_schema_cls
from flask_smorest.exceptions import NotModified
from werkzeug.exceptions import HTTPException

from api.conventions import problems
from api.conventions.bodies import FORM, StrictParser
from config.errors import DomainError


class FieldProblem(ma.Schema):
    """One field that is to be mended."""

    pointer = ma.fields.String(
        required=True, metadata={"description": "Where: #/name/0 in the body, ?name in the query"}
    )
    detail = ma.fields.String(required=True, metadata={"description": "What is wrong, in the language asked for"})
    code = ma.fields.String(metadata={"description": "For programs, where a row of an uploaded file is wrong"})
    row = ma.fields.Integer(allow_none=True, metadata={"description": "Of the uploaded file, the header counted"})
    column = ma.fields.String(allow_none=True, metadata={"description": "Its heading in the uploaded file"})
    value = ma.fields.String(allow_none=True, metadata={"description": "What the cell says, cut short"})


class Problem(ma.Schema):
    """What was refused, and how to mend it (RFC 9457)."""

    type = ma.fields.String(required=True)
    title = ma.fields.String(required=True)
    status = ma.fields.Integer(required=True)
    code = ma.fields.String(required=True, metadata={"description": "Stable, for programs: docs/errors.md lists them"})
    detail = ma.fields.String(required=True, metadata={"description": "What happened and how to mend it, for people"})
    instance = ma.fields.String(required=True)
    request_id = ma.fields.String(required=True)
    errors = ma.fields.List(ma.fields.Nested(FieldProblem))
    problem_count = ma.fields.Integer(metadata={"description": "Of an uploaded file, which may have more than listed"})


class Api(flask_smorest.Api):
    """The API document, with our problems as its errors."""

    ERROR_SCHEMA = Problem
    # Its `default` response would let any status pass for documented.
    DEFAULT_ERROR_RESPONSE_NAME = None

    def __init__(self, app: flask.Flask) -> None:
        super().__init__(app, spec_kwargs={"marshmallow_plugin": MarshmallowPlugin(schema_name_resolver=_schema_name)})

    def _register_error_handlers(self) -> None:
        self._app.register_error_handler(HTTPException, problems.of_http)
        self._app.register_error_handler(DomainError, problems.render)

    def _register_responses(self) -> None:
        for status in http.HTTPStatus:
            response: dict[str, Any] = {"description": status.phrase}
            if status >= 400:
                response["content"] = {problems.MEDIA_TYPE: {"schema": self.ERROR_SCHEMA}}
            self.spec.components.response(status.name, response, lazy=True)


class Blueprint(flask_smorest.Blueprint):
    """Views of one resource."""

    ARGUMENTS_PARSER = StrictParser()
    # Fields and files of one form.
    DEFAULT_LOCATION_CONTENT_TYPE_MAPPING: ClassVar[dict[str, str]] = {
        **flask_smorest.Blueprint.DEFAULT_LOCATION_CONTENT_TYPE_MAPPING,
        "multipart": FORM,
    }

    def add_url_rule(
        self, rule: str, endpoint: str | None = None, view_func: Any = None, *args: Any, **kw: Any
    ) -> None:
        """Register a view; one that is about something named in its path may find that it is not there."""
        view_func._apidoc = apidoc = getattr(view_func, "_apidoc", {})
        if "<" in rule:
            apidoc.setdefault("refusals", set()).add(404)
        # Clients made from the document call the operation by this name.
        names = apidoc.setdefault("manual_doc", {})
        names.setdefault("operationId", f"{view_func.__name__.removesuffix('_')}_{self.name.replace('-', '_')}")
        super().add_url_rule(rule, endpoint, view_func, *args, **kw)

    def _check_not_modified(self, etag: str) -> None:
        try:
            super()._check_not_modified(etag)
        except NotModified:
            # What has not changed says which version that is.
            flask.after_this_request(partial(_tagged, etag=etag))
            raise

    @staticmethod
    def _prepare_refusals_doc(doc: dict[str, Any], doc_info: dict[str, Any], **_: Any) -> dict[str, Any]:
        refusals = {503, *doc_info.get("refusals", ())}
        if "requestBody" in doc:
            refusals |= {400, 413, 415, 422}
        responses = doc.setdefault("responses", {})
        for status in sorted(refusals):
            responses.setdefault(status, http.HTTPStatus(status).name)
        return doc

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._prepare_doc_cbks.append(self._prepare_refusals_doc)


def _tagged(response: flask.Response, etag: str) -> flask.Response:
    response.set_etag(etag)
    return response


_named: dict[str, type] = {}


def _schema_name(schema: Any) -> str:
    """Name a schema by its class; of two of one name, the later has its module's before it."""
    found = resolve_schema_cls(schema)
    one: type = found[0] if isinstance(found, list) else found
    name = one.__name__.removesuffix("Out")
    if _named.setdefault(name, one) is not one:
        name = one.__module__.rpartition(".")[2].title().replace("_", "") + name
    return name


_ABOUT = """
The wallets, plans, services and settlement of a network of corporate and municipal welfare.

- **Who asks** is told by `Authorization: Bearer ...` (`POST /v1/tokens`, `borsellino member token`) or by a session's
  cookie. What somebody may not know of is not found: an id of others is answered 404, never 403.
- **Money** is whole cents beside its currency; business dates are `2026-03-31` in Rome's calendar, moments RFC 3339
  in UTC.
- **Commands** that create something or move money need an `Idempotency-Key`: repeated with the same body they give the
  first answer again, with `Idempotency-Replayed: true`.
- **What can be edited** has an `ETag`; editing it needs `If-Match`, and what changed meanwhile is answered 412.
- **Lists** come newest first, `limit` at a time, the rest by `starting_after` and `ending_before`.
- **Refusals** are `application/problem+json` with a stable `code`, in Italian or English by `Accept-Language`. A
  declined purchase is no refusal: it is a created resource that says why.
- **Rates** are told by `RateLimit` and `RateLimit-Policy` (and `X-RateLimit-*`); too many requests are answered 429
  with `Retry-After`.
""".strip()


def app_config() -> dict[str, Any]:
    """Return what flask-smorest reads from the application's settings."""
    return {
        "API_TITLE": "borsellino",
        "API_VERSION": "v1",
        "OPENAPI_VERSION": "3.1.1",
        "OPENAPI_URL_PREFIX": "/docs",
        "OPENAPI_JSON_PATH": "openapi.json",
        "API_SPEC_OPTIONS": {
            "info": {"description": _ABOUT, "license": {"name": "EUPL 1.2", "identifier": "EUPL-1.2"}},
            "servers": [{"url": "/", "description": "Where this document was read"}],
        },
    }


def document(app: flask.Flask) -> Any:
    """Return the OpenAPI document of an application."""
    return app.extensions["flask-smorest"]["apis"][""]["ext_obj"].spec.to_dict()
