"""The fields of our schemas: text that a database can keep, amounts as whole cents, pages of a list."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import marshmallow as ma
from flask_smorest.fields import Upload
from marshmallow import fields, validate
from werkzeug.datastructures import FileStorage

from config.money import MAX_MINOR, from_minor

_DIGITS = re.compile("[0-9]{1,16}", re.ASCII)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Schema(ma.Schema):
    """A schema that refuses names it does not know, and writes fields in the order they are declared."""

    class Meta:
        """Strict, also where nested."""

        unknown = ma.RAISE


class Text(fields.String):
    """Text that can be kept: no NUL, no half of a character; 1 to `longest` characters unless told otherwise."""

    def __init__(self, *, shortest: int = 1, longest: int = 200, **kwargs: Any) -> None:
        kwargs.setdefault("validate", []).append(validate.Length(min=shortest, max=longest))
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if _UNSTORABLE.search(text):
            raise ma.ValidationError("Holds characters that are no text.")
        return text


class Whole(fields.Integer):
    """A whole number in bounds; not text, not true, not 1.5."""

    def __init__(self, *, least: int = 0, most: int = MAX_MINOR, **kwargs: Any) -> None:
        kwargs.setdefault("validate", []).append(validate.Range(min=least, max=most))
        super().__init__(strict=True, **kwargs)

    def _validated(self, value: Any) -> int:
        # JSON knows one kind of number: 1.0 is the integer 1.
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return super()._validated(value)


class Digits(Whole):
    """A whole number of a query, where everything is text: digits and nothing else."""

    def _validated(self, value: Any) -> int:
        return super()._validated(int(value) if isinstance(value, str) and _DIGITS.fullmatch(value) else value)


class Day(fields.Date):
    """A business date as `YYYY-MM-DD`; far enough from both ends of the calendar to count days from it."""

    earliest, latest = date(1900, 1, 1), date(2199, 12, 31)

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("validate", []).append(validate.Range(min=self.earliest, max=self.latest))
        kwargs.setdefault("metadata", {}).setdefault("examples", ["2026-03-02"])
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        # The library reads every form of ISO 8601, weeks too.
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            raise self.make_error("invalid", input=value, obj_type="date")
        return super()._deserialize(value, attr, data, **kwargs)


class File(Upload):  # type: ignore[misc]
    """A part of a form that is a file (location "multipart")."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> FileStorage:
        if not isinstance(value, FileStorage) or not value.filename:
            raise ma.ValidationError("Not a file.")
        return value


class Amount(Schema):
    """An amount of money."""

    minor = Whole(least=1, required=True, metadata={"description": "Whole cents", "examples": [13000]})
    currency = fields.String(load_default="EUR", validate=validate.Equal("EUR"), metadata={"examples": ["EUR"]})

    @ma.post_load
    def _money(self, data: Mapping[str, Any], **_: Any) -> Any:
        return from_minor(data["minor"], data["currency"])
