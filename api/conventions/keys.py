"""Idempotency-Key: the header under which a command is done once, however often it is sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import wraps
from hashlib import file_digest
from typing import Any, TypeVar

import flask
import marshmallow as ma
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from api.conventions.bodies import FORM, read_json
from api.conventions.problems import REPLAYED, KeyMalformed
from ledger import idempotency
from ledger.errors import KeyRequired

T = TypeVar("T")
HEADER = "Idempotency-Key"
LONGEST = 255


def keyed(view: Callable[..., T]) -> Callable[..., T]:
    """
    Give a view the request's key as `key`; the verb it calls does the rest in its own transaction.

    Errors: KeyRequired, KeyMalformed; before the arguments are looked at.
    """

    @wraps(view)
    def with_key(*args: Any, **kwargs: Any) -> T:
        return view(*args, key=_given(), **kwargs)

    apidoc = getattr(with_key, "_apidoc", {})
    apidoc.setdefault("manual_doc", {}).setdefault("parameters", []).append(
        {
            "name": HEADER,
            "in": "header",
            "required": True,
            "description": "A text of your own that names this command, such as a UUID. The same key with the same body"
            " gives the first answer again for 30 days; with another body it is refused (422). It is of one client, one"
            " operation and one book: take a new one for each command.",
            "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": "^[ -~]+$"},
        }
    )
    apidoc.setdefault("refusals", set()).update({400, 409, 422})
    with_key._apidoc = apidoc  # type: ignore[attr-defined]
    return with_key


def mark(replayed: bool) -> dict[str, str]:
    """Return the header that says an answer was given before."""
    return {REPLAYED: "true"} if replayed else {}


def once(
    session: Session,
    book_id: int,
    work: Callable[[], T],
    *,
    actor: str,
    operation: str,
    key: str,
    schema: type[ma.Schema],
    place: Callable[[T], str | None] | None = None,
    status: int = 201,
    asked: Mapping[str, Any] | None = None,
) -> flask.Response:
    """
    Do a command that has no key of its own once, and answer a repetition with the very bytes of the first answer.

    The request is what its path and its body say, unless the caller says what of it is `asked`: of what must be kept in
    no form, its hash is not kept either. `place` tells where what was made is found.
    Errors: KeyReused, InProgress; whatever `work` refuses, and the same again to whoever repeats what was refused.
    """

    def done() -> dict[str, Any]:
        result = work()
        return {"body": schema().dump(result), "place": None if place is None else place(result)}

    def again(kept: Mapping[str, Any]) -> dict[str, Any]:
        return {**kept, "replayed": True}

    answer = idempotency.once(
        session, book_id, actor, operation, key, asked or _asked(), work=done, answer=lambda made: made, replay=again
    )
    response = flask.jsonify(answer["body"])
    response.status_code = status
    response.headers.extend(mark(answer.get("replayed", False)))
    if answer["place"] is not None:
        response.headers["Location"] = answer["place"]
    return response


def _asked() -> dict[str, Any]:
    request = flask.request
    if request.mimetype == FORM:
        files = [[name, _digest(file)] for name, file in request.files.items(multi=True)]
        return {"path": request.path, "form": request.form.to_dict(flat=False), "files": files}
    raw = request.get_data(cache=True)
    return {"path": request.path, "body": json.dumps(read_json(raw), sort_keys=True) if raw else None}


def _digest(file: FileStorage) -> str:
    file.stream.seek(0)
    found = file_digest(file.stream, "sha256").hexdigest()  # type: ignore[arg-type]
    file.stream.seek(0)
    return found


def _given() -> str:
    given = flask.request.headers.get(HEADER)
    if given is None:
        raise KeyRequired()
    # The draft writes it as a quoted string; most clients leave the quotes away.
    if len(given) >= 2 and given[0] == given[-1] == '"':
        given = given[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    if not 1 <= len(given) <= LONGEST or not given.isascii() or not given.isprintable() or not given.strip():
        raise KeyMalformed()
    return given
