"""
Problems: what a client is told when something is refused, as RFC 9457 writes it.

One table says which HTTP status a refusal has; the core knows none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import flask
from werkzeug.exceptions import HTTPException

from api import errors
from api.access import errors as access
from api.conventions import language, sentences
from api.events.errors import (
    AddressInvalid,
    NotificationFixed,
    WebhookAddressRefused,
    WebhookEventsHidden,
    WebhookUrlInvalid,
)
from config.errors import DomainError
from ledger.errors import Contention, InProgress, KeyRequired, KeyReused, RefusedBefore
from plans.sheets import Problem
from wallet.position.errors import PositionYearOutOfRange

MEDIA_TYPE = "application/problem+json"
REPLAYED = "Idempotency-Replayed"
# A file may be wrong in every row; whoever mends these finds the others the next time.
MOST_ROWS = 1_000


class BodyUnreadable(DomainError):
    """A body that cannot be read as JSON."""

    it = "Il corpo della richiesta non si legge: {why_it}."
    en = "The body of the request cannot be read: {why_en}."


class MediaTypeRefused(DomainError):
    """A body of a kind that is not read here."""

    it = "Il corpo della richiesta deve essere {expected}."
    en = "The body of the request must be {expected}."


class FieldsInvalid(DomainError):
    """Fields of the request that are missing, unknown or not what they should be; each is named."""

    it = "La richiesta ha campi da correggere: sono elencati in «errors»."
    en = "The request has fields to mend: they are listed in 'errors'."


class AccessNeeded(DomainError):
    """A request without a token, or with one that is not good any more."""

    it = "Serve un token valido: «Authorization: Bearer …»."
    en = "A valid token is needed: 'Authorization: Bearer …'."


class NotAllowed(DomainError):
    """The token does not give this right."""

    it = "Il token non dà il permesso «{scope}»."
    en = "The token does not give the permission '{scope}'."


class KeyMalformed(DomainError):
    """An Idempotency-Key that is empty, too long or not plain text."""

    it = "«Idempotency-Key» deve avere da 1 a 255 caratteri ASCII stampabili."
    en = "'Idempotency-Key' must have 1 to 255 printable ASCII characters."


class CursorUnknown(DomainError):
    """A place in a list, named by an id that the list does not hold: another list's, or another filter's."""

    it = "«{cursor}» non è in questo elenco: usare un id letto nell'elenco, con gli stessi filtri."
    en = "'{cursor}' is not in this list: use an id read in the list, with the same filters."


# The refusals with a status of their own. Others: 404 where the name says that nothing was found, 422 where what was
# sent cannot be read as what it should be, 409 where the state of things is against it.
_STATUS: Mapping[type[DomainError], HTTPStatus] = {
    BodyUnreadable: HTTPStatus.BAD_REQUEST,
    KeyRequired: HTTPStatus.BAD_REQUEST,
    KeyMalformed: HTTPStatus.BAD_REQUEST,
    MediaTypeRefused: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    FieldsInvalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    CursorUnknown: HTTPStatus.UNPROCESSABLE_ENTITY,
    KeyReused: HTTPStatus.UNPROCESSABLE_ENTITY,
    PositionYearOutOfRange: HTTPStatus.UNPROCESSABLE_ENTITY,
    AccessNeeded: HTTPStatus.UNAUTHORIZED,
    NotAllowed: HTTPStatus.FORBIDDEN,
    access.SignInRefused: HTTPStatus.UNAUTHORIZED,
    access.CrossSiteRefused: HTTPStatus.FORBIDDEN,
    access.SessionNeeded: HTTPStatus.FORBIDDEN,
    access.RoleNotGiven: HTTPStatus.FORBIDDEN,
    access.RoleForOneself: HTTPStatus.FORBIDDEN,
    access.ScopesTooWide: HTTPStatus.FORBIDDEN,
    access.IdentityUnknown: HTTPStatus.FORBIDDEN,
    AddressInvalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotificationFixed: HTTPStatus.UNPROCESSABLE_ENTITY,
    WebhookAddressRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    WebhookEventsHidden: HTTPStatus.UNPROCESSABLE_ENTITY,
    WebhookUrlInvalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    access.PasswordWeak: HTTPStatus.UNPROCESSABLE_ENTITY,
    access.ReachUnclear: HTTPStatus.UNPROCESSABLE_ENTITY,
    access.TryLater: HTTPStatus.TOO_MANY_REQUESTS,
    access.ProviderUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    InProgress: HTTPStatus.CONFLICT,
    Contention: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.DatabaseUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.SchemaNotCurrent: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.InternalFailure: HTTPStatus.INTERNAL_SERVER_ERROR,
}
_BY_CODE = {known.code: status for known, status in _STATUS.items()}


def status_of(refusal: DomainError) -> HTTPStatus:
    """Return the HTTP status of a refusal, the same when it is answered again under its key."""
    for known, status in _STATUS.items():
        if isinstance(refusal, known):
            return status
    code = refusal.code
    if code in _BY_CODE:
        return _BY_CODE[code]
    # A file without a header is "header_not_found", and there all the same.
    if code.endswith("_not_found") and not refusal.of_a_file:
        return HTTPStatus.NOT_FOUND
    if errors.exit_code(refusal) is errors.ExitCode.USAGE:
        return HTTPStatus.UNPROCESSABLE_ENTITY
    return HTTPStatus.CONFLICT


def render(refusal: DomainError, headers: Mapping[str, str] | None = None, **members: Any) -> flask.Response:
    """Write a refusal as a problem, in the language the client reads; `members` are added to it."""
    status = status_of(refusal)
    if isinstance(refusal, access.TryLater):
        headers = {**(headers or {}), "Retry-After": str(refusal.details["seconds"])}
    detail = sentences.of_refusal(refusal, language.asked())
    if isinstance(refusal, RefusedBefore):
        headers = {**(headers or {}), REPLAYED: "true"}
    return _respond(status, refusal.code, detail, headers, _of_a_file(refusal) | members)


def of_row(found: Problem) -> dict[str, Any]:
    """Return what is wrong at one place of an uploaded file, and how to mend it."""
    return {
        "pointer": "#/file",
        "detail": found.text(language.asked()),
        "code": found.code,
        "row": found.row,
        "column": found.column,
        "value": found.value,
    }


def _of_a_file(refusal: DomainError) -> dict[str, Any]:
    checked = refusal.details.get("check")
    every = refusal.details.get("problems") if checked is None else checked.problems
    found = [each for each in every or () if isinstance(each, Problem)] if isinstance(every, Sequence) else []
    if not found:
        return {}
    count = len(found) if checked is None else checked.problem_count
    return {"problem_count": count, "errors": [of_row(each) for each in found[:MOST_ROWS]]}


def _respond(
    status: HTTPStatus, code: str, detail: str, headers: Mapping[str, str] | None, members: Mapping[str, Any]
) -> flask.Response:
    body = {
        "type": "about:blank",
        "title": status.phrase,
        "status": int(status),
        "code": code,
        "detail": detail,
        "instance": flask.request.path,
        "request_id": flask.g.get("request_id", ""),
        **members,
    }
    response = flask.jsonify(body)
    response.status_code = int(status)
    response.mimetype = MEDIA_TYPE
    response.content_language = [language.asked()]
    response.headers.extend(headers or {})
    if status is HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = 'Bearer realm="borsellino"'
    return response


def of_http(error: HTTPException) -> flask.Response | HTTPException:
    """Write what the framework refused (no such route, method not allowed, fields invalid) as a problem."""
    if error.code is None or error.code < 400:
        return error
    status = HTTPStatus(error.code)
    data: Mapping[str, Any] = getattr(error, "data", None) or {}
    headers = {name: value for name, value in error.get_headers() if name.lower() not in ("content-type",)}
    headers.update(data.get("headers") or {})
    if "messages" in data:
        refusal = FieldsInvalid()
        return _respond(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            refusal.code,
            refusal.text(language.asked()),
            headers,
            {"errors": list(pointers(data["messages"]))},
        )
    return _respond(status, status.name.lower(), sentences.of_status(status, language.asked()), headers, {})


def pointers(messages: Any, path: str = "") -> Iterator[dict[str, str]]:
    """
    Return each field's problem with where it stands: `#/name/0` in the body, `?name` in the query.

    `messages` is the tree that marshmallow and webargs give: places, then names and indexes, then lists of sentences.
    """
    if not path and isinstance(messages, Mapping):
        for place, inside in messages.items():
            yield from pointers(
                inside, "#" if place in ("json", "multipart") else f"?{'' if place == 'query' else place}"
            )
        return
    if isinstance(messages, Mapping):
        for name, inside in messages.items():
            step = str(name).replace("~", "~0").replace("/", "~1")
            yield from pointers(inside, path if name == "_schema" else _join(path, step))
        return
    for sentence in messages if isinstance(messages, (list, tuple)) else [messages]:
        yield {"pointer": path, "detail": sentences.of_field(str(sentence), language.asked())}


def _join(path: str, step: str) -> str:
    return f"{path}{step}" if path == "?" else f"{path}/{step}"
