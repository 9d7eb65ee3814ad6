"""Reading what a client sends: strictly, so that two programs can never read one body in two ways."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

import flask
import marshmallow as ma
from webargs import core
from webargs.flaskparser import FlaskParser, is_json_request
from werkzeug.datastructures import CombinedMultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from api.conventions.problems import BodyUnreadable, MediaTypeRefused

FORM = "multipart/form-data"
# More digits than any amount, and few enough that reading them costs nothing.
_MOST_DIGITS = 32


class StrictParser(FlaskParser):
    """Refuses names that nobody reads, names given twice, numbers that are none, and bodies that are not JSON."""

    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {  # noqa: RUF012 - as the base declares it
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "json": ma.RAISE,
        "form": ma.RAISE,
        "multipart": ma.RAISE,
        "query": ma.RAISE,
        "headers": ma.EXCLUDE,
    }

    __location_map__ = {**FlaskParser.__location_map__, "multipart": "load_multipart"}  # noqa: RUF012

    def load_multipart(self, req: flask.Request, schema: ma.Schema) -> Any:
        """
        Return the fields and files of a form.

        Errors: MediaTypeRefused.
        """
        if req.mimetype != FORM:
            raise MediaTypeRefused(expected=FORM)
        return self._makeproxy(CombinedMultiDict([req.form, req.files]), schema)

    def _raw_load_json(self, req: flask.Request) -> Any:
        raw = req.get_data(cache=True)
        if req.max_content_length is not None and len(raw) >= req.max_content_length:
            # One that came in chunks was read so far and no further.
            raise RequestEntityTooLarge
        if not raw:
            return core.missing
        if not is_json_request(req) or req.mimetype_params.get("charset", "utf-8").lower() != "utf-8":
            raise MediaTypeRefused(expected="application/json; charset=utf-8")
        return read_json(raw)


def read_json(raw: bytes) -> Any:
    """
    Return what a JSON text says.

    Errors: BodyUnreadable, with what is wrong: not UTF-8, not JSON, a name given twice, a number that is none or has
            too many digits, too deep.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BodyUnreadable(why_it="non è testo UTF-8", why_en="it is not UTF-8 text") from error
    try:
        return json.loads(
            text, object_pairs_hook=_once_each, parse_constant=_no_number, parse_float=_finite, parse_int=_short
        )
    except json.JSONDecodeError as error:
        raise BodyUnreadable(
            why_it=f"errore alla riga {error.lineno}, colonna {error.colno}",
            why_en=f"mistake in line {error.lineno}, column {error.colno}",
        ) from error
    except RecursionError as error:
        raise BodyUnreadable(why_it="è annidato troppe volte", why_en="it is nested too deep") from error


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BodyUnreadable(why_it=f"«{twice[:80]}» è scritto due volte", why_en=f"'{twice[:80]}' is given twice")
    return found


def _no_number(text: str) -> NoReturn:
    raise BodyUnreadable(why_it=f"{text} non è un numero", why_en=f"{text} is not a number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        _no_number(text[:_MOST_DIGITS])
    return number


def _short(text: str) -> int:
    if len(text) > _MOST_DIGITS:
        raise BodyUnreadable(why_it="un numero ha troppe cifre", why_en="a number has too many digits")
    return int(text)
